use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Algorithm, InvalidKey, Key, jwk};

/// The keys of one issuer, by `kid`. A token's `kid` is looked up in here and nowhere else
/// (catalogue H35).
#[derive(Clone, Debug, Default)]
pub struct Keys {
    by_id: HashMap<String, Key>,
    /// The key of a set of one that has no id: it is tried whatever the token's `kid`.
    only: Option<Key>,
}

impl Keys {
    /// Configured keys.
    ///
    /// # Errors
    /// [`InvalidKeys::Duplicate`] when two share an id, [`InvalidKeys::NoId`] when one of
    /// several has none, [`InvalidKeys::Mixed`] when shared secrets and public keys stand side
    /// by side.
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Result<Self, InvalidKeys> {
        let keys: Vec<Key> = keys.into_iter().collect();
        if keys.iter().any(Key::is_secret) && !keys.iter().all(Key::is_secret) {
            return Err(InvalidKeys::Mixed);
        }
        match <[Key; 1]>::try_from(keys) {
            Ok([key]) if key.id().is_none() => Ok(Self { by_id: HashMap::new(), only: Some(key) }),
            Ok(one) => Self::by_id(one),
            Err(several) => Self::by_id(several),
        }
    }

    /// The signature keys of a JWKS document (RFC 7517, section 5) whose algorithms are
    /// allowed. Keys for other purposes, of other kinds or too weak are passed over.
    ///
    /// # Errors
    /// [`InvalidKeys`] when the document is malformed or larger than
    /// [`super::MAX_JWKS_LEN`], holds a shared or a private key, two keys of one id, or no key
    /// that can be used.
    pub fn from_jwks(document: &[u8], allowed: &[Algorithm]) -> Result<Self, InvalidKeys> {
        let keys = jwk::set(document, allowed)?;
        if keys.is_empty() { Err(InvalidKeys::Empty) } else { Self::new(keys) }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.by_id.len() + usize::from(self.only.is_some())
    }

    /// Whether there is no key, so that no token can be verified.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key for a token with this `kid`. A token without one is taken only where there is
    /// nothing to choose.
    pub(super) fn find(&self, id: Option<&str>) -> Option<&Key> {
        match (id, &self.only) {
            (_, Some(key)) => Some(key),
            (Some(id), None) => self.by_id.get(id),
            (None, None) if self.by_id.len() == 1 => self.by_id.values().next(),
            (None, None) => None,
        }
    }

    fn by_id(keys: impl IntoIterator<Item = Key>) -> Result<Self, InvalidKeys> {
        let mut by_id = HashMap::new();
        for key in keys {
            let id = key.id().ok_or(InvalidKeys::NoId)?.to_owned();
            if by_id.insert(id.clone(), key).is_some() {
                return Err(InvalidKeys::Duplicate(id));
            }
        }
        Ok(Self { by_id, only: None })
    }
}

/// The keys of one issuer at this time: clones share them, so that whoever fetches a new set
/// puts it in place for everybody at once.
#[derive(Clone, Debug, Default)]
pub struct LiveKeys(Arc<RwLock<Arc<Keys>>>);

impl LiveKeys {
    /// These keys, until they are replaced. Start a fetched set with `Keys::default()`: it
    /// verifies nothing.
    pub fn new(keys: Keys) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(keys))))
    }

    /// Puts a new set in place.
    pub fn replace(&self, keys: Keys) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// The set in place.
    pub fn current(&self) -> Arc<Keys> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether both are one issuer's keys: clones of one another.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The keys can't be an issuer's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeys {
    /// The document can't be read.
    #[error("not a JWKS document of at most 256 KiB with each JSON key once")]
    Malformed,
    /// A shared or a private key where everybody can read it.
    #[error(
        "the key set holds a shared or a private key: it is known to everybody; replace it at the issuer"
    )]
    Private,
    /// Nothing to verify with.
    #[error("the key set holds no usable signature key of an allowed algorithm")]
    Empty,
    /// Two keys of one id.
    #[error("two keys have the `kid` `{0}`; give each its own")]
    Duplicate(String),
    /// One of several keys without an id.
    #[error("a key has no `kid`; where there are several, each needs one")]
    NoId,
    /// Shared secrets beside public keys.
    #[error("shared secrets and public keys in one set; configure an issuer for each")]
    Mixed,
    /// One key is unusable.
    #[error(transparent)]
    Key(#[from] InvalidKey),
}

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac};

use septum_core::{Secret, hex};

/// The deployment's one secret: 32 random bytes, from which the key of each purpose is derived.
///
/// What leaks for one purpose (the database holds the seal's key) says nothing of the others.
#[derive(Clone, Debug)]
pub struct RootKey(Secret<[u8; 32]>);

/// What a derived key is for. The label is part of the derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Binds a server connection: `septum.tenant()` verifies it.
    Seal,
    /// Carries a binding from the gateway to the proxy.
    Context,
    /// Signs the end marks of the audit log.
    Audit,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Seal => b"septum seal v1",
            Self::Context => b"septum context v1",
            Self::Audit => b"septum audit v1",
        }
    }
}

impl RootKey {
    /// Reads a root key: 32 bytes in base64, surrounding white space ignored.
    ///
    /// # Errors
    /// [`InvalidRootKey`] for anything else. The text is not repeated in the error.
    pub fn from_base64(text: &str) -> Result<Self, InvalidRootKey> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| InvalidRootKey)?;
        Ok(Self(Secret::new(bytes.try_into().map_err(|_| InvalidRootKey)?)))
    }

    /// A root key from random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The form that [`RootKey::from_base64`] reads, to be kept secret.
    pub fn to_base64(&self) -> Secret<String> {
        Secret::new(STANDARD.encode(self.0.expose()))
    }

    /// The key of the audit log's end marks.
    pub fn audit_key(&self) -> Secret<[u8; 32]> {
        Secret::new(self.derive(Purpose::Audit))
    }

    pub(crate) fn signer(&self, purpose: Purpose) -> Signer {
        let key = self.derive(purpose);
        Signer { id: key_id(&key), key: hmac::Key::new(hmac::HMAC_SHA256, &key) }
    }

    pub(crate) fn derive(&self, purpose: Purpose) -> [u8; 32] {
        let root = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose());
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(hmac::sign(&root, purpose.label()).as_ref()) {
            *to = *from;
        }
        key
    }
}

/// The public name of a derived key: 8 hexadecimal digits that don't help to find it.
pub(crate) fn key_id(key: &[u8; 32]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"septum key id v1");
    context.update(key);
    hex::encode(context.finish().as_ref().get(..4).unwrap_or_default())
}

/// A derived key that signs and verifies.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) id: String,
    key: hmac::Key,
}

impl Signer {
    pub(crate) fn sign(&self, message: &str) -> hmac::Tag {
        hmac::sign(&self.key, message.as_bytes())
    }

    /// Whether the tag is this message's, compared in constant time.
    pub(crate) fn verifies(&self, message: &str, tag: &[u8]) -> bool {
        hmac::verify(&self.key, message.as_bytes(), tag).is_ok()
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.id)
    }
}

/// The text is no root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a root key: 32 bytes in base64, as `septum key new` makes them")]
pub struct InvalidRootKey;

//! API keys: 256 random bits behind a public name, kept as a hash (catalogue H50).
//!
//! ```text
//! sep_ <12 hexadecimal digits: the name> _ <43 base64url digits: 32 random bytes>
//! ```
//!
//! The name finds the key's record; the hash of the whole text proves it. A fast hash is
//! enough for what nobody can guess: there is no password to try.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use septum_core::{Principal, Reason, Secret, Source, TenantId, hex};
use subtle::ConstantTimeEq as _;

use crate::{BindError, Claim, Tenants};

/// How every API key begins, so that scanners for leaked secrets find it.
pub const PREFIX: &str = "sep_";

/// The public name of a key: what logs and lists show.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName(Box<str>);

impl KeyName {
    const LEN: usize = 12;

    /// The name, as in `3f9a0c12ab45`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = InvalidApiKey;

    fn from_str(text: &str) -> Result<Self, InvalidApiKey> {
        let is_name = text.len() == Self::LEN && hex::decode(text).is_some();
        if is_name { Ok(Self(text.into())) } else { Err(InvalidApiKey::Name) }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The SHA-256 of a key's whole text: all that is stored of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    fn of(key: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, key.as_bytes()).as_ref());
        Self(hash)
    }
}

impl FromStr for KeyHash {
    type Err = InvalidApiKey;

    fn from_str(text: &str) -> Result<Self, InvalidApiKey> {
        let bytes = hex::decode(text).ok_or(InvalidApiKey::Hash)?;
        Ok(Self(bytes.try_into().map_err(|_| InvalidApiKey::Hash)?))
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

/// A configured key: what it binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The public name.
    pub name: KeyName,
    /// The hash of the whole key.
    pub hash: KeyHash,
    /// The tenant whose key it is, fixed for the key's life.
    pub tenant: TenantId,
    /// Who acts with it.
    pub principal: Principal,
}

/// A key that was just made. Its text is shown once and kept nowhere.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The whole key, for its user.
    pub text: Secret<String>,
    /// Its public name, for the configuration.
    pub name: KeyName,
    /// Its hash, for the configuration.
    pub hash: KeyHash,
}

/// Makes a key of 38 random bytes: 6 for the name, 32 for the secret.
pub fn generate(random: &[u8; 38]) -> NewKey {
    let (name, secret) = random.split_at(KeyName::LEN / 2);
    let name = KeyName(hex::encode(name).into());
    let text = format!("{PREFIX}{name}_{}", URL_SAFE_NO_PAD.encode(secret));
    NewKey { hash: KeyHash::of(&text), text: Secret::new(text), name }
}

/// Every configured key.
#[derive(Clone, Debug, Default)]
pub struct ApiKeys(HashMap<KeyName, ApiKey>);

impl ApiKeys {
    /// These keys.
    ///
    /// # Errors
    /// [`InvalidApiKey::Duplicate`] when two of them share a name.
    pub fn new(keys: impl IntoIterator<Item = ApiKey>) -> Result<Self, InvalidApiKey> {
        let mut all = HashMap::new();
        for key in keys {
            let name = key.name.clone();
            if all.insert(name.clone(), key).is_some() {
                return Err(InvalidApiKey::Duplicate(name));
            }
        }
        Ok(Self(all))
    }

    /// The claim of the key with this text.
    ///
    /// # Errors
    /// [`Reason::InvalidApiKey`] when no key has this text: whether its name is known shows
    /// neither in the answer nor in the work; [`Reason::UnknownTenant`] when the key's tenant
    /// is not registered (any more).
    pub fn claim(&self, text: &str, tenants: &Tenants) -> Result<Claim, BindError> {
        let invalid = || BindError::of(Source::ApiKey, Reason::InvalidApiKey);
        let name = text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_'));
        let name: Option<KeyName> = name.and_then(|(name, _)| name.parse().ok());
        let hash = KeyHash::of(text);
        let key = name.and_then(|name| self.0.get(&name));
        // A name that is unknown costs the same comparison, and no hash is all zeroes.
        let stored = key.map_or(KeyHash([0; 32]), |key| key.hash);
        let same: bool = hash.0.ct_eq(&stored.0).into();
        let key = key.filter(|_| same).ok_or_else(invalid)?;
        let tenant = tenants.by_id(&key.tenant).ok_or_else(|| BindError {
            principal: Some(key.principal.clone()),
            ..BindError::of(Source::ApiKey, Reason::UnknownTenant)
        })?;
        Ok(Claim {
            tenant: tenant.id.clone(),
            principal: Some(key.principal.clone()),
            source: Source::ApiKey,
            trace: None,
            expires: None,
        })
    }
}

/// The configuration of a key can't be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidApiKey {
    /// Not a name.
    #[error("not an API key's name: use the 12 digits that `septum api-key new` printed")]
    Name,
    /// Not a hash.
    #[error("not an API key's hash: use the 64 digits that `septum api-key new` printed")]
    Hash,
    /// Two keys of one name.
    #[error("two API keys are named `{0}`; make a new one")]
    Duplicate(KeyName),
}

#[cfg(test)]
mod tests {
    use septum_core::TenantType;

    use super::*;
    use crate::Tenant;

    fn tenants() -> Tenants {
        let id = TenantType::Text.parse("acme").unwrap();
        Tenants::new(TenantType::Text, [Tenant { id, name: "acme".into(), hosts: vec![] }]).unwrap()
    }

    fn keys(tenant: &str) -> (ApiKeys, String) {
        let new = generate(&[7; 38]);
        let key = ApiKey {
            name: new.name.to_string().parse().unwrap(),
            hash: new.hash.to_string().parse().unwrap(),
            tenant: TenantType::Text.parse(tenant).unwrap(),
            principal: Principal::new("importer").unwrap(),
        };
        (ApiKeys::new([key]).unwrap(), new.text.expose().clone())
    }

    #[test]
    fn h50_a_key_binds_its_tenant_and_principal() {
        let (keys, text) = keys("acme");
        let claim = keys.claim(&text, &tenants()).unwrap();
        assert_eq!(claim.tenant().to_string(), "acme");
        assert_eq!(claim.principal().unwrap().as_str(), "importer");
    }

    #[test]
    fn h50_every_other_text_is_refused() {
        let (keys, text) = keys("acme");
        for at in 0..text.len() {
            let mut changed: Vec<char> = text.chars().collect();
            changed[at] = if changed[at] == 'x' { 'y' } else { 'x' };
            let changed: String = changed.into_iter().collect();
            let refused = keys.claim(&changed, &tenants()).unwrap_err();
            assert_eq!(refused.reason, Reason::InvalidApiKey, "{changed}");
        }
        for changed in ["", "sep_", "sep__", &text[..text.len() - 1], &format!("{text} ")] {
            assert!(keys.claim(changed, &tenants()).is_err(), "{changed}");
        }
    }

    #[test]
    fn h18_a_key_of_a_tenant_that_is_gone_binds_nothing() {
        let (keys, text) = keys("globex");
        let refused = keys.claim(&text, &tenants()).unwrap_err();
        assert_eq!(refused.reason, Reason::UnknownTenant);
    }

    #[test]
    fn two_keys_of_one_name_are_refused() {
        let (keys, _) = keys("acme");
        let key = keys.0.values().next().unwrap().clone();
        assert!(ApiKeys::new([key.clone(), key]).is_err());
    }
}

//! The context token: a binding on its way from the gateway, through the application, to the
//! proxy.
//!
//! ```text
//! st1 . key id . environment . expires . tenant . principal . trace . HMAC-SHA-256
//!                                        (hex)    (hex)       (hex or -)  (hex)
//! ```
//!
//! It holds no character that needs quoting in a header, a SQL literal, a SQL comment or a URL.

use septum_core::{Environment, Principal, Reason, Source, TraceId, hex};

use crate::key::{Purpose, Signer};
use crate::{BindError, Binding, Claim, RootKey, Tenants, UnixSeconds};

/// The longest token that is looked at, in bytes.
const MAX_LEN: usize = 2048;

/// Mints and verifies context tokens of one deployment and environment.
#[derive(Clone, Debug)]
pub struct ContextKeys {
    environment: Environment,
    current: Signer,
    previous: Option<Signer>,
}

impl ContextKeys {
    /// Signs with `current`; what `previous` signed is still taken, so that keys can rotate.
    pub fn new(environment: Environment, current: &RootKey, previous: Option<&RootKey>) -> Self {
        Self {
            environment,
            current: current.signer(Purpose::Context),
            previous: previous.map(|key| key.signer(Purpose::Context)),
        }
    }

    /// The token that carries this binding until `expires`.
    pub fn mint(&self, binding: &Binding, expires: UnixSeconds) -> String {
        let mut token = format!("st1.{}.{}.{expires}.", self.current.id, self.environment);
        hex::push(&mut token, binding.tenant().to_string().as_bytes());
        token.push('.');
        hex::push(&mut token, binding.principal().as_str().as_bytes());
        token.push('.');
        match binding.trace() {
            Some(trace) => hex::push(&mut token, trace.as_bytes()),
            None => token.push('-'),
        }
        let tag = self.current.sign(&token);
        token.push('.');
        hex::push(&mut token, tag.as_ref());
        token
    }

    /// What the token claims, after verification.
    ///
    /// # Errors
    /// [`Reason::InvalidContextToken`] when it was not minted here or was changed,
    /// [`Reason::WrongEnvironment`], [`Reason::ExpiredContextToken`], and
    /// [`Reason::UnknownTenant`] when the tenant is not registered (any more).
    pub fn verify(
        &self,
        token: &str,
        tenants: &Tenants,
        now: UnixSeconds,
    ) -> Result<Claim, BindError> {
        let refused = |reason| BindError::of(Source::ContextToken, reason);
        let invalid = || refused(Reason::InvalidContextToken);
        if token.len() > MAX_LEN {
            return Err(invalid());
        }
        let (signed, tag) = token.rsplit_once('.').ok_or_else(invalid)?;
        let mut fields = signed.split('.');
        let mut field = || fields.next().ok_or_else(invalid);
        let (version, id) = (field()?, field()?);
        let (environment, expires) = (field()?, field()?);
        let (tenant, principal, trace) = (field()?, field()?, field()?);
        if version != "st1" || fields.next().is_some() {
            return Err(invalid());
        }
        let signer = [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .find(|signer| signer.id == id)
            .ok_or_else(invalid)?;
        let tag = hex::decode(tag).ok_or_else(invalid)?;
        if !signer.verifies(signed, &tag) {
            return Err(invalid());
        }
        let tenant = unhex(tenant).ok_or_else(invalid)?;
        let tenant = tenants.registered(&tenant, Source::ContextToken)?.id.clone();
        let principal = unhex(principal).and_then(|text| Principal::new(&text).ok());
        let principal = principal.ok_or_else(invalid)?;
        let known = |reason| BindError {
            tenant: Some(tenant.clone()),
            principal: Some(principal.clone()),
            ..refused(reason)
        };
        if environment != self.environment.as_str() {
            return Err(known(Reason::WrongEnvironment));
        }
        let expires: UnixSeconds = expires.parse().map_err(|_| invalid())?;
        if now >= expires {
            return Err(known(Reason::ExpiredContextToken));
        }
        let trace = match trace {
            "-" => None,
            trace => Some(trace.parse::<TraceId>().map_err(|_| invalid())?),
        };
        Ok(Claim {
            tenant,
            principal: Some(principal),
            source: Source::ContextToken,
            trace,
            expires: Some(expires),
        })
    }
}

fn unhex(text: &str) -> Option<String> {
    String::from_utf8(hex::decode(text)?).ok()
}

#[cfg(test)]
mod tests {
    use septum_core::TenantType;

    use super::*;
    use crate::Tenant;

    fn tenants() -> Tenants {
        let tenant = |name: &str| Tenant {
            id: TenantType::Text.parse(name).unwrap(),
            name: name.into(),
            hosts: vec![],
        };
        Tenants::new(TenantType::Text, [tenant("acme"), tenant("globex")]).unwrap()
    }

    fn binding() -> Binding {
        let acme = TenantType::Text.parse("acme").unwrap();
        Binding::for_tests(acme, Principal::new("ann@acme").unwrap())
    }

    fn root(byte: u8) -> RootKey {
        RootKey::from_bytes([byte; 32])
    }

    fn keys(byte: u8) -> ContextKeys {
        ContextKeys::new(Environment::Test, &root(byte), None)
    }

    #[test]
    fn a_minted_token_names_its_tenant_and_principal() {
        let token = keys(1).mint(&binding(), 100);
        let claim = keys(1).verify(&token, &tenants(), 99).unwrap();
        assert_eq!(claim.tenant().to_string(), "acme");
        assert_eq!(claim.principal().unwrap().as_str(), "ann@acme");
    }

    #[test]
    fn every_changed_byte_is_refused() {
        let token = keys(1).mint(&binding(), 100);
        for at in 0..token.len() {
            for replacement in ['0', '1', '.', '-', 'f'] {
                let mut changed: Vec<char> = token.chars().collect();
                if changed[at] == replacement {
                    continue;
                }
                changed[at] = replacement;
                let changed: String = changed.into_iter().collect();
                assert!(keys(1).verify(&changed, &tenants(), 99).is_err(), "{changed}");
            }
        }
    }

    #[test]
    fn another_key_another_environment_and_another_time_are_refused() {
        let token = keys(1).mint(&binding(), 100);
        let reason =
            |keys: &ContextKeys, now| keys.verify(&token, &tenants(), now).unwrap_err().reason;
        assert_eq!(reason(&keys(2), 99), Reason::InvalidContextToken);
        assert_eq!(reason(&keys(1), 100), Reason::ExpiredContextToken);
        let staging = ContextKeys::new(Environment::Staging, &root(1), None);
        assert_eq!(reason(&staging, 99), Reason::WrongEnvironment);
    }

    #[test]
    fn the_previous_key_is_still_taken() {
        let token = keys(1).mint(&binding(), 100);
        let rotated = ContextKeys::new(Environment::Test, &root(2), Some(&root(1)));
        assert!(rotated.verify(&token, &tenants(), 99).is_ok());
    }
}

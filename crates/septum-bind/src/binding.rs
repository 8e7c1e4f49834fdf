use std::fmt;

use septum_core::{Environment, Principal, Reason, Source, TenantId, TraceId};

use crate::UnixSeconds;

/// What one source said, after verification. Only this crate's verifiers make claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub(crate) tenant: TenantId,
    pub(crate) principal: Option<Principal>,
    pub(crate) source: Source,
    pub(crate) trace: Option<TraceId>,
    pub(crate) expires: Option<UnixSeconds>,
}

impl Claim {
    /// The tenant that the source named.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Who acts, where the source says so.
    pub fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// The source.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The request that the source is of, where it says so.
    pub fn trace(&self) -> Option<TraceId> {
        self.trace
    }
}

/// One tenant, one principal, one environment, verified.
///
/// Private fields and one maker, [`Binding::agree`]: the code that needs a tenant takes a
/// `Binding`, so an unverified name can't reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    tenant: TenantId,
    principal: Principal,
    environment: Environment,
    source: Source,
    trace: Option<TraceId>,
    expires: Option<UnixSeconds>,
}

impl Binding {
    /// The binding that all claims agree on.
    ///
    /// The principal, the source and the trace are those of the first claim that has them, so
    /// claims are given in order of strength. A binding without any principal acts as
    /// `anonymous`. It expires when the first of its claims does.
    ///
    /// # Errors
    /// [`Reason::NoBinding`] without claims; [`Reason::SourcesDisagree`] when two claims name
    /// different tenants: never a matter of precedence (catalogue H51).
    pub fn agree(
        claims: impl IntoIterator<Item = Claim>,
        environment: Environment,
    ) -> Result<Self, BindError> {
        let mut claims = claims.into_iter();
        let first = claims.next().ok_or(BindError::new(Reason::NoBinding))?;
        let mut principal = first.principal;
        let mut binding = Self {
            tenant: first.tenant,
            principal: anonymous(),
            environment,
            source: first.source,
            trace: first.trace,
            expires: first.expires,
        };
        for claim in claims {
            if claim.tenant != binding.tenant {
                return Err(BindError {
                    reason: Reason::SourcesDisagree,
                    source: Some(claim.source),
                    by: Some(binding.source),
                    tenant: Some(binding.tenant),
                    principal,
                });
            }
            principal = principal.or(claim.principal);
            binding.trace = binding.trace.or(claim.trace);
            binding.expires = match (binding.expires, claim.expires) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        if let Some(principal) = principal {
            binding.principal = principal;
        }
        Ok(binding)
    }

    /// A binding out of nothing, for tests alone.
    #[cfg(feature = "testing")]
    pub fn for_tests(tenant: TenantId, principal: Principal) -> Self {
        Self {
            tenant,
            principal,
            environment: Environment::Test,
            source: Source::Credential,
            trace: None,
            expires: None,
        }
    }

    /// The same binding in another trace: the gateway begins a fresh one for each request.
    #[must_use]
    pub fn in_trace(self, trace: TraceId) -> Self {
        Self { trace: Some(trace), ..self }
    }

    /// The bound tenant.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Who acts for it.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The environment that the binding is good for.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// The strongest source that named the tenant.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The request's trace, where there is one.
    pub fn trace(&self) -> Option<TraceId> {
        self.trace
    }

    /// When the binding ends, if it does: it is good for work that begins before this second.
    pub fn expires(&self) -> Option<UnixSeconds> {
        self.expires
    }

    /// Whether new work may begin under this binding.
    pub fn is_current(&self, now: UnixSeconds) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

/// Who acts where no source says so.
fn anonymous() -> Principal {
    #[expect(clippy::expect_used, reason = "a constant that `Principal::new` takes")]
    Principal::new("anonymous").expect("a valid principal")
}

/// Why a source or a set of sources was refused, with what had been learnt by then.
///
/// It carries no value that the client sent, so it can be logged and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindError {
    /// The stable reason.
    pub reason: Reason,
    /// The source that failed or disagreed.
    pub source: Option<Source>,
    /// The verified source that `tenant` and `principal` are of, where two disagree.
    pub by: Option<Source>,
    /// The tenant that a verified source had named, if any.
    pub tenant: Option<TenantId>,
    /// The principal that a verified source had named, if any.
    pub principal: Option<Principal>,
}

impl BindError {
    /// A refusal that knows no more than its reason.
    pub fn new(reason: Reason) -> Self {
        Self { reason, source: None, by: None, tenant: None, principal: None }
    }

    /// A refusal of one source.
    pub fn of(source: Source, reason: Reason) -> Self {
        Self { source: Some(source), ..Self::new(reason) }
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.doc().title)
    }
}

impl std::error::Error for BindError {}

#[cfg(test)]
mod tests {
    use septum_core::TenantType;

    use super::*;

    fn claim(tenant: &str, source: Source) -> Claim {
        Claim {
            tenant: TenantType::Text.parse(tenant).unwrap(),
            principal: None,
            source,
            trace: None,
            expires: None,
        }
    }

    #[test]
    fn h51_sources_that_disagree_bind_nothing_whatever_their_order() {
        let (host, jwt) = (claim("acme", Source::Host), claim("globex", Source::Jwt));
        for claims in [[host.clone(), jwt.clone()], [jwt, host]] {
            let refused = Binding::agree(claims, Environment::Test).unwrap_err();
            assert_eq!(refused.reason, Reason::SourcesDisagree);
        }
    }

    #[test]
    fn h52_no_source_binds_nothing() {
        let refused = Binding::agree([], Environment::Test).unwrap_err();
        assert_eq!(refused.reason, Reason::NoBinding);
    }

    #[test]
    fn a_binding_expires_with_its_first_claim() {
        let early = Claim { expires: Some(5), ..claim("acme", Source::Jwt) };
        let late = Claim { expires: Some(9), ..claim("acme", Source::ApiKey) };
        let binding = Binding::agree([late, early], Environment::Test).unwrap();
        assert!(binding.is_current(4) && !binding.is_current(5));
    }
}

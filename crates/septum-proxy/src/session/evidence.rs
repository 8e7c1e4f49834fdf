//! From what a client handed over to the binding of its next unit of work.

use std::sync::Arc;

use septum_bind::{BindError, Binding, Claim};
use septum_core::{Reason, Secret, TraceId};
use septum_sql::Handover;

use crate::config::Services;
use crate::refusal::Refusal;

/// What a statement's comment handed over. It proves nothing until it is verified, and it is
/// verified anew for each unit of work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    token: Option<Secret<String>>,
    trace: Option<TraceId>,
}

impl Evidence {
    pub(crate) fn of(handover: &Handover<'_>) -> Self {
        Self {
            token: handover.token.clone(),
            trace: handover.traceparent.as_ref().map(|traceparent| traceparent.trace),
        }
    }

    fn is_empty(&self) -> bool {
        self.token.is_none() && self.trace.is_none()
    }
}

/// What names the tenant of a connection, for as long as the connection lives or until it is
/// replaced.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// The claim of the credential that the client authenticated with.
    credential: Option<Claim>,
    /// The token that `SET septum.token` or the startup packet handed over.
    token: Option<Secret<String>>,
    /// The token of `SET LOCAL`, until the transaction's end.
    local: Option<Secret<String>>,
    /// The binding of these, as long as neither changes.
    base: Option<Arc<Binding>>,
}

/// What a unit of work is bound to, or why it is bound to nothing.
#[derive(Clone, Debug)]
pub(crate) enum Bound {
    To(Arc<Binding>),
    /// No source is present; the reason is the most helpful one.
    Nothing(Reason),
}

impl Bound {
    pub(crate) fn binding(&self) -> Option<&Arc<Binding>> {
        match self {
            Self::To(binding) => Some(binding),
            Self::Nothing(_) => None,
        }
    }
}

impl Standing {
    pub(crate) fn new(credential: Option<Claim>) -> Self {
        Self { credential, ..Self::default() }
    }

    /// Takes a context token, or none, for the connection or for the transaction.
    pub(crate) fn hand_over(
        &mut self,
        token: Option<Secret<String>>,
        local: bool,
        services: &Services,
    ) -> Result<(), Refusal> {
        let (session, local) = if local { (self.token.clone(), token) } else { (token, None) };
        let candidate =
            Self { credential: self.credential.clone(), token: session, local, base: None };
        if candidate.newest().is_some() {
            candidate.agree(&Evidence::default(), services)?;
        }
        *self = candidate;
        Ok(())
    }

    /// What was handed over for the transaction ends with it.
    pub(crate) fn end_transaction(&mut self) {
        if self.local.take().is_some() {
            self.base = None;
        }
    }

    /// What the credential has proven, whatever else was handed over.
    pub(crate) fn credential(&self) -> Option<&Claim> {
        self.credential.as_ref()
    }

    fn newest(&self) -> Option<&Secret<String>> {
        self.local.as_ref().or(self.token.as_ref())
    }

    /// The binding for a unit of work that begins now. `held` is what the transaction under way
    /// is bound to: the tenant never changes inside it, and an expiry counts no more.
    pub(crate) fn resolve(
        &mut self,
        evidence: &Evidence,
        held: Option<&Arc<Binding>>,
        services: &Services,
    ) -> Result<Bound, Refusal> {
        if evidence.is_empty() {
            if let Some(held) = held {
                return Ok(Bound::To(Arc::clone(held)));
            }
            if let Some(base) = &self.base
                && base.is_current((services.clock)())
            {
                return Ok(Bound::To(Arc::clone(base)));
            }
        }
        let resolved = match self.agree(evidence, services) {
            Ok(binding) => Arc::new(binding),
            Err(error) if error.reason == Reason::NoBinding => {
                return Ok(match held {
                    Some(held) => Bound::To(Arc::clone(held)),
                    None => Bound::Nothing(if evidence.trace.is_some() {
                        Reason::UnknownTrace
                    } else {
                        Reason::NoBinding
                    }),
                });
            }
            Err(error) if error.reason == Reason::ExpiredContextToken => {
                return match held {
                    Some(held) if error.tenant.as_ref() == Some(held.tenant()) => {
                        Ok(Bound::To(Arc::clone(held)))
                    }
                    Some(_) => Err(Refusal::new(Reason::BindingChange)),
                    None if evidence.is_empty() => Ok(Bound::Nothing(error.reason)),
                    None => Err(error.into()),
                };
            }
            Err(error) => return Err(error.into()),
        };
        match held {
            Some(held) if held.tenant() != resolved.tenant() => Err(Refusal {
                tenant: Some(held.tenant().clone()),
                principal: Some(held.principal().clone()),
                source: Some(resolved.source()),
                ..Refusal::new(Reason::BindingChange)
            }),
            Some(held) => Ok(Bound::To(Arc::clone(held))),
            None => {
                if evidence.is_empty() {
                    self.base = Some(Arc::clone(&resolved));
                }
                Ok(Bound::To(resolved))
            }
        }
    }

    /// All sources that are present must agree: the statement's, the connection's and the
    /// credential's.
    fn agree(&self, evidence: &Evidence, services: &Services) -> Result<Binding, BindError> {
        let now = (services.clock)();
        let verify = |token: &Secret<String>| {
            services.context_keys.verify(token.expose(), &services.tenants, now)
        };
        let mut claims = Vec::new();
        if let Some(token) = &evidence.token {
            claims.push(verify(token)?);
        }
        if let Some(trace) = &evidence.trace {
            match services.traces.claim(trace) {
                Ok(claim) => claims.push(claim),
                // A trace that is not of a request under way names nobody.
                Err(error) if error.reason == Reason::UnknownTrace => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(token) = self.newest() {
            // A statement that says of which request it is is not another request's, whose token
            // may still stand on the application's pooled connection.
            let of_this_request =
                |claim: &Claim| evidence.trace.is_none() || claim.trace() == evidence.trace;
            match verify(token) {
                Ok(claim) if of_this_request(&claim) => claims.push(claim),
                Ok(_) => {}
                // The token of an earlier request is nothing; the statement has its own.
                Err(error)
                    if error.reason == Reason::ExpiredContextToken && !evidence.is_empty() => {}
                Err(error) => return Err(error),
            }
        }
        claims.extend(self.credential.clone());
        let binding = Binding::agree(claims, services.environment)?;
        if !binding.is_current(now) {
            return Err(BindError {
                tenant: Some(binding.tenant().clone()),
                ..BindError::of(binding.source(), Reason::ExpiredContextToken)
            });
        }
        Ok(binding)
    }
}

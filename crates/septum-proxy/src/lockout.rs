//! Who is locked out, and what is counted towards it.
//!
//! INVARIANT: only what a verified actor did itself is counted: the binding under which a
//! statement ran, the one that a transaction is bound to, or the credential that a connection
//! authenticated with. What merely stands on a connection that many requests share names nobody
//! (catalogue H63).

use std::time::Instant;

use septum_audit::Actor;
use septum_bind::{Binding, Claim};
use septum_core::Reason;

use crate::config::Services;
use crate::refusal::Refusal;
use crate::session::{Bound, Evidence, Standing};

/// Whoever a binding is of.
pub(crate) fn of_binding(binding: &Binding, peer: &str) -> Option<Actor> {
    Actor::new(binding.tenant(), binding.principal(), binding.source(), peer)
}

/// Whoever authenticated with a credential.
pub(crate) fn of_claim(claim: &Claim, peer: &str) -> Option<Actor> {
    Actor::new(claim.tenant(), claim.principal()?, claim.source(), peer)
}

/// Counts an attempt to cross. That a lock could not be recorded undoes neither it nor the record
/// of the attempt itself, which its own way has seen to.
pub(crate) async fn count(services: &Services, actor: &Actor) {
    let counted = services.lockouts.count(actor, Instant::now(), &*services.audit).await;
    if let Err(error) = counted {
        tracing::error!(%error, "a lock-out could not be recorded");
    }
}

/// Refuses what is done under the binding of somebody who is locked out.
pub(crate) fn check(binding: &Binding, services: &Services, peer: &str) -> Result<(), Refusal> {
    if services.lockouts.is_quiet() {
        return Ok(());
    }
    let Some(actor) = of_binding(binding, peer) else { return Ok(()) };
    let Some(refused) = services.lockouts.refuses(&actor, Instant::now()) else { return Ok(()) };
    let refusal = Refusal::new(Reason::LockedOut).under(Some(binding));
    Err(Refusal {
        subject: refused.recorded.then(|| format!("refused {} times", refused.count)),
        recorded: Some(refused.recorded),
        ..refusal
    })
}

/// Refuses a new connection whose credential or token is of somebody who is locked out.
pub(crate) fn check_arrival(
    standing: &mut Standing,
    services: &Services,
    peer: &str,
) -> Result<(), Refusal> {
    match standing.resolve(&Evidence::default(), None, services) {
        Ok(Bound::To(binding)) => check(&binding, services, peer),
        // Its first statement hears of it.
        Ok(Bound::Nothing(_)) | Err(_) => Ok(()),
    }
}

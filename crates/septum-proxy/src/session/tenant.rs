//! The tenant's parameter: the last of a statement that was rewritten, Septum's own to supply.
//!
//! INVARIANT: its value is the key of the binding under which the message is sent, asked for at
//! that moment. Nothing that is kept holds one, so that statements and plans are all tenants'.
//!
//! INVARIANT: a `Bind` has as many values as the client's text has parameters, or does not reach
//! the server, so that no value of the client's ever stands in the tenant's place.

use bytes::Bytes;
use septum_core::Reason;
use septum_guard::Guarded;
use septum_pgwire::frontend::Bind;
use septum_sql::Statement;

use super::evidence::Bound;
use super::prepared::Prepared;
use super::{Stop, postgres_error};
use crate::refusal::Refusal;

/// Whether no type that the client declared is in the place of the tenant's parameter.
pub(super) fn has_room(prepared: &Prepared) -> Result<(), Stop> {
    let tenant = prepared.statement().and_then(|statement| statement.tenant_parameter());
    match tenant {
        Some(number) if prepared.key.types.len() >= usize::from(number) => {
            Err(Refusal::new(Reason::NoTenantParameter).into())
        }
        Some(_) | None => Ok(()),
    }
}

/// What the server gets of a `Bind`: the client's values, and the tenant's behind them.
pub(super) fn values(bind: &Bind, prepared: &Prepared, bound: &Bound) -> Result<Bytes, Stop> {
    let tenant = prepared.statement().and_then(|statement| statement.tenant_parameter());
    let Some(number) = tenant else { return Ok(bind.values.clone()) };
    let (given, wanted) = (bind.count(), number.saturating_sub(1));
    if given != wanted {
        let message = format!(
            "bind message supplies {given} parameters, but prepared statement \"{}\" requires \
             {wanted}",
            bind.statement
        );
        return Err(postgres_error("08P01", message).into());
    }
    Ok(bind.values_and(&key(bound)?))
}

/// The one value of a statement whose text came by the simple protocol, which has no others.
pub(super) fn value(
    statement: &Guarded<Statement>,
    bound: &Bound,
) -> Result<Option<Vec<u8>>, Stop> {
    match statement.tenant_parameter() {
        None => Ok(None),
        Some(1) => key(bound).map(Some),
        Some(_) => Err(postgres_error("42P02", "there is no parameter $1").into()),
    }
}

/// The bound tenant's key as text, which is how each of its types is read.
pub(super) fn key(bound: &Bound) -> Result<Vec<u8>, Stop> {
    let binding = bound.binding().ok_or_else(|| Refusal::new(Reason::NoBinding))?;
    Ok(binding.tenant().to_string().into_bytes())
}

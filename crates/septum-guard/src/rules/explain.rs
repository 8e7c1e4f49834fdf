//! EXPLAIN shows estimates from all tenants' statistics, and EXPLAIN ANALYZE counts their rows
//! (catalogue S96-S99): off unless the policy says so.

use septum_core::Reason;
use septum_sql::{Kind, Statement};

use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, policy: &Policy) -> Result<(), Denial> {
    if matches!(statement.kind(), Kind::Explain) && !policy.explain {
        return Err(
            Denial::of(Reason::StatementNotAllowed, "the statement", "EXPLAIN").observable()
        );
    }
    Ok(())
}

//! `xmin`, `ctid` and the like number the writes of all tenants (catalogue S105, S106). Of
//! PostgreSQL's own relations they may be read.

use septum_core::Reason;
use septum_sql::Statement;

use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, policy: &Policy) -> Result<(), Denial> {
    match statement.facts().reach.system_columns.first() {
        Some(column) if !policy.system_columns => {
            Err(Denial::of(Reason::SystemColumnNotAllowed, "the system column", column)
                .observable())
        }
        Some(_) | None => Ok(()),
    }
}

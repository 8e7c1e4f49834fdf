//! Only kinds of statements that are known to stay inside one tenant run (catalogue §3, S13-S17,
//! S50, S64, S72, S73, S77, S110-S117): see `septum_sql::Kind` for the list.

use septum_core::Reason;
use septum_sql::{Kind, Statement};

use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, _: &Policy) -> Result<(), Denial> {
    match (statement.kind(), statement.refusal()) {
        (Kind::Other(name), reason) => {
            Err(Denial::of(reason.unwrap_or(Reason::StatementNotAllowed), "the statement", name))
        }
        (_, Some(reason)) => Err(match statement.refused() {
            Some(what) => Denial::of(reason, "the use of", what),
            None => Denial::new(reason),
        }),
        (_, None) => Ok(()),
    }
}

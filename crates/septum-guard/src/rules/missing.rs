//! What isn't in the catalog can't be judged (catalogue S75, S76): it may have been made since.

use septum_sql::Statement;

use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, _: &Policy) -> Result<(), Denial> {
    match statement.facts().reach.missing.first() {
        Some(missing) => Err(Denial::missing(missing)),
        None => Ok(()),
    }
}

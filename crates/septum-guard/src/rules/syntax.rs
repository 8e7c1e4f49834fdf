//! What the analysis doesn't know is refused (catalogue S49).

use septum_core::Reason;
use septum_sql::Statement;

use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, _: &Policy) -> Result<(), Denial> {
    match statement.facts().unknown.first() {
        Some(kind) => Err(Denial::of(Reason::UnknownSyntax, "the syntax", kind)),
        None => Ok(()),
    }
}

//! What isn't in the catalog can't be judged (catalogue S75, S76): it may have been made since.

use septum_core::Reason;
use septum_sql::{MissingKind, Statement};

use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, _: &Policy) -> Result<(), Denial> {
    let Some(missing) = statement.facts().reach.missing.first() else { return Ok(()) };
    let what = match missing.what {
        MissingKind::Relation => "the relation",
        MissingKind::Function => "the function with such arguments",
        MissingKind::Operator => "the operator",
        MissingKind::Type => "the type",
    };
    Err(Denial::of(Reason::UnknownObject, what, &missing.name.to_string()))
}

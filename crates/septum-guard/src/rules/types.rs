//! No type or collation of a session's own (catalogue S74) or of Septum's.

use septum_core::Reason;
use septum_sql::Statement;

use super::is_hidden_schema;
use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, _: &Policy) -> Result<(), Denial> {
    let facts = statement.facts();
    let hidden = facts.types.iter().chain(&facts.collations).find(|name| {
        name.schema.as_deref().is_some_and(|schema| is_hidden_schema(schema) || schema == "septum")
    });
    match hidden {
        Some(name) => Err(Denial::of(Reason::TypeNotAllowed, "the type", &name.to_string())),
        None => Ok(()),
    }
}

//! Operators. One that is named with a schema must be one of `pg_catalog`, or one that the
//! catalog has: any other can hide a call of any function (catalogue S9, S53a). What an
//! operator of the user's runs is judged with the [functions](super::functions). Operator
//! classes count as operators.

use septum_core::Reason;
use septum_sql::{MissingKind, QualifiedName, Statement};

use super::is_hidden_schema;
use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, _: &Policy) -> Result<(), Denial> {
    let reach = &statement.facts().reach;
    let missing = |name: &QualifiedName| {
        reach.missing.iter().any(|one| one.what == MissingKind::Operator && one.name == *name)
    };
    let foreign = |name: &&QualifiedName| match name.schema.as_deref() {
        None | Some("pg_catalog") => false,
        Some(schema) => !reach.resolved || is_hidden_schema(schema) || missing(name),
    };
    match statement.facts().operators.iter().find(foreign) {
        Some(name) => {
            Err(Denial::of(Reason::OperatorNotAllowed, "the operator", &name.to_string()))
        }
        None => Ok(()),
    }
}

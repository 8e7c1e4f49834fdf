//! An operator that is named with a schema must be one of `pg_catalog`: any other can hide a
//! call of any function (catalogue S9, S53a). Operator classes count as operators.

use septum_core::Reason;
use septum_sql::Statement;

use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, _: &Policy) -> Result<(), Denial> {
    let mut operators = statement.facts().operators.iter();
    let foreign = |name: &&septum_sql::QualifiedName| {
        name.schema.as_deref().is_some_and(|schema| schema != "pg_catalog")
    };
    match operators.find(foreign) {
        Some(name) => {
            Err(Denial::of(Reason::OperatorNotAllowed, "the operator", &name.to_string()))
        }
        None => Ok(()),
    }
}

use serde::Deserialize;

use super::Oid;

/// An operator (`pg_operator`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Its OID.
    pub oid: Oid,
    /// Its schema.
    pub schema: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// The type of its left operand; [`Oid::NONE`] for a prefix operator.
    pub left: Oid,
    /// The type of its right operand.
    pub right: Oid,
    /// The type of its result.
    pub result: Oid,
    /// The function that it runs.
    pub function: Oid,
}

/// A declared cast (`pg_cast`). Others go by the types' input and output functions.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(from = "(Oid, Oid, Oid, CastContext)")]
pub struct Cast {
    /// The type that it takes.
    pub source: Oid,
    /// The type that it makes.
    pub target: Oid,
    /// The function that it runs; [`Oid::NONE`] where the bytes stay, or go through text.
    pub function: Oid,
    /// Where it is used without being asked for.
    pub context: CastContext,
}

impl From<(Oid, Oid, Oid, CastContext)> for Cast {
    fn from((source, target, function, context): (Oid, Oid, Oid, CastContext)) -> Self {
        Self { source, target, function, context }
    }
}

/// Where a cast is used without being asked for (`pg_cast.castcontext`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum CastContext {
    /// Nowhere.
    #[serde(rename = "e")]
    Explicit,
    /// Where a value is assigned to a column.
    #[serde(rename = "a")]
    Assignment,
    /// Everywhere.
    #[serde(rename = "i")]
    Implicit,
}

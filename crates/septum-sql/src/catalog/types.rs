use serde::Deserialize;

use super::Oid;

/// A type (`pg_type`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Type {
    /// Its OID.
    pub oid: Oid,
    /// Its schema.
    pub schema: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// What it is.
    pub kind: TypeKind,
    /// Its category (`typcategory`), like `N` for numbers and `S` for strings.
    pub category: char,
    /// Whether it is the one that its category is converted to.
    pub preferred: bool,
    /// The relation whose rows it is; [`Oid::NONE`] for any but a composite type.
    pub relation: Oid,
    /// The type of an array's elements; [`Oid::NONE`] for any other type.
    pub element: Oid,
    /// The type of arrays of it, if there is one.
    pub array: Oid,
    /// What a domain is made of; [`Oid::NONE`] for any other type.
    pub base: Oid,
    /// What a range is of; [`Oid::NONE`] for any other type.
    pub subtype: Oid,
}

/// What a type is (`pg_type.typtype`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum TypeKind {
    /// A base type, arrays among them.
    #[serde(rename = "b")]
    Base,
    /// A composite type: a row.
    #[serde(rename = "c")]
    Composite,
    /// A domain.
    #[serde(rename = "d")]
    Domain,
    /// An enumeration.
    #[serde(rename = "e")]
    Enum,
    /// A pseudo-type, like `anyelement` or `record`.
    #[serde(rename = "p")]
    Pseudo,
    /// A range.
    #[serde(rename = "r")]
    Range,
    /// A multirange.
    #[serde(rename = "m")]
    Multirange,
}

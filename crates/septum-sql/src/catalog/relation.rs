use serde::Deserialize;

use super::{Oid, Policy};

/// A relation (`pg_class`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Its OID.
    pub oid: Oid,
    /// Its schema.
    pub schema: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// What it is.
    pub kind: RelationKind,
    /// The role that owns it.
    pub owner: Oid,
    /// The type of its rows; [`Oid::NONE`] for a sequence.
    pub row_type: Oid,
    /// `ENABLE ROW LEVEL SECURITY`.
    pub row_security: bool,
    /// `FORCE ROW LEVEL SECURITY`.
    pub forced: bool,
    /// Whether it is a partition.
    pub partition: bool,
    /// Whether it has rewrite rules, besides the one that makes a view.
    pub rules: bool,
    /// Its options, as in `security_invoker=true`.
    pub options: Box<[Box<str>]>,
    /// What it is a partition or a child of.
    pub parents: Box<[Oid]>,
    /// The SELECT of a view or materialised view.
    pub definition: Option<Box<str>>,
    /// The extension that it belongs to.
    pub extension: Option<Box<str>>,
    /// Its columns by number, without those that were dropped.
    pub columns: Box<[Column]>,
    /// Its policies.
    #[serde(skip)]
    pub policies: Vec<Policy>,
    /// Its unique indexes.
    #[serde(skip)]
    pub keys: Vec<Key>,
}

impl Relation {
    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }

    /// Whether a view asks for its relations by the rights of whoever reads it.
    pub fn is_invoker(&self) -> bool {
        let on = |option: &str| {
            option.strip_prefix("security_invoker=").is_some_and(|value| {
                ["true", "on", "yes", "1"].iter().any(|on| value.eq_ignore_ascii_case(on))
            })
        };
        self.options.iter().any(|option| on(option))
    }
}

/// What a relation is (`pg_class.relkind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum RelationKind {
    /// An ordinary table, or a partition that has no partitions.
    #[serde(rename = "r")]
    Table,
    /// A table that has partitions.
    #[serde(rename = "p")]
    PartitionedTable,
    /// A view.
    #[serde(rename = "v")]
    View,
    /// A materialised view.
    #[serde(rename = "m")]
    MaterializedView,
    /// A foreign table.
    #[serde(rename = "f")]
    ForeignTable,
    /// A sequence.
    #[serde(rename = "S")]
    Sequence,
    /// A composite type: no statement can name it as a relation.
    #[serde(rename = "c")]
    CompositeType,
}

/// A column (`pg_attribute`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "(i16, Box<str>, Oid, bool, bool, bool)")]
pub struct Column {
    /// Its number (`attnum`), from 1; there are gaps where columns were dropped.
    pub number: i16,
    /// Its name.
    pub name: Box<str>,
    /// Its type.
    pub type_oid: Oid,
    /// Whether it is NOT NULL.
    pub not_null: bool,
    /// Whether it is generated, and can't be written.
    pub generated: bool,
    /// Whether its collation, if it has one, takes no two different values for equal.
    pub deterministic: bool,
}

impl From<(i16, Box<str>, Oid, bool, bool, bool)> for Column {
    fn from(
        (number, name, type_oid, not_null, generated, deterministic): (
            i16,
            Box<str>,
            Oid,
            bool,
            bool,
            bool,
        ),
    ) -> Self {
        Self { number, name, type_oid, not_null, generated, deterministic }
    }
}

/// A unique index (`pg_index`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The table.
    pub relation: Oid,
    /// The index's name.
    pub name: Box<str>,
    /// Whether it is the primary key.
    pub primary: bool,
    /// The numbers of its columns; 0 is an expression. Those behind `key_columns` are only
    /// carried along.
    pub columns: Box<[i16]>,
    /// How many columns make the key.
    pub key_columns: u16,
    /// Whether it holds a part of the rows only.
    pub partial: bool,
}

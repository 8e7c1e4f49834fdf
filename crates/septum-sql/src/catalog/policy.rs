use serde::Deserialize;

use super::Oid;

/// A policy of row-level security (`pg_policy`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The table.
    pub relation: Oid,
    /// The policy's name, of which there is one a table.
    pub name: Box<str>,
    /// What it is for.
    pub command: PolicyCommand,
    /// Whether it opens rows, rather than closing them.
    pub permissive: bool,
    /// The roles that it is for; [`Oid::NONE`] stands for every role.
    pub roles: Box<[Oid]>,
    /// The condition on rows that are seen, as PostgreSQL spells it.
    pub using: Option<Box<str>>,
    /// The condition on rows that are written, as PostgreSQL spells it.
    pub check: Option<Box<str>>,
}

/// The command that a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum PolicyCommand {
    /// Every command.
    #[serde(rename = "*")]
    All,
    /// SELECT.
    #[serde(rename = "r")]
    Select,
    /// INSERT.
    #[serde(rename = "a")]
    Insert,
    /// UPDATE.
    #[serde(rename = "w")]
    Update,
    /// DELETE.
    #[serde(rename = "d")]
    Delete,
}

use serde::Deserialize;

use super::Oid;

/// A role, as far as it matters to row-level security.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its OID.
    pub oid: Oid,
    /// Its name.
    pub name: Box<str>,
    /// Whether policies don't hold for it: a superuser, or one with BYPASSRLS.
    pub bypasses: bool,
    /// Whether the role that statements run as is this one, or a member of it.
    pub own: bool,
}

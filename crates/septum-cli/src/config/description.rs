//! What a key takes: the one description that checks the file, reads the environment and makes
//! the JSON schema.

/// One key of the configuration.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) need: Need,
    /// A line for editors. The reference is `deploy/septum.toml`.
    pub(crate) doc: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Required,
    Optional,
}

/// What a key takes.
#[derive(Debug)]
pub(crate) enum Kind {
    Text,
    /// A path, relative to the file's own folder.
    Path,
    Bool,
    /// A whole number of this range.
    Whole(i64, i64),
    /// As in `250ms`, `30s`, `5m`, `2h`, `1d`.
    Duration,
    /// As in `64KiB`, `16MiB`, `1GiB`, or a number of bytes.
    Size,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A value that never stands in the file: `NAME_file` or `NAME_env` says where it is.
    Secret,
    Texts,
    Table(&'static [Key]),
    Tables(&'static [Key]),
}

pub(crate) const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, need: Need::Required, doc }
}

pub(crate) const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, need: Need::Optional, doc }
}

/// The names under which a key stands in a file: two for a secret.
pub(crate) fn spellings(key: &Key) -> Vec<String> {
    match key.kind {
        Kind::Secret => vec![format!("{}_file", key.name), format!("{}_env", key.name)],
        Kind::Text
        | Kind::Path
        | Kind::Bool
        | Kind::Whole(..)
        | Kind::Duration
        | Kind::Size
        | Kind::Choice(_)
        | Kind::Texts
        | Kind::Table(_)
        | Kind::Tables(_) => vec![key.name.to_owned()],
    }
}

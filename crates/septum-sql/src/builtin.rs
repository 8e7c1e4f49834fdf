//! PostgreSQL's own functions, by name, and which of them somebody has looked at.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::QualifiedName;

/// What is known of a function by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// One of `pg_catalog` (or Septum's own readers) that reaches no other tenant or session,
    /// runs no SQL held in a string, and leaves nothing behind in a session.
    Reviewed,
    /// One of PostgreSQL's own of which nobody has said so; the name counts whatever the schema.
    Unreviewed,
    /// Nothing that PostgreSQL has: the application's, or an extension's.
    Foreign,
}

impl Standing {
    /// Of the name of a function.
    pub(crate) fn of(function: &QualifiedName) -> Self {
        let name = &*function.name;
        match (function.schema.as_deref(), BY_NAME.get(name)) {
            (Some("septum"), _) if READERS.contains(&name) => Self::Reviewed,
            (Some("information_schema"), _) if name == INDEX_COLUMNS => Self::Reviewed,
            (None | Some("pg_catalog"), Some(standing)) => *standing,
            (_, Some(Self::Unreviewed)) | (Some("pg_catalog" | "information_schema"), _) => {
                Self::Unreviewed
            }
            // A later version's, of which nothing can be said; no application's are named so.
            (None, None) if name.starts_with("pg_") => Self::Unreviewed,
            (None | Some(_), Some(_) | None) => Self::Foreign,
        }
    }
}

/// What an application may ask Septum's schema.
const READERS: [&str; 3] = ["tenant", "principal", "environment"];

/// How drivers ask for the columns of an index.
const INDEX_COLUMNS: &str = "_pg_expandarray";

static BY_NAME: LazyLock<HashMap<&'static str, Standing>> = LazyLock::new(|| {
    let reviewed = names(include_str!("builtin/reviewed.txt"), Standing::Reviewed);
    let unreviewed = names(include_str!("builtin/unreviewed.txt"), Standing::Unreviewed);
    reviewed.chain(unreviewed).collect()
});

fn names(list: &str, standing: Standing) -> impl Iterator<Item = (&str, Standing)> {
    list.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(move |name| (name, standing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_in_both_lists() {
        let lines = [include_str!("builtin/reviewed.txt"), include_str!("builtin/unreviewed.txt")]
            .map(|list| names(list, Standing::Foreign).count());
        assert_eq!(BY_NAME.len(), lines.iter().sum::<usize>());
    }

    #[test]
    fn a_name_is_known_by_itself_and_in_pg_catalog_only() {
        let of = |schema: Option<&str>, name: &str| {
            Standing::of(&QualifiedName { schema: schema.map(Into::into), name: name.into() })
        };
        for (schema, name, standing) in [
            (None, "lower", Standing::Reviewed),
            (Some("pg_catalog"), "lower", Standing::Reviewed),
            (Some("crm"), "lower", Standing::Foreign),
            (None, "full_name", Standing::Foreign),
            (Some("pg_catalog"), "full_name", Standing::Unreviewed),
            (None, "lo_get", Standing::Unreviewed),
            (Some("crm"), "lo_get", Standing::Unreviewed),
            (None, "pg_of_a_later_version", Standing::Unreviewed),
            (Some("septum"), "tenant", Standing::Reviewed),
            (Some("septum"), "sealed", Standing::Foreign),
        ] {
            assert_eq!(of(schema, name), standing, "{schema:?}.{name}");
        }
    }
}

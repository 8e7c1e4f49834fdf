//! Relations, by name (catalogue S10, S33, S71, S75, S96-S109, S112, S113).
//!
//! Relations named `pg_*` are an allowlist of what describes the schema that all tenants
//! share; they are never written. Which of the user's relations are a tenant's comes
//! with the catalog snapshot.

use septum_core::Reason;
use septum_sql::{Relation, Statement};

use super::is_hidden_schema;
use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, _: &Policy) -> Result<(), Denial> {
    statement.facts().relations.iter().try_for_each(|relation| {
        let denied =
            || Denial::of(Reason::RelationNotAllowed, "the relation", &relation.name.to_string());
        match relation.name.schema.as_deref() {
            Some("septum") => Err(denied().crossing()),
            _ if is_allowed(relation) => Ok(()),
            _ => Err(denied()),
        }
    })
}

fn is_allowed(relation: &Relation) -> bool {
    let name = &*relation.name.name;
    let schema = relation.name.schema.as_deref();
    match schema {
        // Without a schema a name of the catalog is found there first; in another schema it is
        // an extension's, like `pg_stat_statements`.
        _ if name.starts_with("pg_") || schema == Some("pg_catalog") => {
            matches!(schema, None | Some("pg_catalog"))
                && !relation.written
                && DESCRIBES_THE_SCHEMA.contains(&name)
        }
        Some("information_schema") => !relation.written && !is_private(name),
        Some("cron") => false,
        Some(schema) => !is_hidden_schema(schema),
        None => true,
    }
}

/// Views of `information_schema` on servers, their users and their passwords.
fn is_private(name: &str) -> bool {
    ["_pg_", "user_mapping", "foreign_server", "foreign_data_wrapper"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Relations of `pg_catalog` that describe the shared schema. Left out: sessions, locks, plans
/// and statistics; roles and their settings; policies; other databases; large objects; files.
const DESCRIBES_THE_SCHEMA: [&str; 45] = [
    "pg_aggregate",
    "pg_am",
    "pg_amop",
    "pg_amproc",
    "pg_attrdef",
    "pg_attribute",
    "pg_available_extension_versions",
    "pg_available_extensions",
    "pg_cast",
    "pg_class",
    "pg_collation",
    "pg_constraint",
    "pg_conversion",
    "pg_depend",
    "pg_description",
    "pg_enum",
    "pg_extension",
    "pg_foreign_table",
    "pg_index",
    "pg_indexes",
    "pg_inherits",
    "pg_init_privs",
    "pg_language",
    "pg_matviews",
    "pg_namespace",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_partitioned_table",
    "pg_proc",
    "pg_range",
    "pg_sequence",
    "pg_settings",
    "pg_tables",
    "pg_tablespace",
    "pg_timezone_abbrevs",
    "pg_timezone_names",
    "pg_trigger",
    "pg_ts_config",
    "pg_ts_config_map",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
    "pg_type",
    "pg_views",
];

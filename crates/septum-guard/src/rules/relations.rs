//! Relations (catalogue S10, S33, S37, S38, S71, S75, S96-S109, S112, S113).
//!
//! Relations named `pg_*` are an allowlist of what describes the schema that all tenants
//! share; they are never written. The user's are what the tenancy model says: a tenant's, shared
//! and only read, or refused. A view that it doesn't list is what its definition reads.

use septum_core::{Reason, TableMode};
use septum_sql::catalog::RelationKind;
use septum_sql::{Class, QualifiedName, Reach, Reached, Statement};

use super::is_hidden_schema;
use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, _: &Policy) -> Result<(), Denial> {
    let facts = statement.facts();
    let mut named = facts.relations.iter();
    named.try_for_each(|relation| check_name(&relation.name, relation.written))?;
    let mut reached = facts.reach.relations.iter();
    reached.try_for_each(|one| check_reached(one, &facts.reach, facts.locks_all))
}

/// By the name as it stands in the statement.
fn check_name(name: &QualifiedName, written: bool) -> Result<(), Denial> {
    match name.schema.as_deref() {
        Some("septum") => Err(denied(name).crossing()),
        _ if is_allowed(name, written) => Ok(()),
        _ => Err(denied(name)),
    }
}

fn denied(name: &QualifiedName) -> Denial {
    Denial::of(Reason::RelationNotAllowed, "the relation", &name.to_string())
}

/// By what the catalog and the tenancy model say.
fn check_reached(reached: &Reached, reach: &Reach, locked: bool) -> Result<(), Denial> {
    let name = &reached.name;
    // Who lists a view says what is to be thought of what it reads.
    let leave = reached
        .view
        .is_some_and(|view| reach.relations.iter().any(|one| one.oid == view && one.listed));
    match reached.class {
        Class::System if leave && !reached.written && !is_septums(name) => Ok(()),
        Class::System => check_name(name, reached.written),
        Class::Tenant { .. } if reached.past_policies => Err(Denial::of(
            Reason::ViewPastPolicies,
            "behind a view the relation",
            &name.to_string(),
        )),
        // Row-level security can't be enabled on them.
        Class::Tenant { mode: TableMode::Rls | TableMode::RlsPredicate, .. }
            if is_unprotectable(reached.kind) =>
        {
            Err(unclassified(name, "\"tenant\" mode = \"rewrite\""))
        }
        Class::Tenant { .. } => Ok(()),
        // A lock of everybody's row keeps the other tenants' waiting, and tells of theirs.
        Class::Shared if reached.written || locked => {
            Err(Denial::of(Reason::SharedWrite, "writing the relation", &name.to_string()))
        }
        Class::Shared => Ok(()),
        Class::Unclassified if reached.kind == RelationKind::Sequence => Err(denied(name)),
        Class::Unclassified if reached.kind == RelationKind::View && !reached.written => Ok(()),
        Class::Unclassified if leave && !reached.written => Ok(()),
        Class::Unclassified => Err(unclassified(name, "\"shared\"")),
    }
}

fn is_septums(name: &QualifiedName) -> bool {
    name.schema.as_deref() == Some("septum")
}

fn is_unprotectable(kind: RelationKind) -> bool {
    match kind {
        RelationKind::MaterializedView | RelationKind::ForeignTable => true,
        RelationKind::Table
        | RelationKind::PartitionedTable
        | RelationKind::View
        | RelationKind::Sequence
        | RelationKind::CompositeType => false,
    }
}

/// With the lines that would classify it.
fn unclassified(name: &QualifiedName, scope: &str) -> Denial {
    let mut denial = Denial::of(Reason::Unclassified, "the relation", &name.to_string());
    let name = denial.subject.clone().unwrap_or_default();
    denial.message = format!(
        "nobody said whose rows the relation `{name}` has; if it may be reached, add \
         `[[relations]] name = \"{name}\" scope = {scope}` to the configuration",
    );
    denial.observable()
}

fn is_allowed(name: &QualifiedName, written: bool) -> bool {
    let schema = name.schema.as_deref();
    let name = &*name.name;
    match schema {
        // Without a schema a name of the catalog is found there first; in another schema it is
        // an extension's, like `pg_stat_statements`.
        _ if name.starts_with("pg_") || schema == Some("pg_catalog") => {
            matches!(schema, None | Some("pg_catalog"))
                && !written
                && DESCRIBES_THE_SCHEMA.contains(&name)
        }
        Some("information_schema") => !written && !is_private(name),
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

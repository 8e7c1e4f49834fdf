//! Without a model of the database nobody knows what a name means in it: only PostgreSQL's own
//! may be named. With one, a tenant's relation is reached where PostgreSQL is proven to hold it
//! to the bound tenant (catalogue S27-S36).

use septum_core::Reason;
use septum_sql::{Model, QualifiedName, Standing, Statement};

use crate::Denial;

pub(super) fn check(statement: &Statement, model: Option<&Model>) -> Result<(), Denial> {
    match model {
        Some(model) => proven_only(statement, model),
        None => own_only(statement),
    }
}

fn proven_only(statement: &Statement, model: &Model) -> Result<(), Denial> {
    // Those behind views too.
    let mut reached = statement.facts().reach.relations.iter();
    let unproven = reached.find_map(|relation| model.posture().of(relation.oid));
    match unproven {
        Some(unproven) => {
            let name = unproven.relation.to_string();
            Err(Denial::of(Reason::UnprovenTable, "the use of the unproven", &name).observable())
        }
        None => Ok(()),
    }
}

fn own_only(statement: &Statement) -> Result<(), Denial> {
    let facts = statement.facts();
    let relations = facts.relations.iter().map(|relation| &relation.name);
    let functions = facts.functions.iter().filter(|called| called.standing == Standing::Foreign);
    // A domain's constraint runs functions.
    let foreign = relations
        .filter(|name| !is_own_relation(name))
        .chain(functions.map(|called| &called.name))
        .chain(facts.types.iter().filter(|name| !is_own_type(name)))
        .find(|name| !is_own(name));
    match foreign {
        Some(name) => {
            let what = "before the catalog is known the use of";
            Err(Denial::of(Reason::CatalogUnavailable, what, &name.to_string()))
        }
        None => Ok(()),
    }
}

fn is_own(name: &QualifiedName) -> bool {
    matches!(name.schema.as_deref(), Some("pg_catalog" | "information_schema"))
}

fn is_own_relation(name: &QualifiedName) -> bool {
    name.schema.is_none() && name.name.starts_with("pg_")
}

fn is_own_type(name: &QualifiedName) -> bool {
    name.schema.is_none() && TYPES.contains(&&*name.name)
}

/// Types of `pg_catalog` whose names PostgreSQL's grammar leaves without a schema, as far as
/// drivers use them when they connect.
const TYPES: [&str; 29] = [
    "bool",
    "bytea",
    "char",
    "cidr",
    "date",
    "float4",
    "float8",
    "inet",
    "int2",
    "int4",
    "int8",
    "json",
    "jsonb",
    "name",
    "numeric",
    "oid",
    "oidvector",
    "record",
    "regclass",
    "regnamespace",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "text",
    "timestamp",
    "timestamptz",
    "uuid",
    "xid",
];

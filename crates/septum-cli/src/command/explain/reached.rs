//! What a statement reaches, in words.

use std::collections::BTreeSet;
use std::fmt;

use septum_core::TableMode;
use septum_sql::{Class, Model, Statement};

/// A relation, and what it is to a tenant.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reached {
    name: String,
    class: &'static str,
    written: bool,
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = if self.written { ", written" } else { "" };
        write!(f, "{} ({}{written})", self.name, self.class)
    }
}

/// The relations, each once.
pub(super) fn relations(statement: &Statement, model: &Model) -> BTreeSet<Reached> {
    let named = |relation: &septum_sql::Relation| {
        let name = &relation.name;
        let found = model.catalog().relation_named(name.schema.as_deref(), &name.name);
        Reached {
            name: found
                .map_or_else(|| name.to_string(), |one| format!("{}.{}", one.schema, one.name)),
            class: found.map_or("not in the catalog", |one| class(model.class(one.oid))),
            written: relation.written,
        }
    };
    statement.facts().relations.iter().map(named).collect()
}

/// The functions that are called by name, each once.
pub(super) fn functions(statement: &Statement) -> BTreeSet<String> {
    statement.facts().functions.iter().map(|function| function.name.to_string()).collect()
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Tenant { mode: TableMode::Rls, .. } => "tenant, rls",
        Class::Tenant { mode: TableMode::RlsPredicate, .. } => "tenant, rls+predicate",
        Class::Tenant { mode: TableMode::Rewrite, .. } => "tenant, rewrite",
        Class::Shared => "shared",
        Class::System => "system",
        Class::Unclassified => "unclassified",
    }
}

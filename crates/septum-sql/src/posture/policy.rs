//! A restrictive policy for all commands and every role has the tenant's condition, exactly, for
//! rows that are seen and for rows that are written (catalogue S31, S32). Restrictive policies
//! only ever narrow, so whatever other policies there are open nothing.
//!
//! PostgreSQL prints the condition with names qualified where they would mean something else
//! without: `tenant_id = OPERATOR(public.=) ...`, `other.tenant()`. What it prints is parsed and
//! compared with what it prints of the policy that `septum.protect` makes.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Fault, column};
use crate::catalog::{Column, Oid, Policy, PolicyCommand, Relation};
use crate::{Catalog, parse_script};

pub(super) fn fault(
    relation: &Relation,
    of: &Column,
    catalog: &Catalog,
    conditions: &mut Conditions,
) -> Option<Fault> {
    let expected = expected(of, catalog);
    let expected: Vec<_> = expected.iter().filter_map(|text| conditions.canonical(text)).collect();
    let mut is_expected = |condition: Option<&str>| {
        condition
            .and_then(|text| conditions.canonical(text))
            .is_some_and(|found| expected.contains(&found))
    };
    let holds = |policy: &Policy| {
        policy.command == PolicyCommand::All
            && !policy.permissive
            && policy.roles.contains(&Oid::NONE)
            && is_expected(policy.using.as_deref())
            && is_expected(policy.check.as_deref())
    };
    if !relation.policies.iter().any(holds) {
        return Some(Fault::NoPolicy);
    }
    (!equals_is_built_in(catalog)).then_some(Fault::Operator)
}

/// Where a schema comes before `pg_catalog`, an operator of it is printed without its schema.
fn equals_is_built_in(catalog: &Catalog) -> bool {
    catalog.operators_named(None, "=").next().is_some_and(|first| &*first.schema == "pg_catalog")
}

/// As PostgreSQL compares the column: a domain as its base type, `varchar` as `text`.
fn expected(of: &Column, catalog: &Catalog) -> Vec<String> {
    let name = format!("\"{}\"", of.name.replace('"', "\"\""));
    let mut operands = vec![name.clone()];
    if let Some(base) = column::base(of, catalog) {
        if base.oid != of.type_oid {
            operands.push(format!("{name}::pg_catalog.{}", base.name));
        }
        if &*base.name == "varchar" {
            operands.push(format!("{name}::text"));
            operands.push(format!("{name}::pg_catalog.varchar::text"));
        }
        if &*base.name == "text" && base.oid != of.type_oid {
            operands.push(format!("{name}::text"));
        }
        if &*base.name == "uuid" && base.oid != of.type_oid {
            operands.push(format!("{name}::uuid"));
        }
    }
    let condition = |operand| format!("{operand} = (SELECT septum.tenant() AS tenant)");
    operands.into_iter().map(condition).collect()
}

/// Conditions that were parsed: a thousand tables have the same one.
#[derive(Default)]
pub(super) struct Conditions(HashMap<String, Option<Arc<str>>>);

impl Conditions {
    /// Equal texts are equal trees: a canonical text parses to the tree that it is made of.
    fn canonical(&mut self, condition: &str) -> Option<Arc<str>> {
        if let Some(known) = self.0.get(condition) {
            return known.clone();
        }
        let found = canonical(condition);
        self.0.insert(condition.to_owned(), found.clone());
        found
    }
}

fn canonical(condition: &str) -> Option<Arc<str>> {
    let script = parse_script(&format!("SELECT {condition}")).ok()?;
    match script.as_slice() {
        [one] if !one.canonical().is_empty() => Some(one.canonical().into()),
        _ => None,
    }
}

//! A restrictive policy for all commands and every role has the tenant's condition, exactly, for
//! rows that are seen and for rows that are written (catalogue S31, S32). Restrictive policies
//! only ever narrow, so whatever other policies there are open nothing.
//!
//! PostgreSQL prints the condition with names qualified where they would mean something else
//! without: `tenant_id = OPERATOR(public.=) ...`, `other.tenant()`. What it prints is parsed and
//! compared with what it prints of the policy that `septum.protect` makes.

use super::{Fault, column};
use crate::catalog::{Column, Oid, Policy, PolicyCommand, Relation};
use crate::{Catalog, parse_script};

pub(super) fn fault(relation: &Relation, of: &Column, catalog: &Catalog) -> Option<Fault> {
    let expected = expected(of, catalog);
    let holds = |policy: &Policy| {
        policy.command == PolicyCommand::All
            && !policy.permissive
            && policy.roles.contains(&Oid::NONE)
            && is_one_of(policy.using.as_deref(), &expected)
            && is_one_of(policy.check.as_deref(), &expected)
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
    operands.into_iter().filter_map(|operand| canonical(&condition(operand))).collect()
}

fn is_one_of(condition: Option<&str>, expected: &[String]) -> bool {
    condition.and_then(canonical).is_some_and(|found| expected.contains(&found))
}

/// Equal texts are equal trees: a canonical text parses to the tree that it is made of.
fn canonical(condition: &str) -> Option<String> {
    let script = parse_script(&format!("SELECT {condition}")).ok()?;
    match script.as_slice() {
        [one] if !one.canonical().is_empty() => Some(one.canonical().to_owned()),
        _ => None,
    }
}

//! What a view reads can't be rewritten. PostgreSQL holds what is under it to row-level security,
//! but a table that is enforced by rewriting has none.

use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::{Scope, TableMode};

use crate::Model;
use crate::catalog::{Oid, Relation, RelationKind};
use crate::model::Class;
use crate::tree::{Walker, walk_statement};

/// Whether a relation shows rows that nothing holds to a tenant. A view that the deployment has
/// listed with a tenant column is held by that.
pub(super) fn is_open(relation: &Relation, class: Class, model: &Model) -> bool {
    if !is_view(relation) || !reads_rewritten(relation, model, &mut Vec::new()) {
        return false;
    }
    let listed = model.tenancy().listed(&relation.schema, &relation.name);
    let held = matches!(class, Class::Tenant { mode: TableMode::Rewrite, .. });
    !(held && matches!(listed, Some(Scope::Tenant { .. })))
}

fn is_view(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView)
}

fn reads_rewritten(view: &Relation, model: &Model, seen: &mut Vec<Oid>) -> bool {
    if seen.contains(&view.oid) || model.class(view.oid) == Class::System {
        return false;
    }
    seen.push(view.oid);
    // What can't be read may read anything.
    let Some(names) = view.definition.as_deref().and_then(reads) else { return true };
    names.iter().any(|(schema, name)| {
        let Some(relation) = model.catalog().relation_named(schema.as_deref(), name) else {
            return true;
        };
        if is_view(relation) {
            return reads_rewritten(relation, model, seen);
        }
        matches!(model.class(relation.oid), Class::Tenant { mode: TableMode::Rewrite, .. })
    })
}

type Name = (Option<Box<str>>, Box<str>);

/// The relations that a definition names.
fn reads(definition: &str) -> Option<Vec<Name>> {
    let parsed = pg_query::parse(definition, 0).ok()?;
    let mut tree = parsed.protobuf.stmts.into_iter().next()?.stmt?;
    let node: &mut NodeEnum = tree.node.as_mut()?;
    let mut walker = Walker::judge();
    walk_statement(node, &mut walker);
    if walker.gave_up() {
        return None;
    }
    let (facts, ..) = walker.finish();
    let names = facts.relations.into_iter().map(|one| (one.name.schema, one.name.name));
    facts.unknown.is_empty().then(|| names.collect())
}

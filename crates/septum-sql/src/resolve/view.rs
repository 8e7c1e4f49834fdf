//! What views do: their definitions, resolved once a model.

use std::collections::HashMap;

use super::{Callee, Reach, Resolver};
use crate::catalog::{Oid, Relation, RelationKind};
use crate::{Class, Facts, Model};

/// What each view of the user's names and calls itself. A view that can't be understood is
/// absent, and is refused.
#[derive(Debug, Default)]
pub(crate) struct Views(HashMap<Oid, View>);

#[derive(Debug)]
struct View {
    relations: Box<[Oid]>,
    callees: Box<[Callee]>,
}

impl Views {
    /// Of a model that has none yet.
    pub(crate) fn new(model: &Model) -> Self {
        let views = model.catalog().relations().filter(|relation| {
            relation.kind == RelationKind::View && model.class(relation.oid) != Class::System
        });
        Self(views.filter_map(|view| Some((view.oid, understand(view, model)?))).collect())
    }
}

fn understand(view: &Relation, model: &Model) -> Option<View> {
    let mut trees = crate::script::parse(view.definition.as_deref()?).ok()?;
    let [tree] = trees.as_mut_slice() else { return None };
    let node = tree.node.as_mut()?;
    let mut walker = crate::tree::Walker::judge();
    crate::tree::walk_statement(node, &mut walker);
    let (mut facts, ..) = walker.finish();
    super::resolve(node, &mut facts, model).ok()?;
    let Facts { unknown, reach: Reach { relations, callees, missing, .. }, .. } = facts;
    (unknown.is_empty() && missing.is_empty()).then(|| View {
        relations: relations.iter().map(|one| one.oid).collect(),
        callees: callees.into(),
    })
}

impl<'a> Resolver<'a> {
    /// Notes what stands behind a view, views behind it too. What is written through a view is
    /// written in the relations that it reads, as far as can be known here.
    pub(super) fn behind_view(&mut self, view: &Relation, written: bool) {
        let model: &'a Model = self.model;
        let mut views = vec![view.oid];
        let mut next = 0;
        while let Some(&oid) = views.get(next) {
            next += 1;
            let Some(all) = model.views() else { return };
            let (Some(known), Some(view)) = (all.0.get(&oid), self.catalog.relation(oid)) else {
                // PostgreSQL's own are judged by their names; others are not understood.
                if model.class(oid) != Class::System {
                    self.refuse("view");
                }
                continue;
            };
            for relation in known.relations.iter().filter_map(|oid| self.catalog.relation(*oid)) {
                let past = !view.is_invoker() && passes_policies(view, relation, model);
                self.add_reached(relation, written, Some(view.oid), past);
                if relation.kind == RelationKind::View && !views.contains(&relation.oid) {
                    views.push(relation.oid);
                }
            }
            for callee in &known.callees {
                self.add_callee(callee.clone());
            }
        }
    }
}

/// Whether policies of a relation don't apply to the owner of a view.
fn passes_policies(view: &Relation, relation: &Relation, model: &Model) -> bool {
    let bypasses = model.catalog().role_of(view.owner).is_none_or(|owner| owner.bypasses);
    bypasses || (view.owner == relation.owner && !relation.forced)
}

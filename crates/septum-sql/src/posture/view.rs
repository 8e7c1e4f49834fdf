//! A view shows what its own definition reaches, by the rights of its owner unless it is a
//! security_invoker. Nothing is added to a definition: every relation in it must be held by
//! PostgreSQL alone (catalogue S35).

use septum_core::TableMode;

use super::{Fault, Proof, rules};
use crate::catalog::Relation;
use crate::{Class, Standing, Statement, parse_script};

impl Proof<'_> {
    pub(super) fn view(&mut self, view: &Relation) -> Option<Fault> {
        let is_held = |owner: &crate::catalog::Role| !owner.bypasses;
        if !view.is_invoker() && !self.catalog.role_of(view.owner).is_some_and(is_held) {
            return Some(Fault::ViewOwner);
        }
        rules::fault(view).or_else(|| self.contents(view))
    }

    /// What a view, or a materialised view, is made of.
    pub(super) fn contents(&mut self, view: &Relation) -> Option<Fault> {
        // PostgreSQL has no view of itself, but a torn snapshot might.
        if self.views.contains(&view.oid) {
            return Some(Fault::ViewUnread);
        }
        let script = view.definition.as_deref().and_then(|text| parse_script(text).ok());
        let Some([query]) = script.as_deref() else { return Some(Fault::ViewUnread) };
        self.views.push(view.oid);
        let fault = functions(query).or_else(|| self.relations(query));
        self.views.pop();
        fault
    }

    /// What a materialised view holds was read when it was refreshed, by whoever did: nothing of
    /// a tenant's may be in it.
    pub(super) fn stored(&mut self, view: &Relation) -> Option<Fault> {
        self.contents(view).or_else(|| self.tenants_table(view))
    }

    fn tenants_table(&mut self, view: &Relation) -> Option<Fault> {
        if self.views.contains(&view.oid) {
            return Some(Fault::ViewUnread);
        }
        let script = view.definition.as_deref().and_then(|text| parse_script(text).ok());
        let Some([query]) = script.as_deref() else { return Some(Fault::ViewUnread) };
        self.views.push(view.oid);
        let fault = query.facts().relations.iter().find_map(|used| {
            let name = &used.name;
            let Some(found) = self.catalog.relation_named(name.schema.as_deref(), &name.name)
            else {
                return Some(Fault::ViewReaches(name.to_string().into()));
            };
            match self.class(found) {
                Class::Tenant { .. } => Some(Fault::ViewReaches(name.to_string().into())),
                Class::Shared | Class::System | Class::Unclassified
                    if found.definition.is_some() =>
                {
                    self.tenants_table(found)
                }
                Class::Shared | Class::System | Class::Unclassified => None,
            }
        });
        self.views.pop();
        fault
    }

    fn relations(&mut self, query: &Statement) -> Option<Fault> {
        query.facts().relations.iter().find_map(|used| {
            let name = &used.name;
            let found = self.catalog.relation_named(name.schema.as_deref(), &name.name);
            let held = found.is_some_and(|relation| self.is_held(relation));
            (!held).then(|| Fault::ViewReaches(name.to_string().into()))
        })
    }

    /// Whether PostgreSQL alone holds a relation to the bound tenant, or nobody needs to.
    fn is_held(&mut self, relation: &Relation) -> bool {
        match self.class(relation) {
            Class::Shared
            | Class::Tenant { mode: TableMode::Rls | TableMode::RlsPredicate, .. } => {
                self.fault(relation).is_none()
            }
            Class::Tenant { mode: TableMode::Rewrite, .. }
            | Class::System
            | Class::Unclassified => false,
        }
    }
}

/// A function that nobody has looked at may do anything.
fn functions(query: &Statement) -> Option<Fault> {
    let facts = query.facts();
    if query.refusal().is_some() || !facts.unknown.is_empty() || !facts.operators.is_empty() {
        return Some(Fault::ViewUnread);
    }
    let strange = facts.functions.iter().find(|called| called.standing != Standing::Reviewed)?;
    Some(Fault::ViewReaches(strange.name.to_string().into()))
}

use std::collections::HashMap;
use std::sync::Arc;

use septum_core::{Scope, TableMode, Tenancy};

use crate::catalog::{Oid, Relation, RelationKind};
use crate::resolve::{Index, Views};
use crate::{Catalog, Posture};

/// A catalog, seen through the tenancy model: what each relation is to a tenant.
#[derive(Debug)]
pub struct Model {
    catalog: Arc<Catalog>,
    tenancy: Arc<Tenancy>,
    classes: HashMap<Oid, Class>,
    index: Index,
    /// Absent only while the views themselves are being resolved.
    views: Option<Views>,
    posture: Posture,
}

/// What a relation is to a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Each row is one tenant's.
    Tenant {
        /// The number of the column with the tenant's key.
        column: i16,
        /// How it is enforced.
        mode: TableMode,
    },
    /// Reference data: read by all, written by none.
    Shared,
    /// PostgreSQL's own.
    System,
    /// Nobody said what it is: refused.
    Unclassified,
}

impl Model {
    /// What a tenancy model makes of a catalog.
    pub fn new(catalog: Arc<Catalog>, tenancy: Arc<Tenancy>) -> Self {
        let class = |relation: &Relation| (relation.oid, classify(relation, &tenancy));
        let alone: HashMap<Oid, Class> = catalog.relations().map(class).collect();
        let narrowed =
            |(oid, class): (&Oid, &Class)| (*oid, narrowed(*oid, *class, &catalog, &alone));
        let classes = alone.iter().map(narrowed).collect();
        let posture = Posture::prove(&catalog, &tenancy, &classes);
        let index = Index::new(&catalog);
        let mut model = Self { catalog, tenancy, classes, index, views: None, posture };
        model.views = Some(Views::new(&model));
        model
    }

    /// What is proven of the database's own row-level security.
    pub fn posture(&self) -> &Posture {
        &self.posture
    }

    /// The catalog.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Whether a tenant's table is enforced by rewriting alone: what a function reads of it
    /// nobody holds back.
    pub fn rewrites(&self) -> bool {
        let alone = |class: &Class| matches!(class, Class::Tenant { mode: TableMode::Rewrite, .. });
        self.classes.values().any(alone)
    }

    /// The tenancy model.
    pub fn tenancy(&self) -> &Tenancy {
        &self.tenancy
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn views(&self) -> Option<&Views> {
        self.views.as_ref()
    }

    /// What a relation is; one that isn't in the catalog is unclassified.
    pub fn class(&self, relation: Oid) -> Class {
        self.classes.get(&relation).copied().unwrap_or(Class::Unclassified)
    }
}

/// A partition or child is classified by itself, like any other: it may be named directly.
fn classify(relation: &Relation, tenancy: &Tenancy) -> Class {
    if ["pg_catalog", "information_schema", "septum"].contains(&&*relation.schema) {
        return Class::System;
    }
    let tenant = |column: Option<&str>, mode: Option<TableMode>| {
        let column = relation.column(column.unwrap_or(&tenancy.column))?;
        Some(Class::Tenant { column: column.number, mode: mode.unwrap_or(tenancy.mode) })
    };
    match tenancy.listed(&relation.schema, &relation.name) {
        Some(Scope::Shared) => Class::Shared,
        Some(Scope::Tenant { column, mode }) => {
            tenant(column.as_deref(), *mode).unwrap_or(Class::Unclassified)
        }
        None if relation.kind == RelationKind::Sequence => Class::Unclassified,
        None => tenant(None, None).unwrap_or(Class::Unclassified),
    }
}

/// Rows of a child are its parent's too: neither may be laxer than the other says. What is would
/// show a tenant's rows under another rule, and is nothing then.
fn narrowed(oid: Oid, class: Class, catalog: &Catalog, classes: &HashMap<Oid, Class>) -> Class {
    let is_tenants = |one: &&Relation| matches!(classes.get(&one.oid), Some(Class::Tenant { .. }));
    match class {
        Class::Shared => {
            let kin = [catalog.ancestors(oid), catalog.descendants(oid)].concat();
            if kin.iter().any(is_tenants) { Class::Unclassified } else { class }
        }
        Class::Tenant { column, mode } => {
            let name = |oid, number| {
                let column = |one: &&crate::catalog::Column| one.number == number;
                Some(&*catalog.relation(oid)?.columns.iter().find(column)?.name)
            };
            let laxer = |above: &&Relation| match classes.get(&above.oid) {
                Some(Class::Tenant { column: theirs, mode: rule }) => {
                    name(above.oid, *theirs) != name(oid, column)
                        || (mode == TableMode::Rewrite && *rule != TableMode::Rewrite)
                }
                Some(Class::Shared | Class::System | Class::Unclassified) | None => false,
            };
            if catalog.ancestors(oid).iter().any(laxer) { Class::Unclassified } else { class }
        }
        Class::System | Class::Unclassified => class,
    }
}

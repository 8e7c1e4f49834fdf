use std::collections::HashMap;
use std::sync::Arc;

use septum_core::{Scope, TableMode, Tenancy};

use crate::Catalog;
use crate::catalog::{Oid, Relation, RelationKind};
use crate::resolve::{Index, Views};

/// A catalog, seen through the tenancy model: what each relation is to a tenant.
#[derive(Debug)]
pub struct Model {
    catalog: Arc<Catalog>,
    tenancy: Arc<Tenancy>,
    classes: HashMap<Oid, Class>,
    index: Index,
    /// Absent only while the views themselves are being resolved.
    views: Option<Views>,
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
        let classes = catalog.relations().map(class).collect();
        let index = Index::new(&catalog);
        let mut model = Self { catalog, tenancy, classes, index, views: None };
        model.views = Some(Views::new(&model));
        model
    }

    /// The catalog.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
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

//! What is proven of the database's own row-level security: that PostgreSQL itself holds each
//! tenant relation to the bound tenant, whatever the statement (catalogue S27-S36).
//!
//! One file a condition. What none can vouch for is unproven, and the guard refuses it.

mod column;
mod forced;
mod owner;
mod policy;
mod reader;
mod rules;
mod view;

use std::collections::HashMap;
use std::fmt;

use septum_core::{RelationName, TableMode, Tenancy};

use crate::catalog::{Column, Oid, Relation, RelationKind};
use crate::{Catalog, Class};

/// Which relations are not proven to be held to the bound tenant.
#[derive(Debug, Default)]
pub struct Posture(HashMap<Oid, Unproven>);

impl Posture {
    /// Proves what can be proven of the relations of these classes.
    pub(crate) fn prove(
        catalog: &Catalog,
        tenancy: &Tenancy,
        classes: &HashMap<Oid, Class>,
    ) -> Self {
        let reader = reader::fault(catalog, tenancy);
        let (views, conditions) = (Vec::new(), policy::Conditions::default());
        let mut proof = Proof { catalog, tenancy, classes, reader, views, conditions };
        let each = catalog.relations().filter_map(|one| Some((one.oid, proof.unproven(one)?)));
        Self(each.collect())
    }

    /// Why a relation is not proven; `None` for one that is, or that is no tenant's.
    pub fn of(&self, relation: Oid) -> Option<&Unproven> {
        self.0.get(&relation)
    }

    /// Every relation that is not proven, in no order.
    pub fn unproven(&self) -> impl Iterator<Item = &Unproven> {
        self.0.values()
    }
}

/// A relation that is not proven to be held to the bound tenant, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproven {
    /// The relation.
    pub relation: RelationName,
    /// Why.
    pub fault: Fault,
    /// The SQL that mends it, where there is one command that does.
    pub remedy: Option<String>,
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.relation, self.fault)
    }
}

/// Why a relation is not proven.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Policies don't hold.
    #[error("row-level security is not enabled")]
    Disabled,
    /// They don't hold for the owner.
    #[error("row-level security is not forced")]
    NotForced,
    /// No policy is the one that `septum.protect` makes.
    #[error("no restrictive policy for all commands and roles has exactly the tenant's condition")]
    NoPolicy,
    /// The condition's operator may be another than it seems.
    #[error("the operator `=` is another's than pg_catalog's on this search_path")]
    Operator,
    /// The tenant column compares values of different tenants as equal.
    #[error(
        "the tenant column can't be compared with a tenant's key exactly: its type or collation"
    )]
    Column,
    /// The application could switch the policies off.
    #[error("the application's role owns it, or is a member of its owner")]
    Owner,
    /// The application's role is above policies.
    #[error("the application's role is a superuser or has BYPASSRLS")]
    Role,
    /// `septum.tenant()` is not what it must be.
    #[error("septum.tenant() is not the one that `septum migrate` makes")]
    Reader,
    /// It sends statements elsewhere.
    #[error("it has rewrite rules, which run by its owner's rights")]
    Rules,
    /// It can have no policies.
    #[error("row-level security can't be enabled on this kind of relation")]
    Kind,
    /// A view that policies don't hold for.
    #[error("the view's owner is a superuser or has BYPASSRLS, and it is no security_invoker")]
    ViewOwner,
    /// A view that can't be read.
    #[error("the view's definition holds what can't be judged")]
    ViewUnread,
    /// A view of something unproven.
    #[error("the view reaches `{0}`, which is not proven or is not allowed in a view")]
    ViewReaches(Box<str>),
}

struct Proof<'a> {
    catalog: &'a Catalog,
    tenancy: &'a Tenancy,
    classes: &'a HashMap<Oid, Class>,
    reader: Option<Fault>,
    /// The views that are being judged, each inside the one before it.
    views: Vec<Oid>,
    conditions: policy::Conditions,
}

impl<'a> Proof<'a> {
    fn class(&self, relation: &Relation) -> Class {
        self.classes.get(&relation.oid).copied().unwrap_or(Class::Unclassified)
    }

    fn unproven(&mut self, relation: &Relation) -> Option<Unproven> {
        let fault = self.fault(relation)?;
        let relation_name =
            RelationName { schema: relation.schema.clone(), name: relation.name.clone() };
        let remedy = self.remedy(relation, &fault);
        Some(Unproven { relation: relation_name, fault, remedy })
    }

    fn fault(&mut self, relation: &Relation) -> Option<Fault> {
        use RelationKind as K;
        match (self.class(relation), relation.kind) {
            (Class::System | Class::Unclassified, _)
            | (_, K::Sequence | K::CompositeType)
            | (Class::Shared, K::Table | K::PartitionedTable | K::ForeignTable) => None,
            (Class::Tenant { .. } | Class::Shared, K::View) => self.view(relation),
            (Class::Shared, K::MaterializedView) => self.stored(relation),
            (
                Class::Tenant { mode: TableMode::Rewrite, .. },
                K::Table | K::PartitionedTable | K::MaterializedView | K::ForeignTable,
            ) => rules::fault(relation),
            (Class::Tenant { column, .. }, K::Table | K::PartitionedTable) => {
                self.table(relation, column)
            }
            (Class::Tenant { .. }, K::MaterializedView | K::ForeignTable) => Some(Fault::Kind),
        }
    }

    fn table(&mut self, relation: &Relation, column: i16) -> Option<Fault> {
        let Some(column) = relation.columns.iter().find(|one| one.number == column) else {
            return Some(Fault::Column);
        };
        self.reader
            .clone()
            .or_else(|| forced::fault(relation))
            .or_else(|| owner::fault(relation, self.catalog))
            .or_else(|| rules::fault(relation))
            .or_else(|| column::fault(column, self.catalog, self.tenancy))
            .or_else(|| policy::fault(relation, column, self.catalog, &mut self.conditions))
    }

    /// A child is protected by way of its root.
    fn remedy(&self, relation: &Relation, fault: &Fault) -> Option<String> {
        let mends = matches!(fault, Fault::Disabled | Fault::NotForced | Fault::NoPolicy);
        let Class::Tenant { column, .. } = self.class(relation) else { return None };
        let column: &Column = relation.columns.iter().find(|one| one.number == column)?;
        let above = self.catalog.ancestors(relation.oid);
        let root = above.into_iter().find(|one| one.parents.is_empty()).unwrap_or(relation);
        let name = format!("{}.{}", quoted(&root.schema), quoted(&root.name)).replace('\'', "''");
        let column = column.name.replace('\'', "''");
        mends.then(|| format!("SELECT septum.protect('{name}', '{column}')"))
    }
}

/// A name as SQL needs it.
fn quoted(name: &str) -> String {
    let plain = |at: usize, letter: char| {
        letter.is_ascii_lowercase() || letter == '_' || (at > 0 && letter.is_ascii_digit())
    };
    match name.chars().enumerate().all(|(at, letter)| plain(at, letter)) {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

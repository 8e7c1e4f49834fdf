//! The application's role is neither above policies nor the owner's, who may switch them off
//! (catalogue S29).

use super::Fault;
use crate::Catalog;
use crate::catalog::Relation;

pub(super) fn fault(relation: &Relation, catalog: &Catalog) -> Option<Fault> {
    if catalog.role().is_none_or(|role| role.bypasses) {
        return Some(Fault::Role);
    }
    catalog.role_of(relation.owner).is_none_or(|owner| owner.own).then_some(Fault::Owner)
}

//! No rewrite rules: what they add or put instead runs by the rights of the relation's owner, on
//! relations that the statement doesn't name.

use super::Fault;
use crate::catalog::Relation;

pub(super) fn fault(relation: &Relation) -> Option<Fault> {
    relation.rules.then_some(Fault::Rules)
}

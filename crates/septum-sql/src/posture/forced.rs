//! Row-level security is enabled, and holds for the owner too (catalogue S29, S30).

use super::Fault;
use crate::catalog::Relation;

pub(super) fn fault(relation: &Relation) -> Option<Fault> {
    match (relation.row_security, relation.forced) {
        (false, _) => Some(Fault::Disabled),
        (true, false) => Some(Fault::NotForced),
        (true, true) => None,
    }
}

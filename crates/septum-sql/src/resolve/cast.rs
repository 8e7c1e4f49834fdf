//! Casts that users declared: written ones, and those that PostgreSQL applies by itself.

use pg_query::protobuf as p;

use super::types::{JSON, Ty, may_hold};
use super::{Resolver, Via};
use crate::catalog::{Cast, CastContext, Oid};

impl<'a> Resolver<'a> {
    /// `x::name`, and what it gives.
    pub(super) fn cast_to(&mut self, from: Ty, name: Option<&'a p::TypeName>) -> Ty {
        let Some(name) = name else { return Ty::Unknown };
        let target = self.type_name(name);
        match target {
            Ty::Of(target) => self.explicit_cast(from, target),
            Ty::Unknown | Ty::Literal => self.any_cast(),
        }
        self.see(target)
    }

    /// Notes the users' casts to a type, or to what it holds: elements, columns, a domain's
    /// type. A constant without a type is read by its type's input function.
    pub(super) fn explicit_cast(&mut self, from: Ty, target: Oid) {
        for cast in self.foreign_casts() {
            let from = match from {
                Ty::Of(from) => may_hold(self.catalog, from, cast.source),
                Ty::Unknown => true,
                Ty::Literal => false,
            };
            if from && may_hold(self.catalog, target, cast.target) {
                self.note_cast(cast);
            }
        }
    }

    fn any_cast(&mut self) {
        for cast in self.foreign_casts() {
            self.note_cast(cast);
        }
    }

    fn foreign_casts(&self) -> &'a [Cast] {
        &self.model.index().foreign_casts
    }

    /// Notes the users' casts that may be applied without being written: their source is the
    /// type of some expression, and their target is one of PostgreSQL's own (a condition becomes
    /// `bool`, an index `int4`, a row `json`) or the type of some other expression.
    pub(super) fn implied_casts(&mut self) {
        for cast in self.foreign_casts() {
            let applies = cast.context != CastContext::Explicit || cast.target == JSON;
            let own = self
                .catalog
                .type_of(cast.target)
                .is_some_and(|target| &*target.schema == "pg_catalog");
            if applies && self.has_seen(cast.source) && (own || self.has_seen(cast.target)) {
                self.note_cast(cast);
            }
        }
    }

    fn has_seen(&self, oid: Oid) -> bool {
        self.unknown_seen || self.seen.iter().any(|seen| may_hold(self.catalog, *seen, oid))
    }

    fn note_cast(&mut self, cast: &Cast) {
        match self.catalog.function(cast.function) {
            Some(function) => self.note_function(function, Via::Cast),
            None => self.refuse("a cast without a function"),
        }
    }
}

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
        if let Ty::Of(target) = target {
            self.explicit_cast(from, target);
        }
        self.see(target)
    }

    /// Notes the users' casts to a type, or to what it holds: elements, columns, a domain's
    /// type. A constant without a type is read by its type's input function.
    pub(super) fn explicit_cast(&mut self, from: Ty, target: Oid) {
        if self.foreign_casts().is_empty() {
            return;
        }
        match from {
            Ty::Of(from) => {
                for cast in self.foreign_casts() {
                    if may_hold(self.catalog, from, cast.source)
                        && may_hold(self.catalog, target, cast.target)
                    {
                        self.note_cast(cast);
                    }
                }
            }
            Ty::Unknown if self.cast_to.contains(&target) => {}
            Ty::Unknown => self.cast_to.push(target),
            Ty::Literal => {}
        }
    }

    /// `$1::name`: whoever binds it may have declared it of any type.
    pub(super) fn cast_parameter(&mut self, name: Option<&'a p::TypeName>) {
        for cast in self.foreign_casts() {
            let Some(Ty::Of(target)) = name.map(|name| self.type_name(name)) else { return };
            if may_hold(self.catalog, target, cast.target) {
                self.note_cast(cast);
            }
        }
    }

    fn foreign_casts(&self) -> &'a [Cast] {
        &self.model.index().foreign_casts
    }

    /// Notes the users' casts that may be applied without being written, or to what is of an
    /// unknown type: their source is the type of something in the statement, and their target is
    /// one of PostgreSQL's own (a condition becomes `bool`, an index `int4`, a row `json`) or the
    /// type of something else.
    pub(super) fn implied_casts(&mut self) {
        // Each may bring the types of its function in.
        for _ in 0..=self.foreign_casts().len().min(8) {
            for cast in self.foreign_casts() {
                let implied = cast.context != CastContext::Explicit || cast.target == JSON;
                let own = self
                    .catalog
                    .type_of(cast.target)
                    .is_some_and(|target| &*target.schema == "pg_catalog");
                let targets = self.cast_to.iter();
                let written =
                    targets.into_iter().any(|to| may_hold(self.catalog, *to, cast.target));
                let applies = written
                    || (implied
                        && (own || self.may_be_there(cast.target) || self.is_taken(cast.target)));
                if applies && self.may_be_there(cast.source) {
                    self.note_cast(cast);
                }
            }
        }
    }

    /// Whether a function that may be called takes a type. Those that aren't listed take types of
    /// `pg_catalog`.
    fn is_taken(&self, oid: Oid) -> bool {
        let callees = self.reach.callees.iter();
        callees.filter_map(|one| self.catalog.function(one.oid)).any(|one| {
            let mut taken = one.arguments.iter().chain([&one.variadic]);
            taken.any(|ty| !is_polymorphic(*ty) && may_hold(self.catalog, *ty, oid))
        })
    }

    /// Whether something in the statement may be of a type. What is of an unknown type was made
    /// of what the statement names: columns, casts, functions, and parameters.
    fn may_be_there(&self, oid: Oid) -> bool {
        let holds = |outer: Oid| may_hold(self.catalog, outer, oid);
        let columns = self.reach.relations.iter().filter_map(|one| self.catalog.relation(one.oid));
        let functions = self.reach.callees.iter().filter_map(|one| self.catalog.function(one.oid));
        if self.parameters || self.seen.iter().any(|seen| holds(*seen)) {
            return true;
        }
        self.unknown
            && (columns.flat_map(|one| &one.columns).any(|column| holds(column.type_oid))
                || functions.into_iter().any(|one| {
                    let all = one.all_types.as_deref().unwrap_or_default();
                    let types =
                        one.arguments.iter().chain(all).chain([&one.returns, &one.variadic]);
                    types.filter(|ty| !is_polymorphic(**ty)).any(|ty| holds(*ty))
                }))
    }

    fn note_cast(&mut self, cast: &Cast) {
        match self.catalog.function(cast.function) {
            Some(function) => self.note_function(function, Via::Cast),
            None => self.refuse("a cast without a function"),
        }
    }
}

/// Whether it is a pseudo-type whose values were given to the function, `anyelement` and its kin,
/// or of which there are none. `record` is not: it may hold what the function makes.
fn is_polymorphic(oid: Oid) -> bool {
    const ANY: [u32; 12] = [2276, 2277, 2283, 2776, 3500, 3831, 4537, 4538, 5077, 5078, 5079, 5080];
    const CSTRING_VOID_TRIGGER_INTERNAL: [u32; 4] = [2275, 2278, 2279, 2281];
    oid == Oid::NONE || ANY.contains(&oid.0) || CSTRING_VOID_TRIGGER_INTERNAL.contains(&oid.0)
}

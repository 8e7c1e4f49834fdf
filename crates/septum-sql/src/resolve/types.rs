//! What can be known of an expression's type.

use crate::Catalog;
use crate::catalog::{CastContext, Oid, Relation, RelationKind, Type, TypeKind};

/// The type of an expression.
///
/// INVARIANT: [`Of`](Self::Of) is claimed only where PostgreSQL surely finds the same. What
/// can't be known is `Unknown`, which stands for every type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    /// It could be any.
    Unknown,
    /// A constant whose type PostgreSQL finds by what is around it: a string, or NULL.
    Literal,
    /// This one.
    Of(Oid),
}

pub(super) const BOOL: Ty = Ty::Of(Oid(16));
pub(super) const NAME: Ty = Ty::Of(Oid(19));
pub(super) const INT8: Ty = Ty::Of(Oid(20));
pub(super) const INT4: Ty = Ty::Of(Oid(23));
pub(super) const TEXT: Ty = Ty::Of(Oid(25));
pub(super) const OID: Ty = Ty::Of(Oid(26));
pub(super) const TID: Ty = Ty::Of(Oid(27));
pub(super) const XID: Ty = Ty::Of(Oid(28));
pub(super) const CID: Ty = Ty::Of(Oid(29));
pub(super) const XML: Ty = Ty::Of(Oid(142));
pub(super) const DATE: Ty = Ty::Of(Oid(1082));
pub(super) const TIME: Ty = Ty::Of(Oid(1083));
pub(super) const TIMESTAMP: Ty = Ty::Of(Oid(1114));
pub(super) const TIMESTAMPTZ: Ty = Ty::Of(Oid(1184));
pub(super) const TIMETZ: Ty = Ty::Of(Oid(1266));
pub(super) const BIT: Ty = Ty::Of(Oid(1560));
pub(super) const NUMERIC: Ty = Ty::Of(Oid(1700));
/// `json`: rows are turned into it by casts that users declare.
pub(super) const JSON: Oid = Oid(114);

impl Ty {
    /// The type of a value of this type, as the catalog says it; pseudo-types stand for others.
    pub(super) fn declared(catalog: &Catalog, oid: Oid) -> Self {
        match catalog.type_of(oid) {
            Some(one) if one.kind != TypeKind::Pseudo => Self::Of(oid),
            Some(_) | None => Self::Unknown,
        }
    }

    /// The type that arms of a CASE, a UNION or the like have in common.
    pub(super) fn common(arms: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::Literal;
        for arm in arms {
            match (found, arm) {
                (_, Self::Unknown) => return Self::Unknown,
                (_, Self::Literal) => {}
                (Self::Literal, _) => found = arm,
                (known, one) if known == one => {}
                _ => return Self::Unknown,
            }
        }
        found
    }

    /// What a constant without a type becomes where nothing around it gives it one.
    pub(super) fn settled(self) -> Self {
        if self == Self::Literal { TEXT } else { self }
    }
}

/// A domain's type beneath, through domains over domains.
pub(super) fn base(catalog: &Catalog, mut oid: Oid) -> Oid {
    for _ in 0..32 {
        match catalog.type_of(oid) {
            Some(Type { kind: TypeKind::Domain, base, .. }) => oid = *base,
            Some(_) | None => break,
        }
    }
    oid
}

/// The type of an array's elements, where it surely is an array.
pub(super) fn element(catalog: &Catalog, array: Ty) -> Ty {
    match array {
        Ty::Of(oid) => match catalog.type_of(base(catalog, oid)).map(|one| one.element) {
            Some(Oid::NONE) | None => Ty::Unknown,
            Some(element) => Ty::declared(catalog, element),
        },
        Ty::Literal => Ty::Literal,
        Ty::Unknown => Ty::Unknown,
    }
}

/// The type of arrays of this one.
pub(super) fn array_of(catalog: &Catalog, element: Ty) -> Ty {
    match element.settled() {
        Ty::Of(oid) => match catalog.type_of(oid) {
            // An array of arrays has the arrays' own type.
            Some(one) if one.element != Oid::NONE => element,
            Some(Type { array, .. }) if *array != Oid::NONE => Ty::Of(*array),
            Some(_) | None => Ty::Unknown,
        },
        Ty::Literal | Ty::Unknown => Ty::Unknown,
    }
}

/// Whether a value of this type could be an argument of that type without a cast being written
/// (`can_coerce_type`); true in doubt.
pub(super) fn may_coerce(catalog: &Catalog, from: Ty, to: Oid) -> bool {
    match from {
        Ty::Unknown | Ty::Literal => true,
        Ty::Of(from) => from == to || may_become(catalog, from, to, 8),
    }
}

fn may_become(catalog: &Catalog, from: Oid, to: Oid, depth: u8) -> bool {
    let (from, to) = (base(catalog, from), base(catalog, to));
    let (Some(source), Some(target)) = (catalog.type_of(from), catalog.type_of(to)) else {
        return true;
    };
    let pseudo = source.kind == TypeKind::Pseudo || target.kind == TypeKind::Pseudo;
    if from == to || depth == 0 || pseudo {
        return true;
    }
    if source.relation != Oid::NONE && target.relation != Oid::NONE {
        return is_row_of(catalog, source.relation, target.relation);
    }
    if source.element != Oid::NONE && target.element != Oid::NONE {
        return may_become(catalog, source.element, target.element, depth - 1);
    }
    catalog.cast(from, to).is_some_and(|cast| cast.context == CastContext::Implicit)
}

/// Whether rows of a relation are rows of another: of what it inherits from, or of a type that
/// it may have been made of.
fn is_row_of(catalog: &Catalog, source: Oid, target: Oid) -> bool {
    let made_of = |one: &Relation| one.kind == RelationKind::CompositeType;
    catalog.relation(target).is_none_or(made_of)
        || catalog.descendants(target).iter().any(|child| child.oid == source)
}

/// Whether a value of the one type can hold, or be, a value of the other: a domain, an array, a
/// row.
pub(super) fn may_hold(catalog: &Catalog, outer: Oid, inner: Oid) -> bool {
    let mut seen = vec![outer];
    let mut next = 0;
    while let Some(&oid) = seen.get(next) {
        next += 1;
        if oid == inner || seen.len() > 4096 {
            return true;
        }
        let Some(one) = catalog.type_of(oid) else { return true };
        if one.kind == TypeKind::Pseudo {
            return true;
        }
        let columns = catalog.relation(one.relation).map(|row| &*row.columns).unwrap_or_default();
        let parts = [one.base, one.element, one.subtype].into_iter().filter(|o| *o != Oid::NONE);
        for part in parts.chain(columns.iter().map(|column| column.type_oid)) {
            if !seen.contains(&part) {
                seen.push(part);
            }
        }
    }
    false
}

//! Where a constant is a value and nothing else: neither the grammar, nor the walk, nor the
//! meaning of the statement around it looks at which one it is.
//!
//! INVARIANT: whoever makes a fact, or another tree, of what a constant says takes the constant's
//! place out of here. A place that isn't named is none: the length of a type (`varchar(20)`), a
//! position (`ORDER BY 1`), an option, an argument of a function (`nextval('s')`,
//! `set_config(...)`, inside of casts too), a name (`'t'::regclass`). Whether a constant meets a tenant
//! column only the catalog tells: [`Reach::constants_meet`](crate::Reach::constants_meet).

use std::ops::Range;

use pg_query::protobuf as p;

use super::{Walk, Walker};
use crate::constant;

/// A constant in a tree, before its location is set to zero.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    /// The byte of the text at which it begins; of a number that the parser negated, that of its
    /// sign.
    pub(crate) location: i32,
    /// Whether it is a value and nothing else.
    pub(crate) is_value: bool,
    /// Which of the facts' uuids it spells.
    pub(crate) uuids: Range<usize>,
}

impl Constant {
    /// The same constant where the text begins so many bytes later.
    pub(crate) fn moved(&self, bytes: i32) -> Self {
        Self { location: self.location.saturating_add(bytes), ..self.clone() }
    }
}

impl Walker<'_> {
    pub(super) fn meet(&mut self, constant: &mut p::AConst, is_value: bool) {
        let (location, first) = (constant.location, self.facts.uuids.len());
        let is_value = is_value && !self.constants_are_read;
        constant.walk(self);
        let uuids = first..self.facts.uuids.len();
        self.constants.push(Constant { location, is_value, uuids });
    }
}

/// Walks what a reader of constants may look into, casts and all: none of it is a value.
pub(super) fn walk_read(part: &mut impl Walk, walker: &mut Walker) {
    let around = std::mem::replace(&mut walker.constants_are_read, true);
    part.walk(walker);
    walker.constants_are_read = around;
}

/// A part of the tree in which a constant that stands by itself is a value.
pub(super) trait Values {
    /// Walks this and all below.
    fn walk_values(&mut self, walker: &mut Walker);
}

impl Values for p::Node {
    fn walk_values(&mut self, walker: &mut Walker) {
        walker.at_value = true;
        self.walk(walker);
        walker.at_value = false;
    }
}

impl Values for Option<Box<p::Node>> {
    fn walk_values(&mut self, walker: &mut Walker) {
        if let Some(node) = self {
            node.walk_values(walker);
        }
    }
}

impl Values for Vec<p::Node> {
    fn walk_values(&mut self, walker: &mut Walker) {
        self.iter_mut().for_each(|node| node.walk_values(walker));
    }
}

/// Types of which a text is no more than a value, and that the deparser writes alike whatever
/// it is. `bool` is none (`'t'::bool` becomes `true`), nor is any that names an object.
const TYPES: [&str; 18] = [
    "bytea",
    "date",
    "float4",
    "float8",
    "int2",
    "int4",
    "int8",
    "interval",
    "json",
    "jsonb",
    "numeric",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
    "varchar",
];

/// Whether what is cast to this type, without a length, is a value.
pub(super) fn holds_values(to: &p::TypeName) -> bool {
    let named = |name: &str| to.typmods.is_empty() && TYPES.contains(&name);
    match constant::parts(&to.names).as_deref() {
        Some([name] | ["pg_catalog", name]) => named(name),
        Some(_) | None => false,
    }
}

//! The walk over PostgreSQL's raw parse tree, complete by construction.
//!
//! [`nodes`] lists each kind of node that a judged statement may hold, with each of its fields;
//! a field that a new version of the parser adds fails to compile, and so does a new kind of
//! node in [`node`]. [`noted`] holds the kinds that say something about what is reached.

mod asked;
mod node;
mod nodes;
mod noted;
mod number;
mod scope;
mod values;

use pg_query::protobuf::node::Node as NodeEnum;

use crate::Facts;
pub(crate) use scope::Scope;

pub(crate) use node::{command, walk_statement};
pub(crate) use values::Constant;

/// The deparser's time grows with the square of some lists' length: a megabyte of `1,1,1,...` keeps
/// it busy for a minute (catalogue S150). Room for an INSERT of as many rows as there can be
/// parameters, 65,535.
const MOST_NODES: usize = 150_000;

/// What the walk does on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// Collect facts, set locations to zero, and rewrite what must not stay as it is.
    Judge,
    /// Set locations to zero and change nothing else: for the tree of the canonical text.
    Compare,
}

/// What looks at nodes, and may change them, while a [`Walker`] walks.
pub(crate) trait Visitor {
    /// A node whose parts were walked. `ctes` are the common table expressions in scope where
    /// it stands. What is put in its place is not walked.
    fn leave(&mut self, node: &mut NodeEnum, ctes: &Scope);
}

/// One walk over one tree.
pub(crate) struct Walker<'v> {
    visitor: Option<&'v mut dyn Visitor>,
    pass: Pass,
    facts: Facts,
    /// Whether the tree was changed in more than its locations.
    rewrote: bool,
    /// The common table expressions in scope.
    ctes: Scope,
    /// How many nodes it may still walk.
    left: usize,
    /// Whether the next node stands where a constant is a value: see [`values`].
    at_value: bool,
    /// Whether this stands where constants are read, however deep they stand and in what casts.
    constants_are_read: bool,
    /// Every constant, in the order of the walk.
    constants: Vec<Constant>,
}

impl<'v> Walker<'v> {
    /// A walk that collects facts and rewrites.
    pub(crate) fn judge() -> Self {
        Self::new(Pass::Judge)
    }

    /// A walk that makes a tree comparable, without changing what it means.
    pub(crate) fn compare() -> Self {
        Self::new(Pass::Compare)
    }

    /// A walk that shows each node to a visitor, and changes nothing by itself.
    pub(crate) fn visit(visitor: &'v mut dyn Visitor) -> Self {
        Self { visitor: Some(visitor), ..Self::new(Pass::Compare) }
    }

    fn new(pass: Pass) -> Self {
        Self {
            visitor: None,
            pass,
            facts: Facts::default(),
            rewrote: false,
            ctes: Scope::default(),
            left: MOST_NODES,
            at_value: false,
            constants_are_read: false,
            constants: Vec::new(),
        }
    }

    /// What was collected, whether the tree was changed, and its constants.
    pub(crate) fn finish(self) -> (Facts, bool, Vec<Constant>) {
        (self.facts, self.rewrote, self.constants)
    }

    /// Whether the tree was too large to be walked to its end.
    pub(crate) fn gave_up(&self) -> bool {
        self.left == 0
    }

    fn goes_on(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    fn leave(&mut self, node: &mut NodeEnum) {
        if let Some(visitor) = &mut self.visitor {
            visitor.leave(node, &self.ctes);
        }
    }

    fn judging(&self) -> bool {
        self.pass == Pass::Judge
    }

    /// Notes a kind of node that no judged statement may hold.
    pub(crate) fn unknown(&mut self, kind: &'static str) {
        if self.judging() && !self.facts.unknown.contains(&kind) {
            self.facts.unknown.push(kind);
        }
    }

    fn note(&mut self, note: impl FnOnce(&mut Facts)) {
        if self.judging() {
            note(&mut self.facts);
        }
    }
}

/// A part of the tree that can be walked.
pub(crate) trait Walk {
    /// Walks this and all below.
    fn walk(&mut self, walker: &mut Walker);
}

impl<T: Walk> Walk for Option<T> {
    fn walk(&mut self, walker: &mut Walker) {
        if let Some(part) = self {
            part.walk(walker);
        }
    }
}

impl<T: Walk> Walk for Box<T> {
    fn walk(&mut self, walker: &mut Walker) {
        self.as_mut().walk(walker);
    }
}

impl<T: Walk> Walk for Vec<T> {
    fn walk(&mut self, walker: &mut Walker) {
        self.iter_mut().for_each(|part| part.walk(walker));
    }
}

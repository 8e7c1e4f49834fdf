//! What a statement reaches, as PostgreSQL would resolve it against the catalog: relations by
//! OID, and for each call, operator and cast the set of functions that it can mean.
//!
//! SOUNDNESS: a set may be too large, never too small. Where PostgreSQL chooses among
//! candidates by types, the set is narrowed only as far as the types are surely known
//! ([`types::Ty`]); whoever judges must allow all that is left. What only a superuser can make,
//! and what runs because a table or type was defined so (default operator classes, input and
//! output functions, domains' constraints, defaults, triggers), is the operator's and is not
//! listed.
//!
//! The walk over the tree in `tree` counts relations and calls as well: where the two disagree
//! the statement is refused, so that nothing is overlooked by either.

mod call;
mod cast;
mod column;
mod expression;
mod from;
mod index;
mod json;
mod meets;
mod names;
mod query;
mod reach;
mod relation;
mod scope;
mod types;
mod view;
mod write;

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use crate::catalog::Oid;
use crate::{Catalog, Facts, Model, SqlError};
pub(crate) use index::Index;
pub use reach::{Callee, Meet, MeetValue, Missing, MissingKind, Reach, Reached, Via};
use scope::{Columns, Level};
use types::Ty;
pub(crate) use view::Views;

/// How many steps the look-up of names may take: some tens of milliseconds, for a statement of
/// ten thousand columns of wide tables.
const STEPS: usize = 8_000_000;

/// Resolves a walked statement, and adds to its facts what it reaches.
///
/// # Errors
/// [`SqlError::TooLarge`] where that would take too long.
pub(crate) fn resolve(node: &NodeEnum, facts: &mut Facts, model: &Model) -> Result<(), SqlError> {
    let mut resolver = Resolver::new(model);
    resolver.statement(node);
    resolver.finish(facts)
}

/// Every function that a statement may call, PostgreSQL's own included: what is judged is this,
/// without those of `pg_catalog` that were reviewed. Casts of `pg_catalog` that are implied are
/// not among them.
pub fn candidates(text: &str, model: &Model) -> Result<Vec<Oid>, SqlError> {
    let trees = crate::script::parse(text)?;
    let mut all = Vec::new();
    for node in trees.iter().filter_map(|tree| tree.node.as_ref()) {
        let mut resolver = Resolver { candidates: Some(all), ..Resolver::new(model) };
        resolver.statement(node);
        resolver.implied_casts();
        all = resolver.candidates.unwrap_or_default();
    }
    Ok(all)
}

struct Resolver<'a> {
    model: &'a Model,
    catalog: &'a Catalog,
    reach: Reach,
    /// One for each query around this place, the innermost last.
    levels: Vec<Level<'a>>,
    /// The common table expressions in scope, the innermost last.
    ctes: Vec<Cte<'a>>,
    /// How many steps are left.
    left: usize,
    /// The types of expressions, where a cast of a user's could apply to them.
    seen: Vec<Oid>,
    /// Whether there is a parameter that isn't cast: whoever binds it may declare any type.
    parameters: bool,
    /// Whether there is another expression of which the type isn't known.
    unknown: bool,
    /// The types to which something of an unknown type is cast.
    cast_to: Vec<Oid>,
    /// How many relations and calls were found, to be compared with the walk's count.
    relations: usize,
    calls: usize,
    /// What is not known how to be resolved.
    refused: Option<&'static str>,
    /// Every candidate, where they are asked for.
    candidates: Option<Vec<Oid>>,
}

struct Cte<'a> {
    name: &'a str,
    columns: Columns<'a>,
}

impl<'a> Resolver<'a> {
    fn new(model: &'a Model) -> Self {
        Self {
            model,
            catalog: model.catalog(),
            reach: Reach { resolved: true, ..Reach::default() },
            levels: Vec::new(),
            ctes: Vec::new(),
            left: STEPS,
            seen: Vec::new(),
            parameters: false,
            unknown: false,
            cast_to: Vec::new(),
            relations: 0,
            calls: 0,
            refused: None,
            candidates: None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the catch-all arm refuses")]
    fn statement(&mut self, node: &'a NodeEnum) {
        match node {
            NodeEnum::SelectStmt(_)
            | NodeEnum::InsertStmt(_)
            | NodeEnum::UpdateStmt(_)
            | NodeEnum::DeleteStmt(_)
            | NodeEnum::MergeStmt(_) => {
                self.query_of(node);
            }
            NodeEnum::DeclareCursorStmt(cursor) => self.inner(cursor.query.as_deref()),
            // Its options are constants.
            NodeEnum::ExplainStmt(explain) => self.inner(explain.query.as_deref()),
            NodeEnum::CopyStmt(copy) => self.copy(copy),
            NodeEnum::TransactionStmt(_)
            | NodeEnum::VariableSetStmt(_)
            | NodeEnum::VariableShowStmt(_)
            | NodeEnum::FetchStmt(_)
            | NodeEnum::ClosePortalStmt(_) => {}
            _ => self.refuse("statement"),
        }
    }

    fn inner(&mut self, query: Option<&'a p::Node>) {
        if let Some(query) = query {
            self.query(query);
        }
    }

    fn finish(mut self, facts: &mut Facts) -> Result<(), SqlError> {
        if self.left == 0 {
            return Err(SqlError::TooLarge);
        }
        self.implied_casts();
        let agrees = self.relations == facts.relations.len() && self.calls == facts.functions.len();
        match self.refused {
            Some(kind) => facts.unknown.push(kind),
            None if !agrees => facts.unknown.push("scope"),
            None => {}
        }
        facts.reach = self.reach;
        Ok(())
    }

    /// Notes syntax that resolution doesn't know.
    fn refuse(&mut self, kind: &'static str) {
        self.refused.get_or_insert(kind);
    }

    /// Whether there are so many steps left; takes them.
    fn spend(&mut self, steps: usize) -> bool {
        self.left = self.left.saturating_sub(steps);
        self.left > 0
    }

    /// Remembers a type for the casts that could apply to it.
    fn see(&mut self, ty: Ty) -> Ty {
        if !self.model.index().foreign_casts.is_empty() {
            match ty {
                Ty::Of(oid) if self.seen.contains(&oid) => {}
                Ty::Of(oid) => self.seen.push(oid),
                // It is made of what the statement names: see `may_be_there`.
                Ty::Unknown => self.unknown = true,
                // Its type's input function makes it, not a cast.
                Ty::Literal => {}
            }
        }
        ty
    }

    fn level(&mut self) -> Option<&mut Level<'a>> {
        self.levels.last_mut()
    }
}

//! Random statements that mean something: every expression has a type and names what is in
//! scope, so that most run without an error.
//!
//! What a statement returns is determined by the rows that it may see: a LIMIT comes with a
//! total order, a window that tells equal rows apart orders by all there is of them, and a row
//! that is written is written once.

mod conditions;
mod from;
mod grouping;
mod merge;
mod query;
mod returning;
mod scope;
mod subqueries;
mod terms;
mod windows;
mod with;
mod writes;

use crate::dice::Dice;
use crate::schema::Schema;
use crate::tree::Sql;
use crate::ty::Ty;
use crate::wire::Parameter;
use scope::{Frame, Rel};

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sql: Sql,
    pub(crate) parameters: Vec<Parameter>,
    /// Whether the order of the rows says something.
    pub(crate) ordered: bool,
    /// Whether something may be written.
    pub(crate) writes: bool,
}

/// A statement in the making.
pub(crate) struct Maker<'a> {
    dice: &'a mut Dice,
    schema: &'a Schema,
    /// What columns may be named, the innermost query last.
    frames: Vec<Frame>,
    /// Common table expressions in scope.
    ctes: Vec<Rel>,
    /// Aliases that stand in the FROM clauses in the making.
    beside: Vec<String>,
    parameters: Vec<(Ty, String)>,
    /// Tables that the statement writes: none is written twice.
    written: Vec<usize>,
    /// Whether rows may be locked: not where some are written too.
    may_lock: bool,
    /// How much more may be nested.
    fuel: i32,
    names: usize,
}

impl Statement {
    pub(crate) fn random(dice: &mut Dice, schema: &Schema) -> Self {
        let fuel = dice.weighed(&[(5, 4), (4, 9), (1, 24)]);
        let mut maker = Maker {
            dice,
            schema,
            frames: Vec::new(),
            ctes: Vec::new(),
            beside: Vec::new(),
            parameters: Vec::new(),
            written: Vec::new(),
            may_lock: false,
            fuel,
            names: 0,
        };
        let (sql, ordered) = maker.statement();
        let writes = !maker.written.is_empty();
        let parameters = maker.parameters.into_iter().map(|(ty, value)| (ty.oid(), value));
        Self { sql, parameters: parameters.collect(), ordered, writes }
    }
}

/// Makes a statement, and says whether the order of its rows means something.
type Make<M> = fn(&mut M) -> (Sql, bool);

impl Maker<'_> {
    fn statement(&mut self) -> (Sql, bool) {
        let kinds: &[(usize, Make<Self>)] = &[
            (62, Self::top_query),
            (11, |maker| (maker.insert(), false)),
            (11, |maker| (maker.update(), false)),
            (8, |maker| (maker.delete(), false)),
            (8, Self::merge),
        ];
        let make = self.dice.weighed(kinds);
        make(self)
    }

    /// A name that nothing has yet.
    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// Whether so many percent, and something may still be nested.
    fn may(&mut self, percent: usize) -> bool {
        self.fuel > 0 && self.dice.percent(percent)
    }

    /// Something in so many percent.
    fn maybe(&mut self, percent: usize, make: impl FnOnce(&mut Self) -> Sql) -> Option<Sql> {
        self.may(percent).then(|| make(self))
    }
}

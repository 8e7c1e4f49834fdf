//! Predicates of mode `rls+predicate`. Row-level security holds the rows there, and a predicate
//! that it implies changes nothing, so the table may stay a table, with all that a sub-select
//! has not: system columns, its row type, what its primary key determines. It goes to WHERE, or,
//! where an outer join may put NULLs in the row's place, to that join's ON.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::write::{Target, conjoin};
use super::{Refusal, Rewriter, build};

impl Rewriter<'_> {
    pub(super) fn predicates(&mut self, select: &mut p::SelectStmt) -> Result<(), Refusal> {
        let mut conditions = Vec::new();
        for item in &mut select.from_clause {
            self.put_back(item, &mut conditions)?;
        }
        conjoin(&mut select.where_clause, conditions);
        Ok(())
    }

    /// Puts tables back where sub-selects stand for them, and gives their predicates.
    fn put_back(
        &mut self,
        item: &mut p::Node,
        conditions: &mut Vec<p::Node>,
    ) -> Result<(), Refusal> {
        if let Some(NodeEnum::JoinExpr(join)) = &mut item.node {
            return self.put_back_joined(join, conditions);
        }
        let Some((held, table)) = self.taken_back(item, |held| !held.alone)? else { return Ok(()) };
        let name = super::read::alias(&table).aliasname;
        conditions.push(build::node(self.own(&Target { held, name })?));
        item.node = Some(NodeEnum::RangeVar(table));
        Ok(())
    }

    fn put_back_joined(
        &mut self,
        join: &mut p::JoinExpr,
        conditions: &mut Vec<p::Node>,
    ) -> Result<(), Refusal> {
        // A join's own name hides those inside.
        if join.alias.is_some() {
            return Ok(());
        }
        let of = join.jointype();
        let Some(Sides { kept, padded }) = sides(of, join.larg.as_mut(), join.rarg.as_mut()) else {
            return Ok(());
        };
        for side in kept.into_iter().flatten() {
            self.put_back(side, conditions)?;
        }
        if let (Some(side), true) = (padded, join.quals.is_some()) {
            let mut inner = Vec::new();
            self.put_back(side, &mut inner)?;
            conjoin(&mut join.quals, inner);
        }
        Ok(())
    }
}

/// The sides of a join.
pub(super) struct Sides<'a> {
    /// Those whose rows a condition behind the join holds as it would in front of it.
    pub(super) kept: [Option<&'a mut Box<p::Node>>; 2],
    /// The one whose rows the join may fill with NULL.
    pub(super) padded: Option<&'a mut Box<p::Node>>,
}

/// What the sides of a join are; `None` for one that may fill both.
pub(super) fn sides<'a>(
    join: p::JoinType,
    left: Option<&'a mut Box<p::Node>>,
    right: Option<&'a mut Box<p::Node>>,
) -> Option<Sides<'a>> {
    match join {
        p::JoinType::JoinInner => Some(Sides { kept: [left, right], padded: None }),
        p::JoinType::JoinLeft => Some(Sides { kept: [left, None], padded: right }),
        p::JoinType::JoinRight => Some(Sides { kept: [right, None], padded: left }),
        p::JoinType::JoinFull
        | p::JoinType::JoinSemi
        | p::JoinType::JoinAnti
        | p::JoinType::JoinRightSemi
        | p::JoinType::JoinRightAnti
        | p::JoinType::JoinUniqueOuter
        | p::JoinType::JoinUniqueInner
        | p::JoinType::Undefined => None,
    }
}

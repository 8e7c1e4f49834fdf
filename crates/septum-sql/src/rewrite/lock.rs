//! SELECT ... FOR UPDATE and its kin.
//!
//! A lock on a sub-select is one on every row that it returns, and behind its barrier those are
//! all of the tenant's. So where a statement locks rows of one table only, the table stays where
//! it was, and its rows are found as those of an UPDATE are.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::Reason;

use super::read::{Held, OURS, table_inside};
use super::write::Target;
use super::{Refusal, Rewriter};

impl<'m> Rewriter<'m> {
    pub(super) fn lock(&mut self, select: &mut p::SelectStmt) -> Result<(), Refusal> {
        if select.locking_clause.is_empty() {
            return Ok(());
        }
        if let [item] = select.from_clause.as_mut_slice()
            && let Some((held, table)) = self.taken_back(item, |held| held.alone)?
        {
            let name = table.alias.as_ref().map_or(&table.relname, |alias| &alias.aliasname);
            let target = Target { held, name: name.clone() };
            item.node = Some(NodeEnum::RangeVar(table));
            return self.restrict(&target, &mut select.where_clause, true);
        }
        // Whoever skips what is locked would skip rows that nobody works on.
        let skips = select.locking_clause.iter().any(skips_locked);
        if skips && self.holds_back_any(&mut select.from_clause)? {
            return Err(Refusal::new(Reason::LockNotScoped, "SKIP LOCKED"));
        }
        Ok(())
    }

    /// The reference that a sub-select of ours stands for, unless its columns have other names.
    pub(super) fn taken_back(
        &self,
        item: &mut p::Node,
        wanted: impl Fn(&Held<'_>) -> bool,
    ) -> Result<Option<(Held<'m>, p::RangeVar)>, Refusal> {
        let Some(held) = self.behind(item)?.filter(wanted) else { return Ok(None) };
        let Some(NodeEnum::RangeSubselect(outside)) = &mut item.node else { return Ok(None) };
        let alias = outside.alias.clone().unwrap_or_default();
        if !alias.colnames.is_empty() {
            return Ok(None);
        }
        let Some(NodeEnum::RangeVar(table)) = table_inside(outside).and_then(|of| of.node.take())
        else {
            return Ok(None);
        };
        let alias = Some(alias).filter(|alias| alias.aliasname != table.relname);
        Ok(Some((held, p::RangeVar { alias, location: 0, ..table })))
    }

    /// What a sub-select of ours holds back. INVARIANT: it is ours by the mark that its table has;
    /// a client's own, whose table was put back, looks the same.
    pub(super) fn behind(&self, item: &mut p::Node) -> Result<Option<Held<'m>>, Refusal> {
        let Some(NodeEnum::RangeSubselect(outside)) = &mut item.node else { return Ok(None) };
        let Some(NodeEnum::RangeVar(table)) = table_inside(outside).and_then(|of| of.node.as_ref())
        else {
            return Ok(None);
        };
        if table.location != OURS {
            return Ok(None);
        }
        self.held(table)
    }

    fn holds_back_any(&self, items: &mut [p::Node]) -> Result<bool, Refusal> {
        for item in items {
            let found = match &mut item.node {
                Some(NodeEnum::JoinExpr(join)) => {
                    let mut sides = [&mut join.larg, &mut join.rarg].into_iter().flatten();
                    sides.try_fold(false, |found, side| {
                        Ok(found || self.holds_back_any(std::slice::from_mut(side))?)
                    })?
                }
                _ => self.behind(item)?.is_some_and(|held| held.alone),
            };
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn skips_locked(clause: &p::Node) -> bool {
    matches!(&clause.node, Some(NodeEnum::LockingClause(clause))
        if clause.wait_policy() == p::LockWaitPolicy::LockWaitSkip)
}

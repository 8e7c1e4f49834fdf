//! Copies [plain](super::plain) conditions of WHERE into the sub-selects that they are about.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::from::sides;
use super::plain::Columns;
use super::write::{conjoin, conjuncts_of};
use super::{Refusal, Rewriter, build};

impl Rewriter<'_> {
    pub(super) fn push(&self, select: &mut p::SelectStmt) -> Result<(), Refusal> {
        let Some(condition) = select.where_clause.as_deref() else { return Ok(()) };
        let only = select.from_clause.len() == 1;
        for item in &mut select.from_clause {
            self.push_into(item, conjuncts_of(condition), only)?;
        }
        Ok(())
    }

    /// INVARIANT: a condition of WHERE goes into a sub-select only where no outer join puts NULLs
    /// in the place of its rows: there, what WHERE throws away is thrown away before the join.
    fn push_into(
        &self,
        item: &mut p::Node,
        conditions: &[p::Node],
        only: bool,
    ) -> Result<(), Refusal> {
        if let Some(NodeEnum::JoinExpr(join)) = &mut item.node {
            if join.alias.is_some() {
                return Ok(());
            }
            let of = join.jointype();
            let Some(sides) = sides(of, join.larg.as_mut(), join.rarg.as_mut()) else {
                return Ok(());
            };
            for side in sides.kept.into_iter().flatten() {
                self.push_into(side, conditions, false)?;
            }
            return Ok(());
        }
        let Some(held) = self.behind(item)?.filter(|held| held.alone) else { return Ok(()) };
        let Some(NodeEnum::RangeSubselect(outside)) = &mut item.node else { return Ok(()) };
        let Some(alias) = outside.alias.as_ref().filter(|alias| alias.colnames.is_empty()) else {
            return Ok(());
        };
        let columns = Columns { relation: held.relation, alias: &alias.aliasname, only };
        let plain: Vec<_> = conditions
            .iter()
            .filter_map(|one| columns.plain(one, &held.relation.name))
            .map(build::node)
            .collect();
        if let Some(NodeEnum::SelectStmt(inside)) =
            outside.subquery.as_deref_mut().and_then(|inside| inside.node.as_mut())
        {
            let mut own = inside.where_clause.take();
            let mut all: Vec<_> = own.take().map(|own| *own).into_iter().collect();
            all.extend(plain);
            conjoin(&mut inside.where_clause, all);
        }
        Ok(())
    }
}

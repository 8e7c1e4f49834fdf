//! GROUP BY a primary key. PostgreSQL lets the other columns of the table be used then, which it
//! can't where a sub-select stands for the table; so they are grouped by as well. That makes the
//! same groups, for the key determines them.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::{Refusal, Rewriter, build};
use crate::catalog::{Column, Relation};
use crate::constant;

/// json, xml, point, line, lseg, path, box, polygon, jsonpath and refcursor: types without
/// equality, or with one that says less than that the values are the same.
const UNEQUAL: [u32; 10] = [114, 142, 600, 628, 601, 602, 603, 604, 4072, 1790];

impl Rewriter<'_> {
    pub(super) fn group(&self, select: &mut p::SelectStmt) -> Result<(), Refusal> {
        if select.group_clause.is_empty() || select.group_clause.iter().any(is_set) {
            return Ok(());
        }
        let only = select.from_clause.len() == 1;
        let mut more = Vec::new();
        for item in &mut select.from_clause {
            self.dependent(item, only, &select.group_clause, &mut more)?;
        }
        select.group_clause.extend(more);
        Ok(())
    }

    /// The columns behind an item of FROM that what is grouped by determines.
    fn dependent(
        &self,
        item: &mut p::Node,
        only: bool,
        grouped: &[p::Node],
        more: &mut Vec<p::Node>,
    ) -> Result<(), Refusal> {
        if let Some(NodeEnum::JoinExpr(join)) = &mut item.node {
            if join.alias.is_some() {
                return Ok(());
            }
            for side in [join.larg.as_mut(), join.rarg.as_mut()].into_iter().flatten() {
                self.dependent(side, false, grouped, more)?;
            }
            return Ok(());
        }
        let Some(held) = self.behind(item)? else { return Ok(()) };
        let Some(NodeEnum::RangeSubselect(outside)) = &item.node else { return Ok(()) };
        let Some(alias) = outside.alias.as_ref().filter(|alias| alias.colnames.is_empty()) else {
            return Ok(());
        };
        let names = |column: &Column| {
            grouped.iter().any(|node| is_column(node, &alias.aliasname, &column.name, only))
        };
        if key_of(held.relation).is_some_and(|key| key.iter().all(|column| names(column))) {
            let columns = held.relation.columns.iter();
            let used =
                columns.filter(|column| !names(column) && self.survey.may_name(&column.name));
            let equal = used.filter(|column| !UNEQUAL.contains(&column.type_oid.0));
            more.extend(equal.map(|one| build::node(build::column(&alias.aliasname, &one.name))));
        }
        Ok(())
    }
}

/// The columns of the primary key.
fn key_of(relation: &Relation) -> Option<Vec<&Column>> {
    let key = relation.keys.iter().find(|key| key.primary)?;
    let numbers = key.columns.iter().take(key.key_columns.into());
    numbers.map(|number| relation.columns.iter().find(|one| one.number == *number)).collect()
}

fn is_set(node: &p::Node) -> bool {
    matches!(node.node, Some(NodeEnum::GroupingSet(_)))
}

/// Whether what is grouped by is this column. A name that stands alone may be another's.
fn is_column(node: &p::Node, alias: &str, column: &str, only: bool) -> bool {
    let Some(NodeEnum::ColumnRef(of)) = &node.node else { return false };
    match constant::parts(&of.fields).as_deref() {
        Some([name]) => only && *name == column,
        Some([of, name]) => *of == alias && *name == column,
        _ => false,
    }
}

//! INSERT: the tenant's key is supplied where its column is not named, and held where it is.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::Reason;

use super::read::Held;
use super::write::Target;
use super::{Refusal, Rewriter, build};

impl Rewriter<'_> {
    pub(super) fn insert(&mut self, insert: &mut p::InsertStmt) -> Result<(), Refusal> {
        let Some(target) = self.target(&mut insert.relation)? else { return Ok(()) };
        self.insert_rows(&target.held, insert)?;
        match insert.on_conflict_clause.as_deref_mut() {
            Some(conflict) if target.held.alone => self.conflict(&target, conflict),
            Some(_) | None => Ok(()),
        }
    }

    fn insert_rows(&mut self, held: &Held<'_>, insert: &mut p::InsertStmt) -> Result<(), Refusal> {
        let Some(source) = insert.select_stmt.as_deref_mut() else {
            // DEFAULT VALUES
            insert.cols = vec![build::inserted(held.column)];
            let row = row(vec![build::node(self.tenant()?)]);
            let rows = p::SelectStmt { values_lists: vec![row], ..build::select() };
            insert.select_stmt = build::boxed(NodeEnum::SelectStmt(Box::new(rows)));
            return Ok(());
        };
        let Some(NodeEnum::SelectStmt(source)) = &mut source.node else {
            return Err(Refusal::new(Reason::NotRewritable, &held.relation.name));
        };
        if insert.cols.is_empty() {
            insert.cols = columns_of(held, source)?;
        }
        match position(&insert.cols, held.column)? {
            None => {
                insert.cols.push(build::inserted(held.column));
                self.supply(source)
            }
            Some(position) if held.alone => self.hold_each(held, source, position, &insert.cols),
            Some(_) => Ok(()),
        }
    }

    /// Adds the tenant's key behind the columns of every row.
    fn supply(&mut self, source: &mut p::SelectStmt) -> Result<(), Refusal> {
        if let (Some(left), Some(right)) = (&mut source.larg, &mut source.rarg) {
            self.supply(left)?;
            return self.supply(right);
        }
        for row in &mut source.values_lists {
            let Some(NodeEnum::List(row)) = &mut row.node else { continue };
            row.items.push(build::node(self.tenant()?));
        }
        if source.values_lists.is_empty() {
            source.target_list.push(build::output(self.tenant()?));
        }
        Ok(())
    }

    /// Holds what every row has at a position.
    fn hold_each(
        &mut self,
        held: &Held<'_>,
        source: &mut p::SelectStmt,
        position: usize,
        columns: &[p::Node],
    ) -> Result<(), Refusal> {
        if source.larg.is_none() && !source.values_lists.is_empty() {
            return self.hold_in_rows(held, source, position);
        }
        // An item that stands for many columns hides which of them is at the position.
        let before = source.target_list.get(..=position);
        if source.larg.is_none()
            && before.is_some_and(|items| !items.iter().any(stands_for_many))
            && let Some(item) = source.target_list.get_mut(position)
            && let Some(NodeEnum::ResTarget(item)) = &mut item.node
            && let Some(value) = item.val.as_deref_mut()
        {
            if item.name.is_empty() {
                item.name = held.column.into();
            }
            return self.hold(value);
        }
        self.hold_outside(source, position, columns)
    }

    fn hold_in_rows(
        &mut self,
        held: &Held<'_>,
        source: &mut p::SelectStmt,
        position: usize,
    ) -> Result<(), Refusal> {
        for row in &mut source.values_lists {
            let Some(NodeEnum::List(row)) = &mut row.node else {
                return Err(Refusal::new(Reason::NotRewritable, &held.relation.name));
            };
            self.hold(value_at(held, &mut row.items, position)?)?;
        }
        Ok(())
    }

    /// `SELECT s.c1, septum.hold(s.c2, ...) FROM (source) s(c1, c2)`: for a source whose columns
    /// can't be told apart.
    fn hold_outside(
        &mut self,
        source: &mut p::SelectStmt,
        position: usize,
        columns: &[p::Node],
    ) -> Result<(), Refusal> {
        const ALIAS: &str = "source";
        let names: Vec<String> = (1..=columns.len()).map(|number| format!("c{number}")).collect();
        let mut target_list = Vec::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            let mut value = build::node(build::column(ALIAS, name));
            if at == position {
                self.hold(&mut value)?;
            }
            target_list.push(match value.node {
                Some(value) => build::output(value),
                None => continue,
            });
        }
        let inside = std::mem::replace(source, build::select());
        let colnames = names.iter().map(|name| build::string(name)).collect();
        let inside = p::RangeSubselect {
            lateral: false,
            subquery: build::boxed(NodeEnum::SelectStmt(Box::new(inside))),
            alias: Some(p::Alias { aliasname: ALIAS.into(), colnames }),
        };
        source.target_list = target_list;
        source.from_clause = vec![build::node(NodeEnum::RangeSubselect(Box::new(inside)))];
        Ok(())
    }

    /// WHEN NOT MATCHED THEN INSERT
    pub(super) fn merge_insert(
        &mut self,
        target: &Target<'_>,
        clause: &mut p::MergeWhenClause,
    ) -> Result<(), Refusal> {
        let held = &target.held;
        if clause.target_list.is_empty() {
            clause.target_list = named(held, clause.values.len())?;
        }
        match position(&clause.target_list, held.column)? {
            None => {
                clause.target_list.push(build::inserted(held.column));
                clause.values.push(build::node(self.tenant()?));
                Ok(())
            }
            Some(position) if held.alone => {
                self.hold(value_at(held, &mut clause.values, position)?)
            }
            Some(_) => Ok(()),
        }
    }

    /// INVARIANT: every index by which a conflict may be found has the tenant column, so that
    /// the row that is met is the tenant's own. The condition says so again.
    fn conflict(
        &mut self,
        target: &Target<'_>,
        conflict: &mut p::OnConflictClause,
    ) -> Result<(), Refusal> {
        if !meets_own_rows_only(&target.held, conflict.infer.as_deref()) {
            return Err(Refusal::new(Reason::ConflictNotScoped, &target.held.relation.name));
        }
        if conflict.action() != p::OnConflictAction::OnconflictUpdate {
            return Ok(());
        }
        self.restrict(target, &mut conflict.where_clause, false)?;
        self.assign(target, &mut conflict.target_list)
    }
}

fn row(items: Vec<p::Node>) -> p::Node {
    build::node(NodeEnum::List(p::List { items }))
}

/// The columns that a source without a list of names fills: the table's first.
fn columns_of(held: &Held<'_>, source: &p::SelectStmt) -> Result<Vec<p::Node>, Refusal> {
    let leaf = leftmost(source);
    let width = match leaf.values_lists.first().and_then(|row| row.node.as_ref()) {
        Some(NodeEnum::List(row)) => row.items.len(),
        _ if leaf.target_list.iter().any(stands_for_many) => {
            return Err(Refusal::new(Reason::ColumnsUnknown, &held.relation.name));
        }
        _ => leaf.target_list.len(),
    };
    named(held, width)
}

fn named(held: &Held<'_>, width: usize) -> Result<Vec<p::Node>, Refusal> {
    let columns = &held.relation.columns;
    match columns.get(..width) {
        Some(columns) => Ok(columns.iter().map(|column| build::inserted(&column.name)).collect()),
        None => Err(Refusal::new(Reason::ColumnsUnknown, &held.relation.name)),
    }
}

fn leftmost(mut select: &p::SelectStmt) -> &p::SelectStmt {
    while let Some(left) = &select.larg {
        select = left;
    }
    select
}

/// Where the tenant column stands in a list.
fn position(columns: &[p::Node], column: &str) -> Result<Option<usize>, Refusal> {
    let mut found = None;
    for (at, node) in columns.iter().enumerate() {
        let Some(NodeEnum::ResTarget(target)) = &node.node else { continue };
        if target.name == column {
            if !target.indirection.is_empty() || found.is_some() {
                return Err(Refusal::new(Reason::TenantColumnWritten, column));
            }
            found = Some(at);
        }
    }
    Ok(found)
}

/// The value of a row that PostgreSQL puts into a column: in VALUES too, `t.*` and `(row).*` are
/// as many values as they have columns, and none behind them is where it stands.
fn value_at<'a>(
    held: &Held<'_>,
    row: &'a mut [p::Node],
    position: usize,
) -> Result<&'a mut p::Node, Refusal> {
    let hidden = row.iter().take(position.saturating_add(1)).any(is_many);
    let value = row.get_mut(position).filter(|_| !hidden);
    value.ok_or_else(|| Refusal::new(Reason::ColumnsUnknown, &held.relation.name))
}

/// Whether an item of a SELECT is `*`, `t.*` or `(row).*`.
fn stands_for_many(item: &p::Node) -> bool {
    match &item.node {
        Some(NodeEnum::ResTarget(item)) => item.val.as_deref().is_none_or(is_many),
        _ => true,
    }
}

/// Whether an expression is `*`, `t.*` or `(row).*`.
fn is_many(value: &p::Node) -> bool {
    let Some(value) = &value.node else { return true };
    let is_star = |node: Option<&p::Node>| {
        node.is_some_and(|node| matches!(node.node, Some(NodeEnum::AStar(_))))
    };
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other kind can hold a star")]
    match value {
        NodeEnum::ColumnRef(column) => is_star(column.fields.last()),
        NodeEnum::AIndirection(of) => is_star(of.indirection.last()),
        _ => false,
    }
}

fn meets_own_rows_only(held: &Held<'_>, infer: Option<&p::InferClause>) -> bool {
    let Held { relation, column, .. } = held;
    let Some(number) = relation.column(column).map(|column| column.number) else { return false };
    let has_tenant = |key: &crate::catalog::Key| {
        key.columns.iter().take(key.key_columns.into()).any(|column| *column == number)
    };
    match infer {
        None => relation.keys.iter().all(has_tenant),
        Some(infer) if !infer.conname.is_empty() => {
            relation.keys.iter().any(|key| *key.name == infer.conname && has_tenant(key))
        }
        Some(infer) => infer.index_elems.iter().any(|element| {
            matches!(&element.node, Some(NodeEnum::IndexElem(element)) if element.name == *column)
        }),
    }
}

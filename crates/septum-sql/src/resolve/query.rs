use std::borrow::Cow;

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::column::is_star;
use super::scope::{Column, Columns, Entry, Level, Typed};
use super::types::Ty;
use super::{Cte, Resolver, names};

/// PostgreSQL takes no more columns; of a list that is longer the rest is not looked at.
const MOST_COLUMNS: usize = 1664;

impl<'a> Resolver<'a> {
    /// A statement that returns rows, and the columns of those.
    pub(super) fn query(&mut self, node: &'a p::Node) -> Columns<'a> {
        match &node.node {
            Some(node) => self.query_of(node),
            None => Columns::open(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the catch-all arm refuses")]
    pub(super) fn query_of(&mut self, node: &'a NodeEnum) -> Columns<'a> {
        match node {
            NodeEnum::SelectStmt(select) => self.select(select),
            NodeEnum::InsertStmt(insert) => self.insert(insert),
            NodeEnum::UpdateStmt(update) => self.update(update),
            NodeEnum::DeleteStmt(delete) => self.delete(delete),
            NodeEnum::MergeStmt(merge) => self.merge(merge),
            _ => {
                self.refuse("query");
                Columns::open()
            }
        }
    }

    /// A query as others read it: constants without a type have become `text`.
    pub(super) fn subquery(&mut self, node: &'a p::Node) -> Columns<'a> {
        settled(self.query(node))
    }

    fn select(&mut self, select: &'a p::SelectStmt) -> Columns<'a> {
        let outer = self.ctes.len();
        self.with(select.with_clause.as_ref());
        let columns = match select.op() {
            p::SetOperation::Undefined | p::SetOperation::SetopNone
                if !select.values_lists.is_empty() =>
            {
                self.values(select)
            }
            p::SetOperation::Undefined | p::SetOperation::SetopNone => self.plain(select),
            p::SetOperation::SetopUnion
            | p::SetOperation::SetopIntersect
            | p::SetOperation::SetopExcept => self.set_operation(select),
        };
        self.ctes.truncate(outer);
        columns
    }

    /// Brings the common table expressions of a WITH into scope, as the walk in `tree` does. Of
    /// a recursive one nothing is known while it is read.
    pub(super) fn with(&mut self, with: Option<&'a p::WithClause>) {
        let Some(with) = with else { return };
        let ctes = with.ctes.iter().filter_map(|node| match &node.node {
            Some(NodeEnum::CommonTableExpr(cte)) => Some(&**cte),
            _ => None,
        });
        if with.recursive {
            let first = self.ctes.len();
            let open =
                |cte: &'a p::CommonTableExpr| Cte { name: &cte.ctename, columns: Columns::open() };
            self.ctes.extend(ctes.clone().map(open));
            for (at, cte) in ctes.enumerate() {
                let columns = self.cte(cte);
                if let Some(known) = self.ctes.get_mut(first + at) {
                    known.columns = columns;
                }
            }
        } else {
            for cte in ctes {
                let columns = self.cte(cte);
                self.ctes.push(Cte { name: &cte.ctename, columns });
            }
        }
    }

    fn cte(&mut self, cte: &'a p::CommonTableExpr) -> Columns<'a> {
        let columns = cte.ctequery.as_deref().map_or_else(Columns::open, |q| self.subquery(q));
        if let Some(cycle) = &cte.cycle_clause {
            self.optional(cycle.cycle_mark_value.as_deref());
            self.optional(cycle.cycle_mark_default.as_deref());
        }
        if cte.search_clause.is_some() || cte.cycle_clause.is_some() {
            // They add columns.
            return Columns::open();
        }
        columns.renamed(&cte.aliascolnames)
    }

    fn set_operation(&mut self, select: &'a p::SelectStmt) -> Columns<'a> {
        let (Some(left), Some(right)) = (select.larg.as_deref(), select.rarg.as_deref()) else {
            self.refuse("UNION");
            return Columns::open();
        };
        let left = self.select(left);
        let right = self.select(right);
        let columns = both(&left, &right);
        self.tail(select, Some(columns.clone()));
        columns
    }

    fn values(&mut self, select: &'a p::SelectStmt) -> Columns<'a> {
        self.levels.push(Level::default());
        let (mut types, mut open): (Vec<Ty>, bool) = (Vec::new(), false);
        for (row, list) in select.values_lists.iter().enumerate() {
            let Some(NodeEnum::List(list)) = &list.node else {
                self.refuse("VALUES");
                continue;
            };
            for (at, value) in list.items.iter().enumerate() {
                let ty = self.expression(value).ty;
                open |= is_star(value);
                match types.get_mut(at) {
                    Some(known) => *known = Ty::common([*known, ty]),
                    None if row == 0 => types.push(ty),
                    None => {}
                }
            }
        }
        self.levels.pop();
        let columns = types.iter().enumerate().map(|(at, ty)| Column {
            name: Cow::Owned(format!("column{}", at + 1)),
            typed: (*ty).into(),
        });
        let columns = if open { Columns::open() } else { Columns::new(columns.collect(), false) };
        self.tail(select, Some(columns.clone()));
        columns
    }

    fn plain(&mut self, select: &'a p::SelectStmt) -> Columns<'a> {
        self.levels.push(Level::default());
        self.from(&select.from_clause);
        let columns = self.targets(&select.target_list);
        self.optional(select.where_clause.as_deref());
        self.expressions(&select.group_clause);
        self.optional(select.having_clause.as_deref());
        for window in &select.window_clause {
            match &window.node {
                Some(NodeEnum::WindowDef(window)) => self.window(window),
                _ => self.refuse("WINDOW"),
            }
        }
        self.expressions(&select.distinct_clause);
        self.tail(select, None);
        self.levels.pop();
        columns
    }

    /// What stands behind: ORDER BY, LIMIT, OFFSET. Behind a set operation or VALUES it sees
    /// the columns of the result.
    fn tail(&mut self, select: &'a p::SelectStmt, result: Option<Columns<'a>>) {
        let pushed = result.is_some();
        if let Some(columns) = result {
            let entries = vec![Entry::listed(None, columns)];
            self.levels.push(Level { entries, ..Level::default() });
        }
        self.sort(&select.sort_clause);
        self.optional(select.limit_offset.as_deref());
        self.optional(select.limit_count.as_deref());
        if pushed {
            self.levels.pop();
        }
    }

    /// The columns of a SELECT or RETURNING list.
    pub(super) fn targets(&mut self, list: &'a [p::Node]) -> Columns<'a> {
        let (mut columns, mut open) = (Vec::new(), false);
        for target in list {
            let Some(NodeEnum::ResTarget(target)) = &target.node else {
                self.refuse("SELECT");
                continue;
            };
            let Some(value) = target.val.as_deref() else { continue };
            if let Some(all) = self.star(value) {
                open |= all.open;
                columns.extend(all.list.iter().cloned());
            } else {
                let typed = self.expression(value);
                let name = if target.name.is_empty() {
                    names::of(value)
                } else {
                    Some(Cow::Borrowed(target.name.as_str()))
                };
                match name {
                    // `(x).*` is any number of columns.
                    Some(name) if !is_star(value) => columns.push(Column { name, typed }),
                    Some(_) | None => open = true,
                }
            }
            if columns.len() > MOST_COLUMNS || !self.spend(columns.len() / 64 + 1) {
                columns.truncate(MOST_COLUMNS);
                open = true;
            }
        }
        Columns::new(columns, open)
    }

    /// ORDER BY, and the types by which it sorts. The default ordering of a type is the
    /// operator's who made the type.
    pub(super) fn sort(&mut self, list: &'a [p::Node]) -> Vec<Ty> {
        let mut types = Vec::new();
        for item in list {
            let Some(NodeEnum::SortBy(sort)) = &item.node else {
                self.refuse("ORDER BY");
                continue;
            };
            let Some(value) = sort.node.as_deref() else { continue };
            let typed = self.expression(value);
            types.push(typed.ty);
            if !sort.use_op.is_empty() {
                // A single name or number means a column of the result first.
                let own =
                    matches!(&value.node, Some(NodeEnum::FuncCall(_) | NodeEnum::TypeCast(_)));
                let ty = if own { typed.ty } else { Ty::Unknown };
                self.operator(&sort.use_op, Some(ty), ty);
            }
        }
        types
    }

    pub(super) fn window(&mut self, window: &'a p::WindowDef) {
        self.expressions(&window.partition_clause);
        self.sort(&window.order_clause);
        self.optional(window.start_offset.as_deref());
        self.optional(window.end_offset.as_deref());
    }

    pub(super) fn optional(&mut self, node: Option<&'a p::Node>) -> Option<Typed> {
        node.map(|node| self.expression(node))
    }

    pub(super) fn expressions(&mut self, list: &'a [p::Node]) {
        for node in list {
            // `SELECT DISTINCT` is a list of one empty node.
            if node.node.is_some() {
                self.expression(node);
            }
        }
    }
}

fn settled(columns: Columns<'_>) -> Columns<'_> {
    if columns.list.iter().all(|column| column.typed.ty != Ty::Literal) {
        return columns;
    }
    let settle = |column: &Column<'_>| Typed { ty: column.typed.ty.settled(), ..column.typed };
    let list = columns.list.iter().map(|one| Column { typed: settle(one), ..one.clone() });
    Columns::new(list.collect(), columns.open)
}

/// The columns of a set operation: named as the left ones.
fn both<'a>(left: &Columns<'a>, right: &Columns<'a>) -> Columns<'a> {
    if left.open || right.open || left.list.len() != right.list.len() {
        return Columns::open();
    }
    let list = left.list.iter().zip(&*right.list).map(|(left, right)| Column {
        name: left.name.clone(),
        typed: Ty::common([left.typed.ty, right.typed.ty]).settled().into(),
    });
    Columns::new(list.collect(), false)
}

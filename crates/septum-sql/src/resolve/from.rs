use std::borrow::Cow;

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::Resolver;
use super::scope::{Column, Columns, Entry, Found, Level, Shape, Typed, string};
use super::types::{INT8, Ty};
use crate::catalog::{Function, ParameterMode, TypeKind};

impl<'a> Resolver<'a> {
    /// A FROM clause, which the level then knows.
    pub(super) fn from(&mut self, items: &'a [p::Node]) {
        for item in items {
            self.range_item(item);
        }
    }

    pub(super) fn range_item(&mut self, item: &'a p::Node) {
        match &item.node {
            Some(NodeEnum::RangeVar(relation)) => self.range_var(relation),
            Some(NodeEnum::RangeSubselect(select)) => self.range_subselect(select),
            Some(NodeEnum::RangeFunction(function)) => self.range_function(function),
            Some(NodeEnum::RangeTableFunc(table)) => self.xml_table(table),
            Some(NodeEnum::JsonTable(table)) => self.json_table(table),
            Some(NodeEnum::RangeTableSample(sample)) => self.sample(sample),
            Some(NodeEnum::JoinExpr(join)) => self.join(join),
            _ => self.refuse("FROM"),
        }
    }

    fn range_subselect(&mut self, select: &'a p::RangeSubselect) {
        let Some(query) = select.subquery.as_deref() else { return self.refuse("FROM") };
        let hidden = std::mem::replace(
            self.level().map_or(&mut false, |level| &mut level.hidden),
            !select.lateral,
        );
        let columns = self.subquery(query);
        if let Some(level) = self.level() {
            level.hidden = hidden;
        }
        self.aliased(select.alias.as_ref(), None, columns);
    }

    /// Adds an entry under its alias, or else its own name.
    pub(super) fn aliased(
        &mut self,
        alias: Option<&'a p::Alias>,
        own: Option<&'a str>,
        columns: Columns<'a>,
    ) {
        let name = alias.map(|alias| alias.aliasname.as_str()).or(own);
        let names = alias.map_or(&[] as &[p::Node], |alias| &alias.colnames);
        self.push(Entry::listed(name, columns.renamed(names)));
    }

    /// A function in FROM, or several in ROWS FROM. Each is a list of the call and its column
    /// definitions.
    fn range_function(&mut self, range: &'a p::RangeFunction) {
        let mut each = Vec::new();
        for item in &range.functions {
            let Some(NodeEnum::List(pair)) = &item.node else {
                self.refuse("ROWS FROM");
                continue;
            };
            let Some((call, definitions)) = pair.items.split_first() else { continue };
            let columns = self.function_columns(call, range.alias.as_ref());
            let mut defined = Vec::new();
            for definition in definitions {
                match &definition.node {
                    Some(NodeEnum::List(list)) => defined.extend(self.definitions(&list.items)),
                    Some(_) => self.refuse("ROWS FROM"),
                    None => {}
                }
            }
            each.push(if defined.is_empty() { columns } else { Columns::new(defined, false) });
        }
        let defined = self.definitions(&range.coldeflist);
        let mut columns = match each.as_slice() {
            _ if !defined.is_empty() => Columns::new(defined, false),
            [only] => only.clone(),
            _ => Columns::open(),
        };
        if range.ordinality && !columns.open {
            let mut list = columns.list.to_vec();
            list.push(Column { name: "ordinality".into(), typed: INT8.into() });
            columns = Columns::new(list, false);
        }
        let own = match range.functions.as_slice() {
            [p::Node { node: Some(NodeEnum::List(pair)) }] => {
                pair.items.first().and_then(function_name)
            }
            _ => None,
        };
        self.aliased(range.alias.as_ref(), own, columns);
    }

    fn definitions(&mut self, list: &'a [p::Node]) -> Vec<Column<'a>> {
        let mut columns = Vec::new();
        for item in list {
            let Some(NodeEnum::ColumnDef(definition)) = &item.node else {
                self.refuse("a column definition");
                continue;
            };
            let ty = definition.type_name.as_ref().map_or(Ty::Unknown, |name| self.type_name(name));
            let ty = self.see(ty);
            columns.push(Column { name: Cow::Borrowed(&definition.colname), typed: ty.into() });
        }
        columns
    }

    /// The columns of a call in FROM, where it surely means one function.
    fn function_columns(&mut self, call: &'a p::Node, alias: Option<&'a p::Alias>) -> Columns<'a> {
        let Some(NodeEnum::FuncCall(function)) = &call.node else {
            self.expression(call);
            return Columns::open();
        };
        if is_unnest_of_several(function) {
            self.unnest_each(function);
            return Columns::open();
        }
        let (typed, candidates) = self.call(function);
        let [only] = candidates.as_slice() else { return Columns::open() };
        let only = *only;
        let outputs = self.outputs(only);
        if !outputs.is_empty() {
            return Columns::new(outputs, false);
        }
        let Some(returned) = self.catalog.type_of(only.returns) else { return Columns::open() };
        match returned.kind {
            TypeKind::Composite => self
                .catalog
                .relation(returned.relation)
                .map_or_else(Columns::open, |row| Columns::of(row, self.catalog)),
            // A domain over a row is a row too.
            TypeKind::Domain => Columns::open(),
            // A polymorphic result may be a row too.
            TypeKind::Pseudo => Columns::open(),
            TypeKind::Base | TypeKind::Enum | TypeKind::Range | TypeKind::Multirange => {
                let own = || alias.map_or(&*only.name, |alias| &alias.aliasname);
                let name = only_output(only).unwrap_or_else(own);
                let column = Column { name: Cow::Borrowed(name), typed: typed.ty.into() };
                Columns::new(vec![column], false)
            }
        }
    }

    /// The OUT, INOUT and TABLE arguments of a function, where there is more than one.
    fn outputs(&self, function: &'a Function) -> Vec<Column<'a>> {
        let (Some(types), Some(modes), Some(names)) =
            (&function.all_types, &function.modes, &function.names)
        else {
            return Vec::new();
        };
        let columns = types.iter().zip(modes.iter().zip(names.iter()));
        let columns: Vec<_> = columns
            .filter(|(_, (mode, _))| is_output(mode))
            .map(|(ty, (_, name))| Column {
                name: Cow::Borrowed(&**name),
                typed: Ty::declared(self.catalog, *ty).into(),
            })
            .collect();
        let named = columns.len() > 1 && columns.iter().all(|column| !column.name.is_empty());
        if named { columns } else { Vec::new() }
    }

    fn xml_table(&mut self, table: &'a p::RangeTableFunc) {
        self.optional(table.docexpr.as_deref());
        self.optional(table.rowexpr.as_deref());
        self.expressions(&table.namespaces);
        let mut columns = Vec::new();
        for item in &table.columns {
            let Some(NodeEnum::RangeTableFuncCol(column)) = &item.node else {
                self.refuse("XMLTABLE");
                continue;
            };
            self.optional(column.colexpr.as_deref());
            self.optional(column.coldefexpr.as_deref());
            let ty = self.cast_to(Ty::Unknown, column.type_name.as_ref());
            let ty = if column.for_ordinality { Ty::Unknown } else { ty };
            columns.push(Column { name: Cow::Borrowed(&column.colname), typed: ty.into() });
        }
        self.aliased(table.alias.as_ref(), None, Columns::new(columns, false));
    }

    /// TABLESAMPLE: its method is a function, of which only a superuser can make one.
    fn sample(&mut self, sample: &'a p::RangeTableSample) {
        if let Some(relation) = sample.relation.as_deref() {
            self.range_item(relation);
        }
        self.calls += 1;
        self.named_functions(&sample.method);
        self.expressions(&sample.args);
        self.optional(sample.repeatable.as_deref());
    }

    fn join(&mut self, join: &'a p::JoinExpr) {
        let (Some(left), Some(right)) = (join.larg.as_deref(), join.rarg.as_deref()) else {
            return self.refuse("JOIN");
        };
        let start = self.entries();
        self.range_item(left);
        let middle = self.entries();
        self.range_item(right);
        if let Some(merged) = self.merge_columns(join, start, middle) {
            self.insert_merged(join, start, merged);
        }
        if let Some(quals) = join.quals.as_deref() {
            let from = self.level().map_or(0, |level| std::mem::replace(&mut level.from, start));
            self.expression(quals);
            if let Some(level) = self.level() {
                level.from = from;
            }
        }
        if let Some(alias) = &join.alias {
            let columns = self.bare_columns(start);
            if let Some(level) = self.level() {
                level.entries.truncate(start);
            }
            self.push(Entry::listed(Some(&alias.aliasname), columns.renamed(&alias.colnames)));
        }
    }

    fn entries(&self) -> usize {
        self.levels.last().map_or(0, |level| level.entries.len())
    }

    /// The columns that USING or NATURAL make one of two; `None` where there are none.
    fn merge_columns(
        &mut self,
        join: &'a p::JoinExpr,
        start: usize,
        middle: usize,
    ) -> Option<Vec<(&'a str, Typed)>> {
        let names: Vec<&'a str> = if join.is_natural {
            self.common_names(start, middle)?
        } else {
            join.using_clause.iter().filter_map(string).collect()
        };
        if names.is_empty() {
            return None;
        }
        let mut merged = Vec::new();
        for name in names {
            let left = self.column_between(name, start, middle);
            let right = self.column_between(name, middle, usize::MAX);
            self.operator_named("=", Some(left.ty), right.ty);
            let ty = if left.ty == right.ty { left.ty } else { Ty::Unknown };
            let right_one = join.jointype() == p::JoinType::JoinRight;
            let origin = if right_one { right.origin } else { left.origin };
            merged.push((name, Typed { ty, origin }));
        }
        Some(merged)
    }

    /// The names that both sides of a NATURAL join have. Where a side isn't known, equality of
    /// anything may be asked, and what its columns are called isn't known.
    fn common_names(&mut self, start: usize, middle: usize) -> Option<Vec<&'a str>> {
        let level = self.levels.last()?;
        let (left, right) = (level.entries.get(start..middle)?, level.entries.get(middle..)?);
        let open = |entry: &Entry<'a>| match &entry.columns {
            Shape::Relation(_) => false,
            Shape::Listed(columns) => columns.open || columns.list.iter().any(is_owned),
        };
        if left.iter().chain(right).any(open) {
            self.operator_named("=", Some(Ty::Unknown), Ty::Unknown);
            self.obscure(start);
            return None;
        }
        let rights: Vec<&'a str> = right.iter().flat_map(bare_names).collect();
        let mut names: Vec<&'a str> = left.iter().flat_map(bare_names).collect();
        let steps = names.len().saturating_mul(rights.len().max(1));
        names.retain(|name| rights.contains(name));
        self.spend(steps);
        Some(names)
    }

    /// Makes every column of a join one of which nothing is known.
    fn obscure(&mut self, start: usize) {
        if let Some(level) = self.level() {
            for entry in level.entries.iter_mut().skip(start) {
                entry.columns = Shape::Listed(Columns::open());
            }
        }
    }

    fn column_between(&mut self, name: &str, start: usize, end: usize) -> Typed {
        let Some(level) = self.levels.last() else { return Typed::UNKNOWN };
        let end = end.min(level.entries.len());
        let entries = level.entries.get(start..end).unwrap_or_default();
        match bare_column(entries, name, self.catalog) {
            Found::Column(typed) => typed,
            Found::System(..) | Found::No | Found::Maybe => Typed::UNKNOWN,
        }
    }

    fn insert_merged(
        &mut self,
        join: &'a p::JoinExpr,
        start: usize,
        merged: Vec<(&'a str, Typed)>,
    ) {
        let names: Vec<&'a str> = merged.iter().map(|(name, _)| *name).collect();
        let columns = merged.into_iter().map(|(name, typed)| Column { name: name.into(), typed });
        let columns = Columns::new(columns.collect(), false);
        let Some(level) = self.level() else { return };
        for entry in level.entries.iter_mut().skip(start) {
            entry.merged.extend(&names);
        }
        level.entries.insert(start.min(level.entries.len()), Entry::listed(None, columns.clone()));
        if let Some(alias) = &join.join_using_alias {
            let mut entry = Entry::listed(Some(&alias.aliasname), columns);
            entry.bare = false;
            level.entries.push(entry);
        }
    }

    /// The columns that `*` means, of the entries from this one on.
    pub(super) fn bare_columns(&mut self, start: usize) -> Columns<'a> {
        let catalog = self.catalog;
        let Some(level) = self.levels.last() else { return Columns::open() };
        let (mut list, mut open) = (Vec::new(), false);
        for entry in level.entries.iter().skip(start).filter(|entry| entry.bare) {
            let columns = entry.all(catalog);
            open |= columns.open;
            let kept = columns
                .list
                .iter()
                .filter(|column| !entry.merged.iter().any(|merged| column.name == *merged));
            list.extend(kept.cloned());
        }
        self.spend(list.len());
        Columns::new(list, open)
    }

    /// A level of these entries, for as long as something is read.
    pub(super) fn within<T>(
        &mut self,
        entries: Vec<Entry<'a>>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.levels.push(Level { entries, ..Level::default() });
        let result = read(self);
        self.levels.pop();
        result
    }
}

fn is_output(mode: &ParameterMode) -> bool {
    matches!(mode, ParameterMode::Out | ParameterMode::InOut | ParameterMode::Table)
}

/// The name of a function's only output, which its column has before any alias
/// (`chooseScalarFunctionAlias`).
fn only_output(function: &Function) -> Option<&str> {
    let (modes, names) = (function.modes.as_deref()?, function.names.as_deref()?);
    let mut outputs = modes.iter().zip(names).filter(|(mode, _)| is_output(mode));
    match (outputs.next(), outputs.next()) {
        (Some((_, name)), None) if !name.is_empty() => Some(name),
        _ => None,
    }
}

fn is_owned(column: &Column<'_>) -> bool {
    matches!(column.name, Cow::Owned(_))
}

fn function_name(call: &p::Node) -> Option<&str> {
    match &call.node {
        Some(NodeEnum::FuncCall(call)) => call.funcname.last().and_then(string),
        _ => None,
    }
}

fn bare_names<'a>(entry: &Entry<'a>) -> Vec<&'a str> {
    if !entry.bare {
        return Vec::new();
    }
    let mut names: Vec<&'a str> = match &entry.columns {
        Shape::Relation(relation) => relation.columns.iter().map(|column| &*column.name).collect(),
        Shape::Listed(columns) => columns
            .list
            .iter()
            .filter_map(|column| match &column.name {
                Cow::Borrowed(name) => Some(*name),
                Cow::Owned(_) => None,
            })
            .collect(),
    };
    names.retain(|name| !entry.merged.contains(name));
    names
}

/// A column by its name alone.
pub(super) fn bare_column(entries: &[Entry<'_>], name: &str, catalog: &crate::Catalog) -> Found {
    let mut found = Found::No;
    for entry in entries.iter().filter(|entry| entry.bare && !entry.merged.contains(&name)) {
        match (found, entry.column(name, catalog)) {
            (_, Found::No) => {}
            (Found::No, one) => found = one,
            // Ambiguous, or maybe so.
            _ => return Found::Maybe,
        }
    }
    found
}

/// `unnest(a, b)` in FROM is `ROWS FROM (unnest(a), unnest(b))`, as PostgreSQL's
/// `transformRangeFunction` has it: no function takes several.
fn is_unnest_of_several(call: &p::FuncCall) -> bool {
    let named = crate::constant::parts(&call.funcname).as_deref() == Some(&["unnest"]);
    let plain = call.agg_order.is_empty()
        && call.agg_filter.is_none()
        && call.over.is_none()
        && !call.agg_star
        && !call.agg_distinct
        && !call.func_variadic;
    named && plain && call.args.len() > 1
}

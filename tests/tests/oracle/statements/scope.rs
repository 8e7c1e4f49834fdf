use super::Maker;
use crate::schema::Column;
use crate::tree::Sql;
use crate::ty::Ty;

/// Something that a FROM names.
#[derive(Clone, Debug)]
pub(super) struct Rel {
    pub(super) alias: String,
    pub(super) columns: Vec<Column>,
    /// A table that has this tenant column: it has system columns too.
    pub(super) table: Option<usize>,
    /// Whether a column is a table's own, with the traps that its data holds.
    pub(super) trapped: bool,
    /// A function of one value: it has no fields.
    pub(super) scalar: bool,
}

/// What the expressions of one query may name.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub(super) rels: Vec<Rel>,
    /// Columns that can be named without a relation: those that USING has merged.
    pub(super) merged: Vec<Column>,
    /// In a query that groups: what it groups by. Nothing else may be named but in aggregates.
    pub(super) keys: Option<Vec<Column>>,
    /// No window may stand here.
    pub(super) no_window: bool,
    /// Inside of an aggregate: neither another one nor a query.
    pub(super) in_aggregate: bool,
}

impl Rel {
    pub(super) fn new(alias: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { alias: alias.into(), columns, table: None, trapped: false, scalar: false }
    }

    pub(super) fn column(&self, column: &Column) -> String {
        format!("{}.{}", self.alias, column.name)
    }
}

impl Frame {
    pub(super) fn of(rels: Vec<Rel>) -> Self {
        Self { rels, ..Self::default() }
    }

    /// What may be named here, as it is written.
    fn names(&self) -> Vec<Column> {
        if let (Some(keys), false) = (&self.keys, self.in_aggregate) {
            return keys.clone();
        }
        let of = |rel: &Rel| {
            let named = |column: &Column| Column { name: rel.column(column), ty: column.ty };
            rel.columns.iter().map(named).collect::<Vec<_>>()
        };
        self.rels.iter().flat_map(of).chain(self.merged.clone()).collect()
    }
}

impl Maker<'_> {
    /// The innermost query's own columns of a type.
    pub(super) fn own(&self, ty: Ty) -> Vec<Column> {
        let names = self.frames.last().map(Frame::names).unwrap_or_default();
        names.into_iter().filter(|column| column.ty == ty).collect()
    }

    /// A column of a type, mostly of the innermost query.
    pub(super) fn column(&mut self, ty: Ty) -> Option<String> {
        let in_aggregate = self.frames.last().is_some_and(|frame| frame.in_aggregate);
        let mut from = self.frames.len();
        let nothing = |frame: &Frame| frame.rels.is_empty();
        while !in_aggregate
            && from > 1
            && (nothing(&self.frames[from - 1]) || self.dice.percent(25))
        {
            from -= 1;
        }
        let names = self.frames.get(from.checked_sub(1)?)?.names();
        let fitting: Vec<_> = names.iter().filter(|column| column.ty == ty).collect();
        if fitting.is_empty() { None } else { Some(self.dice.pick(&fitting).name.clone()) }
    }

    /// Something of which the whole row may be named here.
    pub(super) fn row(&mut self) -> Option<Rel> {
        let frame = self.frames.last()?;
        if frame.rels.is_empty() || (frame.keys.is_some() && !frame.in_aggregate) {
            return None;
        }
        let rel = self.dice.pick(&frame.rels).clone();
        (!rel.scalar).then_some(rel)
    }

    /// What tells all rows of the innermost query apart, but for those that are alike in all.
    pub(super) fn all_there_is(&self) -> Vec<Sql> {
        let Some(frame) = self.frames.last() else { return Vec::new() };
        match &frame.keys {
            Some(keys) => keys.iter().map(|key| Sql::from(key.name.clone())).collect(),
            None => frame.rels.iter().map(|rel| Sql::from(rel.alias.clone())).collect(),
        }
    }

    /// Whether an alias is free wherever it could be seen.
    pub(super) fn is_free(&self, alias: &str) -> bool {
        let seen = self.frames.iter().flat_map(|frame| &frame.rels).chain(&self.ctes);
        !seen.map(|rel| &rel.alias).chain(&self.beside).any(|seen| seen == alias)
    }
}

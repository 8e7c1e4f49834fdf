//! Which constants and parameters meet a tenant column: for the log, as good as it can be told.

use pg_query::protobuf as p;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::node::Node as NodeEnum;

use super::expression::{list, row};
use super::scope::{Entry, Found, Level, string};
use super::{Meet, MeetValue, Resolver};
use crate::Class;
use crate::catalog::{Column, Oid, Relation};

/// How many values are noted: an `IN` of thousands tells no more than its first ones.
const MOST: usize = 256;

impl<'a> Resolver<'a> {
    /// What an operator compares.
    pub(super) fn meet(
        &mut self,
        kind: p::AExprKind,
        left: Option<&'a p::Node>,
        right: &'a p::Node,
    ) {
        let Some(left) = left else { return };
        if let Some((lefts, rights)) = row(left).zip(row(right)) {
            for (left, right) in lefts.iter().zip(rights) {
                self.meet(kind, Some(left), right);
            }
        } else if let Some(column) = self.tenant_column(left) {
            match kind {
                p::AExprKind::AexprOpAny | p::AExprKind::AexprOpAll => {
                    self.note_array(column, right);
                }
                _ => list(right).iter().for_each(|value| self.note_meet(column, value)),
            }
        } else if let Some(column) = self.tenant_column(right) {
            self.note_meet(column, left);
        } else if let Some(lefts) = row(left)
            && kind == p::AExprKind::AexprIn
        {
            for rights in list(right).iter().filter_map(row) {
                for (left, right) in lefts.iter().zip(rights) {
                    self.meet(p::AExprKind::AexprOp, Some(left), right);
                }
            }
        }
    }

    /// The values of an INSERT, by the positions of its columns.
    pub(super) fn meet_inserted(
        &mut self,
        relation: Option<&'a Relation>,
        columns: &'a [p::Node],
        query: &'a p::Node,
    ) {
        let Some(NodeEnum::SelectStmt(select)) = &query.node else { return };
        for values in &select.values_lists {
            self.meet_row(relation, columns, list(values));
        }
        let values: Vec<&'a p::Node> = select
            .target_list
            .iter()
            .filter_map(|target| match &target.node {
                Some(NodeEnum::ResTarget(target)) => target.val.as_deref(),
                _ => None,
            })
            .collect();
        if values.len() == select.target_list.len()
            && let Some((column, at)) = self.position(relation, columns)
            && let Some(value) = values.get(at)
        {
            self.note_meet(column, value);
        }
    }

    pub(super) fn meet_row(
        &mut self,
        relation: Option<&'a Relation>,
        columns: &'a [p::Node],
        values: &'a [p::Node],
    ) {
        if let Some((column, at)) = self.position(relation, columns)
            && let Some(value) = values.get(at)
        {
            self.note_meet(column, value);
        }
    }

    /// The tenant column of a relation, and which value of a row goes into it.
    fn position(
        &self,
        relation: Option<&Relation>,
        columns: &[p::Node],
    ) -> Option<((Oid, i16), usize)> {
        let relation = relation?;
        let Class::Tenant { column: number, .. } = self.model.class(relation.oid) else {
            return None;
        };
        let place = relation.columns.iter().position(|column| column.number == number)?;
        let name = &relation.columns.get(place)?.name;
        let named = |node: &p::Node| match &node.node {
            Some(NodeEnum::ResTarget(target)) => *target.name == **name,
            _ => false,
        };
        let at = if columns.is_empty() { place } else { columns.iter().position(named)? };
        Some(((relation.oid, number), at))
    }

    /// `SET column = value`, and a row's part of `SET (a, b) = (1, 2)`.
    pub(super) fn meet_assigned(
        &mut self,
        relation: Option<&'a Relation>,
        column: Option<&Column>,
        value: &'a p::Node,
    ) {
        let (Some(relation), Some(column)) = (relation, column) else { return };
        let column = (relation.oid, column.number);
        if !self.is_tenants(column) {
            return;
        }
        let part = match &value.node {
            Some(NodeEnum::MultiAssignRef(part)) => {
                let at = usize::try_from(part.colno).unwrap_or(0).wrapping_sub(1);
                part.source.as_deref().and_then(row).and_then(|row| row.get(at))
            }
            _ => Some(value),
        };
        if let Some(value) = part {
            self.note_meet(column, value);
        }
    }

    fn is_tenants(&self, (relation, number): (Oid, i16)) -> bool {
        matches!(self.model.class(relation), Class::Tenant { column, .. } if column == number)
    }

    /// The tenant column that an expression is, casts aside.
    fn tenant_column(&mut self, node: &'a p::Node) -> Option<(Oid, i16)> {
        match &node.node {
            Some(NodeEnum::TypeCast(cast)) => self.tenant_column(cast.arg.as_deref()?),
            Some(NodeEnum::CollateClause(collate)) => self.tenant_column(collate.arg.as_deref()?),
            Some(NodeEnum::ColumnRef(column)) => {
                let found = self.origin(column)?;
                self.is_tenants(found).then_some(found)
            }
            _ => None,
        }
    }

    fn origin(&mut self, column: &'a p::ColumnRef) -> Option<(Oid, i16)> {
        let (name, table) = match column.fields.as_slice() {
            [name] => (string(name)?, None),
            [.., table, name] => (string(name)?, Some(string(table)?)),
            [] => return None,
        };
        let size = |level: &Level<'_>| level.entries.iter().map(Entry::size).sum::<usize>();
        let steps = self.levels.iter().map(size).sum::<usize>() / 4 + 1;
        if !self.spend(steps) {
            return None;
        }
        let catalog = self.catalog;
        self.levels.iter().rev().flat_map(Level::visible).find_map(|entry| {
            let named = match table {
                Some(table) => entry.name == Some(table),
                None => entry.bare && !entry.merged.contains(&name),
            };
            match entry.column(name, catalog) {
                Found::Column(typed) if named => typed.origin,
                _ => None,
            }
        })
    }

    /// The elements of what stands in `ANY (...)`.
    fn note_array(&mut self, column: (Oid, i16), array: &'a p::Node) {
        match &array.node {
            Some(NodeEnum::AArrayExpr(array)) => {
                array.elements.iter().for_each(|value| self.note_meet(column, value));
            }
            Some(NodeEnum::TypeCast(cast)) => {
                if let Some(array) = cast.arg.as_deref() {
                    self.note_array(column, array);
                }
            }
            Some(NodeEnum::ParamRef(_)) => {
                if let Some(MeetValue::Parameter(number)) = value(array) {
                    self.add_meet(column, MeetValue::ParameterArray(number));
                }
            }
            Some(NodeEnum::AConst(_)) => {
                self.reach.constants_meet = true;
                if let Some(MeetValue::Literal(text)) = value(array) {
                    for element in text.trim_matches(['{', '}']).split(',') {
                        let element = element.trim();
                        if element.is_empty() || element.eq_ignore_ascii_case("null") {
                            continue;
                        }
                        let element = element.trim_matches('"');
                        self.add_meet(column, MeetValue::Literal(element.into()));
                    }
                }
            }
            _ => {}
        }
    }

    fn note_meet(&mut self, column: (Oid, i16), node: &'a p::Node) {
        if let Some(value) = value(node) {
            self.add_meet(column, value);
        }
    }

    fn add_meet(&mut self, (relation, column): (Oid, i16), value: MeetValue) {
        self.reach.constants_meet |= matches!(value, MeetValue::Literal(_));
        let meet = Meet { relation, column, value };
        if self.reach.meets.len() < MOST && !self.reach.meets.contains(&meet) {
            self.reach.meets.push(meet);
        }
    }
}

/// A constant or a parameter, casts aside.
fn value(node: &p::Node) -> Option<MeetValue> {
    match &node.node {
        Some(NodeEnum::TypeCast(cast)) => value(cast.arg.as_deref()?),
        Some(NodeEnum::CollateClause(collate)) => value(collate.arg.as_deref()?),
        Some(NodeEnum::ParamRef(parameter)) => {
            u16::try_from(parameter.number).ok().map(MeetValue::Parameter)
        }
        Some(NodeEnum::AConst(constant)) => match constant.val.as_ref()? {
            Val::Ival(number) => Some(MeetValue::Literal(number.ival.to_string().into())),
            Val::Fval(number) => Some(MeetValue::Literal(number.fval.as_str().into())),
            Val::Sval(text) => Some(MeetValue::Literal(text.sval.as_str().into())),
            Val::Boolval(_) | Val::Bsval(_) => None,
        },
        _ => None,
    }
}

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::from::bare_column;
use super::scope::{Columns, Entry, Found, Shape, Typed, string};
use super::types::Ty;
use super::{Resolver, Via};
use crate::Class;
use crate::catalog::Oid;

/// Whether it stands for a list of values: `x.*`, `(x).*`.
pub(super) fn is_star(value: &p::Node) -> bool {
    let last = match &value.node {
        Some(NodeEnum::ColumnRef(column)) => column.fields.last(),
        Some(NodeEnum::AIndirection(part)) => part.indirection.last(),
        _ => None,
    };
    matches!(last.and_then(|last| last.node.as_ref()), Some(NodeEnum::AStar(_)))
}

/// Where an entry of a name is.
enum Place {
    At(usize, usize),
    /// There are several.
    Many,
    None,
}

impl<'a> Resolver<'a> {
    /// A column, a whole row, or what stands after a dot.
    pub(super) fn column_ref(&mut self, column: &'a p::ColumnRef) -> Typed {
        let names: Vec<&'a str> = column.fields.iter().filter_map(string).collect();
        if names.len() != column.fields.len() {
            // `x.*` is a row.
            return Typed::UNKNOWN;
        }
        match names.as_slice() {
            [name] => self.bare(name),
            [table, name] => self.qualified(None, table, name),
            [.., schema, table, name] => self.qualified(Some(schema), table, name),
            [] => Typed::UNKNOWN,
        }
    }

    fn bare(&mut self, name: &'a str) -> Typed {
        for at in (0..self.levels.len()).rev() {
            let Some(level) = self.levels.get(at) else { break };
            let entries = level.visible();
            let steps = entries.iter().map(Entry::size).sum::<usize>() / 4 + 1;
            let found = bare_column(entries, name, self.catalog);
            if !self.spend(steps) {
                return Typed::UNKNOWN;
            }
            match found {
                Found::Column(typed) => return typed,
                Found::System(relation, column) => return self.system(relation, column),
                Found::Maybe => return self.perhaps_system(name),
                Found::No => {}
            }
        }
        self.whole_row(None, name).into()
    }

    fn qualified(&mut self, schema: Option<&str>, table: &'a str, name: &'a str) -> Typed {
        let found = match self.place(schema, table) {
            Place::At(level, entry) => self.at(level, entry).map(|e| e.column(name, self.catalog)),
            Place::Many | Place::None => None,
        };
        match found {
            Some(Found::Column(typed)) => typed,
            Some(Found::System(relation, column)) => self.system(relation, column),
            Some(Found::No) => {
                let row = self.whole_row(schema, table);
                self.attribute(name, row);
                Typed::UNKNOWN
            }
            Some(Found::Maybe) | None => {
                self.attribute(name, Ty::Unknown);
                self.perhaps_system(name)
            }
        }
    }

    /// The functions that may be called by what is written like a column, `x.f` for `f(x)`: how
    /// many.
    pub(super) fn attribute(&mut self, name: &str, row: Ty) -> usize {
        let mut called = 0;
        for function in self.catalog.functions_named(None, name) {
            let takes = function.arguments.first().copied();
            let one = super::call::takes(function, 1);
            let type_fits =
                takes.is_none_or(|takes| super::types::may_coerce(self.catalog, row, takes));
            if one && type_fits {
                self.note_function(function, Via::Call);
                called += 1;
            }
        }
        called
    }

    fn at(&self, level: usize, entry: usize) -> Option<&Entry<'a>> {
        self.levels.get(level)?.visible().get(entry)
    }

    fn place(&mut self, schema: Option<&str>, table: &str) -> Place {
        for at in (0..self.levels.len()).rev() {
            let Some(level) = self.levels.get(at) else { break };
            let entries = level.visible();
            let is = |entry: &Entry<'a>| {
                entry.name == Some(table)
                    && schema.is_none_or(|schema| {
                        // Behind a schema stands a relation's own name, no alias.
                        entry.relation.is_some_and(|relation| {
                            &*relation.schema == schema && &*relation.name == table
                        })
                    })
            };
            let mut named = entries.iter().enumerate().filter(|(_, entry)| is(entry));
            let (first, second) = (named.next().map(|(entry, _)| entry), named.next().is_some());
            let steps = entries.len();
            self.spend(steps);
            match first {
                Some(_) if second => return Place::Many,
                Some(entry) => return Place::At(at, entry),
                None => {}
            }
        }
        Place::None
    }

    /// The type of a row of a table.
    fn whole_row(&mut self, schema: Option<&str>, table: &str) -> Ty {
        let Place::At(level, entry) = self.place(schema, table) else { return Ty::Unknown };
        match self.at(level, entry) {
            Some(Entry { columns: Shape::Relation(relation), .. }) => {
                relation.row_type.some().map_or(Ty::Unknown, Ty::Of)
            }
            Some(_) | None => Ty::Unknown,
        }
    }

    /// The columns that a `*` at the top of a list means.
    pub(super) fn star(&mut self, value: &'a p::Node) -> Option<Columns<'a>> {
        let Some(NodeEnum::ColumnRef(column)) = &value.node else { return None };
        let (last, names) = column.fields.split_last()?;
        if !matches!(&last.node, Some(NodeEnum::AStar(_))) {
            return None;
        }
        let names: Vec<&'a str> = names.iter().filter_map(string).collect();
        let place = match names.as_slice() {
            [] => return Some(self.bare_columns(0)),
            [table] => self.place(None, table),
            [.., schema, table] => self.place(Some(schema), table),
        };
        let Place::At(level, entry) = place else { return Some(Columns::open()) };
        let columns = self.at(level, entry).map(|entry| entry.all(self.catalog));
        let columns = columns.unwrap_or_else(Columns::open);
        self.spend(columns.list.len());
        Some(columns)
    }

    /// `xmin`, `ctid` and the like tell how other tenants' rows came and went (catalogue S106).
    fn system(&mut self, relation: Oid, column: &'static str) -> Typed {
        if column == "tableoid" {
            return super::types::OID.into();
        }
        let ty = match column {
            "ctid" => super::types::TID,
            "xmin" | "xmax" => super::types::XID,
            _ => super::types::CID,
        };
        if self.model.class(relation) != Class::System
            && !self.reach.system_columns.contains(&column)
        {
            self.reach.system_columns.push(column);
        }
        ty.into()
    }

    /// The same where it isn't known what the name means.
    pub(super) fn perhaps_system(&mut self, name: &str) -> Typed {
        const TELLING: [&str; 5] = ["ctid", "xmin", "xmax", "cmin", "cmax"];
        if let Some(column) = TELLING.iter().find(|one| **one == name) {
            let tells = self.reach.relations.iter().any(|one| one.class != Class::System);
            if tells && !self.reach.system_columns.contains(column) {
                self.reach.system_columns.push(column);
            }
        }
        Typed::UNKNOWN
    }
}

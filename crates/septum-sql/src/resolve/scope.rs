//! What names of columns and tables mean at one place of a statement.

use std::borrow::Cow;
use std::rc::Rc;

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::types::Ty;
use crate::Catalog;
use crate::catalog::{Oid, Relation};

/// Where a value comes from: a column of a relation.
pub(super) type Origin = Option<(Oid, i16)>;

/// What is known of an expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed {
    pub(super) ty: Ty,
    pub(super) origin: Origin,
}

impl Typed {
    pub(super) const UNKNOWN: Self = Self { ty: Ty::Unknown, origin: None };
}

impl From<Ty> for Typed {
    fn from(ty: Ty) -> Self {
        Self { ty, origin: None }
    }
}

/// A column of a query or of an entry in FROM.
#[derive(Clone, Debug)]
pub(super) struct Column<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) typed: Typed,
}

/// Columns, shared by all who look at them.
#[derive(Clone, Debug)]
pub(super) struct Columns<'a> {
    pub(super) list: Rc<[Column<'a>]>,
    /// Whether there may be others, or of other names.
    pub(super) open: bool,
}

impl<'a> Columns<'a> {
    pub(super) fn new(list: Vec<Column<'a>>, open: bool) -> Self {
        Self { list: list.into(), open }
    }

    /// Nothing is known of them.
    pub(super) fn open() -> Self {
        Self::new(Vec::new(), true)
    }

    /// The columns of a relation.
    pub(super) fn of(relation: &'a Relation, catalog: &Catalog) -> Self {
        let columns = relation.columns.iter().map(|column| Column {
            name: Cow::Borrowed(&*column.name),
            typed: Typed {
                ty: Ty::declared(catalog, column.type_oid),
                origin: Some((relation.oid, column.number)),
            },
        });
        Self::new(columns.collect(), false)
    }

    /// With the first of them named anew.
    pub(super) fn renamed(self, names: &'a [p::Node]) -> Self {
        if names.is_empty() {
            return self;
        }
        let mut list = self.list.to_vec();
        let mut open = self.open;
        for (at, name) in names.iter().enumerate() {
            match (list.get_mut(at), string(name)) {
                (Some(column), Some(name)) => column.name = Cow::Borrowed(name),
                (None, _) | (_, None) => open = true,
            }
        }
        // Of an open list nobody knows which are the first.
        if self.open { Self::open() } else { Self::new(list, open) }
    }
}

/// What stands in FROM under a name.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    /// Its alias or name; `None` where there is none to be written.
    pub(super) name: Option<&'a str>,
    /// The relation it is, where it is one that is named without an alias or with one.
    pub(super) relation: Option<&'a Relation>,
    pub(super) columns: Shape<'a>,
    /// Whether its columns can be named without it.
    pub(super) bare: bool,
    /// Columns that a USING took over.
    pub(super) merged: Vec<&'a str>,
}

#[derive(Clone, Debug)]
pub(super) enum Shape<'a> {
    /// Those of the relation, as they are.
    Relation(&'a Relation),
    Listed(Columns<'a>),
}

/// What a look-up of a column found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    Column(Typed),
    /// A system column of this relation.
    System(Oid, &'static str),
    /// There is none of that name.
    No,
    /// There may be one.
    Maybe,
}

const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"];

impl<'a> Entry<'a> {
    pub(super) fn listed(name: Option<&'a str>, columns: Columns<'a>) -> Self {
        Self { name, relation: None, columns: Shape::Listed(columns), bare: true, merged: vec![] }
    }

    pub(super) fn size(&self) -> usize {
        match &self.columns {
            Shape::Relation(relation) => relation.columns.len(),
            Shape::Listed(columns) => columns.list.len(),
        }
    }

    /// A column by its name.
    pub(super) fn column(&self, name: &str, catalog: &Catalog) -> Found {
        let found = match &self.columns {
            Shape::Relation(relation) => relation.column(name).map(|column| {
                let ty = Ty::declared(catalog, column.type_oid);
                Typed { ty, origin: Some((relation.oid, column.number)) }
            }),
            Shape::Listed(columns) => {
                let mut named = columns.list.iter().filter(|column| column.name == name);
                match (named.next(), named.next()) {
                    (Some(one), None) if !columns.open => Some(one.typed),
                    (None, _) if !columns.open => None,
                    _ => return Found::Maybe,
                }
            }
        };
        match (found, self.relation) {
            (Some(typed), _) => Found::Column(typed),
            (None, Some(relation)) => SYSTEM_COLUMNS
                .iter()
                .find(|system| **system == name)
                .map_or(Found::No, |system| Found::System(relation.oid, system)),
            (None, None) => Found::No,
        }
    }

    pub(super) fn all(&self, catalog: &Catalog) -> Columns<'a> {
        match &self.columns {
            Shape::Relation(relation) => Columns::of(relation, catalog),
            Shape::Listed(columns) => columns.clone(),
        }
    }
}

/// One query's FROM, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Level<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// The first entry that can be named: what stands in ON sees its own join only.
    pub(super) from: usize,
    /// A sub-select without LATERAL sees none.
    pub(super) hidden: bool,
}

impl<'a> Level<'a> {
    pub(super) fn visible(&self) -> &[Entry<'a>] {
        if self.hidden { &[] } else { self.entries.get(self.from..).unwrap_or_default() }
    }
}

/// The string of a name's part.
pub(super) fn string(node: &p::Node) -> Option<&str> {
    match &node.node {
        Some(NodeEnum::String(part)) => Some(&part.sval),
        _ => None,
    }
}

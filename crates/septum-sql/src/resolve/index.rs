use std::collections::HashMap;

use super::types::Ty;
use crate::catalog::{Cast, Oid, Operator};
use crate::{Catalog, QualifiedName, Standing};

/// What is looked up for each operator and cast, made once a model.
#[derive(Debug, Default)]
pub(crate) struct Index {
    operators: HashMap<Box<str>, Operators>,
    /// Casts whose function is not PostgreSQL's own.
    pub(super) foreign_casts: Vec<Cast>,
}

/// The operators that a name without a schema can mean.
#[derive(Debug, Default)]
pub(super) struct Operators {
    /// All of them, along the search path.
    pub(super) all: Vec<Oid>,
    /// By the types of their operands: the first on the search path.
    exact: HashMap<(Oid, Oid), (Oid, Oid)>,
    /// Whether any of them runs a function that is not PostgreSQL's own.
    pub(super) foreign: bool,
    /// The result that all binary ones have in common.
    binary: Uniform,
    /// The result that all prefix ones have in common.
    prefix: Uniform,
}

/// What results have in common.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Uniform {
    #[default]
    None,
    One(Oid),
    Many,
}

impl Uniform {
    pub(super) fn add(&mut self, oid: Oid) {
        *self = match *self {
            Self::None => Self::One(oid),
            Self::One(one) if one == oid => Self::One(one),
            Self::One(_) | Self::Many => Self::Many,
        }
    }

    pub(super) fn ty(self, catalog: &Catalog) -> Ty {
        match self {
            Self::One(oid) => Ty::declared(catalog, oid),
            Self::None | Self::Many => Ty::Unknown,
        }
    }
}

impl Index {
    pub(crate) fn new(catalog: &Catalog) -> Self {
        let mut operators: HashMap<Box<str>, Operators> = HashMap::new();
        let names: Vec<&str> = {
            let mut names: Vec<&str> = catalog.operators().map(|one| &*one.name).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        for name in names {
            let mut known = Operators::default();
            catalog.operators_named(None, name).for_each(|one| known.add(one, catalog));
            operators.insert(name.into(), known);
        }
        let foreign_casts =
            catalog.casts().filter(|cast| is_foreign(catalog, cast.function)).copied().collect();
        Self { operators, foreign_casts }
    }

    pub(super) fn operators(&self, name: &str) -> Option<&Operators> {
        self.operators.get(name)
    }
}

impl Operators {
    pub(super) fn add(&mut self, one: &Operator, catalog: &Catalog) {
        self.exact.entry((one.left, one.right)).or_insert((one.oid, one.result));
        self.foreign |= &*one.schema != "pg_catalog" || is_foreign(catalog, one.function);
        if one.left == Oid::NONE { &mut self.prefix } else { &mut self.binary }.add(one.result);
        self.all.push(one.oid);
    }

    /// The operator of exactly these operands, and its result.
    pub(super) fn exact(&self, left: Oid, right: Oid) -> Option<(Oid, Oid)> {
        self.exact.get(&(left, right)).copied()
    }

    pub(super) fn uniform(&self, prefix: bool) -> Uniform {
        if prefix { self.prefix } else { self.binary }
    }
}

/// Whether a function is not a reviewed one of `pg_catalog`; an unknown one is foreign.
fn is_foreign(catalog: &Catalog, function: Oid) -> bool {
    function != Oid::NONE
        && catalog.function(function).is_none_or(|one| {
            let name = QualifiedName { schema: Some(one.schema.clone()), name: one.name.clone() };
            &*one.schema != "pg_catalog" || Standing::of(&name) != Standing::Reviewed
        })
}

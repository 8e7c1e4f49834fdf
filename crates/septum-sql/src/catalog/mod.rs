//! What a database holds, as far as judging a statement needs it: a snapshot.
//!
//! Whoever can ask the server runs [`Catalog::QUERY`], by the role and with the search path that
//! clients' statements get, and gives the answer to [`Catalog::read`]. [`Catalog::SIGNATURE`] is
//! a cheap query whose answer changes whenever the snapshot is out of date.
//!
//! Sources: the system catalogs of PostgreSQL 15 to 18, chapter 53 of its manual.

mod function;
mod names;
mod operator;
mod policy;
mod relation;
mod role;
mod types;

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;

pub use function::{Function, FunctionKind, ParameterMode, Volatility};
pub use operator::{Cast, CastContext, Operator};
pub use policy::{Policy, PolicyCommand};
pub use relation::{Column, Key, Relation, RelationKind};
pub use role::Role;
pub use types::{Type, TypeKind};

use names::Names;

/// An object's identifier in PostgreSQL's catalogs; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Oid(pub u32);

impl Oid {
    /// No object.
    pub const NONE: Self = Self(0);

    /// Itself, unless it names no object.
    pub fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A snapshot of a database's catalog.
///
/// It doesn't change; a newer one replaces it. Temporary objects and those of `pg_toast` are not
/// in it: no statement may name them.
#[derive(Debug)]
pub struct Catalog {
    version: u32,
    search_path: Box<[Box<str>]>,
    role: Oid,
    roles: HashMap<Oid, Role>,
    relations: HashMap<Oid, Relation>,
    types: HashMap<Oid, Type>,
    functions: HashMap<Oid, Function>,
    operators: HashMap<Oid, Operator>,
    casts: HashMap<(Oid, Oid), Cast>,
    names: Names,
}

/// The answer to [`Catalog::QUERY`] is not what it must be.
#[derive(Debug, thiserror::Error)]
#[error("the database's catalog can't be read: {0}")]
pub struct UnreadableCatalog(#[from] serde_json::Error);

/// The document that `load.sql` makes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    search_path: Box<[Box<str>]>,
    role: Oid,
    roles: Vec<Role>,
    relations: Vec<Relation>,
    policies: Vec<Policy>,
    keys: Vec<Key>,
    types: Vec<Type>,
    casts: Vec<Cast>,
    functions: Vec<Function>,
    operators: Vec<Operator>,
}

impl Catalog {
    /// One row with one column of type `text`: what [`read`](Self::read) reads.
    pub const QUERY: &str = include_str!("load.sql");

    /// One row with one column of type `text`, which changes whenever the answer to
    /// [`QUERY`](Self::QUERY) does.
    pub const SIGNATURE: &str = include_str!("signature.sql");

    /// Reads the answer to [`QUERY`](Self::QUERY).
    ///
    /// # Errors
    /// [`UnreadableCatalog`] says what is wrong with it.
    pub fn read(answer: &str) -> Result<Self, UnreadableCatalog> {
        let mut document: Document = serde_json::from_str(answer)?;
        let names = Names::of(&document);
        let mut relations: HashMap<Oid, Relation> = by_oid(document.relations, |one| one.oid);
        for policy in document.policies.drain(..) {
            if let Some(relation) = relations.get_mut(&policy.relation) {
                relation.policies.push(policy);
            }
        }
        for key in document.keys.drain(..) {
            if let Some(relation) = relations.get_mut(&key.relation) {
                relation.keys.push(key);
            }
        }
        Ok(Self {
            version: document.version,
            search_path: document.search_path,
            role: document.role,
            roles: by_oid(document.roles, |one| one.oid),
            relations,
            types: by_oid(document.types, |one| one.oid),
            functions: by_oid(document.functions, |one| one.oid),
            operators: by_oid(document.operators, |one| one.oid),
            casts: document.casts.into_iter().map(|c| ((c.source, c.target), c)).collect(),
            names,
        })
    }

    /// The server's version as `server_version_num` has it: 150018 is 15.18.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The schemas in which a name without one is looked up, in order; `pg_catalog` is among
    /// them.
    pub fn search_path(&self) -> &[Box<str>] {
        &self.search_path
    }

    /// The role that statements run as.
    pub fn role(&self) -> Option<&Role> {
        self.roles.get(&self.role)
    }

    /// A role by its OID.
    pub fn role_of(&self, oid: Oid) -> Option<&Role> {
        self.roles.get(&oid)
    }

    /// A relation by its OID.
    pub fn relation(&self, oid: Oid) -> Option<&Relation> {
        self.relations.get(&oid)
    }

    /// Every relation, in no order.
    pub fn relations(&self) -> impl Iterator<Item = &Relation> {
        self.relations.values()
    }

    /// The relation that a name means: in the schema, or the first on the search path.
    pub fn relation_named(&self, schema: Option<&str>, name: &str) -> Option<&Relation> {
        let found = self.first(schema, |schema| self.names.relation(schema, name));
        found.and_then(|oid| self.relations.get(&oid))
    }

    /// The partitions and children of a relation, at every depth, without itself.
    pub fn descendants(&self, of: Oid) -> Vec<&Relation> {
        let mut found: Vec<Oid> = self.names.children(of).to_vec();
        let mut next = 0;
        while let Some(&child) = found.get(next) {
            let new = self.names.children(child).iter().filter(|oid| !found.contains(oid));
            let new: Vec<Oid> = new.copied().collect();
            found.extend(new);
            next += 1;
        }
        found.iter().filter_map(|oid| self.relations.get(oid)).collect()
    }

    /// What a relation is a partition or a child of, at every height, without itself.
    pub fn ancestors(&self, of: Oid) -> Vec<&Relation> {
        let mut found: Vec<&Relation> = Vec::new();
        let mut above: Vec<Oid> = self.relation(of).map_or(&[][..], |one| &one.parents).to_vec();
        while let Some(parent) = above.pop().and_then(|oid| self.relation(oid)) {
            if !found.iter().any(|known| known.oid == parent.oid) {
                found.push(parent);
                above.extend_from_slice(&parent.parents);
            }
        }
        found
    }

    /// A type by its OID.
    pub fn type_of(&self, oid: Oid) -> Option<&Type> {
        self.types.get(&oid)
    }

    /// The type that a name means: in the schema, or the first on the search path.
    pub fn type_named(&self, schema: Option<&str>, name: &str) -> Option<&Type> {
        let found = self.first(schema, |schema| self.names.type_named(schema, name));
        found.and_then(|oid| self.types.get(&oid))
    }

    /// A function by its OID.
    pub fn function(&self, oid: Oid) -> Option<&Function> {
        self.functions.get(&oid)
    }

    /// Every function of a name that a call can mean: in the schema, or in any schema of the
    /// search path, in its order.
    pub fn functions_named<'a>(
        &'a self,
        schema: Option<&'a str>,
        name: &str,
    ) -> impl Iterator<Item = &'a Function> {
        let all = self.names.functions(name);
        self.ordered(schema, all, |oid| self.functions.get(&oid), |one| &one.schema)
    }

    /// Every operator, in no order.
    pub fn operators(&self) -> impl Iterator<Item = &Operator> {
        self.operators.values()
    }

    /// An operator by its OID.
    pub fn operator(&self, oid: Oid) -> Option<&Operator> {
        self.operators.get(&oid)
    }

    /// Every operator of a name that an expression can mean: in the schema, or in any schema of
    /// the search path, in its order.
    pub fn operators_named<'a>(
        &'a self,
        schema: Option<&'a str>,
        name: &str,
    ) -> impl Iterator<Item = &'a Operator> {
        let all = self.names.operators(name);
        self.ordered(schema, all, |oid| self.operators.get(&oid), |one| &one.schema)
    }

    /// The cast from one type to another, where one was declared.
    pub fn cast(&self, source: Oid, target: Oid) -> Option<&Cast> {
        self.casts.get(&(source, target))
    }

    /// Every declared cast, in no order.
    pub fn casts(&self) -> impl Iterator<Item = &Cast> {
        self.casts.values()
    }

    fn first(&self, schema: Option<&str>, look_up: impl Fn(&str) -> Option<Oid>) -> Option<Oid> {
        match schema {
            Some(schema) => look_up(schema),
            None => self.search_path.iter().find_map(|schema| look_up(schema)),
        }
    }

    fn ordered<'a, T: 'a>(
        &'a self,
        schema: Option<&'a str>,
        all: &'a [Oid],
        object: impl Fn(Oid) -> Option<&'a T> + Copy + 'a,
        schema_of: impl Fn(&'a T) -> &'a str + Copy + 'a,
    ) -> impl Iterator<Item = &'a T> {
        let path = if schema.is_some() { &[] } else { &*self.search_path };
        let schemas = schema.into_iter().chain(path.iter().map(|schema| &**schema));
        schemas.flat_map(move |schema| {
            all.iter()
                .filter_map(move |oid| object(*oid))
                .filter(move |one| schema_of(one) == schema)
        })
    }
}

fn by_oid<T>(all: Vec<T>, oid: impl Fn(&T) -> Oid) -> HashMap<Oid, T> {
    all.into_iter().map(|one| (oid(&one), one)).collect()
}

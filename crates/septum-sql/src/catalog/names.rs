use std::collections::HashMap;

use super::{Document, Oid};

type InSchema = HashMap<Box<str>, HashMap<Box<str>, Oid>>;

/// Where each name leads.
#[derive(Debug, Default)]
pub(super) struct Names {
    relations: InSchema,
    types: InSchema,
    functions: HashMap<Box<str>, Vec<Oid>>,
    operators: HashMap<Box<str>, Vec<Oid>>,
    children: HashMap<Oid, Vec<Oid>>,
}

impl Names {
    pub(super) fn of(document: &Document) -> Self {
        let mut names = Self::default();
        for one in &document.relations {
            note(&mut names.relations, &one.schema, &one.name, one.oid);
            for parent in &one.parents {
                names.children.entry(*parent).or_default().push(one.oid);
            }
        }
        for one in &document.types {
            note(&mut names.types, &one.schema, &one.name, one.oid);
        }
        for one in &document.functions {
            names.functions.entry(one.name.clone()).or_default().push(one.oid);
        }
        for one in &document.operators {
            names.operators.entry(one.name.clone()).or_default().push(one.oid);
        }
        names
    }

    pub(super) fn relation(&self, schema: &str, name: &str) -> Option<Oid> {
        self.relations.get(schema)?.get(name).copied()
    }

    pub(super) fn type_named(&self, schema: &str, name: &str) -> Option<Oid> {
        self.types.get(schema)?.get(name).copied()
    }

    pub(super) fn functions(&self, name: &str) -> &[Oid] {
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn operators(&self, name: &str) -> &[Oid] {
        self.operators.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn children(&self, of: Oid) -> &[Oid] {
        self.children.get(&of).map_or(&[], Vec::as_slice)
    }
}

fn note(names: &mut InSchema, schema: &str, name: &str, oid: Oid) {
    names.entry(schema.into()).or_default().insert(name.into(), oid);
}

use pg_query::protobuf as p;

use super::scope::{Columns, Entry, Shape};
use super::{Missing, MissingKind, Reached, Resolver};
use crate::QualifiedName;
use crate::catalog::{Oid, Relation, RelationKind};

impl<'a> Resolver<'a> {
    /// A relation or common table expression in FROM.
    pub(super) fn range_var(&mut self, named: &'a p::RangeVar) {
        let alias = named.alias.as_ref();
        let name = alias.map_or(named.relname.as_str(), |alias| &alias.aliasname);
        let names = alias.map_or(&[] as &[p::Node], |alias| &alias.colnames);
        let entry = match self.common_table(named) {
            Some(columns) => Entry::listed(Some(name), columns.renamed(names)),
            None => self.relation_entry(named, name, names, false),
        };
        self.push(entry);
    }

    pub(super) fn push(&mut self, entry: Entry<'a>) {
        if let Some(level) = self.level() {
            level.entries.push(entry);
        }
    }

    fn common_table(&mut self, named: &p::RangeVar) -> Option<Columns<'a>> {
        if !named.schemaname.is_empty() {
            return None;
        }
        self.spend(self.ctes.len());
        let cte = self.ctes.iter().rev().find(|cte| cte.name == named.relname)?;
        Some(cte.columns.clone())
    }

    /// A relation by its name, as an entry under a name.
    pub(super) fn relation_entry(
        &mut self,
        named: &'a p::RangeVar,
        name: &'a str,
        names: &'a [p::Node],
        written: bool,
    ) -> Entry<'a> {
        self.relations += 1;
        let schema = Some(named.schemaname.as_str()).filter(|schema| !schema.is_empty());
        let Some(relation) = self.catalog.relation_named(schema, &named.relname) else {
            self.missing(MissingKind::Relation, schema, &named.relname);
            return Entry::listed(Some(name), Columns::open());
        };
        self.note_relation(relation, written);
        let columns = if names.is_empty() {
            Shape::Relation(relation)
        } else {
            Shape::Listed(Columns::of(relation, self.catalog).renamed(names))
        };
        let relation = (relation.kind != RelationKind::CompositeType).then_some(relation);
        Entry { name: Some(name), relation, columns, bare: true, merged: Vec::new() }
    }

    pub(super) fn missing(&mut self, what: MissingKind, schema: Option<&str>, name: &str) {
        let name = QualifiedName { schema: schema.map(Into::into), name: name.into() };
        let missing = Missing { what, name };
        if !self.reach.missing.contains(&missing) {
            self.reach.missing.push(missing);
        }
    }

    /// Notes a relation that the statement names, and what stands behind a view.
    fn note_relation(&mut self, relation: &Relation, written: bool) {
        self.add_reached(relation, written, None, false);
        if relation.kind == RelationKind::View {
            self.behind_view(relation, written);
        }
    }

    pub(super) fn add_reached(
        &mut self,
        relation: &Relation,
        written: bool,
        view: Option<Oid>,
        past_policies: bool,
    ) {
        let tenancy = self.model.tenancy();
        let reached = Reached {
            oid: relation.oid,
            name: QualifiedName {
                schema: Some(relation.schema.clone()),
                name: relation.name.clone(),
            },
            kind: relation.kind,
            class: self.model.class(relation.oid),
            listed: tenancy.listed(&relation.schema, &relation.name).is_some(),
            written,
            view,
            past_policies,
        };
        self.spend(self.reach.relations.len());
        if !self.reach.relations.contains(&reached) {
            self.reach.relations.push(reached);
        }
    }
}

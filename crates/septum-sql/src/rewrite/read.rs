//! References to relations that are read.

use std::collections::BTreeSet;

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::{Reason, TableMode, TenantType};

use super::{Refusal, Rewriter, build, views};
use crate::catalog::{Column, Oid, Relation, RelationKind};
use crate::model::Class;
use crate::tree::Scope;

/// The place in the text that the table of a sub-select of ours has while a statement is
/// rewritten: by its looks alone it could be the client's. Places are zero before and after.
pub(super) const OURS: i32 = -1;

/// What a relation's rows are held to.
#[derive(Clone, Copy)]
pub(super) struct Held<'m> {
    pub(super) relation: &'m Relation,
    /// The name of the tenant column.
    pub(super) column: &'m str,
    /// Whether nothing else holds them.
    pub(super) alone: bool,
}

impl<'m> Rewriter<'m> {
    /// The relation that a name means, where it is to be rewritten.
    pub(super) fn held(&self, name: &p::RangeVar) -> Result<Option<Held<'m>>, Refusal> {
        let Some(relation) = self.named(name) else { return Ok(None) };
        let class = self.model.class(relation.oid);
        if views::is_open(relation, class, self.model) {
            return Err(Refusal::new(Reason::ViewNotScoped, &relation.name));
        }
        let Class::Tenant { column, mode } = class else { return Ok(None) };
        let alone = match mode {
            TableMode::Rls => return Ok(None),
            TableMode::RlsPredicate => false,
            TableMode::Rewrite => true,
        };
        let Some(column) = relation.columns.iter().find(|one| one.number == column) else {
            return Ok(None);
        };
        if alone && !self.is_comparable(column.type_oid) {
            return Err(Refusal::new(Reason::NotRewritable, &relation.name));
        }
        Ok(Some(Held { relation, column: &column.name, alone }))
    }

    /// Whether equality with a key says that it is that key: padding and rounding make keys of
    /// two tenants equal (catalogue S153).
    fn is_comparable(&self, of: Oid) -> bool {
        let catalog = self.model.catalog();
        let mut of = of;
        while let Some(base) = catalog.type_of(of).and_then(|one| one.base.some()) {
            of = base;
        }
        match self.model.tenancy().tenant_type {
            TenantType::Uuid => [2950].contains(&of.0),
            TenantType::BigInt | TenantType::Int => [20, 21, 23].contains(&of.0),
            TenantType::Text => [25, 1043].contains(&of.0),
        }
    }

    /// Puts a sub-select over the bound tenant's rows in a reference's place.
    pub(super) fn read(&mut self, node: &mut NodeEnum, ctes: &Scope) -> Result<(), Refusal> {
        let NodeEnum::RangeVar(name) = node else { return Ok(()) };
        if name.schemaname.is_empty() && ctes.contains(&name.relname) {
            return Ok(());
        }
        if let Some(held) = self.held(name)? {
            // Row-level security holds it, and a sub-select can't show what is asked for.
            if held.alone || !self.asks_for_a_table(name) {
                *node = self.sub_select(held, name)?;
            }
        } else if let Some(relation) = self.named(name)
            && self.model.class(relation.oid) == Class::System
            && let Some(masked) = self.system(relation, name)?
        {
            *node = masked;
        }
        Ok(())
    }

    /// Whether a sub-select might not do in the place of a reference.
    fn asks_for_a_table(&self, name: &p::RangeVar) -> bool {
        let alias = alias(name);
        !self.survey.system.is_empty()
            || !alias.colnames.is_empty() && self.survey.alone.contains(&alias.aliasname)
    }

    pub(super) fn named(&self, name: &p::RangeVar) -> Option<&'m Relation> {
        let schema = Some(name.schemaname.as_str()).filter(|schema| !schema.is_empty());
        self.model.catalog().relation_named(schema, &name.relname)
    }

    /// The sub-select that stands for a reference.
    pub(super) fn sub_select(
        &mut self,
        held: Held<'_>,
        name: &p::RangeVar,
    ) -> Result<NodeEnum, Refusal> {
        let Held { relation, column, alone } = held;
        let alias = alias(name);
        let of = |column: &str| build::output(build::column(&relation.name, column));
        let shown = |column: &Column| match alone {
            true => build::shown(&relation.name, column),
            false => of(&column.name),
        };
        let mut target_list: Vec<_> = relation.columns.iter().map(shown).collect();
        target_list.extend(self.system_columns(relation, &alias)?.map(of));
        let own = build::equal(build::column(&relation.name, column), self.tenant()?);
        let mut select = p::SelectStmt {
            target_list,
            from_clause: vec![build::node(NodeEnum::RangeVar(p::RangeVar {
                location: OURS,
                ..build::reference(relation, name.inh)
            }))],
            where_clause: build::boxed(own),
            ..build::select()
        };
        if alone {
            build::bar(&mut select);
        }
        Ok(build::sub_select(select, alias))
    }

    /// The system columns that a sub-select has to show: not where all columns are asked for,
    /// since `*` and the whole row would show them.
    pub(super) fn system_columns(
        &self,
        relation: &Relation,
        alias: &p::Alias,
    ) -> Result<impl Iterator<Item = &'static str> + use<>, Refusal> {
        let survey = &self.survey;
        let whole_row = survey.alone.contains(&alias.aliasname);
        // A table's row keeps the names of its columns, and a sub-select's has the alias's.
        if whole_row && !alias.colnames.is_empty() {
            return Err(Refusal::new(Reason::NotRewritable, &alias.aliasname));
        }
        let has_none = relation.kind == RelationKind::View;
        match survey.system.first().filter(|_| !has_none) {
            Some(column) if survey.all_columns || whole_row => {
                Err(Refusal::new(Reason::SystemColumn, column))
            }
            Some(_) => Ok(survey.system.clone().into_iter()),
            None => Ok(BTreeSet::new().into_iter()),
        }
    }

    /// `schema.table.column` names nothing where a sub-select stands in the table's place:
    /// `table.column` does.
    pub(super) fn shorten(&mut self, column: &mut p::ColumnRef) -> Result<(), Refusal> {
        let [schema, table, _] = column.fields.as_slice() else { return Ok(()) };
        let (Some(NodeEnum::String(schema)), Some(NodeEnum::String(table))) =
            (&schema.node, &table.node)
        else {
            return Ok(());
        };
        let name = p::RangeVar {
            schemaname: schema.sval.clone(),
            relname: table.sval.clone(),
            ..p::RangeVar::default()
        };
        let stands_for = self.named(&name).map(|relation| self.model.class(relation.oid));
        if stands_for == Some(Class::System) || self.held(&name)?.is_some() {
            column.fields.remove(0);
            self.changed = true;
        }
        Ok(())
    }
}

/// What the columns of a reference go by.
pub(super) fn alias(name: &p::RangeVar) -> p::Alias {
    let own = || p::Alias { aliasname: name.relname.clone(), colnames: Vec::new() };
    name.alias.clone().unwrap_or_else(own)
}

/// `(SELECT ... FROM t ...) TABLESAMPLE` is none: the sample is taken of the table inside.
pub(super) fn move_sample_inside(node: &mut NodeEnum) {
    let NodeEnum::RangeTableSample(sample) = node else { return };
    let Some(mut outside) = sample.relation.take() else { return };
    let inside = match &mut outside.node {
        Some(NodeEnum::RangeSubselect(outside)) => table_inside(outside),
        _ => None,
    };
    let Some(table) = inside else {
        sample.relation = Some(outside);
        return;
    };
    let name = std::mem::take(table);
    let mut sample = std::mem::take(sample);
    sample.relation = Some(Box::new(name));
    *table = build::node(NodeEnum::RangeTableSample(sample));
    if let Some(outside) = outside.node {
        *node = outside;
    }
}

/// What the one item of a sub-select's FROM is.
pub(super) fn table_inside(outside: &mut p::RangeSubselect) -> Option<&mut p::Node> {
    match &mut outside.subquery.as_deref_mut()?.node {
        Some(NodeEnum::SelectStmt(select)) => select.from_clause.first_mut(),
        _ => None,
    }
}

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::Resolver;
use super::scope::{Columns, Entry, Level};
use super::types::Ty;
use crate::catalog::Relation;

impl<'a> Resolver<'a> {
    /// The target of a write as an entry under its alias or name.
    fn target(&mut self, named: Option<&'a p::RangeVar>) -> Entry<'a> {
        let Some(named) = named else {
            self.refuse("a write");
            return Entry::listed(None, Columns::open());
        };
        let alias = named.alias.as_ref();
        let name = alias.map_or(named.relname.as_str(), |alias| &alias.aliasname);
        let names = alias.map_or(&[] as &[p::Node], |alias| &alias.colnames);
        self.relation_entry(named, name, names, true)
    }

    pub(super) fn insert(&mut self, insert: &'a p::InsertStmt) -> Columns<'a> {
        let outer = self.ctes.len();
        self.with(insert.with_clause.as_ref());
        let target = self.target(insert.relation.as_ref());
        let relation = target.relation;
        self.within(vec![], |this| this.assigned_columns(relation, &insert.cols));
        if let Some(query) = insert.select_stmt.as_deref() {
            self.meet_inserted(relation, &insert.cols, query);
            self.query(query);
        }
        if let Some(conflict) = insert.on_conflict_clause.as_deref() {
            self.on_conflict(conflict, &target);
        }
        let columns = self.returning(insert.returning_clause.as_ref(), vec![target]);
        self.ctes.truncate(outer);
        columns
    }

    fn on_conflict(&mut self, conflict: &'a p::OnConflictClause, target: &Entry<'a>) {
        let mut excluded = target.clone();
        (excluded.name, excluded.bare) = (Some("excluded"), false);
        let entries = vec![target.clone(), excluded];
        self.within(entries, |this| {
            if let Some(infer) = conflict.infer.as_deref() {
                this.index_elements(&infer.index_elems);
                this.optional(infer.where_clause.as_deref());
            }
            this.assignments(target.relation, &conflict.target_list);
            this.optional(conflict.where_clause.as_deref());
        });
    }

    /// Which index is meant: nothing of it runs but what the index was made of.
    fn index_elements(&mut self, elements: &'a [p::Node]) {
        for element in elements {
            match &element.node {
                Some(NodeEnum::IndexElem(element)) => {
                    self.optional(element.expr.as_deref());
                    self.expressions(&element.opclassopts);
                }
                _ => self.refuse("ON CONFLICT"),
            }
        }
    }

    pub(super) fn update(&mut self, update: &'a p::UpdateStmt) -> Columns<'a> {
        let outer = self.ctes.len();
        self.with(update.with_clause.as_ref());
        let target = self.target(update.relation.as_ref());
        let relation = target.relation;
        self.levels.push(Level { entries: vec![target], ..Level::default() });
        self.from(&update.from_clause);
        self.assignments(relation, &update.target_list);
        self.optional(update.where_clause.as_deref());
        let columns = self.returned(update.returning_clause.as_ref());
        self.levels.pop();
        self.ctes.truncate(outer);
        columns
    }

    pub(super) fn delete(&mut self, delete: &'a p::DeleteStmt) -> Columns<'a> {
        let outer = self.ctes.len();
        self.with(delete.with_clause.as_ref());
        let target = self.target(delete.relation.as_ref());
        self.levels.push(Level { entries: vec![target], ..Level::default() });
        self.from(&delete.using_clause);
        self.optional(delete.where_clause.as_deref());
        let columns = self.returned(delete.returning_clause.as_ref());
        self.levels.pop();
        self.ctes.truncate(outer);
        columns
    }

    pub(super) fn merge(&mut self, merge: &'a p::MergeStmt) -> Columns<'a> {
        let outer = self.ctes.len();
        self.with(merge.with_clause.as_ref());
        let target = self.target(merge.relation.as_ref());
        let relation = target.relation;
        self.levels.push(Level { entries: vec![target], ..Level::default() });
        if let Some(source) = merge.source_relation.as_deref() {
            self.range_item(source);
        }
        self.optional(merge.join_condition.as_deref());
        for clause in &merge.merge_when_clauses {
            match &clause.node {
                Some(NodeEnum::MergeWhenClause(clause)) => self.merge_when(relation, clause),
                _ => self.refuse("MERGE"),
            }
        }
        let columns = self.returned(merge.returning_clause.as_ref());
        self.levels.pop();
        self.ctes.truncate(outer);
        columns
    }

    fn merge_when(&mut self, relation: Option<&'a Relation>, clause: &'a p::MergeWhenClause) {
        self.optional(clause.condition.as_deref());
        if clause.command_type() == p::CmdType::CmdInsert {
            self.assigned_columns(relation, &clause.target_list);
            self.meet_row(relation, &clause.target_list, &clause.values);
        } else {
            self.assignments(relation, &clause.target_list);
        }
        self.expressions(&clause.values);
    }

    /// The columns that are assigned to, without values: of an INSERT.
    fn assigned_columns(&mut self, relation: Option<&'a Relation>, targets: &'a [p::Node]) {
        if targets.is_empty() {
            for column in relation.iter().flat_map(|relation| &relation.columns) {
                self.see(Ty::Of(column.type_oid));
            }
        }
        self.assignments(relation, targets);
    }

    /// `column = value`, and subscripts or fields of the column.
    fn assignments(&mut self, relation: Option<&'a Relation>, targets: &'a [p::Node]) {
        for target in targets {
            let Some(NodeEnum::ResTarget(target)) = &target.node else {
                self.refuse("SET");
                continue;
            };
            let column = relation.and_then(|relation| relation.column(&target.name));
            if let Some(column) = column {
                self.see(Ty::Of(column.type_oid));
            }
            for step in &target.indirection {
                // A field that is assigned to is no function.
                if let Some(NodeEnum::AIndices(_)) = &step.node {
                    self.step(Ty::Unknown, step);
                }
            }
            if let Some(value) = target.val.as_deref() {
                self.meet_assigned(relation, column, value);
                self.expression(value);
            }
        }
    }

    fn returning(
        &mut self,
        clause: Option<&'a p::ReturningClause>,
        entries: Vec<Entry<'a>>,
    ) -> Columns<'a> {
        self.within(entries, |this| this.returned(clause))
    }

    /// RETURNING, which sees rows as they were and as they are, under these names or others.
    fn returned(&mut self, clause: Option<&'a p::ReturningClause>) -> Columns<'a> {
        let Some(clause) = clause else { return Columns::new(Vec::new(), false) };
        let mut names: Vec<&'a str> = vec!["old", "new"];
        for option in &clause.options {
            match &option.node {
                Some(NodeEnum::ReturningOption(option)) => names.push(&option.value),
                _ => self.refuse("RETURNING"),
            }
        }
        for name in names {
            let mut entry = Entry::listed(Some(name), Columns::open());
            entry.bare = false;
            // A table of that name stands for itself.
            let taken = self
                .levels
                .last()
                .is_some_and(|level| level.entries.iter().any(|known| known.name == Some(name)));
            if !taken {
                self.push(entry);
            }
        }
        self.targets(&clause.exprs)
    }

    /// COPY of a relation or a query. What is copied in is assigned.
    pub(super) fn copy(&mut self, copy: &'a p::CopyStmt) {
        if let Some(relation) = copy.relation.as_ref() {
            let name = &relation.relname;
            let entry = self.relation_entry(relation, name, &[], copy.is_from);
            self.within(vec![entry], |this| this.optional(copy.where_clause.as_deref()));
        }
        if let Some(query) = copy.query.as_deref() {
            self.query(query);
        }
    }
}

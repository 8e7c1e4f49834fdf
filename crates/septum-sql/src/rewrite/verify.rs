//! Looks at a rewritten statement once more, by a rule that knows nothing of how it came to be:
//! a table that only rewriting enforces stands alone in a FROM whose first condition is the
//! predicate, or is the target of a write that has it; nowhere else. The walk sets all places in
//! the text to zero, ours too.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::Reason;

use super::read::{Held, alias};
use super::write::conjuncts_of;
use super::{Refusal, Rewriter, build, visit};
use crate::tree::{Scope, Visitor};

/// # Errors
/// [`Reason::NotRewritable`] where a table is reached otherwise.
pub(super) fn verify(node: &mut NodeEnum, rewriter: &Rewriter<'_>) -> Result<(), Refusal> {
    let mut verifier = Verifier { rewriter, references: 0, scoped: 0, target: None };
    visit(node, &mut verifier)?;
    match verifier.target {
        Some(name) => Err(Refusal::new(Reason::NotRewritable, &name)),
        None if verifier.references != verifier.scoped => {
            Err(Refusal::new(Reason::NotRewritable, "a relation"))
        }
        None => Ok(()),
    }
}

struct Verifier<'r, 'm> {
    rewriter: &'r Rewriter<'m>,
    /// How many references there are, and how many of them have their predicate.
    references: usize,
    scoped: usize,
    /// A target that has not.
    target: Option<String>,
}

impl Visitor for Verifier<'_, '_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other kind names a relation")]
    fn leave(&mut self, node: &mut NodeEnum, ctes: &Scope) {
        match node {
            NodeEnum::RangeVar(name) => {
                let other = name.schemaname.is_empty() && ctes.contains(&name.relname);
                self.references += usize::from(!other && self.alone(name).is_some());
            }
            NodeEnum::SelectStmt(select) => self.select(select),
            NodeEnum::UpdateStmt(of) => self.target(of.relation.as_ref(), &of.where_clause),
            NodeEnum::DeleteStmt(of) => self.target(of.relation.as_ref(), &of.where_clause),
            NodeEnum::MergeStmt(of) => self.merge(of),
            NodeEnum::InsertStmt(of) => self.insert(of),
            NodeEnum::CopyStmt(of) if !of.is_from => self.target(of.relation.as_ref(), &None),
            _ => {}
        }
    }
}

impl<'m> Verifier<'_, 'm> {
    fn alone(&self, name: &p::RangeVar) -> Option<Held<'m>> {
        self.rewriter.held(name).ok().flatten().filter(|held| held.alone)
    }

    fn select(&mut self, select: &p::SelectStmt) {
        for arm in [&select.larg, &select.rarg].into_iter().flatten() {
            self.select(arm);
        }
        let [item] = select.from_clause.as_slice() else { return };
        let table = match &item.node {
            Some(NodeEnum::RangeTableSample(sample)) => {
                sample.relation.as_ref().and_then(|of| of.node.as_ref())
            }
            node => node.as_ref(),
        };
        let Some(NodeEnum::RangeVar(table)) = table else { return };
        // Rewritten references have their schema, which no common table expression has.
        if !table.schemaname.is_empty()
            && let Some(held) = self.alone(table)
            && self.has_predicate(&held, table, &select.where_clause)
        {
            self.scoped += 1;
        }
    }

    fn has_predicate(
        &self,
        held: &Held<'_>,
        table: &p::RangeVar,
        condition: &Option<Box<p::Node>>,
    ) -> bool {
        let first = condition.as_deref().and_then(|of| conjuncts_of(of).first());
        let column = build::column(&alias(table).aliasname, held.column);
        let Some(tenant) = self.rewriter.tenant_node() else { return false };
        let wanted = build::equal(column, tenant);
        first.is_some_and(|first| first.node.as_ref() == Some(&wanted))
    }

    fn target(&mut self, table: Option<&p::RangeVar>, condition: &Option<Box<p::Node>>) {
        let Some(table) = table else { return };
        if let Some(held) = self.alone(table)
            && !self.has_predicate(&held, table, condition)
        {
            self.target = Some(table.relname.clone());
        }
    }

    fn merge(&mut self, merge: &p::MergeStmt) {
        let table = merge.relation.as_ref();
        self.target(table, &merge.join_condition);
        for clause in &merge.merge_when_clauses {
            if let Some(NodeEnum::MergeWhenClause(clause)) = &clause.node
                && clause.match_kind() == p::MergeMatchKind::MergeWhenNotMatchedBySource
            {
                self.target(table, &clause.condition);
            }
        }
    }

    /// A row is given its tenant where the column is named, and no policy of the table's own
    /// does it.
    fn insert(&mut self, insert: &p::InsertStmt) {
        let Some(table) = insert.relation.as_ref() else { return };
        let Some(held) = self.alone(table) else { return };
        let named = insert.cols.iter().any(|column| {
            matches!(&column.node, Some(NodeEnum::ResTarget(column)) if column.name == held.column)
        });
        if !named {
            self.target = Some(table.relname.clone());
        }
        if let Some(conflict) = insert.on_conflict_clause.as_deref()
            && conflict.action() == p::OnConflictAction::OnconflictUpdate
        {
            self.target(Some(table), &conflict.where_clause);
        }
    }
}

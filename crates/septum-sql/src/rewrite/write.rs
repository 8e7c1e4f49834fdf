//! UPDATE, DELETE and MERGE: which rows of the target they may touch.
//!
//! ```text
//! UPDATE accounts a SET name = $1 WHERE note::int = 1
//!   -> ... WHERE a.tenant_id OPERATOR(pg_catalog.=) $2::uuid
//!      AND CASE WHEN a.tenant_id OPERATOR(pg_catalog.=) $2::uuid THEN note::int = 1 ELSE false END
//! ```
//!
//! A target stays a target: its condition is the barrier. CASE evaluates the client's part of it
//! on the tenant's own rows only; the predicate outside finds them by an index.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::Reason;

use super::plain::Columns;
use super::read::Held;
use super::{Refusal, Rewriter, build};

/// A target of a write that is to be rewritten, by the name that its columns go by.
pub(super) struct Target<'m> {
    pub(super) held: Held<'m>,
    pub(super) name: String,
}

impl<'m> Rewriter<'m> {
    /// The target of a write, which is named with its schema from now on.
    pub(super) fn target(
        &self,
        relation: &mut Option<p::RangeVar>,
    ) -> Result<Option<Target<'m>>, Refusal> {
        let Some(relation) = relation else { return Ok(None) };
        let Some(held) = self.held(relation)? else { return Ok(None) };
        relation.schemaname = held.relation.schema.as_ref().into();
        let alias = relation.alias.as_ref().map(|alias| alias.aliasname.clone());
        Ok(Some(Target { held, name: alias.unwrap_or_else(|| relation.relname.clone()) }))
    }

    pub(super) fn update(&mut self, update: &mut p::UpdateStmt) -> Result<(), Refusal> {
        let Some(target) = self.target(&mut update.relation)? else { return Ok(()) };
        let only = update.from_clause.is_empty();
        self.restrict(&target, &mut update.where_clause, only)?;
        self.assign(&target, &mut update.target_list)
    }

    pub(super) fn delete(&mut self, delete: &mut p::DeleteStmt) -> Result<(), Refusal> {
        let Some(target) = self.target(&mut delete.relation)? else { return Ok(()) };
        let only = delete.using_clause.is_empty();
        self.restrict(&target, &mut delete.where_clause, only)
    }

    /// Rows of the target that the condition does not join are left alone, or, WHEN NOT MATCHED
    /// BY SOURCE, touched: so each of those clauses has the condition too.
    pub(super) fn merge(&mut self, merge: &mut p::MergeStmt) -> Result<(), Refusal> {
        let Some(target) = self.target(&mut merge.relation)? else { return Ok(()) };
        self.restrict(&target, &mut merge.join_condition, false)?;
        for clause in &mut merge.merge_when_clauses {
            let Some(NodeEnum::MergeWhenClause(clause)) = &mut clause.node else { continue };
            match clause.match_kind() {
                p::MergeMatchKind::MergeWhenMatched => {}
                p::MergeMatchKind::MergeWhenNotMatchedBySource => {
                    self.restrict(&target, &mut clause.condition, false)?;
                }
                p::MergeMatchKind::MergeWhenNotMatchedByTarget => {}
                p::MergeMatchKind::Undefined => {
                    return Err(Refusal::new(Reason::NotRewritable, "MERGE"));
                }
            }
            match clause.command_type() {
                p::CmdType::CmdUpdate => self.assign(&target, &mut clause.target_list)?,
                p::CmdType::CmdInsert => self.merge_insert(&target, clause)?,
                p::CmdType::CmdDelete | p::CmdType::CmdNothing => {}
                p::CmdType::Undefined
                | p::CmdType::CmdUnknown
                | p::CmdType::CmdSelect
                | p::CmdType::CmdMerge
                | p::CmdType::CmdUtility => {
                    return Err(Refusal::new(Reason::NotRewritable, "MERGE"));
                }
            }
        }
        Ok(())
    }

    /// Holds a condition to the target's own rows. `only` says that a column which stands alone
    /// can only be the target's.
    pub(super) fn restrict(
        &mut self,
        target: &Target<'_>,
        condition: &mut Option<Box<p::Node>>,
        only: bool,
    ) -> Result<(), Refusal> {
        // The grammar has no condition beside CURRENT OF.
        if let Some(NodeEnum::CurrentOfExpr(_)) = condition.as_ref().and_then(|of| of.node.as_ref())
        {
            return match target.held.alone {
                true => Err(Refusal::new(Reason::NotRewritable, "CURRENT OF")),
                false => Ok(()),
            };
        }
        let mut conditions = vec![build::node(self.own(target)?)];
        let given = condition.take().map(|given| conjuncts(*given)).unwrap_or_default();
        if target.held.alone {
            let columns = Columns { relation: target.held.relation, alias: &target.name, only };
            let mut guarded = Vec::new();
            for part in given {
                match columns.plain(&part, &target.name) {
                    Some(plain) => conditions.push(build::node(plain)),
                    None => guarded.push(part),
                }
            }
            let mut then = None;
            conjoin(&mut then, guarded);
            if let Some(then) = then {
                conditions.push(build::node(build::only_then(self.own(target)?, *then)));
            }
        } else {
            conditions.extend(given);
        }
        conjoin(condition, conditions);
        Ok(())
    }

    /// The predicate.
    pub(super) fn own(&mut self, target: &Target<'_>) -> Result<NodeEnum, Refusal> {
        Ok(build::equal(build::column(&target.name, target.held.column), self.tenant()?))
    }

    /// Holds each value that is assigned to the tenant column.
    pub(super) fn assign(
        &mut self,
        target: &Target<'_>,
        assignments: &mut [p::Node],
    ) -> Result<(), Refusal> {
        if !target.held.alone {
            return Ok(());
        }
        for assignment in assignments {
            let Some(NodeEnum::ResTarget(assignment)) = &mut assignment.node else { continue };
            if assignment.name == target.held.column {
                self.hold_assigned(assignment)?;
            }
        }
        Ok(())
    }

    fn hold_assigned(&mut self, assignment: &mut p::ResTarget) -> Result<(), Refusal> {
        let refusal = || Refusal::new(Reason::TenantColumnWritten, &assignment.name);
        let value = assignment.val.as_deref_mut().ok_or_else(refusal)?;
        if !assignment.indirection.is_empty()
            || matches!(value.node, Some(NodeEnum::MultiAssignRef(_)))
        {
            return Err(Refusal::new(Reason::TenantColumnWritten, &assignment.name));
        }
        self.hold(value)
    }

    /// Makes a value of the tenant column the bound tenant's, or an error when it is not.
    pub(super) fn hold(&mut self, value: &mut p::Node) -> Result<(), Refusal> {
        let tenant = self.tenant()?;
        value.node = match value.node.take() {
            None | Some(NodeEnum::SetToDefault(_)) => Some(tenant),
            Some(given) => {
                let given = build::cast(given, self.model.tenancy().tenant_type);
                let args = vec![build::node(given), build::node(tenant)];
                Some(build::call("septum", "hold", args))
            }
        };
        Ok(())
    }
}

/// Adds conditions to one, in front of it.
pub(super) fn conjoin(condition: &mut Option<Box<p::Node>>, mut more: Vec<p::Node>) {
    more.extend(condition.take().map(|given| conjuncts(*given)).unwrap_or_default());
    *condition = match more.len() {
        0 | 1 => more.pop().map(Box::new),
        _ => build::boxed(build::all(more)),
    };
}

/// The parts of a conjunction, and of those in it: the parser makes one list of `a AND b AND c`.
pub(super) fn conjuncts(condition: p::Node) -> Vec<p::Node> {
    match condition.node {
        Some(NodeEnum::BoolExpr(parts)) if parts.boolop() == p::BoolExprType::AndExpr => {
            parts.args.into_iter().flat_map(conjuncts).collect()
        }
        node => vec![p::Node { node }],
    }
}

/// The same, of one that stays where it is.
pub(super) fn conjuncts_of(condition: &p::Node) -> &[p::Node] {
    match &condition.node {
        Some(NodeEnum::BoolExpr(parts)) if parts.boolop() == p::BoolExprType::AndExpr => {
            &parts.args
        }
        _ => std::slice::from_ref(condition),
    }
}

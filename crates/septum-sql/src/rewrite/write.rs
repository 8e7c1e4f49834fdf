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
        self.restrict(&target, &mut update.where_clause)?;
        self.assign(&target, &mut update.target_list)
    }

    pub(super) fn delete(&mut self, delete: &mut p::DeleteStmt) -> Result<(), Refusal> {
        let Some(target) = self.target(&mut delete.relation)? else { return Ok(()) };
        self.restrict(&target, &mut delete.where_clause)
    }

    /// Rows of the target that the condition does not join are left alone, or, WHEN NOT MATCHED
    /// BY SOURCE, touched: so each of those clauses has the condition too.
    pub(super) fn merge(&mut self, merge: &mut p::MergeStmt) -> Result<(), Refusal> {
        let Some(target) = self.target(&mut merge.relation)? else { return Ok(()) };
        self.restrict(&target, &mut merge.join_condition)?;
        for clause in &mut merge.merge_when_clauses {
            let Some(NodeEnum::MergeWhenClause(clause)) = &mut clause.node else { continue };
            match clause.match_kind() {
                p::MergeMatchKind::MergeWhenMatched => {}
                p::MergeMatchKind::MergeWhenNotMatchedBySource => {
                    self.restrict(&target, &mut clause.condition)?;
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

    /// Holds a condition to the target's own rows.
    pub(super) fn restrict(
        &mut self,
        target: &Target<'_>,
        condition: &mut Option<Box<p::Node>>,
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
        match condition.take().map(|condition| *condition) {
            None => {}
            Some(given) if target.held.alone => {
                conditions.push(build::node(build::only_then(self.own(target)?, given)));
            }
            Some(given) => conditions.extend(conjuncts(given)),
        }
        let first = if conditions.len() == 1 { conditions.pop() } else { None };
        *condition = match first {
            Some(only) => Some(Box::new(only)),
            None => build::boxed(build::all(conditions)),
        };
        Ok(())
    }

    fn own(&mut self, target: &Target<'_>) -> Result<NodeEnum, Refusal> {
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

/// The parts of a conjunction; the parser makes one list of `a AND b AND c`.
fn conjuncts(condition: p::Node) -> Vec<p::Node> {
    match condition.node {
        Some(NodeEnum::BoolExpr(parts)) if parts.boolop() == p::BoolExprType::AndExpr => parts.args,
        node => vec![p::Node { node }],
    }
}

//! Holds a statement to the bound tenant by what it says, for tables whose mode asks for it.
//!
//! ```text
//! FROM crm.accounts a
//!   -> FROM (SELECT accounts.id, ... FROM crm.accounts
//!            WHERE accounts.tenant_id OPERATOR(pg_catalog.=) $3::uuid OFFSET 0) a
//! ```
//!
//! * In mode `rewrite` each reference becomes a sub-select in its own place of FROM, never a
//!   condition in ON or WHERE (catalogue S44-S48). `OFFSET 0` is a barrier to PostgreSQL's
//!   planner: no condition of the client's is evaluated on a row outside it, so that none can
//!   fail on another tenant's value, or take its time (S40-S43).
//! * In mode `rls+predicate` row-level security is that barrier. The predicate is there for
//!   partitions to be pruned, so there is no other.
//! * In mode `rls` nothing is altered.
//!
//! The tenant comes as a parameter behind all of the client's, with its type: one text, and one
//! plan, for all tenants. What can't be rewritten faithfully is refused, never approximated.

mod build;
mod copy;
mod from;
mod group;
mod insert;
mod lock;
mod plain;
mod push;
mod read;
mod survey;
mod system;
mod verify;
mod views;
mod write;

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::Reason;

use crate::Model;
use crate::tree::{Scope, Visitor, Walker, walk_statement};
use survey::Survey;

/// What the rewriting did.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    /// The number of the tenant's parameter, where there is one.
    pub(crate) parameter: Option<u16>,
    /// Whether the tree is another.
    pub(crate) changed: bool,
}

/// What can't be rewritten.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Why.
    pub(crate) reason: Reason,
    /// The relation or column.
    pub(crate) what: Box<str>,
}

impl Refusal {
    fn new(reason: Reason, what: &str) -> Self {
        Self { reason, what: what.into() }
    }
}

/// Rewrites a statement that was judged, by what its relations are.
pub(crate) fn rewrite(node: &mut NodeEnum, model: &Model) -> Result<Rewritten, Refusal> {
    let mut survey = Survey::default();
    visit(node, &mut survey)?;
    let number = u16::try_from(survey.highest).ok().and_then(|number| number.checked_add(1));
    let copies = matches!(node, NodeEnum::CopyStmt(_));
    let mut rewriter =
        Rewriter { model, survey, number, copies, used: false, changed: false, refusal: None };
    visit(node, &mut rewriter)?;
    if let Some(refusal) = rewriter.refusal.take() {
        return Err(refusal);
    }
    verify::verify(node, &rewriter)?;
    Ok(Rewritten { parameter: number.filter(|_| rewriter.used), changed: rewriter.changed })
}

/// Shows a visitor every node, or fails.
fn visit(node: &mut NodeEnum, visitor: &mut dyn Visitor) -> Result<(), Refusal> {
    let mut walker = Walker::visit(visitor);
    walk_statement(node, &mut walker);
    match walker.gave_up() {
        true => Err(Refusal::new(Reason::StatementTooLarge, "the statement")),
        false => Ok(()),
    }
}

/// The walk that rewrites.
struct Rewriter<'m> {
    model: &'m Model,
    survey: Survey,
    /// The number that the tenant's parameter gets; `None` when the client has taken them all.
    number: Option<u16>,
    /// Whether the statement is a COPY, which takes no parameters.
    copies: bool,
    used: bool,
    changed: bool,
    /// The first thing that can't be rewritten.
    refusal: Option<Refusal>,
}

impl Visitor for Rewriter<'_> {
    /// INVARIANT: a node is changed after its parts were, so that no part of what is put in its
    /// place is rewritten again.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other kind names a relation")]
    fn leave(&mut self, node: &mut NodeEnum, ctes: &Scope) {
        let done = match node {
            NodeEnum::RangeVar(_) => self.read(node, ctes),
            NodeEnum::RangeTableSample(_) => {
                read::move_sample_inside(node);
                Ok(())
            }
            NodeEnum::SelectStmt(select) => self.select(select),
            NodeEnum::InsertStmt(insert) => self.insert(insert),
            NodeEnum::UpdateStmt(update) => self.update(update),
            NodeEnum::DeleteStmt(delete) => self.delete(delete),
            NodeEnum::MergeStmt(merge) => self.merge(merge),
            NodeEnum::CopyStmt(copy) => self.copy(copy),
            NodeEnum::ColumnRef(column) => self.shorten(column),
            _ => Ok(()),
        };
        if let (Err(refusal), None) = (done, &self.refusal) {
            self.refusal = Some(refusal);
        }
    }
}

impl Rewriter<'_> {
    fn select(&mut self, select: &mut p::SelectStmt) -> Result<(), Refusal> {
        // The arms of a set operation are no nodes of their own.
        for arm in [&mut select.larg, &mut select.rarg].into_iter().flatten() {
            self.select(arm)?;
        }
        self.lock(select)?;
        self.predicates(select)?;
        self.push(select)?;
        self.group(select)
    }

    /// The bound tenant's key.
    fn tenant(&mut self) -> Result<NodeEnum, Refusal> {
        let tenant = self.tenant_node();
        let tenant =
            tenant.ok_or_else(|| Refusal::new(Reason::NoTenantParameter, "a parameter"))?;
        self.used |= !self.copies;
        self.changed = true;
        Ok(tenant)
    }

    /// What says it in this statement; `None` where no number is left for a parameter.
    fn tenant_node(&self) -> Option<NodeEnum> {
        if self.copies {
            return Some(build::sealed_tenant());
        }
        let parameter = build::parameter(self.number?);
        Some(build::cast(parameter, self.model.tenancy().tenant_type))
    }
}

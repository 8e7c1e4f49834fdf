//! Which [`Kind`] a statement is, and which never run whatever they reach.

use std::borrow::Cow;

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::Reason;

use crate::tree::command;
use crate::{Assignment, Kind, constant, copy, settings};

/// What a statement is.
pub(crate) struct Class {
    pub(crate) kind: Kind,
    /// Why it never runs.
    pub(crate) refusal: Option<Reason>,
    /// Its canonical text, where a server never gets it.
    pub(crate) answered: Option<Cow<'static, str>>,
}

impl Class {
    pub(crate) fn runs(kind: Kind) -> Self {
        Self { kind, refusal: None, answered: None }
    }

    pub(crate) fn refused(name: &'static str, reason: Reason) -> Self {
        Self { kind: Kind::Other(name), refusal: Some(reason), answered: None }
    }

    pub(crate) fn answered(kind: Kind, canonical: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, refusal: None, answered: Some(canonical.into()) }
    }

    pub(crate) fn residue(tag: &'static str, canonical: &'static str) -> Self {
        Self::answered(Kind::Residue { tag, void_column: None }, canonical)
    }
}

/// Catalogue §3. Everything that isn't named here is refused.
#[expect(clippy::wildcard_enum_match_arm, reason = "the catch-all arm refuses")]
pub(crate) fn classify(node: &NodeEnum) -> Class {
    match node {
        NodeEnum::SelectStmt(select) => of_select(select),
        NodeEnum::InsertStmt(_)
        | NodeEnum::UpdateStmt(_)
        | NodeEnum::DeleteStmt(_)
        | NodeEnum::MergeStmt(_)
        | NodeEnum::FetchStmt(_) => Class::runs(Kind::Rows),
        NodeEnum::DeclareCursorStmt(cursor) => of_cursor(cursor),
        NodeEnum::ClosePortalStmt(close) if close.portalname.is_empty() => {
            Class::residue("CLOSE CURSOR ALL", "CLOSE ALL")
        }
        NodeEnum::ClosePortalStmt(_) => Class::runs(Kind::Rows),
        NodeEnum::CopyStmt(statement) => copy::classify(statement),
        NodeEnum::TransactionStmt(statement) => of_transaction(statement),
        NodeEnum::VariableSetStmt(statement) => settings::classify(statement),
        NodeEnum::VariableShowStmt(show) => {
            Class::runs(Kind::Show { name: show.name.to_ascii_lowercase() })
        }
        NodeEnum::ExplainStmt(explain) => of_explain(explain),
        NodeEnum::UnlistenStmt(_) => Class::residue("UNLISTEN", "UNLISTEN *"),
        NodeEnum::DiscardStmt(discard) => of_discard(discard),
        NodeEnum::DeallocateStmt(deallocate) if deallocate.isall => {
            Class::answered(Kind::DeallocateAll, "DEALLOCATE ALL")
        }
        NodeEnum::DeallocateStmt(deallocate) => {
            let name = deallocate.name.clone();
            let canonical = format!("DEALLOCATE \"{}\"", name.replace('"', "\"\""));
            Class::answered(Kind::Deallocate { name }, canonical)
        }
        NodeEnum::PrepareStmt(_) | NodeEnum::ExecuteStmt(_) => {
            Class::refused(command(node), Reason::PreparedNotAllowed)
        }
        _ => Class::refused(command(node), Reason::StatementNotAllowed),
    }
}

fn of_select(select: &p::SelectStmt) -> Class {
    if into(select) {
        return Class::refused("SELECT INTO", Reason::StatementNotAllowed);
    }
    let Some((name, column, args)) = lone_call(select) else { return Class::runs(Kind::Rows) };
    match (name, args) {
        ("pg_advisory_unlock_all", []) if column.is_none() => {
            let void_column = Some("pg_advisory_unlock_all");
            let kind = Kind::Residue { tag: "SELECT 1", void_column };
            Class::answered(kind, "SELECT pg_advisory_unlock_all()")
        }
        ("set_config", [setting, value, local]) => assignment(setting, value, local, column)
            .map_or_else(|| Class::runs(Kind::Rows), settings::assigned),
        _ => Class::runs(Kind::Rows),
    }
}

/// Whether INTO stands where it makes a table: in the leftmost arm of a set operation.
fn into(select: &p::SelectStmt) -> bool {
    select.into_clause.is_some() || select.larg.as_deref().is_some_and(into)
}

/// The built-in function, the alias and the arguments of a SELECT of one plain call and
/// nothing else.
fn lone_call(select: &p::SelectStmt) -> Option<(&str, Option<&str>, &[p::Node])> {
    let [p::Node { node: Some(NodeEnum::ResTarget(target)) }] = select.target_list.as_slice()
    else {
        return None;
    };
    let NodeEnum::FuncCall(call) = target.val.as_deref()?.node.as_ref()? else { return None };
    let bare = p::SelectStmt {
        target_list: select.target_list.clone(),
        limit_option: p::LimitOption::Default.into(),
        op: p::SetOperation::SetopNone.into(),
        ..p::SelectStmt::default()
    };
    let plain = p::FuncCall {
        funcname: call.funcname.clone(),
        args: call.args.clone(),
        funcformat: p::CoercionForm::CoerceExplicitCall.into(),
        location: call.location,
        ..p::FuncCall::default()
    };
    let name = match constant::parts(&call.funcname)?.as_slice() {
        [name] | ["pg_catalog", name] => *name,
        _ => return None,
    };
    let alias = Some(target.name.as_str()).filter(|alias| !alias.is_empty());
    (*select == bare && **call == plain).then_some((name, alias, call.args.as_slice()))
}

fn assignment(
    setting: &p::Node,
    value: &p::Node,
    local: &p::Node,
    column: Option<&str>,
) -> Option<Assignment> {
    let value = match constant::text(value) {
        Some(value) => Some(value.to_owned()),
        None if constant::is_null(value) => None,
        None => return None,
    };
    Some(Assignment {
        name: constant::text(setting)?.to_ascii_lowercase(),
        value,
        local: constant::boolean(local)?,
        column: Some(column.unwrap_or("set_config").to_owned()),
    })
}

fn of_cursor(cursor: &p::DeclareCursorStmt) -> Class {
    /// `CURSOR_OPT_HOLD` of PostgreSQL's `parsenodes.h`.
    const HOLD: i32 = 0x0020;
    let selects = cursor.query.as_deref().and_then(|query| query.node.as_ref());
    match selects {
        Some(NodeEnum::SelectStmt(select)) if cursor.options & HOLD == 0 && !into(select) => {
            Class::runs(Kind::Rows)
        }
        _ => Class::refused("DECLARE CURSOR WITH HOLD", Reason::CursorNotAllowed),
    }
}

fn of_explain(explain: &p::ExplainStmt) -> Class {
    let explained = explain.query.as_deref().and_then(|query| query.node.as_ref());
    match explained {
        Some(
            NodeEnum::SelectStmt(_)
            | NodeEnum::InsertStmt(_)
            | NodeEnum::UpdateStmt(_)
            | NodeEnum::DeleteStmt(_)
            | NodeEnum::MergeStmt(_),
        ) => Class::runs(Kind::Explain),
        _ => Class::refused("EXPLAIN", Reason::StatementNotAllowed),
    }
}

fn of_discard(discard: &p::DiscardStmt) -> Class {
    match discard.target() {
        p::DiscardMode::DiscardAll => Class::answered(Kind::DiscardAll, "DISCARD ALL"),
        p::DiscardMode::DiscardPlans => Class::residue("DISCARD PLANS", "DISCARD PLANS"),
        p::DiscardMode::DiscardSequences => {
            Class::residue("DISCARD SEQUENCES", "DISCARD SEQUENCES")
        }
        p::DiscardMode::DiscardTemp => Class::residue("DISCARD TEMP", "DISCARD TEMP"),
        p::DiscardMode::Undefined => Class::refused("DISCARD", Reason::StatementNotAllowed),
    }
}

fn of_transaction(statement: &p::TransactionStmt) -> Class {
    use p::TransactionStmtKind as T;
    let (chain, name) = (statement.chain, || statement.savepoint_name.clone());
    Class::runs(match statement.kind() {
        T::TransStmtBegin | T::TransStmtStart => Kind::Begin,
        T::TransStmtCommit => Kind::Commit { chain },
        T::TransStmtRollback => Kind::Rollback { chain },
        T::TransStmtSavepoint => Kind::Savepoint { name: name() },
        T::TransStmtRelease => Kind::Release { name: name() },
        T::TransStmtRollbackTo => Kind::RollbackTo { name: name() },
        T::TransStmtPrepare => return two_phase("PREPARE TRANSACTION"),
        T::TransStmtCommitPrepared => return two_phase("COMMIT PREPARED"),
        T::TransStmtRollbackPrepared => return two_phase("ROLLBACK PREPARED"),
        T::Undefined => return two_phase("a transaction command"),
    })
}

/// Prepared transactions are named across all sessions of a role (catalogue S112).
fn two_phase(name: &'static str) -> Class {
    Class::refused(name, Reason::StatementNotAllowed)
}

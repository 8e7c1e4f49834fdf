//! Statements that Septum performs rather than passes on: transaction verbs, settings, the
//! hand-over of a token, and what clears state that can't be there.

use bytes::BytesMut;
use septum_core::Reason;
use septum_guard::Guarded;
use septum_pgwire::backend::{self, Write as _};
use septum_pgwire::{ErrorFields, Severity};
use septum_sql::{Assignment, Kind, Statement};

use super::evidence::Bound;
use super::expect::{Done, Rows, Undo, Verb};
use super::{Held, Session, Stop, Transaction, Work, aborted, postgres_error};
use crate::refusal::Refusal;

/// Whether a setting is kept by Septum alone: the server's own is pinned, or nobody's business.
pub(super) fn is_ours(name: &str) -> bool {
    ["application_name", "client_encoding", "standard_conforming_strings"]
        .iter()
        .any(|ours| name.eq_ignore_ascii_case(ours))
}

/// The one column of an answer that Septum gives itself.
pub(super) fn column(kind: &Kind) -> Option<(&str, u32)> {
    match kind {
        Kind::Residue { void_column: Some(name), .. } => Some((name, backend::VOID)),
        Kind::Set(Assignment { column: Some(name), .. }) => Some((name, backend::TEXT)),
        _ => None,
    }
}

impl Session {
    /// Performs a judged statement; `again` is the work to be done once there is a server.
    pub(super) fn perform(
        &mut self,
        statement: &Guarded<Statement>,
        bound: &Bound,
        again: impl FnOnce() -> Work,
    ) -> Result<(), Stop> {
        if self.is_aborted() && !goes_on_after_failure(statement.kind()) {
            return Err(aborted());
        }
        match statement.kind() {
            Kind::Begin => self.perform_begin(statement, bound, again),
            Kind::Commit { chain } => self.perform_end(statement, "COMMIT", *chain),
            Kind::Rollback { chain } => self.perform_end(statement, "ROLLBACK", *chain),
            Kind::Savepoint { name } => {
                self.verb(statement, Verb::Savepoint(name.clone()), bound, again)
            }
            Kind::Release { name } => {
                self.verb(statement, Verb::Release(name.clone()), bound, again)
            }
            Kind::RollbackTo { name } => self.perform_rollback_to(statement, name),
            Kind::SetTransaction => self.perform_set_transaction(statement, bound, again),
            Kind::Set(assignment) => self.perform_set(statement, assignment, bound, again),
            Kind::Reset { name } => self.perform_reset(name.as_deref(), bound, again),
            Kind::Handover { token, local } => {
                self.settled(again)?;
                if let Some(held) = self.ahead.binding().cloned() {
                    return self.hand_over_inside(token.clone(), *local, &held);
                }
                self.standing.hand_over(token.clone(), *local, &self.shared.services)?;
                self.complete(if token.is_some() { "SET" } else { "RESET" });
                Ok(())
            }
            Kind::DiscardAll => {
                self.settled(again)?;
                if !matches!(self.transaction, Transaction::Idle) {
                    let message = "DISCARD ALL cannot run inside a transaction block";
                    return Err(postgres_error("25001", message).into());
                }
                self.standing.hand_over(None, false, &self.shared.services)?;
                self.statements.clear();
                self.portals.clear();
                self.reset_all();
                self.complete("DISCARD ALL");
                Ok(())
            }
            Kind::Deallocate { name } => {
                let Some(before) = self.statements.remove(name) else {
                    let message = format!("prepared statement \"{name}\" does not exist");
                    return Err(postgres_error("26000", message).into());
                };
                let undo = Undo::Statement(name.clone(), Some(before));
                self.answer(undo, |out| out.command_complete("DEALLOCATE"));
                Ok(())
            }
            Kind::DeallocateAll => {
                self.statements.clear();
                self.complete("DEALLOCATE ALL");
                Ok(())
            }
            Kind::Residue { tag, void_column } => {
                let (simple, column) = (self.simple, *void_column);
                self.answer(Undo::Nothing, |out| {
                    if let Some(name) = column {
                        if simple {
                            out.one_column(name, backend::VOID);
                        }
                        out.one_value(b"");
                    }
                    out.command_complete(tag);
                });
                Ok(())
            }
            Kind::CopyIn(copy) => self.begin_copy(copy, bound, again),
            // These are the server's, or never let through.
            Kind::Rows | Kind::CopyOut | Kind::Show { .. } | Kind::Explain | Kind::Other(_) => {
                Err(Refusal::new(Reason::StatementNotAllowed).into())
            }
        }
    }

    fn complete(&mut self, tag: &str) {
        self.answer(Undo::Nothing, |out| out.command_complete(tag));
    }

    fn complete_with_warning(&mut self, tag: &str, code: &'static str, message: &str) {
        let warning = ErrorFields { severity: Severity::Warning, ..postgres_error(code, message) };
        self.answer(Undo::Nothing, |out| {
            warning.write_notice(out);
            out.command_complete(tag);
        });
    }

    /// Whether nothing of this unit or transaction is on a server.
    fn is_untouched(&self) -> bool {
        !self.sent && matches!(self.transaction, Transaction::Idle | Transaction::Begun(_))
    }

    /// `BEGIN` is answered at once and sent with the first statement: no round trip of its own,
    /// no server held by a client that thinks, and the bind stands right behind it.
    fn perform_begin(
        &mut self,
        statement: &Guarded<Statement>,
        bound: &Bound,
        again: impl FnOnce() -> Work,
    ) -> Result<(), Stop> {
        if self.is_untouched() && matches!(self.transaction, Transaction::Idle) {
            self.transaction = Transaction::Begun(vec![statement.clone()]);
            let spelt = statement.canonical().starts_with("START");
            self.complete(if spelt { "START TRANSACTION" } else { "BEGIN" });
            return Ok(());
        }
        if self.is_untouched()
            && let Transaction::Begun(statements) = &mut self.transaction
        {
            put_off(statements, statement)?;
            let message = "there is already a transaction in progress";
            self.complete_with_warning("BEGIN", "25001", message);
            return Ok(());
        }
        self.first_verb(statement, bound, again)?;
        self.opens = true;
        Ok(())
    }

    fn perform_set_transaction(
        &mut self,
        statement: &Guarded<Statement>,
        bound: &Bound,
        again: impl FnOnce() -> Work,
    ) -> Result<(), Stop> {
        if self.is_untouched() {
            match &mut self.transaction {
                Transaction::Begun(statements) => {
                    put_off(statements, statement)?;
                    self.complete("SET");
                }
                Transaction::Idle | Transaction::Open | Transaction::Failed => {
                    let message = "SET TRANSACTION can only be used in transaction blocks";
                    self.complete_with_warning("SET", "25P01", message);
                }
            }
            return Ok(());
        }
        self.first_verb(statement, bound, again)
    }

    /// A verb that must come before anything that takes a snapshot: behind the end of another
    /// transaction it goes without a bind, which is made for what follows.
    fn first_verb(
        &mut self,
        statement: &Guarded<Statement>,
        bound: &Bound,
        again: impl FnOnce() -> Work,
    ) -> Result<(), Stop> {
        if matches!(self.ahead, Held::No) && self.sent {
            self.send_verb(statement, Verb::None);
            return Ok(());
        }
        self.verb(statement, Verb::None, bound, again)
    }

    fn perform_end(
        &mut self,
        statement: &Guarded<Statement>,
        tag: &'static str,
        chain: bool,
    ) -> Result<(), Stop> {
        // Its portals end with it.
        self.portals.clear();
        if self.is_untouched() || self.lease.is_none() {
            match &mut self.transaction {
                Transaction::Begun(_) if chain => {
                    self.standing.end_transaction();
                    self.complete(tag);
                }
                Transaction::Begun(_) => {
                    self.standing.end_transaction();
                    self.transaction = Transaction::Idle;
                    if tag == "ROLLBACK" {
                        self.roll_back_settings();
                    }
                    self.complete(tag);
                }
                Transaction::Failed => {
                    let begun = std::mem::take(&mut self.begun);
                    self.standing.end_transaction();
                    self.transaction =
                        if chain { Transaction::Begun(begun) } else { Transaction::Idle };
                    self.roll_back_settings();
                    self.complete("ROLLBACK");
                }
                Transaction::Idle | Transaction::Open if chain => {
                    let message = format!("{tag} AND CHAIN can only be used in transaction blocks");
                    return Err(postgres_error("25P01", message).into());
                }
                Transaction::Idle | Transaction::Open => {
                    let message = "there is no transaction in progress";
                    self.complete_with_warning(tag, "25P01", message);
                }
            }
            return Ok(());
        }
        self.send_verb(statement, Verb::End);
        self.ahead = Held::No;
        self.opens = chain;
        Ok(())
    }

    fn perform_rollback_to(
        &mut self,
        statement: &Guarded<Statement>,
        name: &str,
    ) -> Result<(), Stop> {
        if self.lease.is_none() {
            return Err(match self.transaction {
                Transaction::Idle => {
                    let message = "ROLLBACK TO SAVEPOINT can only be used in transaction blocks";
                    postgres_error("25P01", message).into()
                }
                Transaction::Begun(_) | Transaction::Open | Transaction::Failed => {
                    let message = format!("savepoint \"{name}\" does not exist");
                    postgres_error("3B001", message).into()
                }
            });
        }
        self.send_verb(statement, Verb::RollbackTo(name.to_owned()));
        // The savepoint may be older than the bind (catalogue S23): make it again.
        self.ahead = Held::Stale(self.ahead.binding().cloned());
        Ok(())
    }

    fn verb(
        &mut self,
        statement: &Guarded<Statement>,
        verb: Verb,
        bound: &Bound,
        again: impl FnOnce() -> Work,
    ) -> Result<(), Stop> {
        self.ready_for(bound, again)?;
        self.send_verb(statement, verb);
        Ok(())
    }

    fn send_verb(&mut self, statement: &Guarded<Statement>, verb: Verb) {
        self.run_own(statement, Done::Verb(verb));
    }

    fn perform_set(
        &mut self,
        statement: &Guarded<Statement>,
        assignment: &Assignment,
        bound: &Bound,
        again: impl FnOnce() -> Work,
    ) -> Result<(), Stop> {
        let Some(value) = &assignment.value else {
            if !assignment.local {
                return self.perform_reset(Some(&assignment.name), bound, again);
            }
            return self.verb(statement, Verb::None, bound, again);
        };
        if !assignment.local && !self.settings.has_room_for(&assignment.name, value) {
            return Err(postgres_error("53400", "too many settings, or too large ones").into());
        }
        if is_ours(&assignment.name) {
            self.settled(again)?;
            if !assignment.local {
                self.settings.set(assignment.name.clone(), value.clone());
                let status = self.status_of(&assignment.name, Some(value));
                self.answer(Undo::Nothing, |out| out.extend_from_slice(&status));
            }
            self.answer_set(assignment.column.as_deref(), value);
            return Ok(());
        }
        self.ready_for(bound, again)?;
        let Some(lease) = &self.lease else { return Ok(()) };
        let bind = lease.server.bind.clone();
        let done = Done::Set {
            name: assignment.name.clone(),
            local: assignment.local,
            column: assignment.column.clone(),
        };
        let values = [Some(assignment.name.as_bytes()), Some(value.as_bytes())];
        self.execute_own(&bind, &values, Rows::Keep, done);
        Ok(())
    }

    /// The answer to a `SET`, or to the `SELECT set_config(...)` that one was.
    pub(super) fn answer_set(&mut self, column: Option<&str>, value: &str) {
        let simple = self.simple;
        self.answer(Undo::Nothing, |out| write_set(out, simple, column, value));
    }

    fn perform_reset(
        &mut self,
        name: Option<&str>,
        bound: &Bound,
        again: impl FnOnce() -> Work,
    ) -> Result<(), Stop> {
        // Which settings there are is known when everything before has been answered.
        if !self.expect.is_empty() {
            return self.settled(again);
        }
        let names: Vec<String> = match name {
            Some(name) => vec![name.to_owned()],
            None => self.settings.current().keys().cloned().collect(),
        };
        if self.is_untouched() && matches!(self.transaction, Transaction::Idle) {
            match name {
                Some(name) => {
                    self.settings.reset(name);
                    self.report(name, None);
                }
                None => {
                    self.standing.hand_over(None, false, &self.shared.services)?;
                    self.reset_all();
                }
            }
            self.complete("RESET");
            return Ok(());
        }
        self.ready_for(bound, again)?;
        for name in names.iter().filter(|name| !is_ours(name)) {
            let text = format!("SET LOCAL {} TO DEFAULT", quoted(name));
            let statements = self.judge_under(&text, bound)?;
            for statement in statements.iter() {
                self.run_own(statement, Done::Own);
            }
        }
        for name in &names {
            self.settings.reset(name);
            let status = self.status_of(name, None);
            self.answer(Undo::Nothing, |out| out.extend_from_slice(&status));
        }
        self.complete("RESET");
        Ok(())
    }

    fn reset_all(&mut self) {
        let names: Vec<String> = self.settings.current().keys().cloned().collect();
        self.settings.reset_all();
        for name in names {
            self.report(&name, None);
        }
    }

    /// Inside a transaction the tenant can't change: a token of the same tenant is taken for
    /// what comes after it, one of another is a crossing, and the connection's can't be dropped.
    fn hand_over_inside(
        &mut self,
        token: Option<septum_core::Secret<String>>,
        local: bool,
        held: &septum_bind::Binding,
    ) -> Result<(), Stop> {
        let services = &self.shared.services;
        if let Some(token) = &token {
            let now = (services.clock)();
            let claim = services
                .context_keys
                .verify(token.expose(), &services.tenants, now)
                .map_err(Refusal::from)?;
            if claim.tenant() != held.tenant() {
                return Err(Refusal {
                    tenant: Some(held.tenant().clone()),
                    principal: Some(held.principal().clone()),
                    ..Refusal::new(Reason::BindingChange)
                }
                .into());
            }
        }
        self.standing.hand_over(token, local, services)?;
        self.complete("SET");
        Ok(())
    }
}

/// Puts a statement off to the transaction's first one that needs the server.
fn put_off(
    statements: &mut Vec<Guarded<Statement>>,
    statement: &Guarded<Statement>,
) -> Result<(), Stop> {
    const MOST: usize = 16;
    if statements.len() >= MOST {
        let message = "too many statements that only begin the transaction or set how it runs; \
                       run one of its own first";
        return Err(postgres_error("54000", message).into());
    }
    statements.push(statement.clone());
    Ok(())
}

/// Writes the answer to a `SET`, or to the `SELECT set_config(...)` that one was.
pub(super) fn write_set(out: &mut BytesMut, simple: bool, column: Option<&str>, value: &str) {
    let Some(column) = column else { return out.command_complete("SET") };
    if simple {
        out.one_column(column, backend::TEXT);
    }
    out.one_value(value.as_bytes());
    out.command_complete("SELECT 1");
}

/// What PostgreSQL takes in a transaction that has failed; and a token is not its business.
pub(super) fn goes_on_after_failure(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Commit { .. }
            | Kind::Rollback { .. }
            | Kind::RollbackTo { .. }
            | Kind::Handover { .. }
    )
}

/// A setting's name as an identifier, each part quoted.
fn quoted(name: &str) -> String {
    let parts = name.split('.').map(|part| format!("\"{}\"", part.replace('"', "\"\"")));
    parts.collect::<Vec<_>>().join(".")
}

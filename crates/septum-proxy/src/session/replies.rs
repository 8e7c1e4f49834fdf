//! What the server answers, against what was expected.

use bytes::{Buf as _, BytesMut};
use septum_core::Reason;
use septum_pgwire::backend::{self, Write as _, tag};
use septum_pgwire::{Frame, Header, TransactionStatus};

use super::expect::{Done, Expect, Rows, Undo, Verb};
use super::tripwire::{Described, Look};
use super::{Clean, Fatal, Held, Session, Stop, Transaction, perform};
use crate::refusal::Refusal;

/// The largest message that is looked at rather than passed on.
const LIMIT: usize = 1 << 20;

impl Session {
    /// Takes in everything that the server has said, and passes on what is the client's.
    pub(super) fn relay(&mut self) -> Result<(), Fatal> {
        loop {
            self.answer_local();
            self.settling &= !self.expect.is_empty();
            if self.client.is_full() {
                return Ok(());
            }
            let Some(lease) = &mut self.lease else { return Ok(()) };
            let input = &mut lease.server.wire.input;
            if self.passing > 0 && !input.is_empty() {
                let part = self.passing.min(input.len());
                pass(input, part, &mut self.client.output);
                self.passing = self.passing.saturating_sub(part);
            }
            if self.passing > 0 || input.is_empty() {
                return Ok(());
            }
            let header = Header::peek(input).map_err(|error| out_of_order(error.to_string()))?;
            let Some(header) = header else { return Ok(()) };
            if self.is_passed_on(header.tag)? {
                if matches!(self.look(&header)?, Look::More) {
                    return Ok(());
                }
                self.passing = header.total();
                continue;
            }
            let Some(lease) = &mut self.lease else { return Ok(()) };
            let frame = Frame::take(&mut lease.server.wire.input, LIMIT)
                .map_err(|error| out_of_order(error.to_string()))?;
            match frame {
                Some(frame) => self.reply(&frame)?,
                None => return Ok(()),
            }
        }
    }

    /// Emits what Septum itself answers at this place.
    fn answer_local(&mut self) {
        while let Some(Expect::Local { .. } | Expect::CopyEnd) = self.expect.front() {
            match self.expect.pop_front() {
                Some(Expect::Local { reply, .. }) => self.client.output.extend_from_slice(&reply),
                _ => self.client.output.command_complete(&format!("COPY {}", self.copied)),
            }
        }
    }

    /// Whether a message goes to the client as it comes, unparsed and however large.
    ///
    /// INVARIANT: nothing of a row is relayed before the bind was seen to complete
    /// (invariant 3).
    fn is_passed_on(&self, found: u8) -> Result<bool, Fatal> {
        let data = matches!(
            found,
            tag::DATA_ROW | tag::COPY_DATA | tag::COPY_OUT | tag::COPY_DONE | tag::ROW_DESCRIPTION
        );
        let relayed = match self.expect.front() {
            Some(Expect::Execution { rows: Rows::Relay(_), .. }) => {
                data && found != tag::ROW_DESCRIPTION
            }
            Some(Expect::Portal { .. } | Expect::Statement { .. }) => found == tag::ROW_DESCRIPTION,
            _ => false,
        };
        if relayed && !matches!(self.seen, Held::Yes(_)) {
            return Err(out_of_order("a row before the bind was complete"));
        }
        // The description's own entry ends with it.
        Ok(relayed && found != tag::ROW_DESCRIPTION)
    }

    fn reply(&mut self, frame: &Frame) -> Result<(), Fatal> {
        match frame.tag {
            tag::PARAMETER_STATUS => return self.parameter(frame),
            tag::NOTIFICATION => {
                // Nobody here can have listened: the connection is not as it should be.
                self.tainted = true;
                return Ok(());
            }
            _ => {}
        }
        if let Some(Expect::Clean(cleanness)) = self.expect.front_mut() {
            if let Some(status) = cleanness.take(frame.tag, &frame.body) {
                self.expect.pop_front();
                self.cleaned(status);
            }
            return Ok(());
        }
        if matches!(frame.tag, tag::ERROR | tag::NOTICE) {
            self.look_at_text(&frame.body)?;
        }
        match frame.tag {
            tag::ERROR => return self.error(frame),
            tag::NOTICE => {
                let ours = self
                    .expect
                    .front()
                    .is_none_or(|front| front.is_bind() || matches!(front, Expect::Refused { .. }));
                return if ours { Ok(()) } else { self.notice_of_server(frame) };
            }
            _ => {}
        }
        let Some(front) = self.expect.pop_front() else {
            return Err(out_of_order(format!("`{}` unasked", frame.tag.escape_ascii())));
        };
        let out = &mut self.client.output;
        match (frame.tag, front) {
            (tag::PARSE_COMPLETE, Expect::Parse { relay, .. }) => {
                if relay {
                    frame.write(out);
                }
            }
            (tag::PARSE_COMPLETE, Expect::CopyPrepared) => self.copy_prepared(),
            (tag::BIND_COMPLETE, Expect::Bind { relay, .. }) => {
                if relay {
                    frame.write(out);
                }
            }
            (tag::CLOSE_COMPLETE, Expect::Close { relay, .. }) => {
                if relay {
                    frame.write(out);
                }
            }
            (tag::PARAMETER_DESCRIPTION, Expect::Statement { key, tenant }) => {
                match tenant {
                    None => frame.write(out),
                    Some(tenant) => backend::write_without_last_parameter(&frame.body, tenant, out)
                        .map_err(|error| out_of_order(error.to_string()))?,
                }
                let of = Described::Statement(key);
                self.expect.push_front(Expect::Portal { rows: true, no_data: true, of });
            }
            (tag::ROW_DESCRIPTION, Expect::Portal { rows, of, .. }) => {
                if rows {
                    frame.write(out);
                }
                self.described(&of, Some(&frame.body))?;
            }
            (tag::NO_DATA, Expect::Portal { no_data, of, .. }) => {
                if no_data {
                    frame.write(out);
                }
                self.described(&of, None)?;
            }
            (
                tag::DATA_ROW,
                Expect::Execution { rows: rows @ (Rows::Discard | Rows::Keep), done },
            ) => {
                if matches!(rows, Rows::Keep) {
                    let values = backend::data_row(&frame.body)
                        .map_err(|error| out_of_order(error.to_string()))?;
                    let text = |value: Option<&[u8]>| {
                        value.map(|value| String::from_utf8_lossy(value).into_owned())
                    };
                    self.kept.push(values.into_iter().map(text).collect());
                }
                self.expect.push_front(Expect::Execution { rows, done });
            }
            (
                tag::COMMAND_COMPLETE | tag::EMPTY_QUERY | tag::PORTAL_SUSPENDED,
                Expect::Execution { done, .. },
            ) => return self.done(done, frame),
            (tag::READY, Expect::Ready) => return self.ready(frame),
            _ => return Err(out_of_order(format!("`{}`", frame.tag.escape_ascii()))),
        }
        Ok(())
    }

    fn done(&mut self, done: Done, frame: &Frame) -> Result<(), Fatal> {
        match done {
            Done::Relay => frame.write(&mut self.client.output),
            Done::Own | Done::Applied => {}
            Done::Bound(binding) => self.seen = Held::Yes(binding),
            Done::Verb(verb) => {
                frame.write(&mut self.client.output);
                self.verb_done(verb, frame.body.starts_with(b"COMMIT"));
            }
            Done::Set { name, local, column } => {
                let row = self.kept.pop().and_then(|row| row.into_iter().next().flatten());
                let value = row.unwrap_or_default();
                perform::write_set(&mut self.client.output, self.simple, column.as_deref(), &value);
                self.report(&name, Some(&value));
                if !local {
                    self.settings.set(name, value);
                }
            }
            Done::CopyColumns => {
                let rows = std::mem::take(&mut self.kept);
                let columns: Vec<String> = rows.into_iter().flatten().flatten().collect();
                match self.copy_columns(&columns) {
                    Ok(()) => {}
                    Err(Stop::Failed(error)) => self.fail(&error),
                    Err(Stop::Refused(refusal)) => self.refused_later = Some(refusal),
                    // A text of Septum's own is judged once.
                    Err(Stop::Outdated | Stop::Catalog(_)) => {
                        let refusal = Refusal::new(Reason::CatalogUnavailable);
                        self.refused_later = Some(Box::new(refusal));
                    }
                    Err(Stop::Lease(_) | Stop::Turn(_) | Stop::Answers(_)) => {}
                }
            }
            Done::CopyRow => self.copied = self.copied.saturating_add(1),
        }
        Ok(())
    }

    fn verb_done(&mut self, verb: Verb, committed: bool) {
        if matches!(verb, Verb::End | Verb::RollbackTo(_)) {
            // What it is exactly the end of the unit says; it has not failed any more.
            self.transaction = Transaction::Open;
        }
        match verb {
            Verb::None => {}
            Verb::End => {
                self.seen = Held::No;
                self.standing.end_transaction();
                if committed { self.settings.commit() } else { self.roll_back_settings() }
            }
            Verb::Savepoint(name) => self.settings.savepoint(name),
            Verb::Release(name) => self.settings.release(&name),
            Verb::RollbackTo(name) => {
                self.settings.rollback_to(&name);
                self.seen = Held::Stale(self.seen.binding().cloned());
            }
        }
    }

    /// The connection was to be cleaned: is it clean? In a transaction that goes on, because what
    /// was to end it failed, nothing could be done.
    fn cleaned(&mut self, status: Option<TransactionStatus>) {
        self.clean = match (status, &self.transaction) {
            (Some(TransactionStatus::Idle), Transaction::Idle) => Clean::Proven,
            (_, Transaction::Idle) => {
                tracing::info!("a server connection could not be cleaned and is closed");
                self.tainted = true;
                Clean::No
            }
            (_, Transaction::Begun(_) | Transaction::Open | Transaction::Failed) => Clean::No,
        };
    }

    fn ready(&mut self, frame: &Frame) -> Result<(), Fatal> {
        let status =
            backend::ready(&frame.body).map_err(|error| out_of_order(error.to_string()))?;
        self.transaction = match status {
            TransactionStatus::Idle => Transaction::Idle,
            TransactionStatus::InTransaction => Transaction::Open,
            TransactionStatus::Failed => Transaction::Failed,
        };
        self.opens = status != TransactionStatus::Idle;
        self.finish_unit(status);
        Ok(())
    }

    /// An error: the server now skips to the next `Sync`, and so do we.
    fn error(&mut self, frame: &Frame) -> Result<(), Fatal> {
        let field = |wanted| backend::error_field(&frame.body, wanted).ok().flatten();
        let code = field(b'C').unwrap_or_default().to_owned();
        let ends = field(b'V').is_some_and(|severity| severity != "ERROR");
        // A plan that no longer fits its table, or a statement that is gone: what is prepared
        // here is not what we think, so the next client gets another connection.
        if field(b'R') == Some("RevalidateCachedQuery") || code == "26000" {
            self.tainted = true;
        }
        // A cancelled bind is the client's own doing; nothing runs behind it.
        let bind_failed = self.expect.iter().take(2).any(Expect::is_bind)
            && !self.failed_before()
            && code != "57014";
        match self.expect.front() {
            Some(Expect::Refused { reply }) if !ends => {
                self.client.output.extend_from_slice(reply);
            }
            _ if bind_failed && !ends => {
                tracing::error!(%code, "a bind failed");
                return Err(Refusal::new(Reason::BindFailed).into());
            }
            _ => {
                self.note_probing(&frame.body, &code);
                self.write_scrubbed(frame, &code)?;
            }
        }
        if ends {
            return Err(Fatal::goodbye());
        }
        self.skip();
        Ok(())
    }

    /// Whether the transaction had failed before this unit: then an error in the bind's place is
    /// the transaction's, and no row can come of it.
    fn failed_before(&self) -> bool {
        matches!(self.transaction, Transaction::Failed)
    }

    /// Takes off everything that the server skips, and takes back what it had promised.
    fn skip(&mut self) {
        let kept = self.expect.iter().position(Expect::is_end).unwrap_or(self.expect.len());
        let skipped: Vec<Expect> = self.expect.drain(..kept).collect();
        for expect in skipped.into_iter().rev() {
            match expect {
                Expect::Parse { undo, .. }
                | Expect::Bind { undo, .. }
                | Expect::Close { undo, .. }
                | Expect::Local { undo, .. } => self.undo(undo),
                _ => {}
            }
        }
        self.kept.clear();
        self.copy = None;
        self.settling = false;
        self.failed = true;
    }

    fn undo(&mut self, undo: Undo) {
        match undo {
            Undo::Nothing => {}
            Undo::Prepared(key) => self.forget(&key),
            Undo::Statement(name, before) => put_back(&mut self.statements, name, before),
            Undo::Portal(name, before) => put_back(&mut self.portals, name, before),
            Undo::Closed(name) => {
                if let Some(lease) = &mut self.lease {
                    lease.server.statements.not_closed(name);
                }
            }
            Undo::Both(key, name, before) => {
                self.forget(&key);
                put_back(&mut self.statements, name, before);
            }
        }
    }

    fn forget(&mut self, key: &crate::server::Key) {
        if let Some(lease) = &mut self.lease {
            lease.server.statements.remove(key);
        }
    }

    /// A setting of the server's has changed. The two that decide what bytes mean must not
    /// (catalogue S136, S137); what clients hear of the others is Septum's to say.
    fn parameter(&mut self, frame: &Frame) -> Result<(), Fatal> {
        let (name, value) = backend::parameter_status(&frame.body)
            .map_err(|error| out_of_order(error.to_string()))?;
        let pinned = match name {
            "client_encoding" => value == "UTF8",
            "standard_conforming_strings" => value == "on",
            _ => true,
        };
        if pinned { Ok(()) } else { Err(out_of_order(format!("`{name}` became `{value}`"))) }
    }
}

fn put_back<T>(map: &mut std::collections::HashMap<String, T>, name: String, before: Option<T>) {
    match before {
        Some(before) => drop(map.insert(name, before)),
        None => drop(map.remove(&name)),
    }
}

/// Moves bytes on; all of them without a copy where that can be.
fn pass(input: &mut BytesMut, part: usize, output: &mut BytesMut) {
    if output.is_empty() && part == input.len() {
        std::mem::swap(input, output);
    } else {
        output.extend_from_slice(input.get(..part).unwrap_or_default());
        input.advance(part);
    }
}

pub(super) fn out_of_order(detail: impl std::fmt::Display) -> Fatal {
    tracing::error!(%detail, "the server answered out of order");
    Refusal::new(Reason::ServerProtocol).into()
}

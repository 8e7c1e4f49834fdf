//! A client's session, from its first query to its end.
//!
//! ```text
//!  client.input --> take_message --> work queue --> perform / forward --> server.output
//!                                        |                                    |
//!                                   Lease, Refuse                       expectation queue
//!                                        |                                    |
//!  client.output <------------------ relay (replies.rs) <-------------- server.input
//! ```
//!
//! One unit (up to `Sync`, or one `Query`) is worked on at a time: the next one begins when the
//! server has said what state the last one left. So every decision in here rests on what the
//! server said, never on a guess.

mod copy_in;
mod errors;
mod evidence;
mod expect;
mod extended;
mod noticed;
mod perform;
mod prepared;
mod query;
mod replies;
mod run;
mod settings;
mod tenant;
mod tripwire;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::BytesMut;
use septum_bind::Binding;
use septum_core::Reason;
use septum_guard::{Guarded, Mode};
use septum_pgwire::backend::Write as _;
use septum_pgwire::frontend::{Bind, Execute, Message, Parse, Target, Write as _};
use septum_pgwire::{ErrorFields, Frame, Severity, TransactionStatus};
use septum_sql::Statement;
use tokio::sync::OwnedSemaphorePermit;

use crate::Shared;
use crate::cancel::Registration;
use crate::pool::Lease;
use crate::refusal::Refusal;
use crate::server::{Cleanness, Own, Parameters};
use crate::stream::Wire;
use copy_in::CopyIn;
use expect::{Done, Expect, Rows, Undo};
use noticed::Noticed;
use prepared::{Portal, Prepared};
use query::OfQuery;
use settings::Settings;

pub(crate) use evidence::{Bound, Evidence, Standing};
pub(crate) use tripwire::Shape;

/// How many answers of the server's may be owed before it is asked for them: a client that asks
/// for ever and never for an answer must not fill the memory.
const PIPELINE: usize = 1 << 14;

/// How much is done at a stretch before others have a turn, in messages. A KiB of text to judge
/// counts as one.
const STRETCH: usize = 64;

/// Where a client's transaction stands.
enum Transaction {
    /// There is none.
    Idle,
    /// `BEGIN` has been answered, and no statement came yet: these are still to be sent. The
    /// bind then goes into the same flight, after them and before anything else.
    Begun(Vec<Guarded<Statement>>),
    /// The server is in one.
    Open,
    /// It failed; without a lease, before the server ever saw it.
    Failed,
}

/// What the server's transaction is bound to, in the order of what has been sent, or of what
/// has been answered.
#[derive(Clone, Debug, Default)]
enum Held {
    /// Nothing yet: a bind must come first.
    #[default]
    No,
    /// A rollback to a savepoint may have undone the bind; it must be made again, the same.
    Stale(Option<Arc<Binding>>),
    /// This binding, or bound to no tenant.
    Yes(Option<Arc<Binding>>),
}

impl Held {
    fn binding(&self) -> Option<&Arc<Binding>> {
        match self {
            Self::No => None,
            Self::Stale(binding) | Self::Yes(binding) => binding.as_ref(),
        }
    }
}

/// One thing to do, in order.
enum Work {
    /// A simple query behind messages of the extended protocol, which come first.
    Query(String),
    /// A statement to judge and prepare.
    Parse(Parse),
    /// A statement of a simple query.
    Statement(OfQuery),
    /// The end of a simple query.
    EndOfQuery,
    /// A statement to prepare, judged.
    Prepare {
        name: String,
        prepared: Arc<Prepared>,
    },
    Bind(Bind),
    Describe(Target),
    Execute(Execute),
    Close(Target),
    Flush,
    Sync,
}

/// What must happen before the session can go on.
enum Need {
    /// More from the client or the server.
    Input,
    /// A server connection.
    Lease,
    /// Its turn to have a long text judged.
    Turn,
    /// A newer look at the database's catalog.
    Catalog,
    /// That others do something: it has done much at a stretch.
    Others,
    /// A refusal to be recorded and answered.
    Refuse(Box<Refusal>),
}

/// Whether the server connection could go to another client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clean {
    /// It has worked since.
    No,
    /// The server has said so, or nothing was sent.
    Proven,
}

/// An error that ends the session.
#[derive(Debug)]
pub(crate) struct Fatal(pub(crate) Option<Box<Refusal>>);

impl From<Refusal> for Fatal {
    fn from(refusal: Refusal) -> Self {
        Self(Some(Box::new(refusal)))
    }
}

pub(crate) struct Session {
    shared: Arc<Shared>,
    client: Wire,
    peer: String,
    registration: Registration,
    parameters: Parameters,
    standing: Standing,
    settings: Settings,
    statements: HashMap<String, Arc<Prepared>>,
    portals: HashMap<String, Portal>,
    transaction: Transaction,
    /// How a transaction began that failed before the server saw it.
    begun: Vec<Guarded<Statement>>,
    lease: Option<Lease>,
    work: VecDeque<Work>,
    expect: VecDeque<Expect>,
    /// What the sent part of the unit will leave the server bound to.
    ahead: Held,
    /// What the answered part has left it bound to.
    seen: Held,
    /// What the unit is bound to: for the choice of a server connection.
    wanted: Option<Arc<Binding>>,
    /// Whether anything has been sent that only a `Sync` ends.
    sent: bool,
    /// Whether the unit failed: until its end nothing more is done.
    failed: bool,
    /// Whether the unit is a simple query.
    simple: bool,
    copy: Option<CopyIn>,
    copied: u64,
    kept: Vec<Vec<Option<String>>>,
    /// Bytes of the message under way that go to the client as they come.
    passing: usize,
    /// Whether more of the client's bytes are needed to go on.
    hungry: bool,
    /// Whether the server was asked for what it owes, before more is taken up.
    settling: bool,
    /// Whether the sent part of the unit leaves a transaction open.
    opens: bool,
    /// Whether the server connection is as it was lent.
    clean: Clean,
    /// Whether a function was called since that is not PostgreSQL's own.
    strangers: bool,
    /// Whether the server connection must not be used again.
    tainted: bool,
    /// A refusal that came of a server's answer, to be recorded and answered.
    refused_later: Option<Box<Refusal>>,
    /// Attempts to cross that are answered like anything else, to be recorded after the answer.
    noticed: Noticed,
    /// What was done since others had a turn, in messages or the like.
    effort: usize,
    /// The right to have a long text judged.
    turn: Option<OwnedSemaphorePermit>,
    /// Whether the catalog was looked at anew for the text that is judged next.
    looked: bool,
}

impl Session {
    pub(crate) fn new(
        shared: Arc<Shared>,
        client: Wire,
        peer: String,
        registration: Registration,
        parameters: Parameters,
        standing: Standing,
        startup_settings: Vec<(String, String)>,
    ) -> Self {
        let mut settings = Settings::default();
        for (name, value) in startup_settings {
            settings.set(name, value);
        }
        settings.commit();
        Self {
            shared,
            client,
            peer,
            registration,
            parameters,
            standing,
            settings,
            statements: HashMap::new(),
            portals: HashMap::new(),
            transaction: Transaction::Idle,
            begun: Vec::new(),
            lease: None,
            work: VecDeque::new(),
            expect: VecDeque::new(),
            ahead: Held::No,
            seen: Held::No,
            wanted: None,
            sent: false,
            failed: false,
            simple: false,
            copy: None,
            copied: 0,
            kept: Vec::new(),
            passing: 0,
            hungry: true,
            settling: false,
            opens: false,
            clean: Clean::Proven,
            strangers: false,
            tainted: false,
            refused_later: None,
            noticed: Noticed::new(),
            effort: 0,
            turn: None,
            looked: false,
        }
    }

    /// Whether nothing is under way: the client may be sent away without losing anything.
    fn is_idle(&self) -> bool {
        self.lease.is_none()
            && self.work.is_empty()
            && self.expect.is_empty()
            && matches!(self.transaction, Transaction::Idle)
    }

    /// Does everything that can be done without waiting.
    fn advance(&mut self) -> Result<Need, Fatal> {
        loop {
            if self.failed {
                self.work.retain(|work| matches!(work, Work::EndOfQuery | Work::Sync));
            }
            self.hungry = false;
            let waits = self.is_waiting();
            if waits || !matches!(self.work.front(), Some(Work::Query(_) | Work::Parse(_))) {
                self.turn = None;
            }
            if waits {
                return Ok(Need::Input);
            }
            if self.effort >= STRETCH {
                self.effort = 0;
                return Ok(Need::Others);
            }
            self.effort += 1;
            let step = if let Some(rows) = self.copy_rows() {
                rows
            } else if self.copy.is_none()
                && let Some(work) = self.work.pop_front()
            {
                self.work_on(work)
            } else if self.is_full() {
                return Ok(Need::Input);
            } else {
                match Frame::take(&mut self.client.input, self.shared.config.limits.message_bytes) {
                    Ok(Some(frame)) => self.take_frame(frame)?,
                    Ok(None) => {
                        self.hungry = true;
                        return Ok(Need::Input);
                    }
                    Err(error) => {
                        return Err(Refusal::new(Reason::MessageTooLarge)
                            .with_detail(error.to_string())
                            .into());
                    }
                }
            };
            match step {
                Ok(()) => {}
                Err(Stop::Answers(work)) => {
                    self.work.push_front(*work);
                    self.ask_for_answers();
                }
                Err(Stop::Lease(work)) => {
                    self.work.push_front(*work);
                    return Ok(Need::Lease);
                }
                Err(Stop::Turn(work)) => {
                    self.work.push_front(*work);
                    return Ok(Need::Turn);
                }
                Err(Stop::Catalog(work)) => {
                    self.work.push_front(*work);
                    return Ok(Need::Catalog);
                }
                Err(Stop::Outdated) => {
                    let refusal = Refusal::new(Reason::CatalogUnavailable);
                    return Ok(Need::Refuse(Box::new(refusal)));
                }
                Err(Stop::Refused(refusal)) => return Ok(Need::Refuse(refusal)),
                Err(Stop::Failed(error)) => self.fail(&error),
            }
        }
    }

    /// Whether the server must speak first.
    fn is_waiting(&self) -> bool {
        self.settling
            || self.expect.back().is_some_and(Expect::is_end)
            || self.copy.as_ref().is_some_and(CopyIn::is_waiting)
    }

    /// Whether either side has so much to take that no more should be made; or so many answers
    /// are to come that the server is asked for them first.
    fn is_full(&mut self) -> bool {
        if self.expect.len() >= PIPELINE {
            self.ask_for_answers();
        }
        self.settling
            || self.lease.as_ref().is_some_and(|lease| lease.server.wire.is_full())
            || self.client.is_full()
    }

    /// Asks the server for everything that it owes; nothing more is begun until it is there.
    fn ask_for_answers(&mut self) {
        if let Some(lease) = self.lease.as_mut().filter(|_| !self.settling) {
            lease.server.wire.output.flush();
            self.settling = true;
        }
    }

    fn take_frame(&mut self, frame: Frame) -> Result<Result<(), Stop>, Fatal> {
        let message = Message::read(frame).map_err(|error| {
            Refusal::new(Reason::ProtocolViolation).with_detail(error.to_string())
        })?;
        if self.copy.is_some() {
            return self.copy_message(message);
        }
        let step = match message {
            // After an error PostgreSQL skips everything up to `Sync` (trap P16).
            Message::Query(_)
            | Message::FunctionCall
            | Message::Parse(_)
            | Message::Bind(_)
            | Message::Describe(_)
            | Message::Execute(_)
            | Message::Close(_)
                if self.failed =>
            {
                Ok(())
            }
            Message::Query(text) => self.push(Work::Query(text)),
            Message::Parse(parse) => self.push(Work::Parse(parse)),
            Message::Bind(bind) => self.push(Work::Bind(bind)),
            Message::Describe(target) => self.push(Work::Describe(target)),
            Message::Execute(execute) => self.push(Work::Execute(execute)),
            Message::Close(target) => self.push(Work::Close(target)),
            Message::Flush => self.push(Work::Flush),
            Message::Sync => self.push(Work::Sync),
            // What is left of a copy that failed: PostgreSQL ignores it as well.
            Message::CopyData(_) | Message::CopyDone | Message::CopyFail(_) => Ok(()),
            Message::Terminate => return Err(Fatal::goodbye()),
            Message::FunctionCall => {
                // It is a unit of its own, like a query.
                self.simple = true;
                Err(Stop::refused(Refusal::new(Reason::MessageNotAllowed)))
            }
            Message::Password(_) => {
                return Err(Refusal::new(Reason::ProtocolViolation)
                    .with_detail("a password message after authentication")
                    .into());
            }
        };
        Ok(step)
    }

    fn push(&mut self, work: Work) -> Result<(), Stop> {
        self.work.push_back(work);
        Ok(())
    }

    fn work_on(&mut self, work: Work) -> Result<(), Stop> {
        match work {
            // Whether it is skipped depends on what became of the messages before it.
            Work::Query(text) if !self.expect.is_empty() => {
                Err(Stop::Answers(Box::new(Work::Query(text))))
            }
            Work::Query(text) if self.needs_turn(&text) => {
                Err(Stop::Turn(Box::new(Work::Query(text))))
            }
            Work::Query(text) => {
                self.begin_query(&text).map_err(|stop| stop.or_again(|| Work::Query(text)))
            }
            Work::Parse(parse) if self.needs_turn(&parse.text) => {
                Err(Stop::Turn(Box::new(Work::Parse(parse))))
            }
            Work::Parse(parse) => {
                self.begin_parse(&parse).map_err(|stop| stop.or_again(|| Work::Parse(parse)))
            }
            Work::Statement(of) => self.statement(of),
            Work::EndOfQuery => {
                self.end_unit();
                Ok(())
            }
            Work::Prepare { name, prepared } => self.prepare(name, prepared),
            Work::Bind(bind) => self.bind(bind),
            Work::Describe(target) => self.describe(&target),
            Work::Execute(execute) => self.execute(&execute),
            Work::Close(target) => {
                self.close(&target);
                Ok(())
            }
            Work::Flush => {
                if let Some(lease) = self.lease.as_mut().filter(|_| self.sent) {
                    lease.server.wire.output.flush();
                }
                Ok(())
            }
            Work::Sync => {
                self.end_unit();
                Ok(())
            }
        }
    }

    /// `Sync`, or the end of a simple query.
    fn end_unit(&mut self) {
        match self.lease.as_mut().filter(|_| self.sent) {
            Some(lease) => {
                lease.server.wire.output.sync();
                self.expect.push_back(Expect::Ready);
                self.clean = Clean::No;
                // To look at everything, everything must have been answered.
                if !self.opens && !self.strangers {
                    self.send_clean();
                }
            }
            None => {
                let status = self.status();
                self.finish_unit(status);
            }
        }
    }

    /// Has the server take back what the unit may have left on its connection.
    fn send_clean(&mut self) {
        // With the guard off no connection is used twice.
        if self.shared.services.guard.mode() != Mode::Off
            && let Some(lease) = &mut self.lease
        {
            lease.server.clean(self.strangers);
            self.expect.push_back(Expect::Clean(Cleanness::default()));
        }
    }

    /// Remembers whether a statement calls what may do anything.
    fn look_for_strangers(&mut self, statement: &Statement) {
        if let Some(lease) = &self.lease {
            self.strangers |= !lease.server.functions.cover(statement.facts());
        }
    }

    /// The unit is over, and the server, if it had a part in it, left this state.
    fn finish_unit(&mut self, status: TransactionStatus) {
        if status == TransactionStatus::Idle {
            if self.failed {
                self.roll_back_settings();
            } else {
                self.settings.commit();
            }
            self.portals.clear();
            self.standing.end_transaction();
            self.seen = Held::No;
        }
        self.ahead = self.seen.clone();
        self.sent = false;
        self.failed = false;
        self.simple = false;
        self.wanted = None;
        self.client.output.ready(status);
    }

    /// Whether the transaction has failed and nothing that was sent may change that.
    fn is_aborted(&self) -> bool {
        matches!(self.transaction, Transaction::Failed)
            && !self.expect.iter().any(Expect::ends_failure)
    }

    fn status(&self) -> TransactionStatus {
        match self.transaction {
            Transaction::Idle => TransactionStatus::Idle,
            Transaction::Begun(_) | Transaction::Open => TransactionStatus::InTransaction,
            Transaction::Failed => TransactionStatus::Failed,
        }
    }

    fn roll_back_settings(&mut self) {
        for (name, value) in self.settings.rollback() {
            self.report(&name, value.as_deref());
        }
    }

    /// Tells the client, now, of a setting that PostgreSQL reports to clients.
    fn report(&mut self, name: &str, value: Option<&str>) {
        let status = self.status_of(name, value);
        self.client.output.extend_from_slice(&status);
    }

    /// The message that tells a client of a setting; empty where PostgreSQL tells nothing.
    fn status_of(&self, name: &str, value: Option<&str>) -> BytesMut {
        let mut out = BytesMut::new();
        let known = self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((known, default)) = known {
            let value = match known.as_str() {
                // Pinned, by whatever name the client asked for it.
                "client_encoding" | "standard_conforming_strings" => default,
                _ => value.unwrap_or(default),
            };
            out.parameter_status(known, value);
        }
        out
    }

    /// Makes sure that what is written next runs under this binding: the transaction's begin
    /// where it was put off, and the bind, go into the same flight.
    fn ready_for(&mut self, bound: &Bound, work: impl FnOnce() -> Work) -> Result<(), Stop> {
        let wanted = bound.binding();
        if self.lease.is_none() {
            if matches!(self.transaction, Transaction::Failed) {
                return Err(aborted());
            }
            self.wanted = wanted.cloned();
            return Err(Stop::Lease(Box::new(work())));
        }
        let to_bind = match (&self.ahead, wanted) {
            (Held::Yes(bound), wanted) => bound.is_none() && wanted.is_some(),
            (Held::No | Held::Stale(_), _) => true,
        };
        if to_bind {
            // The bind takes along what is set, and that is what the answers so far say.
            self.settled(work)?;
        }
        if let Transaction::Begun(statements) = &mut self.transaction {
            let statements = std::mem::take(statements);
            self.transaction = Transaction::Open;
            self.opens = true;
            for statement in &statements {
                self.run_own(statement, Done::Own);
            }
        }
        if self.is_aborted() {
            // Nothing may be written that a bind would have to stand before.
            return Err(aborted());
        }
        if to_bind {
            let binding = self.ahead.binding().or(wanted).cloned();
            self.send_bind(binding);
        }
        Ok(())
    }

    /// Makes sure that everything sent so far has been answered.
    fn settled(&self, work: impl FnOnce() -> Work) -> Result<(), Stop> {
        if self.expect.is_empty() { Ok(()) } else { Err(Stop::Answers(Box::new(work()))) }
    }

    /// Writes the bind: the seal, and what the client has set.
    fn send_bind(&mut self, binding: Option<Arc<Binding>>) {
        let Some(lease) = &mut self.lease else { return };
        let server = &mut lease.server;
        let seal = match &binding {
            Some(binding) => {
                self.shared.services.seal_key.seal(binding, server.key.pid, server.now())
            }
            None => String::new(),
        };
        server.last_tenant = binding.as_ref().map(|binding| binding.tenant().clone());
        let bind = server.bind.clone();
        let settings = Arc::clone(self.settings.current());
        for (name, value) in settings.iter().filter(|(name, _)| !perform::is_ours(name)) {
            let values = [Some(name.as_bytes()), Some(value.as_bytes())];
            self.execute_own(&bind, &values, Rows::Discard, Done::Applied);
        }
        // Last, so that whatever was seen to complete, the binding is the final word.
        let values = [Some(&b"septum.binding"[..]), Some(seal.as_bytes())];
        self.execute_own(&bind, &values, Rows::Discard, Done::Bound(binding.clone()));
        self.ahead = Held::Yes(binding);
    }

    /// Binds and executes a prepared statement for the session itself, apart from the portals
    /// that the client has.
    fn execute_own(&mut self, statement: &str, values: &[Option<&[u8]>], rows: Rows, done: Done) {
        let taken = self.portals.get("").is_some_and(|portal| portal.prepared.is_remote());
        let Some(lease) = &mut self.lease else { return };
        let server = &mut lease.server;
        let portal = if taken { &*server.bind } else { "" };
        let out = &mut server.wire.output;
        out.bind_values(portal, statement, false, values.iter().copied());
        out.execute(portal, 0);
        self.expect.push_back(Expect::Bind { relay: false, undo: Undo::Nothing });
        self.expect.push_back(Expect::Execution { rows, done });
        if taken {
            out.close_portal(portal);
            self.expect.push_back(Expect::Close { relay: false, undo: Undo::Nothing });
        }
        self.sent = true;
    }

    /// Runs a judged statement for the session itself: its rows are nobody's.
    fn run_own(&mut self, statement: &Guarded<Statement>, done: Done) {
        let Some(lease) = &mut self.lease else { return };
        lease.server.parse("", statement, &[]);
        self.expect.push_back(Expect::Parse { relay: false, undo: Undo::Nothing });
        self.execute_own("", &[], Rows::Discard, done);
    }

    /// Answers at this place of the order, without the server.
    fn answer(&mut self, undo: Undo, write: impl FnOnce(&mut BytesMut)) {
        if self.expect.is_empty() {
            write(&mut self.client.output);
        } else {
            let mut reply = BytesMut::new();
            write(&mut reply);
            self.expect.push_back(Expect::Local { reply, undo });
        }
    }

    /// Answers with an error at this place of the order, and fails the unit and the transaction
    /// as PostgreSQL would: on the server too, where it has begun there.
    fn fail(&mut self, error: &ErrorFields) {
        let open = matches!(self.transaction, Transaction::Open);
        match &mut self.lease {
            Some(lease) if self.sent || open => {
                let mut reply = BytesMut::new();
                error.write_error(&mut reply);
                lease.server.parse_own("", Own::Poison);
                self.expect.push_back(Expect::Refused { reply });
                self.sent = true;
            }
            _ => {
                error.write_error(&mut self.client.output);
                if let Transaction::Begun(begun) = &mut self.transaction {
                    self.begun = std::mem::take(begun);
                    self.transaction = Transaction::Failed;
                }
            }
        }
        self.failed = true;
        self.copy = None;
        if self.simple {
            self.work.clear();
            self.work.push_back(Work::EndOfQuery);
        }
    }
}

/// Why a piece of work stops.
enum Stop {
    /// It depends on answers that are still to come, and is to be done again when they have.
    Answers(Box<Work>),
    /// It needs a server connection, and is to be done again when there is one.
    Lease(Box<Work>),
    /// It is much work, and is to be done when it is its turn.
    Turn(Box<Work>),
    /// It is refused for what the catalog may have by now.
    Outdated,
    /// The same, and is to be done again when somebody has looked.
    Catalog(Box<Work>),
    /// It is refused.
    Refused(Box<Refusal>),
    /// It fails as it would in PostgreSQL.
    Failed(Box<ErrorFields>),
}

impl Stop {
    /// What is refused for an outdated catalog is done again with a newer one.
    fn or_again(self, work: impl FnOnce() -> Work) -> Self {
        match self {
            Self::Outdated => Self::Catalog(Box::new(work())),
            other => other,
        }
    }

    fn refused(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<ErrorFields> for Stop {
    fn from(error: ErrorFields) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal)
    }
}

fn aborted() -> Stop {
    let message = "current transaction is aborted, commands ignored until end of transaction block";
    postgres_error("25P02", message).into()
}

/// An error that PostgreSQL itself would give: it is no refusal of Septum's.
fn postgres_error(code: &'static str, message: impl Into<String>) -> ErrorFields {
    ErrorFields {
        severity: Severity::Error,
        code,
        message: message.into(),
        detail: None,
        hint: None,
        position: None,
    }
}

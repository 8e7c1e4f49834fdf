//! Queries of the simple protocol, and the judging that both protocols share.
//!
//! A simple query is carried over the extended protocol, so that the server itself takes one
//! statement a message (catalogue S89), and all its statements run under one `Sync`: one
//! implicit transaction, as PostgreSQL promises.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use septum_audit::{Event, Kind as EventKind};
use septum_core::{Reason, TenantId};
use septum_guard::{Denial, Guarded, Judgement, Parameter};
use septum_pgwire::backend::Write as _;
use septum_pgwire::frontend::Write as _;
use septum_sql::{Kind, Statement, handover};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::evidence::{Bound, Evidence};
use super::expect::{Done, Expect, Rows, Undo};
use super::prepared::is_remote;
use super::tenant;
use super::tripwire::{Described, Watched};
use super::{Session, Stop, Work};
use crate::lockout;
use crate::refusal::Refusal;
use crate::server::Key;

/// Texts above this are judged when it is their turn: it takes tens of milliseconds.
const LONG: usize = 64 << 10;
/// For so long nobody waits again who has waited in vain for a name to be known.
const IN_VAIN: Duration = Duration::from_secs(10);

/// A text that the guard has let through under this binding.
pub(super) struct Judged {
    pub(super) statements: Arc<[Guarded<Statement>]>,
    pub(super) judgement: Judgement,
    pub(super) evidence: Evidence,
    pub(super) bound: Bound,
}

/// A statement of a simple query, and whom it was judged for: when a verb before it has ended
/// the transaction, its binding may have ended too.
pub(super) struct OfQuery {
    judgement: Judgement,
    index: usize,
    evidence: Evidence,
    tenant: Option<TenantId>,
}

impl Session {
    /// Reads what the text hands over, binds, and judges.
    pub(super) fn judge(&mut self, text: &str) -> Result<Judged, Stop> {
        let turn = self.turn.take();
        self.effort = self.effort.saturating_add(text.len() >> 10);
        let handover = handover(text).map_err(|_| Refusal::new(Reason::AmbiguousComment))?;
        let evidence = Evidence::of(&handover);
        let bound = self.resolve(&evidence)?;
        let judgement = self.judgement(&handover.text, turn.as_ref());
        let statements = match allowed(&judgement, &bound) {
            Err(Stop::Refused(refusal)) if self.should_look_again(&refusal) => {
                return Err(Stop::Outdated);
            }
            other => other,
        };
        self.looked = false;
        let statements = statements?;
        Ok(Judged { statements, judgement, evidence, bound })
    }

    /// Whether to wait for a newer look at the catalog before refusing. Names that lead to nothing
    /// are not waited for one by one: who asks for one may ask for many. What is made meanwhile is
    /// known without their asking, by word of the event trigger or at the next interval.
    fn should_look_again(&mut self, refusal: &Refusal) -> bool {
        let unknown = refusal.is_of_an_unknown_name();
        if self.looked && unknown {
            self.in_vain = Some(Instant::now());
        }
        let waited = unknown && self.in_vain.is_some_and(|since| since.elapsed() < IN_VAIN);
        refusal.may_be_outdated() && !self.looked && !waited
    }

    /// Whether judging a text takes so long that others must not all wait for it.
    pub(super) fn needs_turn(&self, text: &str) -> bool {
        text.len() > LONG && self.turn.is_none()
    }

    /// What the guard makes of a text of the client's; of a long one beside the threads that
    /// serve the other clients, where there are such.
    fn judgement(&self, text: &str, turn: Option<&OwnedSemaphorePermit>) -> Judgement {
        let guard = &self.shared.services.guard;
        let several = || matches!(Handle::current().runtime_flavor(), RuntimeFlavor::MultiThread);
        if turn.is_some() && several() {
            tokio::task::block_in_place(|| guard.judgement(text))
        } else {
            guard.judgement(text)
        }
    }

    /// Judges a text of Septum's own making under a binding.
    pub(super) fn judge_under(
        &self,
        text: &str,
        bound: &Bound,
    ) -> Result<Arc<[Guarded<Statement>]>, Stop> {
        allowed(&self.shared.services.guard.judgement(text), bound)
    }

    /// Notes what is for the log although it is not refused: an attempt to cross, and what runs
    /// because the guard only observes. It is recorded once it is answered: how long the answer
    /// took says nothing.
    pub(super) fn notice<'a>(
        &mut self,
        judgement: &Judgement,
        values: impl Iterator<Item = Parameter<'a>> + Clone,
        bound: &Bound,
    ) {
        let guard = Arc::clone(&self.shared.services.guard);
        // What it did is not known: nobody else gets its connection.
        self.tainted |= judgement.is_observed();
        for denial in guard.observed(judgement) {
            let event = self.event(&refused(denial, bound));
            self.noticed.push(Event { kind: EventKind::Observed, ..event }, None);
        }
        let Some(binding) = bound.binding() else { return };
        if let Some(denial) = guard.crossing(judgement, values, binding) {
            let by_look = denial.is_by_look();
            let refusal = refused(denial, bound);
            if by_look {
                self.noticed.push(self.event(&refusal), None);
            } else {
                self.attempted(&refusal);
            }
        }
    }

    /// Has an attempt recorded and counted that is answered like anything else.
    pub(super) fn attempted(&mut self, refusal: &Refusal) {
        let (event, actor) = (self.event(refusal), self.actor(refusal));
        self.noticed.push(event, actor);
    }

    /// The binding of what comes next.
    pub(super) fn resolve(&mut self, evidence: &Evidence) -> Result<Bound, Stop> {
        let held = self.ahead.binding();
        let services = &self.shared.services;
        let bound = self.standing.resolve(evidence, held, services)?;
        if let Some(binding) = bound.binding() {
            lockout::check(binding, services, &self.peer)?;
        }
        Ok(bound)
    }

    pub(super) fn begin_query(&mut self, text: &str) -> Result<(), Stop> {
        self.simple = true;
        // As in PostgreSQL, a query takes the place of what has no name.
        self.statements.remove("");
        self.portals.remove("");
        let judged = self.judge(text)?;
        // Beside other statements it may have been injected, and would outlive them.
        let hands_over = |one: &Guarded<Statement>| matches!(one.kind(), Kind::Handover { .. });
        if judged.statements.len() > 1 && judged.statements.iter().any(hands_over) {
            return Err(Refusal::new(Reason::BindingChange)
                .with_detail("a token is handed over by a statement that stands alone")
                .into());
        }
        self.notice(&judged.judgement, std::iter::empty(), &judged.bound);
        let tenant = judged.bound.binding().map(|binding| binding.tenant().clone());
        if judged.statements.is_empty() {
            self.answer(Undo::Nothing, BytesMut::empty_query);
        }
        for index in 0..judged.statements.len() {
            self.work.push_back(Work::Statement(OfQuery {
                judgement: judged.judgement.clone(),
                index,
                evidence: judged.evidence.clone(),
                tenant: tenant.clone(),
            }));
        }
        self.work.push_back(Work::EndOfQuery);
        Ok(())
    }

    /// One statement of a simple query. It may have waited for a server connection, or behind a
    /// statement that took its time.
    pub(super) fn statement(&mut self, mut of: OfQuery) -> Result<(), Stop> {
        let bound = self.resolve(&of.evidence)?;
        let OfQuery { tenant, .. } = &of;
        if bound.binding().map(|binding| binding.tenant()) != tenant.as_ref() {
            let tenant = tenant.clone();
            let reason = match bound {
                Bound::To(_) => Reason::BindingChange,
                Bound::Nothing(reason) => reason,
            };
            return Err(Refusal { tenant, ..Refusal::new(reason) }.into());
        }
        of.judgement = self.shared.services.guard.renewed(&of.judgement);
        let statements = allowed(&of.judgement, &bound)?;
        let Some(statement) = statements.get(of.index) else { return Ok(()) };
        if !is_remote(statement.kind()) {
            return self.perform(statement, &bound, || Work::Statement(of));
        }
        let value = tenant::value(statement, &bound)?;
        self.ready_for(&bound, || Work::Statement(of))?;
        self.look_for_strangers(statement);
        let Some(lease) = &mut self.lease else { return Ok(()) };
        let server = &mut lease.server;
        // A text that comes again is worth preparing; until then it uses the unnamed statement.
        let key = Key { text: statement.canonical().into(), types: Box::default() };
        let known = server.statements.name(&key);
        let name = match known {
            Some(name) => name,
            None if server.statements.is_repeated(statement.canonical()) => {
                let key = Arc::new(key);
                let (name, closed) = server.statements.insert(Arc::clone(&key));
                for closed in closed {
                    server.wire.output.close_statement(&closed);
                    let undo = Undo::Closed(closed);
                    self.expect.push_back(Expect::Close { relay: false, undo });
                }
                server.parse(&name, statement, &[]);
                self.expect.push_back(Expect::Parse { relay: false, undo: Undo::Prepared(key) });
                name
            }
            None => {
                server.parse("", statement, &[]);
                self.expect.push_back(Expect::Parse { relay: false, undo: Undo::Nothing });
                "".into()
            }
        };
        let out = &mut server.wire.output;
        out.bind_values_and("", &name, false, std::iter::empty(), value.as_deref());
        out.describe_portal("");
        out.execute("", 0);
        self.expect.push_back(Expect::Bind { relay: false, undo: Undo::Nothing });
        let watched = Arc::new(Watched::default());
        let of = Described::Portal(Arc::clone(&watched));
        self.expect.push_back(Expect::Portal { rows: true, no_data: false, of });
        self.expect.push_back(Expect::Execution { rows: Rows::Relay(watched), done: Done::Relay });
        self.sent = true;
        Ok(())
    }
}

/// The statements, where they may run under this binding: what was let through under one is not
/// let through under every one.
pub(super) fn allowed(
    judgement: &Judgement,
    bound: &Bound,
) -> Result<Arc<[Guarded<Statement>]>, Stop> {
    let binding = bound.binding().map(AsRef::as_ref);
    judgement.under(binding).map_err(|denial| refused(denial, bound).into())
}

/// The guard's denial, of work under this binding.
fn refused(denial: Denial, bound: &Bound) -> Refusal {
    let mut refusal = Refusal::from(denial);
    match bound {
        Bound::To(binding) => {
            refusal.tenant = Some(binding.tenant().clone());
            refusal.principal = Some(binding.principal().clone());
            refusal.source = Some(binding.source());
            refusal.binding = Some(Arc::clone(binding));
        }
        Bound::Nothing(reason)
            if refusal.reason == Reason::UnboundStatement && *reason != Reason::NoBinding =>
        {
            refusal.reason = *reason;
            refusal.detail = None;
        }
        Bound::Nothing(_) => {}
    }
    refusal
}

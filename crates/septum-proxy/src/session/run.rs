//! The session's one task: it owns both sockets while it holds a lease, so that no other thread
//! has to be woken for a query.

use std::sync::Arc;
use std::task::Poll;

use septum_audit::{Actor, Event};
use septum_core::Reason;
use septum_guard::Mode;
use septum_pgwire::Severity;
use tokio::sync::{Notify, watch};

use super::expect::Expect;
use super::{Clean, Fatal, Need, Session, Transaction, postgres_error};
use crate::Shared;
use crate::cancel;
use crate::handshake::LAST_WORD;
use crate::lockout;
use crate::pool::Lease;
use crate::refusal::{Answer, Refusal};
use crate::server::Cleanness;

/// A client that sends ahead is read up to here while the server works.
const READ_AHEAD: usize = 1 << 20;

impl Fatal {
    /// The client has gone, or has been told already.
    pub(crate) fn goodbye() -> Self {
        Self(None)
    }
}

/// What woke the session.
enum Woken {
    Progress,
    ClientGone,
    ServerGone,
    Timeout(Reason),
    Shutdown,
}

impl Session {
    /// Serves the client until either side ends it.
    pub(crate) async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        let Err(end) = self.serve(&mut shutdown).await else { return };
        self.turn = None;
        self.noticed.end();
        let refusal = match self.record_noticed().await {
            Ok(()) => end.0,
            Err(()) => Some(Box::new(Refusal::new(Reason::AuditUnavailable))),
        };
        if let Some(refusal) = refusal {
            let answer = self.settle(*refusal).await;
            tracing::info!(reason = %answer.reason(), peer = %self.peer, "session ended");
            // Inside a row that is under way it would be read as a part of it.
            if self.passing == 0 {
                answer.fields(Severity::Fatal).write_error(&mut self.client.output);
            }
        }
        let _ = tokio::time::timeout(LAST_WORD, self.client.drain()).await;
        self.abandon().await;
    }

    async fn serve(&mut self, shutdown: &mut watch::Receiver<bool>) -> Result<(), Fatal> {
        loop {
            self.relay()?;
            if let Some(refusal) = self.refused_later.take() {
                self.refuse(*refusal).await?;
            }
            if self.is_releasable() {
                self.release().await;
            }
            self.settle_noticed().await?;
            match self.advance()? {
                Need::Refuse(refusal) => self.refuse(*refusal).await?,
                Need::Lease => self.acquire().await?,
                Need::Turn => self.turn = Arc::clone(&self.shared.turns).acquire_owned().await.ok(),
                Need::Catalog => self.look_again().await?,
                Need::Others => tokio::task::yield_now().await,
                Need::Input => match self.wait(shutdown).await {
                    Woken::Progress => {}
                    Woken::ClientGone => return Err(Fatal::goodbye()),
                    Woken::ServerGone => {
                        self.relay()?;
                        return Err(Refusal::new(Reason::ServerLost).into());
                    }
                    Woken::Timeout(reason) => return Err(Refusal::new(reason).into()),
                    Woken::Shutdown => return Err(Refusal::new(Reason::ShuttingDown).into()),
                },
            }
        }
    }

    /// Has the database's catalog looked at, for a text that is refused by what is known of it:
    /// an application's migration may just have made what it names.
    async fn look_again(&mut self) -> Result<(), Fatal> {
        let shared = Arc::clone(&self.shared);
        tokio::select! {
            () = shared.catalog.look_again(shared.config.timeouts.connect) => {}
            () = gone(&mut self.client) => return Err(Fatal::goodbye()),
        }
        self.looked = true;
        Ok(())
    }

    /// Whether the server has nothing left to do for this client.
    fn is_releasable(&self) -> bool {
        self.lease.is_some()
            && !self.sent
            && self.work.is_empty()
            && self.expect.is_empty()
            && matches!(self.transaction, Transaction::Idle)
    }

    /// Gives the server connection back, clean, or closes it.
    async fn release(&mut self) {
        let judged = self.shared.services.guard.mode() != Mode::Off;
        if judged && !self.tainted && self.clean == Clean::No {
            return self.send_clean();
        }
        let Some(lease) = self.lease.take() else { return };
        let mut slot = self.registration.slot.lock().await;
        slot.key = None;
        let tainted = std::mem::take(&mut slot.tainted) || std::mem::take(&mut self.tainted);
        drop(slot);
        let wire = &lease.server.wire;
        let clean = !tainted
            && self.passing == 0
            && wire.input.is_empty()
            && wire.output.is_empty()
            && judged;
        if clean {
            self.shared.pool.give_back(lease);
        }
    }

    /// Takes a server connection, unless the client goes away or cancels first.
    async fn acquire(&mut self) -> Result<(), Fatal> {
        let pool = Arc::clone(&self.shared.pool);
        let tenant = self.wanted.as_ref().map(|binding| binding.tenant().clone());
        let cancelled = Arc::new(Notify::new());
        self.registration.slot.lock().await.waiting = Some(Arc::clone(&cancelled));
        let lease = tokio::select! {
            lease = pool.acquire(tenant.as_ref()) => Some(lease),
            () = cancelled.notified() => None,
            () = gone(&mut self.client) => return Err(Fatal::goodbye()),
        };
        let mut slot = self.registration.slot.lock().await;
        // Who has cancelled while the connection came does not want it any more.
        let wanted = slot.waiting.take().is_some();
        match lease {
            Some(Ok(lease)) if wanted => {
                slot.key = Some(lease.server.key.clone());
                drop(slot);
                self.lease = Some(lease);
                self.clean = Clean::Proven;
                self.strangers = false;
                self.opens = false;
                Ok(())
            }
            Some(Ok(_)) | None => {
                drop(slot);
                if let Some(Ok(lease)) = lease {
                    pool.give_back(lease);
                }
                self.work.pop_front();
                let message = "canceling statement due to user request";
                self.fail(&postgres_error("57014", message));
                Ok(())
            }
            Some(Err(error)) => {
                drop(slot);
                tracing::error!(%error, "no server connection");
                self.work.pop_front();
                self.refuse(Refusal::new(error.reason())).await
            }
        }
    }

    /// Records a refusal where it is one for the log, and only then answers it.
    async fn refuse(&mut self, refusal: Refusal) -> Result<(), Fatal> {
        let answer = self.settle(refusal).await;
        if answer.reason() == Reason::AuditUnavailable {
            return Err(Refusal::new(Reason::AuditUnavailable).into());
        }
        self.fail(&answer.fields(Severity::Error));
        Ok(())
    }

    async fn settle(&self, refusal: Refusal) -> Answer {
        let held = self.ahead.binding().map(AsRef::as_ref);
        // That a row leaked is the database's fault, not its reader's: others may have put it there.
        if refusal.crossing
            && refusal.reason != Reason::LeakedRow
            && let Some(actor) = self.actor(&refusal)
        {
            lockout::count(&self.shared.services, &actor).await;
        }
        let refusal = refusal.under(held).by(self.standing.credential());
        refusal.settle(&*self.shared.services.audit, &self.peer).await
    }

    /// Records what was noticed once the answer is on its way, or when it has become much: so no
    /// client learns from the time of an answer that a tenant exists.
    async fn settle_noticed(&mut self) -> Result<(), Fatal> {
        const MUCH: usize = 64;
        let answered = self.expect.is_empty() && self.client.output.is_empty();
        let waiting = self.noticed.len();
        if waiting > 0 && (answered || waiting >= MUCH) {
            self.record_noticed().await.map_err(|()| Refusal::new(Reason::AuditUnavailable))?;
        }
        Ok(())
    }

    async fn record_noticed(&mut self) -> Result<(), ()> {
        for (event, actor) in self.noticed.take() {
            if let Some(event) = event {
                self.record(event).await?;
            }
            if let Some(actor) = actor {
                lockout::count(&self.shared.services, &actor).await;
            }
        }
        Ok(())
    }

    /// What the log hears of a refusal.
    pub(super) fn event(&self, refusal: &Refusal) -> Event {
        let held = self.ahead.binding().map(AsRef::as_ref);
        refusal.clone().under(held).event(&self.peer)
    }

    /// Who is to answer for an attempt: whoever the statement or the transaction was bound to,
    /// else the connection's own credential.
    pub(super) fn actor(&self, refusal: &Refusal) -> Option<Actor> {
        match refusal.binding.as_ref().or(self.ahead.binding()) {
            Some(binding) => lockout::of_binding(binding, &self.peer),
            None => lockout::of_claim(self.standing.credential()?, &self.peer),
        }
    }

    async fn record(&self, event: Event) -> Result<(), ()> {
        self.shared.services.audit.record(event).await.map_err(|error| {
            tracing::error!(%error, "an event could not be recorded");
        })
    }

    /// Moves bytes in all four directions until something can be done with them.
    async fn wait(&mut self, shutdown: &mut watch::Receiver<bool>) -> Woken {
        let timeouts = self.shared.config.timeouts;
        let idle = self.is_idle() && self.client.input.is_empty();
        let limit = if !self.client.output.is_empty() {
            Some((timeouts.stall, Reason::IdleTimeout))
        } else if self.lease.is_some() && !self.is_waiting() {
            Some((timeouts.idle_in_transaction, Reason::IdleTimeout))
        } else {
            None
        };
        if idle && *shutdown.borrow() && self.client.output.is_empty() {
            return Woken::Shutdown;
        }
        let moved = std::future::poll_fn(|cx| self.poll_move(cx));
        let deadline = async {
            match limit {
                Some((after, _)) => tokio::time::sleep(after).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            woken = moved => woken,
            _ = shutdown.changed(), if idle => Woken::Shutdown,
            () = deadline => Woken::Timeout(limit.map_or(Reason::IdleTimeout, |(_, reason)| reason)),
        }
    }

    fn poll_move(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Woken> {
        let mut progress = false;
        let read_ahead = self.client.input.len() < READ_AHEAD || self.hungry;
        match self.client.poll_write(cx) {
            Poll::Ready(Ok(())) => progress = true,
            Poll::Ready(Err(_)) => return Poll::Ready(Woken::ClientGone),
            Poll::Pending => {}
        }
        let client_full = self.client.is_full();
        let mut server_full = false;
        if let Some(lease) = &mut self.lease {
            let wire = &mut lease.server.wire;
            match wire.poll_write(cx) {
                Poll::Ready(Ok(())) => progress = true,
                Poll::Ready(Err(_)) => return Poll::Ready(Woken::ServerGone),
                Poll::Pending => {}
            }
            server_full = wire.is_full();
            if !client_full {
                match wire.poll_read(cx) {
                    Poll::Ready(Ok(0)) | Poll::Ready(Err(_)) => {
                        return Poll::Ready(Woken::ServerGone);
                    }
                    Poll::Ready(Ok(_)) => progress = true,
                    Poll::Pending => {}
                }
            }
        }
        if read_ahead && !server_full {
            match self.client.poll_read(cx) {
                Poll::Ready(Ok(0)) | Poll::Ready(Err(_)) => return Poll::Ready(Woken::ClientGone),
                Poll::Ready(Ok(_)) => progress = true,
                Poll::Pending => {}
            }
        }
        if progress { Poll::Ready(Woken::Progress) } else { Poll::Pending }
    }

    /// Ends what the server does for a client that is no more: its query is cancelled, its
    /// connection closed and never used again.
    async fn abandon(&mut self) {
        let Some(lease) = self.lease.take() else { return };
        let mut slot = self.registration.slot.lock().await;
        slot.key = None;
        let tainted = slot.tainted || self.tainted;
        drop(slot);
        if let (1, Some(Expect::Clean(cleanness)), false) =
            (self.expect.len(), self.expect.front(), tainted)
        {
            // It only has to be cleaned: whoever comes next need not connect anew.
            tokio::spawn(reclaim(Arc::clone(&self.shared), lease, *cleanness));
            return;
        }
        if self.expect.is_empty() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let limit = shared.config.timeouts.connect;
        let key = lease.server.key.clone();
        // The lease is kept until then, so that the pool's bound holds on the server too.
        tokio::spawn(async move {
            if let Err(error) = cancel::send(&key, &shared.config.database, limit).await {
                tracing::warn!(%error, "an abandoned query could not be cancelled");
            }
            drop(lease);
        });
    }
}

async fn reclaim(shared: Arc<Shared>, mut lease: Lease, so_far: Cleanness) {
    if lease.server.cleaned(so_far).await {
        shared.pool.give_back(lease);
    }
}

/// Resolves once the client has gone. What it sends meanwhile is kept, up to a bound.
async fn gone(client: &mut crate::stream::Wire) {
    std::future::poll_fn(|cx| {
        while client.input.len() < READ_AHEAD {
            match client.poll_read(cx) {
                Poll::Ready(Ok(0)) | Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(_)) => {}
                Poll::Pending => break,
            }
        }
        Poll::Pending
    })
    .await;
}

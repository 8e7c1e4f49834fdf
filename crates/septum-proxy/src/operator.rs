//! The operators' way in: a server connection each, no tenant, every statement on the audit log
//! before it runs.

use septum_audit::{Event, Kind};
use septum_core::{Principal, Reason};
use septum_pgwire::Frame;
use septum_pgwire::frontend::{Message, Write as _};

use crate::Shared;
use crate::config::Operator;
use crate::handshake::{self, Client};
use crate::refusal::Refusal;
use crate::server::dial_operator;
use crate::stream::Wire;

/// Serves an operator until either side ends it.
pub(crate) async fn serve(shared: &Shared, operator: &Operator, client: Client, peer: String) {
    let Client { mut wire, user, .. } = client;
    let session = Session { shared, user: user.clone(), peer };
    if let Err(refusal) = session.session("connected").await {
        return session.turn_away(&mut wire, refusal).await;
    }
    let ended = session.work(operator, &mut wire).await;
    // Its end is told only when it is on the log, like all else.
    let refusal = match (session.session("disconnected").await, ended) {
        (Err(unrecorded), _) => unrecorded,
        (Ok(()), Err(refusal)) => refusal,
        (Ok(()), Ok(())) => return,
    };
    session.turn_away(&mut wire, refusal).await;
}

struct Session<'a> {
    shared: &'a Shared,
    user: String,
    peer: String,
}

impl Session<'_> {
    async fn session(&self, what: &str) -> Result<(), Refusal> {
        self.record(Kind::OperatorSession, Some(what.to_owned()), None).await
    }

    async fn turn_away(&self, wire: &mut Wire, refusal: Refusal) {
        let refusal = Refusal { principal: Principal::new(&self.user).ok(), ..refusal };
        let answer = refusal.settle(&*self.shared.services.audit, &self.peer).await;
        handshake::turn_away(wire, &answer).await;
    }

    /// Connects to the server and relays until either side ends it.
    async fn work(&self, operator: &Operator, wire: &mut Wire) -> Result<(), Refusal> {
        let parameters = [("application_name", "septum operator"), ("client_encoding", "UTF8")];
        let opened = dial_operator(&operator.database, &parameters).await.map_err(|error| {
            tracing::error!(%error, "no server connection for an operator");
            Refusal::new(error.reason())
        })?;
        let Ok(registration) = self.shared.cancels.register(&self.shared.random) else {
            return Ok(());
        };
        registration.slot.lock().await.key = Some(opened.key.clone());
        let key = &registration.key;
        handshake::welcome(&mut wire.output, &opened.parameters, &[], &self.user, key);
        let mut server = opened.wire;
        let relayed = self.relay(wire, &mut server).await;
        registration.slot.lock().await.key = None;
        server.output.terminate();
        // It may be gone already.
        let _ = server.drain().await;
        relayed
    }

    async fn relay(&self, client: &mut Wire, server: &mut Wire) -> Result<(), Refusal> {
        loop {
            let limit = self.shared.config.limits.message_bytes;
            while let Some(frame) = Frame::take(&mut client.input, limit)
                .map_err(|_| Refusal::new(Reason::MessageTooLarge))?
            {
                self.forward(&frame, server).await?;
            }
            client.output.unsplit(server.input.split());
            let moved = std::future::poll_fn(|cx| {
                let mut progress = false;
                for wire in [&mut *client, &mut *server] {
                    match wire.poll_write(cx) {
                        std::task::Poll::Ready(Ok(())) => progress = true,
                        std::task::Poll::Ready(Err(_)) => return std::task::Poll::Ready(false),
                        std::task::Poll::Pending => {}
                    }
                }
                let full = client.is_full() || server.is_full();
                for wire in [&mut *client, &mut *server].into_iter().filter(|_| !full) {
                    match wire.poll_read(cx) {
                        std::task::Poll::Ready(Ok(0) | Err(_)) => {
                            return std::task::Poll::Ready(false);
                        }
                        std::task::Poll::Ready(Ok(_)) => progress = true,
                        std::task::Poll::Pending => {}
                    }
                }
                if progress { std::task::Poll::Ready(true) } else { std::task::Poll::Pending }
            })
            .await;
            if !moved {
                client.output.unsplit(server.input.split());
                let _ = client.drain().await;
                return Ok(());
            }
        }
    }

    /// Passes a message on; a statement's text is recorded, by its fingerprint, first.
    async fn forward(&self, frame: &Frame, server: &mut Wire) -> Result<(), Refusal> {
        let message =
            Message::read(frame.clone()).map_err(|_| Refusal::new(Reason::ProtocolViolation))?;
        let text = match &message {
            Message::Query(text) => Some(text),
            Message::Parse(parse) => Some(&parse.text),
            Message::FunctionCall => return Err(Refusal::new(Reason::MessageNotAllowed)),
            _ => None,
        };
        if let Some(text) = text {
            let (subject, fingerprint) = describe(text);
            self.record(Kind::OperatorStatement, subject, fingerprint).await?;
        }
        frame.write(&mut server.output);
        Ok(())
    }

    async fn record(
        &self,
        kind: Kind,
        subject: Option<String>,
        fingerprint: Option<String>,
    ) -> Result<(), Refusal> {
        let event = Event {
            principal: Principal::new(&self.user).ok(),
            peer: Some(self.peer.clone()),
            subject,
            fingerprint,
            ..Event::new(kind)
        };
        self.shared.services.audit.record(event).await.map_err(|error| {
            tracing::error!(%error, "what an operator does could not be recorded");
            Refusal::new(Reason::AuditUnavailable)
        })
    }
}

/// What a text is, for the log: its statements' kinds and the shape of the first.
fn describe(text: &str) -> (Option<String>, Option<String>) {
    match septum_sql::parse_script(text) {
        Ok(statements) => {
            let fingerprint = statements.first().map(|first| first.fingerprint().to_owned());
            (Some(format!("{} statements", statements.len())), fingerprint)
        }
        Err(_) => (Some("a text that can't be parsed".into()), None),
    }
}

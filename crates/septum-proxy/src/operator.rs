//! The operators' way in: a server connection each, no tenant, every statement on the audit log
//! before it runs.

use septum_audit::{Event, Kind};
use septum_core::{Principal, Reason};
use septum_pgwire::frontend::{Message, Write as _};
use septum_pgwire::{Frame, Severity};

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
    let parameters = [("application_name", "septum operator"), ("client_encoding", "UTF8")];
    if session.record(Kind::OperatorSession, Some("connected".into()), None).await.is_err() {
        return last_word(&mut wire, Reason::AuditUnavailable).await;
    }
    let opened = match dial_operator(&operator.database, &parameters).await {
        Ok(opened) => opened,
        Err(error) => {
            tracing::error!(%error, "no server connection for an operator");
            return last_word(&mut wire, error.reason()).await;
        }
    };
    let Ok(registration) = shared.cancels.register(&shared.random) else { return };
    registration.slot.lock().await.key = Some(opened.key.clone());
    handshake::welcome(&mut wire.output, &opened.parameters, &user, &registration.key);
    let mut server = opened.wire;
    if let Err(reason) = session.relay(&mut wire, &mut server).await {
        last_word(&mut wire, reason).await;
    }
    registration.slot.lock().await.key = None;
    server.output.terminate();
    let _ = server.drain().await;
    let _ = session.record(Kind::OperatorSession, Some("disconnected".into()), None).await;
}

async fn last_word(wire: &mut Wire, reason: Reason) {
    Refusal::new(reason).fields(Severity::Fatal).write_error(&mut wire.output);
    let _ = wire.drain().await;
}

struct Session<'a> {
    shared: &'a Shared,
    user: String,
    peer: String,
}

impl Session<'_> {
    async fn relay(&self, client: &mut Wire, server: &mut Wire) -> Result<(), Reason> {
        loop {
            let limit = self.shared.config.limits.message_bytes;
            while let Some(frame) =
                Frame::take(&mut client.input, limit).map_err(|_| Reason::MessageTooLarge)?
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
    async fn forward(&self, frame: &Frame, server: &mut Wire) -> Result<(), Reason> {
        let message = Message::read(frame.clone()).map_err(|_| Reason::ProtocolViolation)?;
        let text = match &message {
            Message::Query(text) => Some(text),
            Message::Parse(parse) => Some(&parse.text),
            Message::FunctionCall => return Err(Reason::MessageNotAllowed),
            _ => None,
        };
        if let Some(text) = text {
            let (subject, fingerprint) = describe(text);
            let recorded = self.record(Kind::OperatorStatement, subject, fingerprint).await;
            recorded.map_err(|()| Reason::AuditUnavailable)?;
        }
        frame.write(&mut server.output);
        Ok(())
    }

    async fn record(
        &self,
        kind: Kind,
        subject: Option<String>,
        fingerprint: Option<String>,
    ) -> Result<(), ()> {
        let event = Event {
            principal: Principal::new(&self.user).ok(),
            peer: Some(self.peer.clone()),
            subject,
            fingerprint,
            ..Event::new(kind)
        };
        self.shared.services.audit.record(event).await.map_err(|error| {
            tracing::error!(%error, "an operator's statement could not be recorded");
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

//! From a client's first byte to the end of its authentication.

use std::sync::Arc;

use bytes::BytesMut;
use septum_audit::Event;
use septum_bind::{Claim, credential};
use septum_core::{Reason, Secret, Source};
use septum_pgwire::backend::Write as _;
use septum_pgwire::frontend::{Message, MessageError};
use septum_pgwire::scram::{ChannelBinding, Verifier, server};
use septum_pgwire::startup::{CancelKey, Opening, Startup};
use septum_pgwire::{Frame, Reader, Severity, scram};
use septum_sql::Kind;

use crate::Shared;
use crate::config::{ListenerTls, User};
use crate::refusal::Refusal;
use crate::server::scram_nonce;
use crate::stream::{Stream, Wire};

/// What a client came for.
pub(crate) enum Arrival {
    /// To cancel a query.
    Cancel(CancelKey),
    /// To work.
    Client(Box<Client>),
}

/// A client that has said who it is.
pub(crate) struct Client {
    pub(crate) wire: Wire,
    pub(crate) user: String,
    pub(crate) claim: Option<Claim>,
    pub(crate) token: Option<Secret<String>>,
    pub(crate) settings: Vec<(String, String)>,
}

/// Why there is no client: gone without a word, or refused.
pub(crate) enum Refused {
    Gone,
    Because(Box<Refusal>),
}

impl From<std::io::Error> for Refused {
    fn from(_: std::io::Error) -> Self {
        Self::Gone
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Because(Box::new(refusal))
    }
}

/// Receives a client: TLS, start-up packet, password. On a refusal the client is told, and the
/// log too.
pub(crate) async fn receive(
    shared: &Shared,
    stream: Stream,
    tls: &ListenerTls,
    users: &[User],
    database: &str,
    peer: &str,
) -> Option<Arrival> {
    let mut wire = Some(Wire::new(stream));
    let limit = shared.config.timeouts.handshake;
    let work = open(shared, &mut wire, tls, users, database, peer);
    let refusal = match tokio::time::timeout(limit, work).await {
        Ok(Ok(arrival)) => return Some(arrival),
        Ok(Err(Refused::Because(refusal))) => refusal,
        Ok(Err(Refused::Gone)) | Err(_) => return None,
    };
    tracing::info!(reason = %refusal.reason, %peer, "a client was refused");
    if let Some(mut wire) = wire {
        refusal.fields(Severity::Fatal).write_error(&mut wire.output);
        let _ = tokio::time::timeout(limit, wire.drain()).await;
    }
    None
}

async fn open(
    shared: &Shared,
    slot: &mut Option<Wire>,
    tls: &ListenerTls,
    users: &[User],
    database: &str,
    peer: &str,
) -> Result<Arrival, Refused> {
    let startup = match negotiate(slot, tls).await? {
        Opening::Startup(startup) => startup,
        Opening::Cancel(key) => return Ok(Arrival::Cancel(key)),
        Opening::Ssl | Opening::GssEnc => {
            return Err(violation("encryption is negotiated once").into());
        }
    };
    let wire = slot.as_mut().ok_or(Refused::Gone)?;
    let asked = Asked::read(startup, &shared.services.guard)?;
    if !asked.unknown_options.is_empty() || asked.minor > 0 {
        let unknown: Vec<&str> = asked.unknown_options.iter().map(String::as_str).collect();
        wire.output.negotiate_protocol_version(&unknown);
    }
    let user = users.iter().find(|user| user.name == asked.user);
    let mock = Verifier::mock(&shared.mock_key, &asked.user);
    let verifier = user.map_or(&mock, |user| &user.verifier);
    let user = match authenticate(shared, wire, verifier).await {
        Ok(()) => user.ok_or_else(|| Refusal::new(Reason::AuthenticationFailed)),
        Err(Refused::Because(refusal)) => Err(*refusal),
        Err(Refused::Gone) => return Err(Refused::Gone),
    };
    let user = match user {
        Ok(user) => user,
        Err(refusal) => {
            let event = Event {
                peer: Some(peer.to_owned()),
                reason: Some(refusal.reason),
                ..Event::new(septum_audit::Kind::AuthenticationFailed)
            };
            let recorded = shared.services.audit.record(event).await;
            recorded.map_err(|_| Refusal::new(Reason::AuditUnavailable))?;
            return Err(refusal.into());
        }
    };
    if asked.database != database {
        return Err(Refusal::new(Reason::UnknownDatabase).into());
    }
    let claim = match &user.tenant {
        None => None,
        Some(tenant) => Some(
            credential::claim(&shared.services.tenants, tenant, &user.name)
                .map_err(Refusal::from)?,
        ),
    };
    let wire = slot.take().ok_or(Refused::Gone)?;
    Ok(Arrival::Client(Box::new(Client {
        wire,
        user: user.name.clone(),
        claim,
        token: asked.token,
        settings: asked.settings,
    })))
}

/// Answers requests for encryption until the real packet comes. Each is taken once: bounded
/// rounds (CVE-2026-6479 class).
async fn negotiate(slot: &mut Option<Wire>, tls: &ListenerTls) -> Result<Opening, Refused> {
    let (mut asked_gss, mut encrypted) = (false, false);
    loop {
        let wire = slot.as_mut().ok_or(Refused::Gone)?;
        match opening(wire).await? {
            Opening::GssEnc if !asked_gss && !encrypted => {
                asked_gss = true;
                quiet(wire)?;
                wire.output.extend_from_slice(b"N");
                wire.drain().await?;
            }
            Opening::Ssl if !encrypted => {
                // Bytes that came along with the request are nobody's to trust (trap P27).
                quiet(wire)?;
                encrypted = true;
                let config = match tls {
                    ListenerTls::Prefer(config) | ListenerTls::Require(config) => config,
                    ListenerTls::Disable => {
                        wire.output.extend_from_slice(b"N");
                        wire.drain().await?;
                        continue;
                    }
                };
                wire.output.extend_from_slice(b"S");
                wire.drain().await?;
                quiet(wire)?;
                let Some((stream, _)) = slot.take().map(Wire::into_parts) else {
                    return Err(Refused::Gone);
                };
                let Stream::Tcp(stream) = stream else { return Err(Refused::Gone) };
                let acceptor = tokio_rustls::TlsAcceptor::from(Arc::clone(config));
                let stream = acceptor.accept(stream).await?;
                *slot = Some(Wire::new(Stream::ClientTls(Box::new(stream))));
            }
            opening @ Opening::Startup(_) => {
                let required = matches!(tls, ListenerTls::Require(_));
                if required && !wire.is_encrypted() {
                    return Err(Refusal::new(Reason::TlsRequired).into());
                }
                return Ok(opening);
            }
            opening => return Ok(opening),
        }
    }
}

fn quiet(wire: &Wire) -> Result<(), Refusal> {
    if wire.input.is_empty() { Ok(()) } else { Err(Refusal::new(Reason::EarlyPlaintext)) }
}

async fn opening(wire: &mut Wire) -> Result<Opening, Refused> {
    loop {
        match Opening::take(&mut wire.input) {
            Ok(Some(opening)) => return Ok(opening),
            Ok(None) => wire.fill().await?,
            Err(error) => return Err(violation(&error.to_string()).into()),
        }
    }
}

/// What the start-up packet asks for.
struct Asked {
    user: String,
    database: String,
    minor: u16,
    token: Option<Secret<String>>,
    settings: Vec<(String, String)>,
    unknown_options: Vec<String>,
}

impl Asked {
    /// INVARIANT: nothing of this packet ever reaches a server. What is set here is kept like a
    /// `SET` of the client's, from the same list of allowed names (catalogue S11, S90-S92).
    fn read(startup: Startup, guard: &septum_guard::Guard) -> Result<Self, Refusal> {
        let (mut user, mut database, mut token) = (None, None, None);
        let (mut settings, mut unknown_options) = (Vec::new(), Vec::new());
        let mut seen = std::collections::HashSet::new();
        for (name, value) in startup.parameters {
            let key = name.to_ascii_lowercase();
            let refused = || Refusal::new(Reason::StartupNotAllowed).with_subject(clip(&key));
            if !seen.insert(key.clone()) {
                return Err(refused().with_detail("a start-up parameter is given twice"));
            }
            match key.as_str() {
                "user" => user = Some(value),
                "database" => database = Some(value),
                "septum.token" => token = Some(Secret::new(value)),
                "options" if value.trim().is_empty() => {}
                name if name.starts_with("_pq_.") => unknown_options.push(key),
                _ => settings.push(setting(guard, &key, &value).ok_or_else(refused)?),
            }
        }
        let user = user.ok_or_else(|| violation("the start-up packet names no user"))?;
        let database = database.unwrap_or_else(|| user.clone());
        Ok(Self { user, database, minor: startup.minor, token, settings, unknown_options })
    }
}

/// A start-up parameter is judged as the `SET` that it is.
fn setting(guard: &septum_guard::Guard, name: &str, value: &str) -> Option<(String, String)> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    if !name.chars().all(plain) {
        return None;
    }
    let text = format!("SET {name} = '{}'", value.replace('\'', "''"));
    let judged = guard.judge(&text, None).ok()?;
    match judged.as_ref() {
        [statement] => match statement.kind() {
            Kind::Set(assignment) => Some((assignment.name.clone(), assignment.value.clone()?)),
            _ => None,
        },
        _ => None,
    }
}

fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

async fn authenticate(
    shared: &Shared,
    wire: &mut Wire,
    verifier: &Verifier,
) -> Result<(), Refused> {
    let failed = || Refusal::new(Reason::AuthenticationFailed);
    wire.output.authentication_sasl(&[scram::SCRAM_SHA_256]);
    let body = password(shared, wire).await?;
    let mut reader = Reader::new(&body);
    let malformed = |error: septum_pgwire::Malformed| violation(&error.to_string());
    let mechanism = reader.string().map_err(malformed)?;
    let first = reader.value().map_err(malformed)?.unwrap_or_default();
    reader.finish().map_err(malformed)?;
    if mechanism != scram::SCRAM_SHA_256 {
        return Err(violation("the SASL mechanism was not offered").into());
    }
    let nonce = scram_nonce(&shared.random).ok_or_else(failed)?;
    let binding = ChannelBinding::Unavailable;
    let (challenge, last) =
        server::first(verifier, first, &nonce, &binding).map_err(|_| failed())?;
    wire.output.authentication_sasl_continue(&challenge);
    let body = password(shared, wire).await?;
    let proof = last.finish(&body).map_err(|_| failed())?;
    wire.output.authentication_sasl_final(&proof);
    wire.output.authentication_ok();
    Ok(())
}

async fn password(shared: &Shared, wire: &mut Wire) -> Result<bytes::Bytes, Refused> {
    wire.drain().await?;
    loop {
        let limit = shared.config.limits.unauthenticated_bytes;
        match Frame::take(&mut wire.input, limit) {
            Ok(Some(frame)) => match Message::read(frame) {
                Ok(Message::Password(body)) => return Ok(body),
                Ok(Message::Terminate) => return Err(Refused::Gone),
                Ok(_) => return Err(violation("a password message was expected").into()),
                Err(error @ (MessageError::Unknown { .. } | MessageError::Malformed { .. })) => {
                    return Err(violation(&error.to_string()).into());
                }
            },
            Ok(None) => wire.fill().await?,
            Err(error) => return Err(violation(&error.to_string()).into()),
        }
    }
}

fn violation(detail: &str) -> Refusal {
    Refusal { source: Some(Source::Credential), ..Refusal::new(Reason::ProtocolViolation) }
        .with_detail(detail)
}

/// Ends the start-up towards the client.
pub(crate) fn welcome(
    out: &mut BytesMut,
    parameters: &std::collections::BTreeMap<String, String>,
    user: &str,
    key: &CancelKey,
) {
    for (name, value) in parameters {
        let value = match name.as_str() {
            "session_authorization" => user,
            "application_name" => "",
            _ => value,
        };
        out.parameter_status(name, value);
    }
    out.backend_key_data(key.pid, &key.secret);
    out.ready(septum_pgwire::TransactionStatus::Idle);
}

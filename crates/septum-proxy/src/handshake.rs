//! From a client's first byte to the end of its authentication.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use septum_bind::{Claim, credential};
use septum_core::{Principal, Reason, Secret, Source};
use septum_pgwire::backend::Write as _;
use septum_pgwire::frontend::{Message, MessageError};
use septum_pgwire::scram::{ChannelBinding, Verifier, server};
use septum_pgwire::startup::{CancelKey, Opening, Startup};
use septum_pgwire::{Frame, Reader, Severity, scram};
use septum_sql::Kind;

use crate::Shared;
use crate::config::{ListenerTls, User};
use crate::refusal::{Answer, Refusal};
use crate::server::scram_nonce;
use crate::stream::{Stream, Wire};

/// How long a last word may take to reach a client.
pub(crate) const LAST_WORD: Duration = Duration::from_secs(2);

/// What a client came for.
pub(crate) enum Arrival {
    /// To cancel a query. The connection stays open until that is done: whoever asked waits for
    /// its end, and takes what it does next for safe.
    Cancel(CancelKey, Wire),
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

/// What has come out of the bytes before a client is let in.
enum Opened<'a> {
    Cancel(CancelKey),
    /// Somebody who has proven to be this user.
    Proven {
        user: &'a User,
        asked: Asked,
    },
}

/// Receives a client: TLS, start-up packet, password. On a refusal the audit log has it first,
/// and then the client is told.
pub(crate) async fn receive(
    shared: &Shared,
    stream: Stream,
    tls: &ListenerTls,
    users: &[User],
    database: &str,
    peer: &str,
) -> Option<Arrival> {
    let mut slot = Some(Wire::new(stream));
    let limit = shared.config.timeouts.handshake;
    let opened = tokio::time::timeout(limit, open(shared, &mut slot, tls, users)).await;
    let (user, asked) = match opened {
        Ok(Ok(Opened::Cancel(key))) => return Some(Arrival::Cancel(key, slot?)),
        Ok(Ok(Opened::Proven { user, asked })) => (user, asked),
        Ok(Err(Refused::Because(refusal))) => {
            let answer = shared.unproven.settle(*refusal, &shared.services.audit, peer).await;
            turn_away(&mut slot?, &answer).await;
            return None;
        }
        Ok(Err(Refused::Gone)) | Err(_) => return None,
    };
    let mut wire = slot?;
    match admit(shared, user, &asked, database) {
        Ok(claim) => {
            let Asked { token, settings, .. } = asked;
            let user = user.name.clone();
            Some(Arrival::Client(Box::new(Client { wire, user, claim, token, settings })))
        }
        Err(refusal) => {
            let answer = refusal.settle(&*shared.services.audit, peer).await;
            turn_away(&mut wire, &answer).await;
            None
        }
    }
}

/// Tells a client why it is turned away.
pub(crate) async fn turn_away(wire: &mut Wire, answer: &Answer) {
    tracing::info!(reason = %answer.reason(), "a client was turned away");
    answer.fields(Severity::Fatal).write_error(&mut wire.output);
    // It may not care to hear it.
    let _ = tokio::time::timeout(LAST_WORD, wire.drain()).await;
}

/// Everything that happens while nothing is proven.
async fn open<'a>(
    shared: &Shared,
    slot: &mut Option<Wire>,
    tls: &ListenerTls,
    users: &'a [User],
) -> Result<Opened<'a>, Refused> {
    let startup = match negotiate(slot, tls).await? {
        Opening::Startup(startup) => startup,
        Opening::Cancel(key) => return Ok(Opened::Cancel(key)),
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
    authenticate(shared, wire, verifier).await?;
    let user = user.ok_or_else(|| Refusal::new(Reason::AuthenticationFailed))?;
    Ok(Opened::Proven { user, asked })
}

/// What a user who is proven may still be refused for.
fn admit(
    shared: &Shared,
    user: &User,
    asked: &Asked,
    database: &str,
) -> Result<Option<Claim>, Refusal> {
    let by_user = |refusal: Refusal| Refusal {
        principal: Principal::new(&user.name).ok(),
        tenant: refusal.tenant.clone().or_else(|| user.tenant.clone()),
        source: Some(Source::Credential),
        ..refusal
    };
    if asked.database != database {
        return Err(by_user(Refusal::new(Reason::UnknownDatabase)));
    }
    let Some(tenant) = &user.tenant else { return Ok(None) };
    credential::claim(&shared.services.tenants, tenant, &user.name)
        .map(Some)
        .map_err(|error| by_user(Refusal::from(error)))
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

/// Ends the start-up towards the client. What it has set itself is reported as it set it.
pub(crate) fn welcome(
    out: &mut BytesMut,
    parameters: &std::collections::BTreeMap<String, String>,
    settings: &[(String, String)],
    user: &str,
    key: &CancelKey,
) {
    for (name, value) in parameters {
        let set = settings.iter().find(|(set, _)| set.eq_ignore_ascii_case(name));
        let value = match (name.as_str(), set) {
            ("client_encoding" | "standard_conforming_strings", _) => value,
            (_, Some((_, value))) => value,
            ("session_authorization", None) => user,
            ("application_name", None) => "",
            (_, None) => value,
        };
        out.parameter_status(name, value);
    }
    out.backend_key_data(key.pid, &key.secret);
    out.ready(septum_pgwire::TransactionStatus::Idle);
}

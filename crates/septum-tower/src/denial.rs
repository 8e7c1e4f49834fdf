use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Method, Response, StatusCode};
use septum_audit::{Actor, Event, Kind, Lockouts, Sink};
use septum_bind::{BindError, Binding};
use septum_core::Reason;

use crate::Connection;

/// A request that is refused, and what had been proven of it by then.
#[derive(Clone, Debug)]
pub struct Denial {
    why: BindError,
    status: StatusCode,
    detail: Option<&'static str>,
    /// One of many of a lock, of which the audit log has heard.
    unrecorded: bool,
}

impl Denial {
    /// A refusal for this reason.
    pub fn new(reason: Reason) -> Self {
        BindError::new(reason).into()
    }

    /// The same refusal, of a request that was bound.
    #[must_use]
    pub fn bound(self, binding: &Binding) -> Self {
        let why = BindError {
            reason: self.why.reason,
            source: Some(binding.source()),
            by: Some(binding.source()),
            tenant: Some(binding.tenant().clone()),
            principal: Some(binding.principal().clone()),
        };
        Self { why, ..self }
    }

    /// The same refusal with another status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same refusal with words for the audit log, in Septum's own words.
    #[must_use]
    pub fn with_detail(self, detail: &'static str) -> Self {
        Self { detail: Some(detail), ..self }
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.why.reason
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Who is to answer for it, where a verified source says so.
    fn actor(&self, connection: &Connection) -> Option<Actor> {
        let BindError { tenant, principal, by, .. } = &self.why;
        let peer = connection.peer?.ip().to_string();
        Actor::new(tenant.as_ref()?, principal.as_ref()?, (*by)?, &peer)
    }

    fn event(self, method: &Method, connection: &Connection) -> Event {
        Event {
            tenant: self.why.tenant,
            principal: self.why.principal,
            source: self.why.source,
            peer: connection.peer.map(|peer| peer.to_string()),
            reason: Some(self.why.reason),
            subject: Some(match self.detail {
                Some(detail) => format!("{} request: {detail}", name(method)),
                None => format!("{} request", name(method)),
            }),
            ..Event::new(kind(self.why.reason))
        }
    }
}

impl From<BindError> for Denial {
    fn from(why: BindError) -> Self {
        Self { status: status(why.reason), why, detail: None, unrecorded: false }
    }
}

/// Answers, records and counts refusals: the one edge at which a reason becomes a status.
#[derive(Clone)]
pub struct Denials {
    audit: Arc<dyn Sink>,
    counts: Counts,
    lockouts: Option<Arc<Lockouts>>,
}

impl Denials {
    /// Records to this sink.
    pub fn new(audit: Arc<dyn Sink>) -> Self {
        Self { audit, counts: Counts::new(), lockouts: None }
    }

    /// Counts crossings there, and refuses who is locked out. Without it nobody is.
    #[must_use]
    pub fn with_lockouts(self, lockouts: Arc<Lockouts>) -> Self {
        Self { lockouts: Some(lockouts), ..self }
    }

    /// Whether whoever a request is bound to may go on.
    ///
    /// # Errors
    /// A [`Denial`] for [`Reason::LockedOut`].
    pub fn check(&self, binding: &Binding, connection: &Connection) -> Result<(), Denial> {
        let Some(lockouts) = self.lockouts.as_ref().filter(|lockouts| !lockouts.is_quiet()) else {
            return Ok(());
        };
        let denial = Denial::new(Reason::LockedOut).bound(binding);
        let refused = denial.actor(connection);
        match refused.and_then(|actor| lockouts.refuses(&actor, Instant::now())) {
            Some(refused) => Err(Denial { unrecorded: !refused.recorded, ..denial }),
            None => Ok(()),
        }
    }

    async fn count(&self, denial: &Denial, connection: &Connection) {
        let Some(lockouts) = &self.lockouts else { return };
        let actor = denial.actor(connection).filter(|_| kind(denial.reason()) == Kind::Crossing);
        if let Some(actor) = actor
            && let Err(error) = lockouts.count(&actor, Instant::now(), &*self.audit).await
        {
            tracing::error!(%error, "a lock-out could not be recorded");
        }
    }

    /// How often each reason occurred. Clones share it.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The answer to a refused request. A refusal that says something of a client is on stable
    /// storage before the client can see it (invariant 8); one that can't be recorded is
    /// answered as [`Reason::AuditUnavailable`].
    ///
    /// The answer names no tenant and repeats nothing that the client sent.
    pub async fn answer<B: From<Bytes>>(
        &self,
        denial: Denial,
        method: &Method,
        connection: &Connection,
    ) -> Response<B> {
        let (reason, status) = (denial.reason(), denial.status());
        self.counts.add(reason);
        tracing::warn!(
            reason = reason.code(),
            status = status.as_u16(),
            source = denial.why.source.map(septum_core::Source::as_str),
            peer = connection.peer.map(tracing::field::display),
            detail = denial.detail,
            "request refused: {}",
            reason.doc().title,
        );
        if is_overload(reason) || denial.unrecorded {
            return response(reason, status);
        }
        self.count(&denial, connection).await;
        match self.audit.record(denial.event(method, connection)).await {
            Ok(()) => response(reason, status),
            Err(error) => {
                tracing::error!(%error, "a refusal could not be recorded");
                self.counts.add(Reason::AuditUnavailable);
                let reason = Reason::AuditUnavailable;
                response(reason, self::status(reason))
            }
        }
    }

    /// Records what a request tried without being refused for it.
    ///
    /// # Errors
    /// A [`Denial`] for [`Reason::AuditUnavailable`] when that can't be recorded: the request
    /// goes no further (invariant 8).
    pub async fn note(
        &self,
        denial: Denial,
        method: &Method,
        connection: &Connection,
    ) -> Result<(), Denial> {
        self.counts.add(denial.reason());
        self.count(&denial, connection).await;
        let recorded = self.audit.record(denial.event(method, connection)).await;
        recorded.map_err(|error| {
            tracing::error!(%error, "an attempt could not be recorded");
            Denial::new(Reason::AuditUnavailable)
        })
    }
}

impl std::fmt::Debug for Denials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Denials").field("counts", &self.counts).finish_non_exhaustive()
    }
}

/// How often each reason occurred since the start.
#[derive(Clone, Debug)]
pub struct Counts(Arc<[AtomicU64]>);

impl Counts {
    fn new() -> Self {
        Self(Reason::ALL.iter().map(|_| AtomicU64::new(0)).collect())
    }

    fn add(&self, reason: Reason) {
        // `Reason::ALL` is in declaration order.
        if let Some(count) = self.0.get(reason as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The reasons that occurred, by code.
    pub fn iter(&self) -> impl Iterator<Item = (Reason, u64)> {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        Reason::ALL.iter().copied().zip(counts).filter(|(_, count)| *count > 0)
    }
}

fn response<B: From<Bytes>>(reason: Reason, status: StatusCode) -> Response<B> {
    let error = serde_json::json!({
        "error": { "reason": reason.code(), "message": reason.doc().title },
    });
    let mut response = Response::new(B::from(Bytes::from(error.to_string())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The status of a reason. A reason of another part of Septum has no place in an HTTP answer.
fn status(reason: Reason) -> StatusCode {
    STATUS
        .iter()
        .find(|(candidate, _)| *candidate == reason)
        .map_or(StatusCode::INTERNAL_SERVER_ERROR, |(_, status)| *status)
}

const STATUS: [(Reason, StatusCode); 24] = [
    (Reason::NoBinding, StatusCode::UNAUTHORIZED),
    (Reason::SourcesDisagree, StatusCode::FORBIDDEN),
    (Reason::UnknownHost, StatusCode::MISDIRECTED_REQUEST),
    (Reason::InvalidToken, StatusCode::UNAUTHORIZED),
    (Reason::ExpiredToken, StatusCode::UNAUTHORIZED),
    (Reason::InvalidApiKey, StatusCode::UNAUTHORIZED),
    (Reason::UntrustedPeer, StatusCode::FORBIDDEN),
    (Reason::UnknownTenant, StatusCode::FORBIDDEN),
    (Reason::AmbiguousSource, StatusCode::BAD_REQUEST),
    (Reason::UnknownPrincipal, StatusCode::UNAUTHORIZED),
    (Reason::ForeignIssuer, StatusCode::FORBIDDEN),
    (Reason::MalformedRequest, StatusCode::BAD_REQUEST),
    (Reason::RequestTooLarge, StatusCode::PAYLOAD_TOO_LARGE),
    (Reason::UpstreamUnavailable, StatusCode::BAD_GATEWAY),
    (Reason::UpstreamTimeout, StatusCode::GATEWAY_TIMEOUT),
    (Reason::MethodNotAllowed, StatusCode::METHOD_NOT_ALLOWED),
    (Reason::TooManyRequests, StatusCode::SERVICE_UNAVAILABLE),
    (Reason::Draining, StatusCode::SERVICE_UNAVAILABLE),
    (Reason::Misdirected, StatusCode::MISDIRECTED_REQUEST),
    (Reason::ForeignOrigin, StatusCode::FORBIDDEN),
    (Reason::AuditUnavailable, StatusCode::SERVICE_UNAVAILABLE),
    (Reason::IdleTimeout, StatusCode::REQUEST_TIMEOUT),
    (Reason::WrongEnvironment, StatusCode::FORBIDDEN),
    (Reason::LockedOut, StatusCode::TOO_MANY_REQUESTS),
];

/// A refusal that says nothing of the client but that there is too much to do: recording each
/// would only add to it.
fn is_overload(reason: Reason) -> bool {
    const OVERLOAD: [Reason; 5] = [
        Reason::TooManyRequests,
        Reason::Draining,
        Reason::UpstreamUnavailable,
        Reason::UpstreamTimeout,
        Reason::AuditUnavailable,
    ];
    OVERLOAD.contains(&reason)
}

fn kind(reason: Reason) -> Kind {
    const CROSSINGS: [Reason; 7] = [
        Reason::SourcesDisagree,
        Reason::InvalidToken,
        Reason::UntrustedPeer,
        Reason::UnknownTenant,
        Reason::ForeignIssuer,
        Reason::ForeignOrigin,
        Reason::WrongEnvironment,
    ];
    const UNPROVEN: [Reason; 3] =
        [Reason::ExpiredToken, Reason::InvalidApiKey, Reason::UnknownPrincipal];
    if reason == Reason::LockedOut {
        Kind::Lockout
    } else if CROSSINGS.contains(&reason) {
        Kind::Crossing
    } else if UNPROVEN.contains(&reason) {
        Kind::AuthenticationFailed
    } else {
        Kind::Denied
    }
}

/// A method's name, if it is one of the usual: anything else is a client's text.
fn name(method: &Method) -> &str {
    const USUAL: [Method; 9] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::CONNECT,
        Method::TRACE,
    ];
    if USUAL.contains(method) { method.as_str() } else { "other" }
}

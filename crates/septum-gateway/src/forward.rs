//! The innermost service: passes a bound request on to the application, and its answer back.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, ORIGIN, TRANSFER_ENCODING, UPGRADE};
use http::request::Parts;
use http::uri::{Authority, Parts as UriParts, PathAndQuery, Scheme};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use septum_bind::header::Peers;
use septum_bind::host::Host;
use septum_bind::{Binding, UnixSeconds};
use septum_core::{Reason, hex};
use septum_tower::{BodyTooLarge, Connection, Denial, Denials, Limited, WebSocket};
use tower::Service;

use crate::admit::refusal;
use crate::body::{Answer, Broken, Idle, Progress, Relay};
use crate::config::Config;
use crate::expiry::expired;
use crate::gate::{Latch, Violation};
use crate::stage::Staged;
use crate::upstream::Connector;
use crate::{headers, tunnel};

type Sent = Relay<Limited<Incoming>>;

/// Speaks HTTP/1.1 to the one application.
///
/// A connection carries one request at a time and those of one tenant only: an application that
/// leaves a body unread and takes it for the next request does so to nobody else (catalogue H19,
/// H24). It is used again only after both the request and its answer have passed whole
/// (catalogue H22, H24, H26): hyper closes it otherwise, but for an answer that came before the
/// request's end, after which we have it closed; as after a request that proves something of the
/// connection itself (catalogue H56), and after an answer that has no body whatever its head
/// says.
#[derive(Clone)]
pub(crate) struct Forward(Arc<Application>);

/// The way to the application, shared by all requests.
struct Application {
    client: Client<Connector, Sent>,
    denials: Denials,
    trusted_proxies: Peers,
    first_byte: Duration,
    idle: Duration,
    clock: fn() -> UnixSeconds,
    staged: Staged,
}

impl Forward {
    pub(crate) fn new(
        config: &Config,
        denials: Denials,
        clock: fn() -> UnixSeconds,
        staged: Staged,
    ) -> Self {
        let connector =
            Connector { upstream: config.upstream.clone(), timeout: config.timeouts.connect };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(config.timeouts.idle)
            .build(connector);
        Self(Arc::new(Application {
            client,
            denials,
            trusted_proxies: config.trusted_proxies.clone(),
            first_byte: config.timeouts.first_byte,
            idle: config.timeouts.idle,
            clock,
            staged,
        }))
    }
}

impl Application {
    async fn forward(&self, mut request: Request<Limited<Incoming>>) -> Response<Answer> {
        let web_socket = request.extensions().get::<WebSocket>().is_some();
        let client_side = web_socket.then(|| hyper::upgrade::on(&mut request));
        let (parts, body) = request.into_parts();
        let method = parts.method.clone();
        let extensions = parts.extensions.clone();
        let connection = extensions.get::<Connection>().cloned().unwrap_or_default();
        let answered = match self.outgoing(parts, body, web_socket) {
            Ok(outgoing) => self.ask(outgoing).await,
            Err(denial) => Err(Failure::Denied(denial)),
        };
        let bound = |denial: Denial| match extensions.get::<Binding>() {
            Some(binding) => denial.bound(binding),
            None => denial,
        };
        match answered {
            Ok(answer) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => match client_side {
                Some(client_side) => self.upgrade(answer, client_side, extensions),
                None => {
                    let denial = Denial::new(Reason::UpstreamUnavailable);
                    self.denials.answer(denial, &method, &connection).await
                }
            },
            Ok(mut answer) => {
                headers::answered(answer.headers_mut(), false);
                let goes_on = headers::goes_on(answer.headers());
                answer.map(|body| {
                    let body = Relay::new(body, self.idle, Progress::new(false));
                    if !goes_on {
                        return Answer::Relayed { body };
                    }
                    let (binding, clock) = (extensions.get::<Binding>().cloned(), self.clock);
                    let end = async move { expired(binding.as_ref(), clock).await };
                    Answer::Relayed { body: body.until(end) }
                })
            }
            Err(Failure::Denied(denial)) => {
                self.denials.answer(bound(denial), &method, &connection).await
            }
            Err(Failure::ClientGone) => {
                tracing::debug!("a client broke off its request");
                let mut answer = Response::new(Answer::from(Bytes::new()));
                *answer.status_mut() = StatusCode::BAD_REQUEST;
                answer
            }
        }
    }

    /// The request as the application gets it: the client's `Host`, our connection.
    fn outgoing(
        &self,
        mut parts: Parts,
        body: Limited<Incoming>,
        web_socket: bool,
    ) -> Result<Request<Sent>, Denial> {
        let malformed = || Denial::new(Reason::MalformedRequest);
        if let Some(authority) = parts.uri.authority() {
            let host = HeaderValue::from_str(authority.as_str()).map_err(|_| malformed())?;
            parts.headers.insert(HOST, host);
        }
        let connection = parts.extensions.get::<Connection>().cloned().unwrap_or_default();
        headers::forwarded(&mut parts.headers, &connection, &self.trusted_proxies);
        headers::join_cookies(&mut parts.headers);
        if web_socket {
            if !body.is_end_stream() {
                return Err(malformed().with_detail("a WebSocket's handshake with a body"));
            }
            same_origin(&parts)?;
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts.headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        }
        let no_length = !body.is_end_stream() && body.size_hint().exact().is_none();
        if no_length && !parts.headers.contains_key(CONTENT_LENGTH) {
            // Said outright: hyper would drop the body of a GET otherwise (catalogue H25).
            parts.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        let mut uri = UriParts::default();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(pool(&parts).ok_or_else(|| Denial::new(Reason::NoBinding))?);
        uri.path_and_query = Some(path(&parts).ok_or_else(malformed)?);
        parts.uri = Uri::from_parts(uri).map_err(|_| malformed())?;
        parts.version = Version::HTTP_11;
        // The binding and its guards stay here.
        parts.extensions.clear();
        let progress = Progress::new(body.is_end_stream());
        parts.extensions.insert(progress.clone());
        Ok(Request::from_parts(parts, Relay::new(body, self.idle, progress)))
    }

    async fn ask(&self, mut outgoing: Request<Sent>) -> Result<Response<Incoming>, Failure> {
        let progress = outgoing.extensions_mut().remove::<Progress>();
        let progress = progress.unwrap_or_else(|| Progress::new(true));
        let authenticates = headers::authenticate_the_connection(outgoing.headers());
        let head_alone = outgoing.method() == Method::HEAD;
        let upstream = capture_connection(&mut outgoing);
        let answer = tokio::select! {
            answer = self.client.request(outgoing) => answer.map_err(|error| failure(&error))?,
            () = progress.stops(self.first_byte) => {
                return Err(Failure::Denied(Denial::new(Reason::UpstreamTimeout)));
            }
        };
        let bodyless = head_alone
            || matches!(answer.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if (authenticates || bodyless || !progress.has_ended())
            && let Some(connected) = upstream.connection_metadata().as_ref()
        {
            connected.poison();
        }
        Ok(answer)
    }

    /// Lets the two sides talk. The binding is the handshake's for as long as they do.
    fn upgrade(
        &self,
        mut answer: Response<Incoming>,
        client_side: OnUpgrade,
        handshake: http::Extensions,
    ) -> Response<Answer> {
        let server_side = hyper::upgrade::on(&mut answer);
        if let Some(latch) = handshake.get::<Latch>() {
            latch.upgrade();
        }
        let (clock, staged) = (self.clock, self.staged.clone());
        tokio::spawn(async move {
            // Only a peer that left in between makes either fail.
            if let (Ok(client), Ok(server)) = tokio::join!(client_side, server_side) {
                tunnel::run(client, server, handshake, clock, staged).await;
            }
        });
        headers::answered(answer.headers_mut(), true);
        answer.map(|_| Answer::from(Bytes::new()))
    }
}

/// The name of the tenant's own pool of connections: all of them lead to the one application, and
/// the `Host` is always the client's.
fn pool(parts: &Parts) -> Option<Authority> {
    let tenant = parts.extensions.get::<Binding>()?.tenant().to_string();
    Authority::try_from(hex::encode(tenant.as_bytes())).ok()
}

/// A page of another site must not speak in its visitor's name (catalogue H54): where a browser
/// says which page asks, it is one of the same host.
fn same_origin(parts: &Parts) -> Result<(), Denial> {
    let mut origins = parts.headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else { return Ok(()) };
    let foreign = || Denial::new(Reason::ForeignOrigin);
    let host = |text: &str| text.parse::<Host>().ok();
    let asked = parts.headers.get(HOST).and_then(|value| value.to_str().ok()).and_then(host);
    let origin = origin.to_str().ok().and_then(|origin| {
        origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).and_then(host)
    });
    let same = origins.next().is_none() && origin.is_some() && origin == asked;
    if same { Ok(()) } else { Err(foreign()) }
}

/// The path as it came; `OPTIONS *` asks for the server as a whole.
fn path(parts: &Parts) -> Option<PathAndQuery> {
    match parts.uri.path_and_query() {
        None => Some(PathAndQuery::from_static("/")),
        Some(path) if path.as_str() == "*" => {
            // There is no URI with an authority and `*`, and no application that needs it.
            (parts.method == Method::OPTIONS).then(|| PathAndQuery::from_static("/"))
        }
        Some(path) => Some(path.clone()),
    }
}

/// Why there is no answer.
enum Failure {
    Denied(Denial),
    /// Nobody is there to be told, and nobody tried anything.
    ClientGone,
}

/// What a failed exchange is: the client's own doing, or the application's.
fn failure(error: &ClientError) -> Failure {
    let denied = |reason| Failure::Denied(Denial::new(reason));
    if let Some(violation) = cause::<Violation>(error) {
        return Failure::Denied(refusal(*violation));
    }
    if cause::<BodyTooLarge>(error).is_some() {
        return denied(Reason::RequestTooLarge);
    }
    if cause::<Idle>(error).is_some() {
        return denied(Reason::IdleTimeout);
    }
    if cause::<Broken>(error).is_some() {
        return Failure::ClientGone;
    }
    let timed_out = cause::<io::Error>(error).is_some_and(|e| e.kind() == io::ErrorKind::TimedOut);
    tracing::error!(%error, cause = error.source(), "the application did not answer");
    denied(if timed_out { Reason::UpstreamTimeout } else { Reason::UpstreamUnavailable })
}

/// The first cause of this type.
fn cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // An I/O error's `source` is its inner error's source: the inner one is not on the way.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

impl Service<Request<Limited<Incoming>>> for Forward {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Answer>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Limited<Incoming>>) -> Self::Future {
        let application = Arc::clone(&self.0);
        Box::pin(async move { Ok(application.forward(request).await) })
    }
}

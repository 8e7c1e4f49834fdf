//! The innermost service: passes a bound request on to the application, and its answer back.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONNECTION, HOST, UPGRADE};
use http::uri::{Authority, Parts as UriParts, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, Version};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use pin_project_lite::pin_project;
use septum_core::Reason;
use septum_tower::{CONTEXT_HEADER, Connection, Denial, Denials, Limited, WebSocket};
use tower::Service;

type Sent = Limited<Incoming>;

/// Speaks HTTP/1.1 to the one application.
#[derive(Clone)]
pub(crate) struct Forward {
    client: Client<HttpConnector, Sent>,
    upstream: Authority,
    denials: Denials,
    first_byte: Duration,
}

impl Forward {
    pub(crate) fn new(
        upstream: Authority,
        denials: Denials,
        connect: Duration,
        first_byte: Duration,
    ) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(connect));
        connector.set_nodelay(true);
        let client = Client::builder(hyper_util::rt::TokioExecutor::new())
            .retry_canceled_requests(false)
            .build(connector);
        Self { client, upstream, denials, first_byte }
    }

    async fn forward(self, mut request: Request<Sent>) -> Response<Answer> {
        let connection = request.extensions().get::<Connection>().cloned().unwrap_or_default();
        let method = request.method().clone();
        let web_socket = request.extensions().get::<WebSocket>().is_some();
        let client_side = web_socket.then(|| hyper::upgrade::on(&mut request));
        let refused = async |reason, denials: &Denials| {
            denials.answer(Denial::new(reason), &method, &connection).await
        };
        let Some(outgoing) = self.outgoing(request, web_socket) else {
            return refused(Reason::MalformedRequest, &self.denials).await;
        };
        let answer = tokio::time::timeout(self.first_byte, self.client.request(outgoing)).await;
        let mut answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::error!(%error, "the application can't be reached");
                return refused(Reason::UpstreamUnavailable, &self.denials).await;
            }
            Err(_) => return refused(Reason::UpstreamTimeout, &self.denials).await,
        };
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let Some(client_side) = client_side else {
                return refused(Reason::UpstreamUnavailable, &self.denials).await;
            };
            let server_side = hyper::upgrade::on(&mut answer);
            tokio::spawn(tunnel(client_side, server_side));
            let mut answer = answer.map(|_| Answer::from(Bytes::new()));
            answer.headers_mut().remove(CONTEXT_HEADER);
            return answer;
        }
        clean(answer.headers_mut());
        answer.map(|body| Answer::Relayed { body })
    }

    /// The request as the application gets it: the client's `Host`, our connection.
    fn outgoing(&self, request: Request<Sent>, web_socket: bool) -> Option<Request<Sent>> {
        let (mut parts, body) = request.into_parts();
        if !parts.headers.contains_key(HOST) {
            let authority = parts.uri.authority()?.as_str();
            parts.headers.insert(HOST, HeaderValue::from_str(authority).ok()?);
        }
        let mut uri = UriParts::default();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.upstream.clone());
        let path = parts.uri.path_and_query().cloned();
        uri.path_and_query = Some(path.unwrap_or(PathAndQuery::from_static("/")));
        parts.uri = Uri::from_parts(uri).ok()?;
        parts.version = Version::HTTP_11;
        if web_socket {
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts.headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        }
        parts.extensions.clear();
        Some(Request::from_parts(parts, body))
    }
}

/// Passes bytes both ways until either side ends; the binding was decided at the handshake.
async fn tunnel(client: hyper::upgrade::OnUpgrade, server: hyper::upgrade::OnUpgrade) {
    let (Ok(client), Ok(server)) = tokio::join!(client, server) else { return };
    let (mut client, mut server) = (TokioIo::new(client), TokioIo::new(server));
    // How it ends is of no interest: both ends are closed then.
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

/// Takes hop-by-hop and Septum's own headers from an answer; says that it is private.
fn clean(headers: &mut HeaderMap) {
    const HOP_BY_HOP: [&str; 7] = [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
    ];
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    headers.remove(CONTEXT_HEADER);
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
}

impl Service<Request<Sent>> for Forward {
    type Response = Response<Answer>;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Answer>, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Sent>) -> Self::Future {
        let forward = self.clone();
        Box::pin(async move { Ok(forward.forward(request).await) })
    }
}

pin_project! {
    /// An answer's body: the application's as it streams, or one that Septum wrote.
    #[project = AnswerProjection]
    pub(crate) enum Answer {
        Relayed { #[pin] body: Incoming },
        Own { #[pin] body: Full<Bytes> },
    }
}

impl From<Bytes> for Answer {
    fn from(bytes: Bytes) -> Self {
        Self::Own { body: Full::new(bytes) }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.project() {
            // Trailers could carry what a header must not (catalogue H7).
            AnswerProjection::Relayed { body } => match body.poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) if frame.is_trailers() => Poll::Ready(None),
                other => other,
            },
            AnswerProjection::Own { body } => body.poll_frame(cx).map_err(|never| match never {}),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Relayed { body } => body.is_end_stream(),
            Self::Own { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Relayed { body } => body.size_hint(),
            Self::Own { body } => body.size_hint(),
        }
    }
}

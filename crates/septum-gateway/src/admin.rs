//! `/healthz` and `/readyz`, on a listener of their own.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::config::{ReadyCheck, Upstream};
use crate::jwks::KeySets;

/// How long a check may take, and a client to ask.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many clients are answered at one time.
const CLIENTS: usize = 64;

/// What `/readyz` looks at.
pub(crate) struct Admin {
    pub(crate) upstream: Upstream,
    pub(crate) key_sets: KeySets,
    pub(crate) ready: Option<ReadyCheck>,
    pub(crate) stopping: Arc<AtomicBool>,
}

impl Admin {
    /// Answers until the gateway has stopped: while it drains, `/readyz` says so.
    pub(crate) async fn serve(self, socket: TcpListener) {
        let admin = Arc::new(self);
        // They end with this future.
        let mut clients = JoinSet::new();
        loop {
            while clients.len() >= CLIENTS || clients.try_join_next().is_some() {
                if clients.len() >= CLIENTS {
                    clients.join_next().await;
                }
            }
            let Ok((stream, _)) = socket.accept().await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let admin = Arc::clone(&admin);
            clients.spawn(async move {
                let service = service_fn(|request: Request<Incoming>| {
                    let admin = Arc::clone(&admin);
                    async move { Ok::<_, Infallible>(admin.answer(&request).await) }
                });
                let served = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(PATIENCE)
                    .serve_connection(TokioIo::new(stream), service);
                // How it ends is the client's affair.
                let _ = served.await;
            });
        }
    }

    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let asks = request.method() == Method::GET || request.method() == Method::HEAD;
        let (status, text) = match request.uri().path() {
            "/healthz" if asks => (StatusCode::OK, "ok\n"),
            "/readyz" if asks => match self.obstacle().await {
                None => (StatusCode::OK, "ready\n"),
                Some(obstacle) => (StatusCode::SERVICE_UNAVAILABLE, obstacle),
            },
            _ => (StatusCode::NOT_FOUND, "only GET /healthz and GET /readyz are here\n"),
        };
        let mut response = Response::new(Full::from(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// What keeps the gateway from being ready.
    async fn obstacle(&self) -> Option<&'static str> {
        if self.stopping.load(Ordering::Relaxed) {
            return Some("stopping\n");
        }
        let connected = tokio::time::timeout(PATIENCE, self.upstream.connect()).await;
        if !matches!(connected, Ok(Ok(_))) {
            return Some("the application can't be reached\n");
        }
        if !self.key_sets.are_ready() {
            return Some("a key set has not been fetched\n");
        }
        let Some(ready) = &self.ready else { return None };
        let ready = tokio::time::timeout(PATIENCE, ready()).await;
        (ready != Ok(true)).then_some("the database can't be used\n")
    }
}

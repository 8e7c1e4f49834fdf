//! `/healthz` and `/readyz`, on a listener of their own.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::uri::Authority;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::config::ReadyCheck;

pub(crate) async fn serve(
    socket: TcpListener,
    upstream: Authority,
    ready: Option<ReadyCheck>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let accepted = tokio::select! {
            _ = async { stopped.wait_for(|stopped| *stopped).await.is_ok() } => return,
            accepted = socket.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let (upstream, ready) = (upstream.clone(), ready.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let (upstream, ready) = (upstream.clone(), ready.clone());
                async move { Ok::<_, Infallible>(answer(&request, &upstream, ready).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            let _ = tokio::time::timeout(Duration::from_secs(30), connection).await;
        });
    }
}

async fn answer(
    request: &Request<Incoming>,
    upstream: &Authority,
    ready: Option<ReadyCheck>,
) -> Response<Full<Bytes>> {
    let (status, text) = match request.uri().path() {
        "/healthz" => (StatusCode::OK, "ok\n"),
        "/readyz" if !reachable(upstream).await => {
            (StatusCode::SERVICE_UNAVAILABLE, "the application can't be reached\n")
        }
        "/readyz" => match ready {
            Some(check) if !check().await => {
                (StatusCode::SERVICE_UNAVAILABLE, "the database can't be reached\n")
            }
            _ => (StatusCode::OK, "ready\n"),
        },
        _ => (StatusCode::NOT_FOUND, "only /healthz and /readyz are here\n"),
    };
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}

async fn reachable(upstream: &Authority) -> bool {
    let address = (upstream.host(), upstream.port_u16().unwrap_or(80));
    let connect = TcpStream::connect(address);
    matches!(tokio::time::timeout(Duration::from_secs(2), connect).await, Ok(Ok(_)))
}

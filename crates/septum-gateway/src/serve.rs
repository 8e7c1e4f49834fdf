//! One listener: accepts, ends TLS, tells HTTP/1 from HTTP/2, and serves each connection until
//! it ends or the gateway stops.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use septum_tower::Connection;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::Service;

use crate::activity::Activity;
use crate::admit::Admit;
use crate::config::{Limits, Listener, Protocols, Timeouts};
use crate::gate::{Gate, HeadLimits, Latch};
use crate::stage::{Stage, Staged};
use crate::streams::Streams;

/// What every HTTP/2 connection begins with (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long accepting waits after it failed: mostly for a file descriptor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How much longer than its own time-outs an HTTP/2 stream may stand still.
const MARGIN: Duration = Duration::from_secs(1);

/// Serves one listener.
#[derive(Clone)]
pub(crate) struct Server<S> {
    pub(crate) service: Admit<S>,
    pub(crate) protocols: Protocols,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    pub(crate) connections: Arc<Semaphore>,
}

/// The listener's TLS configuration with what the gateway decides: ALPN, and no early data,
/// which anybody could replay (catalogue H49).
pub(crate) fn acceptor(listener: &Listener) -> Option<TlsAcceptor> {
    let mut tls = rustls::ServerConfig::clone(listener.tls.as_ref()?);
    tls.max_early_data_size = 0;
    tls.alpn_protocols = match listener.protocols {
        Protocols::Http1 => vec![b"http/1.1".to_vec()],
        Protocols::Alpn | Protocols::PriorKnowledge => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
    };
    Some(Arc::new(tls).into())
}

impl<S, B> Server<S>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + From<Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// Accepts until the gateway drains. Connections live on by themselves.
    pub(crate) async fn accept(self, socket: TcpListener, staged: Staged) {
        let server = Arc::new(self);
        loop {
            let accepted = tokio::select! {
                () = staged.reached(Stage::Draining) => return,
                accepted = socket.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::error!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            // Over the limit the connection is closed at once: it costs least.
            let Ok(place) = Arc::clone(&server.connections).try_acquire_owned() else {
                tracing::warn!("a connection was closed: `http.limits.connections` are open");
                continue;
            };
            let (server, staged) = (Arc::clone(&server), staged.clone());
            tokio::spawn(async move {
                let served = server.connection(stream, peer, &staged);
                tokio::select! {
                    () = served => {}
                    () = staged.reached(Stage::Cut) => {}
                }
                drop(place);
            });
        }
    }

    async fn connection(&self, stream: TcpStream, peer: SocketAddr, staged: &Staged) {
        // Without it answers are only slower.
        let _ = stream.set_nodelay(true);
        // A WebSocket whose client is gone without a word would be kept for ever.
        let keepalive = TcpKeepalive::new().with_time(self.timeouts.idle);
        let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
        let mut connection = Connection { peer: Some(peer), ..Connection::default() };
        let Some(tls) = &self.tls else {
            return self.plain(stream, connection, staged).await;
        };
        let handshake = tokio::time::timeout(self.timeouts.handshake, tls.accept(stream));
        let stream = match handshake.await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => return tracing::debug!("a TLS handshake took too long"),
        };
        let session = stream.get_ref().1;
        connection.secure = true;
        if let Some(name) = session.server_name() {
            // A name that is no host can't be any tenant's.
            let Ok(name) = name.parse() else { return };
            connection.server_name = Some(name);
        }
        if session.alpn_protocol() == Some(b"h2") {
            self.http2(stream, BytesMut::new(), connection, staged).await;
        } else {
            self.http1(stream, BytesMut::new(), connection, staged).await;
        }
    }

    /// Plain text: HTTP/2 only by prior knowledge, which its first bytes show.
    async fn plain(&self, mut stream: TcpStream, connection: Connection, staged: &Staged) {
        let mut read = BytesMut::new();
        if self.protocols == Protocols::PriorKnowledge {
            let sniff = async {
                while read.len() < PREFACE.len() && PREFACE.starts_with(&read) {
                    if stream.read_buf(&mut read).await? == 0 {
                        break;
                    }
                }
                Ok::<_, std::io::Error>(())
            };
            let sniffed = tokio::select! {
                sniffed = tokio::time::timeout(self.timeouts.header, sniff) => sniffed,
                () = staged.reached(Stage::Draining) => return,
            };
            if !matches!(sniffed, Ok(Ok(()))) {
                return;
            }
            if read.starts_with(PREFACE) {
                return self.http2(stream, read, connection, staged).await;
            }
        }
        self.http1(stream, read, connection, staged).await;
    }

    async fn http1<I>(&self, stream: I, read: BytesMut, connection: Connection, staged: &Staged)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let latch = Latch::default();
        let limits = HeadLimits { fields: self.limits.headers, bytes: self.limits.header_bytes };
        let gate = Gate::http1(stream, read, limits, latch.clone(), self.timeouts.idle);
        let service = self.service.on(connection, latch, Activity::new());
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.timeouts.header)
            // The gate's limits come first, so that they are answered with a reason.
            .max_headers(self.limits.headers.saturating_add(1))
            .max_buf_size(self.limits.header_bytes.saturating_add(16 * 1024))
            .serve_connection(TokioIo::new(gate), TowerToHyperService::new(service))
            .with_upgrades();
        let mut served = pin!(served);
        let drained =
            drained(served.as_mut(), staged, http1::UpgradeableConnection::graceful_shutdown).await;
        ended(drained);
    }

    async fn http2<I>(&self, stream: I, read: BytesMut, connection: Connection, staged: &Staged)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let gate = Gate::open(stream, read, self.timeouts.idle);
        let activity = Activity::new();
        let service = self.service.on(connection, Latch::default(), activity.clone());
        let header_bytes = u32::try_from(self.limits.header_bytes).unwrap_or(u32::MAX);
        // hyper's own limits hold against rapid reset and floods (catalogue H27).
        let longest = self.timeouts.first_byte.max(self.timeouts.idle);
        let streams = Streams { patience: longest.saturating_add(MARGIN) };
        let served = http2::Builder::new(streams)
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.limits.streams)
            .max_header_list_size(header_bytes)
            .keep_alive_interval(self.timeouts.header)
            .keep_alive_timeout(self.timeouts.header)
            .serve_connection(TokioIo::new(gate), TowerToHyperService::new(service));
        let mut served = pin!(served);
        let ended_or_idle = tokio::select! {
            drained = drained(served.as_mut(), staged, http2::Connection::graceful_shutdown) => {
                Some(drained)
            }
            () = activity.idle(self.timeouts.header) => None,
        };
        match ended_or_idle {
            Some(drained) => ended(drained),
            None => {
                served.as_mut().graceful_shutdown();
                let last = tokio::time::timeout(self.timeouts.header, served).await;
                ended(last.unwrap_or(Ok(())));
            }
        }
    }
}

/// Serves until the connection ends; from the drain on, until what is under way on it has.
async fn drained<C>(
    mut served: Pin<&mut C>,
    staged: &Staged,
    stop: impl FnOnce(Pin<&mut C>),
) -> hyper::Result<()>
where
    C: Future<Output = hyper::Result<()>>,
{
    tokio::select! {
        ended = served.as_mut() => return ended,
        () = staged.reached(Stage::Draining) => {}
    }
    stop(served.as_mut());
    served.await
}

/// How a connection ended is the client's affair; what was refused on it has been recorded.
fn ended(result: hyper::Result<()>) {
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}

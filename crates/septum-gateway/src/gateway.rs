use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use septum_tower::{
    BindLayer, Connection, ContextLayer, Denials, InvalidSources, LimitLayer, StripLayer,
    TenantLimitLayer, TraceLayer, Verifier,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::{ServiceBuilder, ServiceExt as _};

use crate::admin;
use crate::config::{Config, Listener, Protocols, Services, Upstream};
use crate::forward::Forward;

/// A gateway with its sockets open.
pub struct Gateway {
    config: Config,
    services: Services,
    verifier: Verifier,
    sockets: Vec<(TcpListener, Listener)>,
    admin: Option<TcpListener>,
}

/// The gateway can't be made.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// A socket could not be opened.
    #[error("can't listen on `{address}`: {error}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The sources can't bind anything.
    #[error(transparent)]
    Sources(#[from] InvalidSources),
    /// Key sets are not fetched yet.
    #[error("fetching JWKS key sets is not supported yet: give the issuer static keys")]
    Jwks,
    /// Unix sockets towards the application are not spoken yet.
    #[error("a unix socket as `http.upstream` is not supported yet: use a host and a port")]
    UnixUpstream,
}

impl Gateway {
    /// Opens the configured sockets. Clients that connect wait until [`Gateway::run`].
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn bind(config: Config, services: Services) -> Result<Self, GatewayError> {
        if !config.jwks.is_empty() {
            return Err(GatewayError::Jwks);
        }
        if matches!(config.upstream, Upstream::Unix(_)) {
            return Err(GatewayError::UnixUpstream);
        }
        let tenants = Arc::clone(&services.tenants);
        let verifier = Verifier::new(config.sources.clone(), tenants, services.environment)?;
        let mut sockets = Vec::new();
        for listener in &config.listeners {
            sockets.push((listen(listener.address).await?, listener.clone()));
        }
        let admin = match config.admin {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        Ok(Self { config, services, verifier, sockets, admin })
    }

    /// Where it listens, with the ports that were free for port 0.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().filter_map(|(socket, _)| socket.local_addr().ok()).collect()
    }

    /// Where `/healthz` and `/readyz` are answered.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().and_then(|socket| socket.local_addr().ok())
    }

    /// Serves until `shutdown` resolves; then takes no new connections, lets requests end for
    /// the configured time, and returns.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(false);
        let (config, services) = (self.config, self.services);
        let Upstream::Tcp(upstream) = config.upstream.clone() else { return };
        let denials = Denials::new(Arc::clone(&services.audit));
        let forward = Forward::new(
            upstream.clone(),
            denials.clone(),
            config.timeouts.connect,
            config.timeouts.first_byte,
        );
        let limits = &config.limits;
        // Outermost first; septum-tower says why in this order.
        let service = ServiceBuilder::new()
            .layer(LimitLayer::new(
                denials.clone(),
                limits.headers,
                limits.header_bytes,
                limits.body_bytes,
            ))
            .layer(StripLayer::new(
                denials.clone(),
                config.trusted_proxies.clone(),
                &config.sources,
            ))
            .layer(BindLayer::new(self.verifier, denials.clone(), services.clock))
            .layer(TenantLimitLayer::new(denials.clone(), limits.requests_per_tenant))
            .layer(TraceLayer::new(denials.clone(), services.traces.clone()))
            .layer(ContextLayer::new(
                denials,
                services.context_keys.clone(),
                config.context_lifetime,
                services.clock,
            ))
            .service(forward);
        let places = Arc::new(Semaphore::new(limits.connections));
        let config = Arc::new(config);
        let mut tasks = tokio::task::JoinSet::new();
        if let Some(socket) = self.admin {
            tasks.spawn(admin::serve(socket, upstream, services.ready, stopped.clone()));
        }
        for (socket, listener) in self.sockets {
            let (service, config, places) =
                (service.clone(), Arc::clone(&config), Arc::clone(&places));
            let mut stopped = stopped.clone();
            tasks.spawn(async move {
                let graceful = GracefulShutdown::new();
                loop {
                    let accepted = tokio::select! {
                        _ = async { stopped.wait_for(|stopped| *stopped).await.is_ok() } => break,
                        accepted = socket.accept() => accepted,
                    };
                    let (stream, peer) = match accepted {
                        Ok(accepted) => accepted,
                        Err(error) => {
                            tracing::error!(%error, "a connection could not be accepted");
                            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                            continue;
                        }
                    };
                    // Over the limit the connection is closed at once: it costs least.
                    let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
                    let watcher = graceful.watcher();
                    let (service, config, listener) =
                        (service.clone(), Arc::clone(&config), listener.clone());
                    tokio::spawn(async move {
                        let _place = place;
                        serve_connection(stream, peer, &listener, &config, service, watcher).await;
                    });
                }
                drop(socket);
                if tokio::time::timeout(config.timeouts.drain, graceful.shutdown()).await.is_err() {
                    tracing::warn!("requests were cut off at the end of the drain time");
                }
            });
        }
        shutdown.await;
        let _ = stop.send(true);
        while tasks.join_next().await.is_some() {}
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, GatewayError> {
    TcpListener::bind(address).await.map_err(|error| GatewayError::Listen { address, error })
}

async fn serve_connection<S, B>(
    stream: TcpStream,
    peer: SocketAddr,
    listener: &Listener,
    config: &Config,
    service: S,
    watcher: hyper_util::server::graceful::Watcher,
) where
    S: tower::Service<
            http::Request<Incoming>,
            Response = http::Response<B>,
            Error = std::convert::Infallible,
        > + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let _ = stream.set_nodelay(true);
    let mut connection = Connection { peer: Some(peer), ..Connection::default() };
    let mut http2 = listener.protocols == Protocols::PriorKnowledge;
    let builder = |http2: bool| {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(config.timeouts.header)
            .max_buf_size(config.limits.header_bytes.max(16 << 10));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(config.limits.streams)
            .max_header_list_size(u32::try_from(config.limits.header_bytes).unwrap_or(u32::MAX));
        if http2 { builder } else { builder.http1_only() }
    };
    let with = |connection: Connection| {
        TowerToHyperService::new(service.map_request(
            move |mut request: http::Request<Incoming>| {
                request.extensions_mut().insert(connection.clone());
                request
            },
        ))
    };
    let Some(tls) = &listener.tls else {
        let builder = builder(http2);
        let served = builder.serve_connection_with_upgrades(TokioIo::new(stream), with(connection));
        let _ = watcher.watch(served).await;
        return;
    };
    let mut tls = rustls::ServerConfig::clone(tls);
    tls.max_early_data_size = 0;
    tls.alpn_protocols = match listener.protocols {
        Protocols::Http1 => vec![b"http/1.1".to_vec()],
        Protocols::Alpn | Protocols::PriorKnowledge => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
    };
    let accept = tokio_rustls::TlsAcceptor::from(Arc::new(tls)).accept(stream);
    let Ok(Ok(stream)) = tokio::time::timeout(config.timeouts.handshake, accept).await else {
        return;
    };
    let session = stream.get_ref().1;
    connection.secure = true;
    connection.server_name = session.server_name().and_then(|name| name.parse().ok());
    http2 |= session.alpn_protocol() == Some(b"h2");
    let builder = builder(http2);
    let served = builder.serve_connection_with_upgrades(TokioIo::new(stream), with(connection));
    let _ = watcher.watch(served).await;
}

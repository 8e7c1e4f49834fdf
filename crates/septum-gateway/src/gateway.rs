use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use septum_tower::{
    BindLayer, ContextLayer, Counts, Denials, InvalidSources, LimitLayer, StripLayer,
    TenantLimitLayer, TraceLayer, Verifier,
};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceBuilder;

use crate::admin::Admin;
use crate::admit::Admit;
use crate::config::{Config, Listener, Services};
use crate::forward::Forward;
use crate::jwks::KeySets;
use crate::serve::{Server, acceptor};
use crate::stage::{Stage, Stages};

/// A gateway with its sockets open.
pub struct Gateway {
    config: Config,
    services: Services,
    verifier: Verifier,
    denials: Denials,
    key_sets: KeySets,
    sockets: Vec<(TcpListener, Listener)>,
    admin: Option<TcpListener>,
}

impl Gateway {
    /// Opens the configured sockets and fetches the key sets for the first time. Clients that
    /// connect wait until [`Gateway::run`].
    ///
    /// A key set that can't be fetched yet stops nothing: until it can, no token of its issuer
    /// is taken, and `/readyz` says so.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn bind(config: Config, services: Services) -> Result<Self, GatewayError> {
        if config.listeners.is_empty() {
            return Err(GatewayError::NoListener);
        }
        let key_sets = KeySets::new(config.jwks.clone())?;
        let tenants = Arc::clone(&services.tenants);
        let verifier = Verifier::new(config.sources.clone(), tenants, services.environment)?
            .with_refresh(Arc::new(key_sets.clone()));
        let denials =
            Denials::new(Arc::clone(&services.audit)).with_lockouts(Arc::clone(&services.lockouts));
        let mut sockets = Vec::new();
        for listener in &config.listeners {
            sockets.push((listen(listener.address).await?, listener.clone()));
        }
        let admin = match config.admin {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        key_sets.start().await;
        Ok(Self { config, services, verifier, denials, key_sets, sockets, admin })
    }

    /// Where it listens, with the ports that were free for port 0.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().filter_map(|(socket, _)| socket.local_addr().ok()).collect()
    }

    /// Where `/healthz` and `/readyz` are answered.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().and_then(|socket| socket.local_addr().ok())
    }

    /// How often requests were refused, by reason. The counts go on while it runs.
    pub fn counts(&self) -> Counts {
        self.denials.counts().clone()
    }

    /// Serves until `shutdown` resolves; then takes no new connections, lets what is under way
    /// end for the configured time, cuts off the rest, and returns.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self { config, services, verifier, denials, key_sets, sockets, admin } = self;
        let (stages, staged) = Stages::new();
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
            .layer(BindLayer::new(verifier, denials.clone(), services.clock))
            .layer(TenantLimitLayer::new(denials.clone(), limits.requests_per_tenant))
            .layer(TraceLayer::new(denials.clone(), services.traces.clone()))
            .layer(ContextLayer::new(
                denials.clone(),
                services.context_keys.clone(),
                config.context_lifetime,
                services.clock,
            ))
            .service(Forward::new(&config, denials.clone(), services.clock, staged.clone()));
        let service = Admit::new(service, denials, Arc::new(Semaphore::new(limits.requests)));
        let connections = Arc::new(Semaphore::new(limits.connections));
        key_sets.keep_fresh(&staged);
        let mut accepting = JoinSet::new();
        for (socket, listener) in sockets {
            let server = Server {
                service: service.clone(),
                protocols: listener.protocols,
                tls: acceptor(&listener),
                limits: config.limits.clone(),
                timeouts: config.timeouts.clone(),
                connections: Arc::clone(&connections),
            };
            accepting.spawn(server.accept(socket, staged.clone()));
        }
        // Not a stage of its own: it answers until the last request has ended.
        let stopping = Arc::new(AtomicBool::new(false));
        let mut administration = JoinSet::new();
        if let Some(socket) = admin {
            let (upstream, ready) = (config.upstream.clone(), services.ready);
            let admin = Admin { upstream, key_sets, ready, stopping: Arc::clone(&stopping) };
            administration.spawn(admin.serve(socket));
        }
        // Everything else that hears of the stages now lives in tasks.
        drop((service, staged));
        shutdown.await;
        stopping.store(true, Ordering::Relaxed);
        stages.enter(Stage::Draining);
        let drained = tokio::time::timeout(config.timeouts.drain, stages.finished()).await;
        if drained.is_err() {
            tracing::warn!("requests were cut off at the end of `http.timeouts.drain`");
            stages.enter(Stage::Cut);
        }
        accepting.join_all().await;
        administration.shutdown().await;
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, GatewayError> {
    TcpListener::bind(address).await.map_err(|error| GatewayError::Listen { address, error })
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
    /// There is nowhere to listen.
    #[error("the gateway has no listener: add `[[http.listeners]]`")]
    NoListener,
    /// The sources can't bind anything.
    #[error(transparent)]
    Sources(#[from] InvalidSources),
    /// TLS for fetching key sets can't be set up.
    #[error("key sets can't be fetched: {0}")]
    Tls(#[from] rustls::Error),
}

//! The PostgreSQL proxy and its pool.
//!
//! Clients connect as to PostgreSQL. Each unit of work is bound to one tenant, each statement
//! judged, and each bound unit runs on a pooled server connection behind a seal that
//! `septum.tenant()` verifies. See [`Proxy::bind`].

mod canary;
mod cancel;
mod catalog;
mod config;
mod handshake;
mod lockout;
mod operator;
mod pool;
mod refusal;
mod scrub;
mod server;
mod session;
mod stream;
mod unproven;

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ring::rand::{SecureRandom as _, SystemRandom};
use septum_core::{Principal, Reason};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

pub use canary::{Canaries, InvalidCanary};
pub use config::{
    Address, CatalogConfig, Config, Database, Limits, Listener, ListenerTls, Operator, PoolConfig,
    ServerAddress, ServerTls, Services, Timeouts, User,
};
pub use server::ConnectError;

use handshake::Arrival;
use refusal::Refusal;
use session::{Session, Standing};
use stream::{Stream, Wire};

/// What every session shares.
pub(crate) struct Shared {
    pub(crate) config: Arc<Config>,
    pub(crate) services: Services,
    pub(crate) pool: Arc<pool::Pool>,
    pub(crate) catalog: Arc<catalog::Keeper>,
    pub(crate) cancels: Arc<cancel::Cancels>,
    pub(crate) random: SystemRandom,
    /// Makes the salts of users that don't exist.
    pub(crate) mock_key: [u8; 32],
    /// Bounds what strangers cost the audit log.
    pub(crate) unproven: Arc<unproven::Unproven>,
    /// Whose turn it is to have a long text judged: no more at once than half the processors.
    pub(crate) turns: Arc<Semaphore>,
    connections: AtomicUsize,
}

/// A proxy with its sockets open.
pub struct Proxy {
    shared: Arc<Shared>,
    sockets: Vec<Socket>,
}

struct Socket {
    accept: Accept,
    listener: Listener,
    operator: bool,
}

enum Accept {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Proxy {
    /// Opens the configured sockets. Clients that connect wait until [`Proxy::run`].
    ///
    /// # Errors
    /// The socket's, and those of the system's random numbers.
    pub async fn bind(config: Config, services: Services) -> io::Result<Self> {
        let config = Arc::new(config);
        let mut sockets = Vec::new();
        for listener in &config.listeners {
            sockets.push(Socket::open(listener.clone(), false).await?);
        }
        if let Some(operator) = &config.operator {
            sockets.push(Socket::open(operator.listener.clone(), true).await?);
        }
        let random = SystemRandom::new();
        let mut mock_key = [0; 32];
        random.fill(&mut mock_key).map_err(|_| io::Error::other("no random bytes"))?;
        let dialer = server::Dialer::new(Arc::clone(&config), services.clone());
        let pool = Arc::new(pool::Pool::new(config.pool, dialer));
        let dialer = server::Dialer::new(Arc::clone(&config), services.clone());
        let guard = Arc::clone(&services.guard);
        let catalog = Arc::new(catalog::Keeper::start(&config.catalog, dialer, guard));
        let shared = Arc::new(Shared {
            config,
            services,
            pool,
            catalog,
            cancels: Arc::default(),
            random,
            mock_key,
            unproven: Arc::new(unproven::Unproven::new()),
            turns: Arc::new(Semaphore::new(turns())),
            connections: AtomicUsize::new(0),
        });
        Ok(Self { shared, sockets })
    }

    /// Where it listens, with the ports that were free for port 0; the operators' listener is
    /// last.
    pub fn addresses(&self) -> Vec<Address> {
        self.sockets.iter().map(|socket| socket.listener.address.clone()).collect()
    }

    /// Asks whether the proxy can serve, also while it runs.
    pub fn health(&self) -> Health {
        let Shared { pool, catalog, config, .. } = &*self.shared;
        let (pool, catalog) = (Arc::clone(pool), Arc::clone(catalog));
        Health { pool, catalog, limit: config.timeouts.connect }
    }

    /// Serves clients until `shutdown` resolves; then takes no new ones, lets transactions end
    /// for the configured time, and returns.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        // Who connects first is not to be told that the catalog is unknown, if it can be known.
        self.shared.catalog.first_look(self.shared.config.timeouts.connect).await;
        let (stop, stopped) = watch::channel(false);
        let mut listeners = JoinSet::new();
        let drain = self.shared.config.timeouts.drain;
        for socket in self.sockets {
            let (shared, stopped) = (Arc::clone(&self.shared), stopped.clone());
            listeners.spawn(socket.serve(shared, stopped));
        }
        let sweeper = tokio::spawn(sweep(Arc::clone(&self.shared.pool)));
        shutdown.await;
        // Every receiver is gone only when every listener is; then there is nobody to tell.
        let _ = stop.send(true);
        let ended = async { while listeners.join_next().await.is_some() {} };
        if tokio::time::timeout(drain, ended).await.is_err() {
            tracing::warn!("transactions were cut off at the end of the drain time");
        }
        sweeper.abort();
    }
}

/// Asks whether a proxy can serve; see [`Proxy::health`].
#[derive(Clone)]
pub struct Health {
    pool: Arc<pool::Pool>,
    catalog: Arc<catalog::Keeper>,
    limit: Duration,
}

impl Health {
    /// Has the database answer on a connection of the pool: it is reached, its role is a safe
    /// one and it verifies this proxy's seals; and the guard knows its catalog, as it was not
    /// long ago.
    ///
    /// # Errors
    /// Why it isn't so, in words for an operator. That no connection was free in time is one.
    pub async fn check(&self) -> Result<(), String> {
        self.pool.check().await.map_err(|error| error.to_string())?;
        self.catalog.first_look(self.limit).await;
        self.catalog.check()
    }
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health").finish_non_exhaustive()
    }
}

async fn sweep(pool: Arc<pool::Pool>) {
    let mut tick = tokio::time::interval(Duration::from_secs(10));
    loop {
        tick.tick().await;
        pool.sweep();
    }
}

impl Socket {
    async fn open(mut listener: Listener, operator: bool) -> io::Result<Self> {
        let accept = match &mut listener.address {
            Address::Tcp(address) => {
                let socket = TcpListener::bind(*address).await?;
                *address = socket.local_addr()?;
                Accept::Tcp(socket)
            }
            Address::Unix(path) => {
                // A socket file that nobody answers at is left from a process that was killed.
                if tokio::net::UnixStream::connect(&*path).await.is_err() {
                    let _ = std::fs::remove_file(&*path);
                }
                Accept::Unix(UnixListener::bind(&*path)?)
            }
        };
        Ok(Self { accept, listener, operator })
    }

    async fn serve(self, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
        let listener = Arc::new(self.listener);
        let mut sessions = JoinSet::new();
        loop {
            let (stream, peer) = tokio::select! {
                biased;
                () = ended(&mut stopped) => break,
                _ = sessions.join_next(), if !sessions.is_empty() => continue,
                accepted = self.accept.next() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of descriptors, most likely: wait for some to be given back.
                        tracing::error!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
            };
            let (shared, listener) = (Arc::clone(&shared), Arc::clone(&listener));
            let (stopped, operator) = (stopped.clone(), self.operator);
            sessions.spawn(async move {
                serve_client(&shared, stream, &listener, operator, peer, stopped).await;
            });
        }
        drop(self.accept);
        if let Address::Unix(path) = &listener.address {
            let _ = std::fs::remove_file(path);
        }
        while sessions.join_next().await.is_some() {}
    }
}

fn turns() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    (processors / 2).max(1)
}

/// Resolves once the proxy stops.
async fn ended(stopped: &mut watch::Receiver<bool>) {
    // An error means that the proxy itself is gone, which is an end as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

impl Accept {
    async fn next(&self) -> io::Result<(Stream, String)> {
        match self {
            Self::Tcp(socket) => {
                let (stream, peer) = socket.accept().await?;
                stream::prepare(&stream);
                Ok((Stream::Tcp(stream), peer.to_string()))
            }
            Self::Unix(socket) => {
                let (stream, _) = socket.accept().await?;
                Ok((Stream::Unix(stream), "unix".to_owned()))
            }
        }
    }
}

/// Counts a connection for as long as it lives.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn serve_client(
    shared: &Arc<Shared>,
    stream: Stream,
    listener: &Listener,
    operator: bool,
    peer: String,
    stopped: watch::Receiver<bool>,
) {
    let before = shared.connections.fetch_add(1, Ordering::Relaxed);
    let _counted = Counted(&shared.connections);
    if before >= shared.config.limits.connections {
        let answer = Refusal::new(Reason::TooManyConnections);
        let answer = answer.settle(&*shared.services.audit, &peer).await;
        return handshake::turn_away(&mut Wire::new(stream), &answer).await;
    }
    let operator = shared.config.operator.as_ref().filter(|_| operator);
    let (users, database) = match operator {
        Some(operator) => (&operator.users, &operator.database.name),
        None => (&shared.config.users, &shared.config.database.name),
    };
    let arrival = handshake::receive(shared, stream, &listener.tls, users, database, &peer).await;
    match arrival {
        None => {}
        Some(Arrival::Cancel(key, wire)) => {
            let database = operator.map_or(&shared.config.database, |operator| &operator.database);
            let limit = shared.config.timeouts.connect;
            shared.cancels.cancel(&key, database, limit).await;
            drop(wire);
        }
        Some(Arrival::Client(client)) => match operator {
            Some(operator) => operator::serve(shared, operator, *client, peer).await,
            None => serve_tenant(shared, *client, peer, stopped).await,
        },
    }
}

async fn serve_tenant(
    shared: &Arc<Shared>,
    client: handshake::Client,
    peer: String,
    stopped: watch::Receiver<bool>,
) {
    let handshake::Client { mut wire, user, claim, token, settings } = client;
    let mut standing = Standing::new(claim);
    let handed_over = match token {
        Some(token) => standing.hand_over(Some(token), false, &shared.services),
        None => Ok(()),
    };
    let credential = standing.credential().and_then(|claim| lockout::of_claim(claim, &peer));
    let admitted = match handed_over {
        Err(refusal) => {
            if let (true, Some(actor)) = (refusal.crossing, &credential) {
                lockout::count(&shared.services, actor).await;
            }
            let refusal = refusal.by(standing.credential());
            let principal = refusal.principal.clone().or_else(|| Principal::new(&user).ok());
            Err(Refusal { principal, ..refusal })
        }
        Ok(()) => lockout::check_arrival(&mut standing, &shared.services, &peer),
    };
    let parameters = match admitted {
        Err(refusal) => Err(refusal),
        Ok(()) => shared.pool.parameters().await.map_err(|error| {
            tracing::error!(%error, "no server connection");
            Refusal::new(error.reason())
        }),
    };
    let parameters = match parameters {
        Ok(parameters) => parameters,
        Err(refusal) => {
            let answer = refusal.settle(&*shared.services.audit, &peer).await;
            return handshake::turn_away(&mut wire, &answer).await;
        }
    };
    let Ok(registration) = shared.cancels.register(&shared.random) else { return };
    handshake::welcome(&mut wire.output, &parameters, &settings, &user, &registration.key);
    let session =
        Session::new(Arc::clone(shared), wire, peer, registration, parameters, standing, settings);
    session.run(stopped).await;
}

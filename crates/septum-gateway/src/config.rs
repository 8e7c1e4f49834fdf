use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use http::uri::Authority;
use septum_audit::{Lockouts, Sink};
use septum_bind::context::ContextKeys;
use septum_bind::header::Peers;
use septum_bind::jwt::{Algorithm, LiveKeys};
use septum_bind::{Tenants, Traces, UnixSeconds};
use septum_core::Environment;
use septum_tower::Sources;

/// How the gateway listens, binds, forwards and limits. [`Config::new`] fills in the defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where clients connect; at least one.
    pub listeners: Vec<Listener>,
    /// Where `/healthz` and `/readyz` are answered, in plain HTTP. Never a public address.
    /// Default: none.
    pub admin: Option<SocketAddr>,
    /// The application.
    pub upstream: Upstream,
    /// What names a request's tenant.
    pub sources: Sources,
    /// Key sets to fetch, for the issuers of `sources` that have no static keys.
    pub jwks: Vec<JwksSource>,
    /// Peers whose `X-Forwarded-*` and `Forwarded` are kept: the load balancers in front.
    /// From anybody else these headers are dropped. Default: nobody.
    pub trusted_proxies: Peers,
    /// How long a context token is good for, in seconds: the longest request or WebSocket that
    /// still opens database work of its own. Default: 300.
    pub context_lifetime: UnixSeconds,
    /// What one client may use.
    pub limits: Limits,
    /// How long things may take.
    pub timeouts: Timeouts,
}

impl Config {
    /// The configuration with every default.
    pub fn new(listeners: Vec<Listener>, upstream: Upstream, sources: Sources) -> Self {
        Self {
            listeners,
            admin: None,
            upstream,
            sources,
            jwks: Vec::new(),
            trusted_proxies: Peers::default(),
            context_lifetime: 300,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
        }
    }
}

/// One address that clients connect to.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The address; port 0 takes a free one, see `Gateway::addresses`.
    pub address: SocketAddr,
    /// TLS, where the gateway ends it itself. ALPN and early data are set by the gateway:
    /// 0-RTT requests could be replayed (catalogue H49). Default: none.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Which versions of HTTP are spoken.
    pub protocols: Protocols,
}

/// Versions of HTTP that a listener speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocols {
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/1.1, and HTTP/2 where ALPN agreed on it. The default.
    #[default]
    Alpn,
    /// As `Alpn`, and in plain text HTTP/2 by prior knowledge (h2c). The `Upgrade: h2c` way is
    /// never taken (catalogue H23).
    PriorKnowledge,
}

/// The one application behind the gateway, spoken to in HTTP/1.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// A host and a port, as `127.0.0.1:3000` or `app.internal:80`.
    Tcp(Authority),
    /// A unix socket.
    Unix(PathBuf),
}

/// What one client may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections of clients at one time. Default: 10,000.
    pub connections: usize,
    /// Requests under way at one time, WebSockets included. Default: 2,000.
    pub requests: usize,
    /// Requests of one tenant under way at one time, so that no tenant takes all (catalogue
    /// H27). Default: 1,000.
    pub requests_per_tenant: usize,
    /// Header fields of a request. Default: 100.
    pub headers: usize,
    /// Bytes of a request's line and header fields. Default: 64 KiB.
    pub header_bytes: usize,
    /// Bytes of a request's body. Default: 64 MiB.
    pub body_bytes: u64,
    /// HTTP/2 streams of one connection at one time. Default: 128.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            requests: 2_000,
            requests_per_tenant: 1_000,
            headers: 100,
            header_bytes: 64 * 1024,
            body_bytes: 64 * 1024 * 1024,
            streams: 128,
        }
    }
}

/// How long things may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// The TLS handshake. Default: 10 s.
    pub handshake: Duration,
    /// From the connection, or the last answer on it, to the end of a request's header.
    /// Default: 30 s.
    pub header: Duration,
    /// Connecting to the application. Default: 5 s.
    pub connect: Duration,
    /// From the end of the request to the answer's header. Default: 60 s.
    pub first_byte: Duration,
    /// Between two pieces of a body, either way, and without progress of a client that reads.
    /// WebSockets are not subject to it. Default: 60 s.
    pub idle: Duration,
    /// How long requests may still take once shutdown began. Default: 30 s.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(30),
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            drain: Duration::from_secs(30),
        }
    }
}

/// A key set that the gateway fetches and puts in place for one issuer.
#[derive(Clone, Debug)]
pub struct JwksSource {
    /// Where it is.
    pub location: JwksLocation,
    /// The issuer's keys: a clone of `Issuer::keys`.
    pub keys: LiveKeys,
    /// The algorithms that keys of the set may have.
    pub algorithms: Vec<Algorithm>,
    /// How often it is fetched. Default in `septum.toml`: 5 minutes.
    pub refresh: Duration,
    /// The least time between two fetches, however many unknown keys are asked for (catalogue
    /// H44). Default in `septum.toml`: 10 s.
    pub min_interval: Duration,
    /// How long the last good set is kept while fetching fails; then no token of the issuer is
    /// taken. Default in `septum.toml`: 24 hours.
    pub max_stale: Duration,
}

/// Where a key set is.
#[derive(Clone, Debug)]
pub enum JwksLocation {
    /// A file.
    File(PathBuf),
    /// An `https` URL. No redirect is followed.
    Url {
        /// The URL.
        url: Uri,
        /// Who may certify it; the public roots unless given.
        roots: Option<Arc<rustls::RootCertStore>>,
    },
}

/// Says whether what is behind the application (the database's proxy, say) is ready.
pub type ReadyCheck = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// What the gateway shares with the rest of Septum.
#[derive(Clone)]
pub struct Services {
    /// The registered tenants.
    pub tenants: Arc<Tenants>,
    /// Mints the context tokens.
    pub context_keys: ContextKeys,
    /// Remembers which request has which binding.
    pub traces: Traces,
    /// Where crossings are recorded.
    pub audit: Arc<dyn Sink>,
    /// Counts them, and says who is locked out; the proxy shares it.
    pub lockouts: Arc<Lockouts>,
    /// The deployment's environment.
    pub environment: Environment,
    /// The time.
    pub clock: fn() -> UnixSeconds,
    /// What else must be ready for `/readyz`. Default: nothing.
    pub ready: Option<ReadyCheck>,
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("environment", &self.environment).finish_non_exhaustive()
    }
}

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use septum_audit::{Lockouts, Sink};
use septum_bind::context::ContextKeys;
use septum_bind::seal::SealKey;
use septum_bind::{Tenants, Traces, UnixSeconds};
use septum_core::{Environment, Secret, Tenancy, TenantId};
use septum_guard::Guard;
use septum_pgwire::scram::Verifier;

use crate::Canaries;

/// What the proxy serves, and how. Every value has been validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where tenants' clients connect.
    pub listeners: Vec<Listener>,
    /// The database behind them.
    pub database: Database,
    /// What the guard is to know of that database.
    pub catalog: CatalogConfig,
    /// How many server connections, and how they are shared.
    pub pool: PoolConfig,
    /// Who may connect to the tenants' listeners.
    pub users: Vec<User>,
    /// The operators' listener, where there is one.
    pub operator: Option<Operator>,
    /// Values that stand in one tenant's rows alone, and are looked for in all answers.
    pub canaries: Canaries,
    /// Bounds on what one client may cost.
    pub limits: Limits,
    /// How long things may take.
    pub timeouts: Timeouts,
}

/// A socket that clients connect to.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Where.
    pub address: Address,
    /// Whether with TLS. On a unix socket TLS is not offered.
    pub tls: ListenerTls,
}

/// A TCP address or a unix socket's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An IP address and a port; port 0 takes a free one.
    Tcp(SocketAddr),
    /// A socket file, as in `/run/septum/.s.PGSQL.5432`.
    Unix(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// Whether a listener speaks TLS.
#[derive(Clone, Debug)]
pub enum ListenerTls {
    /// Never.
    Disable,
    /// When the client asks.
    Prefer(Arc<rustls::ServerConfig>),
    /// Always: a client that doesn't ask is refused.
    Require(Arc<rustls::ServerConfig>),
}

/// A database on a PostgreSQL server, and the role to be there.
#[derive(Clone, Debug)]
pub struct Database {
    /// The server.
    pub server: ServerAddress,
    /// TLS towards it.
    pub tls: Option<ServerTls>,
    /// The database's name, which is also the one that clients ask for.
    pub name: String,
    /// The role.
    pub role: String,
    /// Its password; `None` where the server asks for none.
    pub password: Option<Secret<String>>,
    /// The `search_path` of every server connection; clients can't change it.
    pub search_path: String,
}

/// What the guard is to know of the database.
#[derive(Clone, Debug)]
pub struct CatalogConfig {
    /// Which relation is scoped how.
    pub tenancy: Tenancy,
    /// How often the database is looked at when nobody tells of a change; a second at least.
    /// Septum is not ready after three intervals without a look, and after thirty the guard
    /// denies what it would need a catalog for.
    pub interval: Duration,
}

impl CatalogConfig {
    /// How often the database is looked at, unless said otherwise.
    pub const INTERVAL: Duration = Duration::from_secs(10);

    /// The usual interval.
    pub fn new(tenancy: Tenancy) -> Self {
        Self { tenancy, interval: Self::INTERVAL }
    }
}

/// Where a PostgreSQL server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerAddress {
    /// A host name or address, and a port.
    Tcp {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// The path of its socket file.
    Unix(PathBuf),
}

/// TLS towards a server: always required once configured.
#[derive(Clone, Debug)]
pub struct ServerTls {
    /// What is trusted.
    pub config: Arc<rustls::ClientConfig>,
    /// The name that its certificate must have.
    pub name: ServerName<'static>,
}

/// How many server connections there are and how they are shared.
#[derive(Clone, Copy, Debug)]
pub struct PoolConfig {
    /// The most server connections at once.
    pub size: NonZeroUsize,
    /// How long a client waits for one.
    pub acquire: Duration,
    /// How long an idle connection is kept.
    pub idle: Duration,
    /// How old a connection may get.
    pub lifetime: Duration,
    /// The most prepared statements a connection keeps.
    pub statements: NonZeroUsize,
}

impl Default for PoolConfig {
    fn default() -> Self {
        const fn count(n: usize) -> NonZeroUsize {
            match NonZeroUsize::new(n) {
                Some(n) => n,
                None => NonZeroUsize::MIN,
            }
        }
        Self {
            size: count(20),
            acquire: Duration::from_secs(10),
            idle: Duration::from_secs(600),
            lifetime: Duration::from_secs(3600),
            statements: count(500),
        }
    }
}

/// Somebody who may connect.
#[derive(Clone, Debug)]
pub struct User {
    /// The name in the startup packet.
    pub name: String,
    /// What proves the password.
    pub verifier: Verifier,
    /// The one tenant that this credential is for; `None` where the tenant comes with each
    /// request.
    pub tenant: Option<TenantId>,
}

/// The operators' way in: no tenant, every statement audited, a server connection each.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Where operators connect.
    pub listener: Listener,
    /// The database and the role that they get.
    pub database: Database,
    /// Who may connect; `tenant` is not looked at.
    pub users: Vec<User>,
}

/// Bounds on what one client may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most client connections at once.
    pub connections: usize,
    /// The largest message from a client, in bytes.
    pub message_bytes: usize,
    /// The largest message before a client has authenticated, in bytes.
    pub unauthenticated_bytes: usize,
    /// The most prepared statements of one client.
    pub statements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            message_bytes: 64 << 20,
            unauthenticated_bytes: 16 << 10,
            statements: 10_000,
        }
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// From a client's connection to the end of its authentication.
    pub handshake: Duration,
    /// From a connection to the server to the end of our authentication.
    pub connect: Duration,
    /// How long a client may hold a transaction open without a word.
    pub idle_in_transaction: Duration,
    /// How long a client may not read what it asked for.
    pub stall: Duration,
    /// How long a shutdown waits for transactions to end.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            connect: Duration::from_secs(10),
            idle_in_transaction: Duration::from_secs(300),
            stall: Duration::from_secs(60),
            drain: Duration::from_secs(30),
        }
    }
}

/// What the proxy works with.
#[derive(Clone)]
pub struct Services {
    /// The environment that bindings are for.
    pub environment: Environment,
    /// Every tenant.
    pub tenants: Arc<Tenants>,
    /// Verifies context tokens.
    pub context_keys: ContextKeys,
    /// Seals bindings for server connections.
    pub seal_key: SealKey,
    /// The HTTP requests under way.
    pub traces: Traces,
    /// Judges statements.
    pub guard: Arc<Guard>,
    /// Records crossings.
    pub audit: Arc<dyn Sink>,
    /// Counts them, and says who is locked out; the gateway shares it.
    pub lockouts: Arc<Lockouts>,
    /// The wall clock.
    pub clock: fn() -> UnixSeconds,
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("environment", &self.environment).finish_non_exhaustive()
    }
}

//! A connection to PostgreSQL, and what it has prepared.

mod catalog;
mod clean;
mod connect;
mod sql;
mod statements;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use septum_bind::UnixSeconds;
use septum_core::TenantId;
use septum_guard::Guarded;
use septum_pgwire::frontend::Write as _;
use septum_pgwire::startup::CancelKey;
use septum_sql::Statement;

pub(crate) use catalog::CatalogConnection;
pub(crate) use clean::{Cleanness, Functions};
pub use connect::ConnectError;
pub(crate) use connect::{Dialer, dial_operator, reach, scram_nonce};
pub(crate) use sql::Own;
pub(crate) use statements::{Key, Statements};

use crate::stream::Wire;

/// What a server said of itself when the connection began, for the clients' start-up.
pub(crate) type Parameters = Arc<BTreeMap<String, String>>;

/// An open connection of the pool.
pub(crate) struct Server {
    pub(crate) wire: Wire,
    pub(crate) key: CancelKey,
    pub(crate) statements: Statements,
    pub(crate) parameters: Parameters,
    pub(crate) last_tenant: Option<TenantId>,
    pub(crate) since: Instant,
    pub(crate) idle_since: Instant,
    /// The server's clock at `since`.
    clock: UnixSeconds,
    /// The name of the prepared bind.
    pub(crate) bind: String,
    /// The functions that can't leave anything behind.
    pub(crate) functions: Functions,
    cleaning: clean::Cleaning,
}

impl Server {
    /// The time on the server's clock, which is the one that judges a seal's expiry.
    pub(crate) fn now(&self) -> UnixSeconds {
        self.clock.saturating_add(self.since.elapsed().as_secs())
    }

    pub(crate) fn is_older_than(&self, lifetime: Duration) -> bool {
        self.since.elapsed() > lifetime
    }

    /// Writes a `Parse` of a statement that the guard has let through: there is no way to give
    /// it a client's bytes (invariant 2).
    pub(crate) fn parse(&mut self, name: &str, statement: &Guarded<Statement>, types: &[u32]) {
        self.wire.output.parse(name, statement.canonical(), types);
    }

    /// Writes a `Parse` of one of Septum's own statements.
    pub(crate) fn parse_own(&mut self, name: &str, own: Own) {
        self.wire.output.parse(name, own.text(), &[]);
    }
}

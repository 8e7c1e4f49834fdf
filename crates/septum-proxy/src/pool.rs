//! The pool: a bounded number of server connections, lent for one unit of work each.
//!
//! Waiting clients are served in the order in which they came (a fair semaphore). A lease that
//! is dropped without being given back closes its connection: a lease is returned clean or not
//! at all (invariant 6).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use septum_core::{Reason, TenantId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::PoolConfig;
use crate::server::{Cleanness, ConnectError, Dialer, Parameters, Server};

pub(crate) struct Pool {
    config: PoolConfig,
    dialer: Dialer,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Server>>,
    parameters: Mutex<Option<Parameters>>,
}

/// A server connection that works for one client.
pub(crate) struct Lease {
    pub(crate) server: Server,
    _turn: OwnedSemaphorePermit,
}

/// Why there is no lease.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AcquireError {
    #[error("no server connection was free in time")]
    Timeout,
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

impl AcquireError {
    /// What clients are told.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Timeout => Reason::PoolTimeout,
            Self::Connect(error) => error.reason(),
        }
    }
}

impl Pool {
    pub(crate) fn new(config: PoolConfig, dialer: Dialer) -> Self {
        Self {
            config,
            dialer,
            turns: Arc::new(Semaphore::new(config.size.get())),
            idle: Mutex::default(),
            parameters: Mutex::default(),
        }
    }

    /// Lends a server connection, one last used by this tenant where there is one.
    pub(crate) async fn acquire(&self, tenant: Option<&TenantId>) -> Result<Lease, AcquireError> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn = tokio::time::timeout(self.config.acquire, turn).await;
        let Ok(Ok(turn)) = turn else { return Err(AcquireError::Timeout) };
        while let Some(mut server) = self.take_idle(tenant) {
            // A server that has something to say while idle is saying that it ends (trap P31).
            if !server.wire.has_news() {
                return Ok(Lease { server, _turn: turn });
            }
        }
        let server = self.dialer.dial().await?;
        self.remember(&server);
        Ok(Lease { server, _turn: turn })
    }

    /// Takes a clean connection back.
    pub(crate) fn give_back(&self, mut lease: Lease) {
        if lease.server.is_older_than(self.config.lifetime) {
            return;
        }
        lease.server.idle_since = Instant::now();
        self.idle().push(lease.server);
    }

    /// Has a server connection answer, whether one that is there or a new one.
    pub(crate) async fn check(&self) -> Result<(), AcquireError> {
        let mut lease = self.acquire(None).await?;
        lease.server.clean(false);
        if lease.server.cleaned(Cleanness::default()).await {
            self.give_back(lease);
            return Ok(());
        }
        // What was there is dead. Is there another to be had?
        let Lease { server, _turn: turn } = lease;
        drop(server);
        let server = self.dialer.dial().await?;
        self.remember(&server);
        self.give_back(Lease { server, _turn: turn });
        Ok(())
    }

    /// What the server says of itself; connects when nobody has yet.
    pub(crate) async fn parameters(&self) -> Result<Parameters, AcquireError> {
        let known = self.parameters.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(parameters) => Ok(parameters),
            None => {
                let lease = self.acquire(None).await?;
                let parameters = Arc::clone(&lease.server.parameters);
                self.give_back(lease);
                Ok(parameters)
            }
        }
    }

    /// Closes connections that have been idle for too long.
    pub(crate) fn sweep(&self) {
        let limit = self.config.idle;
        self.idle().retain(|server| server.idle_since.elapsed() < limit);
    }

    /// The most recently used idle connection, of this tenant rather than of another.
    fn take_idle(&self, tenant: Option<&TenantId>) -> Option<Server> {
        let mut idle = self.idle();
        let own = tenant.and_then(|tenant| {
            idle.iter().rposition(|server| server.last_tenant.as_ref() == Some(tenant))
        });
        match own {
            Some(position) => Some(idle.remove(position)),
            None => idle.pop(),
        }
    }

    fn remember(&self, server: &Server) {
        let mut known = self.parameters.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(Arc::clone(&server.parameters));
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Server>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

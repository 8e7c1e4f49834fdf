//! Cancel requests: from the key that a client got from Septum to the server connection that
//! works for it at this moment, if any.
//!
//! ```text
//!  client A --- lease ---> server 7        cancel(A): locks A's slot, asks server 7, waits for
//!       slot A: server 7                   the postmaster's EOF, unlocks
//!                                          release(A): locks A's slot, empties it, and only
//!                                          then may server 7 work for client B
//! ```
//!
//! INVARIANT: a server connection goes back to the pool only with its slot emptied under the
//! slot's lock, so no cancel request that was meant for one client can reach another's query
//! (trap P21).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use ring::rand::{SecureRandom as _, SystemRandom};
use septum_pgwire::startup::CancelKey;
use subtle::ConstantTimeEq as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;

use crate::config::Database;
use crate::server;

/// The server connection that works for a client; tainted once a cancel got no answer.
#[derive(Default)]
pub(crate) struct Slot {
    pub(crate) key: Option<CancelKey>,
    pub(crate) tainted: bool,
    /// There while the client waits for a server connection; a cancel takes it, and so ends the
    /// wait.
    pub(crate) waiting: Option<Arc<Notify>>,
}

pub(crate) type SharedSlot = Arc<tokio::sync::Mutex<Slot>>;

#[derive(Default)]
pub(crate) struct Cancels {
    sessions: Mutex<HashMap<u32, Session>>,
}

struct Session {
    secret: [u8; 4],
    slot: SharedSlot,
}

/// A session's entry, gone when this drops.
pub(crate) struct Registration {
    cancels: Arc<Cancels>,
    pub(crate) key: CancelKey,
    pub(crate) slot: SharedSlot,
}

impl Cancels {
    /// A fresh random key for a session.
    pub(crate) fn register(
        self: &Arc<Self>,
        random: &SystemRandom,
    ) -> Result<Registration, ring::error::Unspecified> {
        let slot = SharedSlot::default();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let (mut pid, mut secret) = ([0; 4], [0; 4]);
            random.fill(&mut pid)?;
            random.fill(&mut secret)?;
            // Drivers read the pid as a signed integer; keep it a plausible one.
            let pid = u32::from_be_bytes(pid) >> 1;
            if pid == 0 || sessions.contains_key(&pid) {
                continue;
            }
            sessions.insert(pid, Session { secret, slot: Arc::clone(&slot) });
            let key = CancelKey { pid, secret: Bytes::copy_from_slice(&secret) };
            return Ok(Registration { cancels: Arc::clone(self), key, slot });
        }
    }

    fn slot(&self, key: &CancelKey) -> Option<SharedSlot> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get(&key.pid)?;
        let right: bool = session.secret.ct_eq(&key.secret).into();
        right.then(|| Arc::clone(&session.slot))
    }

    /// Passes a cancel request on to the server connection that works for the client now. A
    /// wrong key does nothing, and nobody learns that it was wrong.
    pub(crate) async fn cancel(&self, key: &CancelKey, database: &Database, limit: Duration) {
        let Some(slot) = self.slot(key) else { return };
        // One at a time for a session: one more would ask for what is being asked for already,
        // and a storm of them must not keep the connection from going back (trap P22).
        let Ok(mut slot) = slot.try_lock() else { return };
        let Some(server) = slot.key.clone() else {
            if let Some(waiting) = slot.waiting.take() {
                waiting.notify_one();
            }
            return;
        };
        if let Err(error) = send(&server, database, limit).await {
            slot.tainted = true;
            tracing::warn!(%error, "a cancel request got no answer");
        }
    }
}

/// Sends a cancel request to the server and waits until it has been acted on.
pub(crate) async fn send(
    key: &CancelKey,
    database: &Database,
    limit: Duration,
) -> std::io::Result<()> {
    let mut request = BytesMut::new();
    key.write_request(&mut request);
    let work = async {
        let mut stream = server::reach(database).await.map_err(std::io::Error::other)?;
        stream.write_all(&request).await?;
        stream.flush().await?;
        // The server closes once the signal has been sent.
        let mut rest = [0; 16];
        while !matches!(stream.read(&mut rest).await, Ok(0) | Err(_)) {}
        Ok(())
    };
    tokio::time::timeout(limit, work).await.map_err(std::io::Error::other)?
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut sessions = self.cancels.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(&self.key.pid);
    }
}

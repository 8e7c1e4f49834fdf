use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Whether a connection has requests under way, and since when it has none: what hyper counts
/// for HTTP/1 but not for HTTP/2.
#[derive(Clone, Debug)]
pub(crate) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    under_way: usize,
    since: Instant,
}

/// One request, until it drops.
#[derive(Debug)]
pub(crate) struct Active(Activity);

impl Activity {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { under_way: 0, since: Instant::now() })))
    }

    pub(crate) fn begin(&self) -> Active {
        self.change(|state| state.under_way += 1);
        Active(self.clone())
    }

    /// Resolves once there has been no request for this long.
    pub(crate) async fn idle(&self, time: Duration) {
        loop {
            let (idle, since) = self.change(|state| (state.under_way == 0, state.since));
            let end = if idle { since + time } else { Instant::now() + time };
            if idle && end <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        // Nothing that holds the lock can panic half-way through a change.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.under_way -= 1;
            state.since = Instant::now();
        });
    }
}

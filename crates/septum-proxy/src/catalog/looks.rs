use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Counts looks, so that whoever asks for one can tell when it has ended.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    count: watch::Sender<Count>,
    last_good: Mutex<Option<Instant>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    begun: u64,
    ended: u64,
}

impl Looks {
    pub(super) fn begin(&self) {
        self.count.send_modify(|count| count.begun = count.begun.saturating_add(1));
    }

    /// Whatever has begun has ended.
    pub(super) fn end(&self, well: bool) {
        if well {
            *self.last_good.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        self.count.send_modify(|count| count.ended = count.begun);
    }

    /// The number of the first look that has not begun yet.
    pub(super) fn next(&self) -> u64 {
        self.count.borrow().begun.saturating_add(1)
    }

    /// Waits for the end of a look.
    pub(super) async fn ended(&self, number: u64) {
        // The sender is ours: there is no error.
        let _ = self.count.subscribe().wait_for(|count| count.ended >= number).await;
    }

    /// How long ago the last look ended that went well.
    pub(super) fn age(&self) -> Option<Duration> {
        let last = *self.last_good.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|last| last.elapsed())
    }
}

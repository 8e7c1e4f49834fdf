use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use septum_audit::{Event, Head, SinkError, Time};
use tokio::sync::oneshot;

/// What waits for the disk, and how far the disk is.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    capacity: usize,
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Waiting>,
    phase: Phase,
    head: Head,
}

#[derive(Debug)]
enum Phase {
    Open,
    /// Nothing more is taken; what waits is still written.
    Closing,
    /// The writer is gone; why.
    Ended(SinkError),
}

/// An event that nobody has written yet, and who waits for it.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) time: Time,
    pub(crate) event: Event,
    pub(crate) answer: oneshot::Sender<Result<(), SinkError>>,
}

impl Queue {
    pub(crate) fn new(capacity: usize, head: Head) -> Self {
        let state = State { waiting: VecDeque::new(), phase: Phase::Open, head };
        Self { state: Mutex::new(state), changed: Condvar::new(), capacity }
    }

    /// Takes an event, which is stamped here so that times rise with the order.
    pub(crate) fn push(
        &self,
        event: Event,
    ) -> Result<oneshot::Receiver<Result<(), SinkError>>, SinkError> {
        let mut state = self.lock();
        match &state.phase {
            Phase::Open => {}
            Phase::Closing => return Err(SinkError::Closed),
            Phase::Ended(why) => return Err(why.clone()),
        }
        if state.waiting.len() >= self.capacity {
            return Err(SinkError::Full);
        }
        let (answer, answered) = oneshot::channel();
        state.waiting.push_back(Waiting { time: now(), event, answer });
        drop(state);
        self.changed.notify_one();
        Ok(answered)
    }

    /// The next group, at most `max`, once there is one; `None` when closed and all is taken.
    pub(crate) fn take(&self, max: usize) -> Option<Vec<Waiting>> {
        let mut state = self
            .changed
            .wait_while(self.lock(), |state| {
                state.waiting.is_empty() && matches!(state.phase, Phase::Open)
            })
            .unwrap_or_else(PoisonError::into_inner);
        let count = state.waiting.len().min(max);
        (count > 0).then(|| state.waiting.drain(..count).collect())
    }

    /// Takes nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        if matches!(state.phase, Phase::Open) {
            state.phase = Phase::Closing;
        }
        drop(state);
        self.changed.notify_one();
    }

    /// The writer is gone: refuses all that waits and all that comes.
    pub(crate) fn end(&self, why: &SinkError) {
        let mut state = self.lock();
        state.phase = Phase::Ended(why.clone());
        let refused = std::mem::take(&mut state.waiting);
        drop(state);
        for waiting in refused {
            // Whoever recorded it need not wait for the answer.
            let _ = waiting.answer.send(Err(why.clone()));
        }
    }

    /// The last durable record.
    pub(crate) fn head(&self) -> Head {
        self.lock().head
    }

    pub(crate) fn written(&self, head: Head) {
        self.lock().head = head;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The machine's clock; before 1970 it shows 1970.
pub(crate) fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::from_unix_millis(since.as_millis().try_into().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use septum_audit::{Digest, Kind};

    use super::*;

    fn queue(capacity: usize) -> Queue {
        Queue::new(capacity, Head { seq: 0, mac: Digest::from_bytes([0; 32]) })
    }

    fn event() -> Event {
        Event::new(Kind::Crossing)
    }

    #[test]
    fn an_event_beyond_the_bound_is_refused_and_not_kept() {
        let queue = queue(2);
        let waiting = [queue.push(event()).unwrap(), queue.push(event()).unwrap()];
        assert_eq!(queue.push(event()).unwrap_err(), SinkError::Full);
        assert_eq!(queue.take(10).map(|group| group.len()), Some(2));
        assert!(queue.push(event()).is_ok(), "there is room again");
        drop(waiting);
    }

    #[test]
    fn what_waits_is_still_given_out_after_closing_and_nothing_else_is_taken() {
        let queue = queue(10);
        let _waiting = [queue.push(event()).unwrap(), queue.push(event()).unwrap()];
        queue.close();
        assert_eq!(queue.push(event()).unwrap_err(), SinkError::Closed);
        assert_eq!(queue.take(1).map(|group| group.len()), Some(1));
        assert_eq!(queue.take(1).map(|group| group.len()), Some(1));
        assert!(queue.take(1).is_none());
    }

    #[test]
    fn when_the_writer_is_gone_nobody_waits_for_ever() {
        let queue = queue(10);
        let waiting = queue.push(event()).unwrap();
        let why = SinkError::Unwritable("no space".into());
        queue.end(&why);
        assert_eq!(waiting.blocking_recv(), Ok(Err(why.clone())));
        assert_eq!(queue.push(event()).unwrap_err(), why);
    }
}

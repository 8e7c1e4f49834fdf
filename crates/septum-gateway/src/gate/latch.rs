use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::Violation;

/// What a connection's gate and its service tell each other. In every request's extensions.
///
/// The gate lets one request through at a time and judges the next once the service has
/// answered: so a verdict is never taken for that of another request, and what follows the
/// handshake of a WebSocket is not judged as HTTP.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latch(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    refused: Option<Violation>,
    exchange: Exchange,
    waker: Option<Waker>,
}

/// What the connection is used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Exchange {
    /// Nothing: the next request may come.
    #[default]
    None,
    /// A request that has no answer yet.
    UnderWay,
    /// Another protocol, to which the application has agreed.
    Upgraded,
}

impl Latch {
    /// What was wrong with the request that hyper was given a stand-in for.
    pub(crate) fn refused(&self) -> Option<Violation> {
        self.lock().refused
    }

    /// The application has agreed to another protocol.
    pub(crate) fn upgrade(&self) {
        self.end(Exchange::Upgraded);
    }

    /// The request has its answer.
    pub(crate) fn answered(&self) {
        if self.lock().exchange == Exchange::UnderWay {
            self.end(Exchange::None);
        }
    }

    pub(super) fn refuse(&self, violation: Violation) {
        self.lock().refused = Some(violation);
    }

    pub(super) fn begin(&self) {
        self.lock().exchange = Exchange::UnderWay;
    }

    pub(super) fn is_upgraded(&self) -> bool {
        self.lock().exchange == Exchange::Upgraded
    }

    /// Ready once no request waits for its answer.
    pub(super) fn poll_answered(&self, context: &Context<'_>) -> Poll<Exchange> {
        let mut state = self.lock();
        if state.exchange == Exchange::UnderWay {
            state.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(state.exchange)
    }

    fn end(&self, exchange: Exchange) {
        let waker = {
            let mut state = self.lock();
            state.exchange = exchange;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

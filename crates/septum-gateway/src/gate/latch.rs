use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::Violation;

/// What a connection's gate and its service tell each other. In every request's extensions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latch(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    refused: Option<Violation>,
    upgrade: Upgrade,
    waker: Option<Waker>,
}

/// How far an upgrade is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Upgrade {
    /// No request asks for one.
    #[default]
    None,
    /// One does; nothing is read until it is answered, as what follows may be no HTTP.
    Asked,
    /// It was granted: what follows is the other protocol's.
    Granted,
}

impl Latch {
    /// What was wrong with the request that hyper was given a stand-in for.
    pub(crate) fn refused(&self) -> Option<Violation> {
        self.lock().refused
    }

    /// The application has agreed to the upgrade.
    pub(crate) fn grant(&self) {
        self.settle(Upgrade::Granted);
    }

    /// The request has been answered; an upgrade that was not granted by then is none.
    pub(crate) fn answered(&self) {
        if self.lock().upgrade == Upgrade::Asked {
            self.settle(Upgrade::None);
        }
    }

    pub(super) fn refuse(&self, violation: Violation) {
        self.lock().refused = Some(violation);
    }

    pub(super) fn ask(&self) {
        self.lock().upgrade = Upgrade::Asked;
    }

    pub(super) fn is_granted(&self) -> bool {
        self.lock().upgrade == Upgrade::Granted
    }

    /// Ready once no upgrade is being decided.
    pub(super) fn poll_settled(&self, context: &Context<'_>) -> Poll<Upgrade> {
        let mut state = self.lock();
        if state.upgrade == Upgrade::Asked {
            state.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(state.upgrade)
    }

    fn settle(&self, upgrade: Upgrade) {
        let waker = {
            let mut state = self.lock();
            state.upgrade = upgrade;
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

use std::pin::Pin;
use std::sync::Arc;

use crate::Event;

/// Resolves once the event is on stable storage.
pub type Recorded = Pin<Box<dyn Future<Output = Result<(), SinkError>> + Send>>;

/// Makes events durable, in the order in which they were given.
pub trait Sink: Send + Sync {
    /// Records an event. The event is taken at once, whether or not the answer is awaited;
    /// awaiting it is the promise that a crash loses nothing (invariant 8).
    fn record(&self, event: Event) -> Recorded;
}

/// The event is not known to be durable; nothing about the refusal may be relaxed for that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// More events wait for the disk than the queue holds. Later events may succeed.
    #[error("the audit log's queue is full; see why its disk is slow")]
    Full,
    /// Writing failed, now or earlier. Every later event fails too, until the log is reopened.
    #[error("the audit log can't be written ({0}); see to its disk and restart septum")]
    Unwritable(Arc<str>),
    /// The log was closed.
    #[error("the audit log is closed; record before closing it")]
    Closed,
}

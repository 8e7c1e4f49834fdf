use std::pin::Pin;

use crate::Event;

/// Resolves once the event is on stable storage.
pub type Recorded = Pin<Box<dyn Future<Output = Result<(), SinkError>> + Send>>;

/// Makes events durable, in the order in which they were given.
pub trait Sink: Send + Sync {
    /// Records an event. The event is taken at once, whether or not the answer is awaited;
    /// awaiting it is the promise that a crash loses nothing (invariant 8).
    fn record(&self, event: Event) -> Recorded;
}

/// The event could not be made durable; nothing about the refusal may be relaxed for that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit log can't be written: {0}")]
pub struct SinkError(pub String);

//! What is recorded of attempts to cross.
//!
//! An [`Event`] says who did what and why it was refused; it never holds a row value, a secret
//! or a statement's literals. A [`Sink`] makes events durable. Nothing here knows files, clocks
//! or a runtime: the time of an event and its place in the chain are the sink's.

mod event;
mod sink;

pub use event::{Event, Kind};
pub use sink::{Recorded, Sink, SinkError};

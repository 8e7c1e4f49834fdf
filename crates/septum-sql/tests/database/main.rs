//! The catalog snapshot, of a real server.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's failure report")]

mod catalog;
mod posture;

//! The catalog snapshot of a real server, and what is made of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's failure report")]

mod catalog;
mod posture;
mod resolve;
mod rewrite;

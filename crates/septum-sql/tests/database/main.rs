//! The catalog snapshot, of a real server.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

mod catalog;
mod resolve;

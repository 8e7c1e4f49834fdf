//! The catalog snapshot of a real server, and what rewriting by it makes a server do.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

mod catalog;
mod rewrite;

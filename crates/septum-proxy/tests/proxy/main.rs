//! The proxy with real drivers, on a pool of one server connection that two tenants share.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod fixture;
mod protocol;
mod sql;

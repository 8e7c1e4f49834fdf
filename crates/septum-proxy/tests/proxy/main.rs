//! The proxy with real drivers, on a pool of one server connection that two tenants share.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod catalog;
mod clean;
mod crossings;
mod drivers;
mod fixture;
mod handover;
mod limits;
mod lockout;
mod operator;
mod pool;
mod protocol;
mod random;
mod rewrite;
mod scrub;
mod sql;
mod strangers;
mod traps;
mod tripwire;
mod untrue;
mod wire;

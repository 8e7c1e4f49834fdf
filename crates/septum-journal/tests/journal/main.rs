//! The journal on real folders, under real load, killed and starved for real.
#![expect(clippy::unwrap_used, reason = "a panic is this program's failure report")]

mod crash;
mod log;
mod support;

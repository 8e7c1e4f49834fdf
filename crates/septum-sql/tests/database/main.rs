//! The catalog snapshot of a real server, and what is made of it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod catalog;
#[path = "../literals/mod.rs"]
mod literals;
mod posture;
mod resolve;
mod rewrite;
mod template;

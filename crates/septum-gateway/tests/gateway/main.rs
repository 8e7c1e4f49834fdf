//! The gateway over real sockets, in front of a real HTTP server.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod admin;
mod application;
mod binding;
mod fixture;
mod framing;
mod http2;
mod jwks;
mod limits;
mod streams;
mod web_socket;

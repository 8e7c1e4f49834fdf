//! The gateway over real sockets, in front of a real HTTP server. README.md beside this file
//! says which entry of the isolation catalogue is tested where.

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
mod pools;
mod smuggling;
mod streams;
mod tls;
mod web_socket;

//! The HTTP reverse proxy that binds every request to one tenant.
//!
//! ```text
//! accept, TLS -> gate (HTTP/1: framing, strictly) -> hyper -> admit -> limit -> strip -> bind
//!   -> tenant limit -> trace -> context token -> forward -> the application
//! ```
//!
//! Everything between hyper and `forward` but `admit` is `septum-tower`'s, for any service to
//! use. The gateway keeps no state of a client between requests: each is bound by itself,
//! whatever the connection carried before (catalogue H24, H55).

mod activity;
mod admin;
mod admit;
mod body;
mod config;
mod expiry;
mod forward;
mod gate;
mod gateway;
mod headers;
mod jwks;
mod serve;
mod stage;
mod streams;
mod tunnel;
mod upstream;

pub use config::{
    Config, JwksLocation, JwksSource, Limits, Listener, Protocols, ReadyCheck, Services, Timeouts,
    Upstream,
};
pub use gateway::{Gateway, GatewayError};

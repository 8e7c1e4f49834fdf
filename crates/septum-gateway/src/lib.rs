//! The HTTP reverse proxy that binds every request to one tenant.
//!
//! A chain of `septum-tower`'s layers around the forwarding to the application; see
//! [`Gateway::bind`].

mod admin;
mod config;
mod forward;
mod gateway;

pub use config::{
    Config, JwksLocation, JwksSource, Limits, Listener, Protocols, ReadyCheck, Services, Timeouts,
    Upstream,
};
pub use gateway::{Gateway, GatewayError};

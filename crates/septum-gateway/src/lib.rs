//! The HTTP reverse proxy that binds every request to one tenant.
mod config;

pub use config::{
    Config, JwksLocation, JwksSource, Limits, Listener, Protocols, ReadyCheck, Services, Timeouts,
    Upstream,
};

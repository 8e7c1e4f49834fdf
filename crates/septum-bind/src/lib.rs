//! Who is asking.
//!
//! Each source of a tenant has a verifier here that turns untrusted input into a [`Claim`];
//! [`Binding::agree`] turns the claims of one request into a [`Binding`], or refuses. There is
//! no other way to make either: what holds a `Binding` holds a verified one.
//!
//! A binding travels in two signed forms: as a [`context`] token from the gateway to the proxy
//! by way of the application, and as a [`seal`] from the proxy to `septum.tenant()` in the
//! database. Nothing here knows sockets, files, clocks or a runtime: time is an argument.

pub mod api_key;
mod binding;
pub mod context;
pub mod credential;
pub mod header;
pub mod host;
pub mod jwt;
mod key;
pub mod seal;
mod tenants;
mod trace;

pub use binding::{BindError, Binding, Claim};
pub use key::{InvalidRootKey, RootKey};
pub use tenants::{DuplicateTenant, Tenant, Tenants};
pub use trace::{Traces, UnderWay};

/// Seconds since the Unix epoch.
pub type UnixSeconds = u64;

//! Septum's words as types.
//!
//! Everything above speaks in these: which customer ([`TenantId`]), who acts for it
//! ([`Principal`]), in which [`Environment`], what named it ([`Source`]), and why something
//! was refused ([`Reason`]). Nothing here knows sockets, files, clocks or a runtime.

mod environment;
pub mod hex;
mod principal;
mod reason;
mod secret;
mod source;
mod tenancy;
mod tenant;
mod trace;

pub use environment::{Environment, UnknownEnvironment};
pub use principal::{InvalidPrincipal, Principal};
pub use reason::{Reason, ReasonDoc};
pub use secret::Secret;
pub use source::Source;
pub use tenancy::{RelationName, Scope, TableMode, Tenancy, UnknownTableMode};
pub use tenant::{InvalidTenantId, TenantId, TenantType, UnknownTenantType};
pub use trace::{InvalidTraceparent, TraceId, Traceparent};

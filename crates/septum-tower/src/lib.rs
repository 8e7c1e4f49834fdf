//! Tower layers that bind every HTTP request to one tenant.
//!
//! They work on any service over [`http::Request`]: the gateway is built from them, and an
//! axum or hyper application can use them without the gateway. Outermost first:
//!
//! 1. [`LimitLayer`]: how many header fields and bytes a request may have, and one length;
//! 2. [`StripLayer`]: takes away hop-by-hop headers, every spelling of Septum's own, and what
//!    only trusted proxies may say;
//! 3. [`BindLayer`]: verifies every source, and answers what binds no tenant;
//! 4. [`TenantLimitLayer`]: requests of one tenant at a time;
//! 5. [`TraceLayer`]: begins a fresh trace, by which the proxy finds the binding of a query;
//! 6. [`ContextLayer`]: hands the application the context token.
//!
//! The order matters: what a `Connection` header names is taken away before anything of
//! Septum's is set (catalogue H4). The service inside finds the [`septum_bind::Binding`] in the
//! request's extensions. All but the first are [`Step`]s. The server outside puts a [`Connection`] there; without one, nobody is
//! a trusted peer.

mod authority;
mod bind;
mod connection;
mod context;
mod denial;
mod held;
mod limit;
mod names;
mod sources;
mod step;
mod strip;
mod tenant_limit;
mod trace;
mod verifier;

pub use authority::authority;
pub use bind::BindLayer;
pub use connection::Connection;
pub use context::{CONTEXT_HEADER, ContextLayer};
pub use denial::{Counts, Denial, Denials};
pub use held::Held;
pub use limit::{BodyTooLarge, Limit, LimitLayer, Limited};
pub use sources::{ApiKeySource, HeaderSource, HostSource, InvalidSources, JwtSource, Sources};
pub use step::{Step, Stepped};
pub use strip::{StripLayer, WebSocket};
pub use tenant_limit::{Place, TenantLimitLayer};
pub use trace::{CALLER_HEADER, InFlight, TraceLayer};
pub use verifier::{RefreshKeys, Verifier};

/// What a layer's `call` returns.
pub(crate) type BoxFuture<T> = std::pin::Pin<Box<dyn Future<Output = T> + Send>>;

//! Tower layers that bind every HTTP request to one tenant.
mod sources;

pub use sources::{ApiKeySource, HeaderSource, HostSource, InvalidSources, JwtSource, Sources};

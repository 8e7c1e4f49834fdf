//! JSON Web Tokens: compact JWS with a pinned key, a pinned algorithm and strict claims
//! (RFC 7515, 7519, 8725; catalogue H33-H48).
//!
//! What is refused, and never repaired: any serialisation but the compact one, padded or
//! sloppy base64url, a JSON key that occurs twice, `alg` other than the key's own, `crit`,
//! `b64`, `zip`, `enc` and nested tokens, times that are no integers, an audience that does not
//! name us, a lifetime without end. `jku`, `x5u`, `jwk` and `x5c` are never looked at: keys
//! come from the configuration.

mod algorithm;
mod claims;
mod der;
mod issuer;
mod json;
mod jwk;
mod jws;
mod key;
mod keys;
mod refusal;
mod roca;
#[cfg(test)]
mod tests;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use issuer::{InvalidIssuer, Issuer, Issuers};
pub use key::{InvalidKey, Key};
pub use keys::{InvalidKeys, Keys, LiveKeys};
pub use refusal::Refusal;

/// The longest token that is looked at, in bytes (catalogue H47).
pub const MAX_LEN: usize = 16 * 1024;

/// The largest JWKS document that is looked at, in bytes (catalogue H44).
pub const MAX_JWKS_LEN: usize = 256 * 1024;

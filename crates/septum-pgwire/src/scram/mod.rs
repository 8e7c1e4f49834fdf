//! SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, both sides, sans-IO.
//!
//! ```text
//! client                                   server
//! client::Start::first    -- n,,n=,r=c -->   server::first
//! client::Start::respond  <- r=cs,s=,i= --   server::Final
//!                         -- c=,r=,p= -->    server::Final::finish
//! client::Final::verify   <-- v=.. ------
//! ```
//!
//! As PostgreSQL does it (`src/backend/libpq/auth-scram.c`): the user's name comes from the
//! startup packet, never from these messages, and authorization identities are refused.
//! Nonces are arguments; make them with [`NONCE_BYTES`] random bytes in base64. Sources:
//! RFC 5802, RFC 7677, RFC 5929 (tls-server-end-point).

mod binding;
pub mod client;
mod error;
mod keys;
mod message;
mod prepare;
pub mod server;
mod verifier;

#[cfg(test)]
mod tests;

pub use binding::ChannelBinding;
pub use error::ScramError;
pub use verifier::{InvalidVerifier, Verifier};

/// The name of the mechanism without channel binding.
pub const SCRAM_SHA_256: &str = "SCRAM-SHA-256";
/// The name of the mechanism with channel binding.
pub const SCRAM_SHA_256_PLUS: &str = "SCRAM-SHA-256-PLUS";
/// How many random bytes a nonce is made of, before base64, as in PostgreSQL.
pub const NONCE_BYTES: usize = 18;
/// How many random bytes a salt has, as in PostgreSQL.
pub const SALT_BYTES: usize = 16;
/// PostgreSQL's default count of iterations.
pub const DEFAULT_ITERATIONS: std::num::NonZeroU32 =
    std::num::NonZeroU32::new(4096).expect("4096 is not zero");
/// The most iterations that a server may ask of us: about a second of work. More would let a
/// server keep its client busy for hours with one number.
pub const MAX_ITERATIONS: u32 = 1_000_000;
/// The longest message that is looked at, in bytes, as in PostgreSQL
/// (`PG_MAX_SASL_MESSAGE_LENGTH`).
pub const MAX_MESSAGE: usize = 1024;

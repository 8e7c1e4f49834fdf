//! The seal: a binding on its way from the proxy into the database, where
//! `septum.tenant()` verifies it.
//!
//! ```text
//! 1 . key id . backend pid . expires . environment . tenant . principal . HMAC-SHA-256
//!                                                    (hex)    (hex)       (hex)
//! ```
//!
//! SQL of the bound tenant can read its own seal. Copied elsewhere it is worth nothing: it
//! names the backend's pid and is good for transactions that begin within seconds. Changed, it
//! verifies as nothing, and policies that read `(SELECT septum.tenant())` show no row.

use septum_core::hex;

use crate::key::{Purpose, Signer, key_id};
use crate::{Binding, RootKey, UnixSeconds};

/// How long a seal may take from the proxy to the transaction's start, in seconds.
pub const LIFETIME: UnixSeconds = 30;

/// Seals bindings for backends.
#[derive(Clone, Debug)]
pub struct SealKey(Signer);

impl SealKey {
    /// The seal's key of this deployment.
    pub fn new(root: &RootKey) -> Self {
        Self(root.signer(Purpose::Seal))
    }

    /// The seal of a binding for the backend `pid`, whose clock shows `now`.
    pub fn seal(&self, binding: &Binding, pid: u32, now: UnixSeconds) -> String {
        let expires = now.saturating_add(LIFETIME);
        let mut seal = format!("1.{}.{pid}.{expires}.{}.", self.0.id, binding.environment());
        hex::push(&mut seal, binding.tenant().to_string().as_bytes());
        seal.push('.');
        hex::push(&mut seal, binding.principal().as_str().as_bytes());
        let tag = self.0.sign(&seal);
        seal.push('.');
        hex::push(&mut seal, tag.as_ref());
        seal
    }
}

/// What the database keeps of a seal key: the two blocks that HMAC (RFC 2104) hashes first,
/// so that SQL needs two `sha256` calls and no `xor`.
#[derive(Clone)]
pub struct SealPads {
    /// The key's public name.
    pub id: String,
    /// The key, padded to 64 bytes, xor 0x36.
    pub inner: [u8; 64],
    /// The key, padded to 64 bytes, xor 0x5c.
    pub outer: [u8; 64],
}

impl SealPads {
    /// The pads of this deployment's seal key, for `septum migrate`.
    pub fn new(root: &RootKey) -> Self {
        let key = root.derive(Purpose::Seal);
        let (mut inner, mut outer) = ([0x36; 64], [0x5c; 64]);
        for (byte, (inner, outer)) in key.iter().zip(inner.iter_mut().zip(outer.iter_mut())) {
            *inner ^= byte;
            *outer ^= byte;
        }
        Self { id: key_id(&key), inner, outer }
    }
}

#[cfg(test)]
mod tests {
    use ring::digest::{SHA256, digest};
    use septum_core::{Principal, TenantType};

    use super::*;

    #[test]
    fn the_pads_make_the_same_hmac_that_the_seal_carries() {
        let root = RootKey::from_bytes([7; 32]);
        let tenant = TenantType::Int.parse("42").unwrap();
        let binding = Binding::for_tests(tenant, Principal::new("ann").unwrap());
        let seal = SealKey::new(&root).seal(&binding, 4711, 1_000);
        let (message, tag) = seal.rsplit_once('.').unwrap();
        let pads = SealPads::new(&root);
        let inner = digest(&SHA256, &[&pads.inner, message.as_bytes()].concat());
        let outer = digest(&SHA256, &[&pads.outer, inner.as_ref()].concat());
        assert_eq!(tag, hex::encode(outer.as_ref()));
        assert!(message.starts_with(&format!("1.{}.4711.1030.test.3432.", pads.id)));
    }
}

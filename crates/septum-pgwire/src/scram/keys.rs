//! RFC 5802 section 3: what is derived from the password, and what proves it.

use std::num::NonZeroU32;

use ring::{digest, hmac, pbkdf2};

use super::prepare::prepare;

pub(super) const KEY_LEN: usize = digest::SHA256_OUTPUT_LEN;
pub(super) type Key = [u8; KEY_LEN];

/// The slow part: PBKDF2 over the prepared password.
pub(super) fn salted_password(password: &str, salt: &[u8], iterations: NonZeroU32) -> Key {
    let mut salted = [0; KEY_LEN];
    let password = prepare(password);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password.as_bytes(), &mut salted);
    salted
}

pub(super) fn client_key(salted_password: &Key) -> Key {
    sign(salted_password, b"Client Key")
}

pub(super) fn server_key(salted_password: &Key) -> Key {
    sign(salted_password, b"Server Key")
}

pub(super) fn stored_key(client_key: &Key) -> Key {
    fixed(digest::digest(&digest::SHA256, client_key).as_ref())
}

pub(super) fn sign(key: &Key, message: &[u8]) -> Key {
    fixed(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref())
}

/// Whether `signature` is `key`'s over `message`, in constant time.
pub(super) fn verify(key: &Key, message: &[u8], signature: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), message, signature).is_ok()
}

/// Whether two keys are the same, in constant time: their signatures over one message are.
pub(super) fn same(a: &Key, b: &Key) -> bool {
    verify(a, b"septum scram", &sign(b, b"septum scram"))
}

pub(super) fn xor(a: &Key, b: &Key) -> Key {
    let mut sum = *a;
    sum.iter_mut().zip(b).for_each(|(a, b)| *a ^= b);
    sum
}

fn fixed(bytes: &[u8]) -> Key {
    let mut key = [0; KEY_LEN];
    key.copy_from_slice(bytes);
    key
}

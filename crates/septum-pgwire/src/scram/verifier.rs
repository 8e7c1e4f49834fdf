use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use super::keys::{self, KEY_LEN, Key};
use super::{DEFAULT_ITERATIONS, SALT_BYTES, SCRAM_SHA_256, message};

/// What a server keeps in place of a password. It shows nothing of itself in `Debug`.
///
/// ```
/// use septum_pgwire::scram::{DEFAULT_ITERATIONS, Verifier};
///
/// let verifier = Verifier::derive("pencil", b"0123456789abcdef", DEFAULT_ITERATIONS);
/// assert_eq!(verifier.to_postgres().parse(), Ok(verifier));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    pub(super) iterations: NonZeroU32,
    pub(super) salt: Vec<u8>,
    pub(super) stored_key: Key,
    pub(super) server_key: Key,
    /// For a user that does not exist: refused at the end, whatever the proof.
    pub(super) doomed: bool,
}

/// The text is not a SCRAM verifier. It is not repeated: it may be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a SCRAM verifier; copy it from `pg_authid.rolpassword`, where it is \
     `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`"
)]
pub struct InvalidVerifier;

impl Verifier {
    /// The verifier of a password. Slow on purpose: a few milliseconds at 4096 iterations.
    pub fn derive(password: &str, salt: &[u8], iterations: NonZeroU32) -> Self {
        let salted = keys::salted_password(password, salt, iterations);
        Self {
            iterations,
            salt: salt.to_vec(),
            stored_key: keys::stored_key(&keys::client_key(&salted)),
            server_key: keys::server_key(&salted),
            doomed: false,
        }
    }

    /// A verifier for a user that does not exist, so that the answers don't show it: the same
    /// salt each time, and no proof ever succeeds.
    ///
    /// It has PostgreSQL's own shape (a salt of [`SALT_BYTES`], [`DEFAULT_ITERATIONS`]); real
    /// verifiers of another shape give themselves away beside it.
    pub fn mock(key: &[u8; 32], user: &str) -> Self {
        let part = |label: &str| keys::sign(key, format!("septum scram {label} {user}").as_bytes());
        Self {
            iterations: DEFAULT_ITERATIONS,
            salt: part("salt").into_iter().take(SALT_BYTES).collect(),
            stored_key: part("stored key"),
            server_key: part("server key"),
            doomed: true,
        }
    }

    /// The form that PostgreSQL stores and that [`str::parse`] reads. To be kept secret: who
    /// knows it can pose as the server, and can guess passwords.
    pub fn to_postgres(&self) -> String {
        let [salt, stored, server] =
            [self.salt.as_slice(), &self.stored_key, &self.server_key].map(message::encode);
        format!("{SCRAM_SHA_256}${}:{salt}${stored}:{server}", self.iterations)
    }

    /// What the password is hashed with. Not a secret: every client that logs in is told.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// How many rounds of hashing the password takes.
    pub fn iterations(&self) -> NonZeroU32 {
        self.iterations
    }
}

impl FromStr for Verifier {
    type Err = InvalidVerifier;

    /// Reads PostgreSQL's `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
    fn from_str(text: &str) -> Result<Self, InvalidVerifier> {
        let decode = |text| message::decode(text).map_err(|_| InvalidVerifier);
        let key = |text| Key::try_from(decode(text)?).map_err(|_| InvalidVerifier);
        let rest = text.strip_prefix(SCRAM_SHA_256).and_then(|text| text.strip_prefix('$'));
        let (cost, secrets) = rest.and_then(|rest| rest.split_once('$')).ok_or(InvalidVerifier)?;
        let (iterations, salt) = cost.split_once(':').ok_or(InvalidVerifier)?;
        let (stored, server) = secrets.split_once(':').ok_or(InvalidVerifier)?;
        let salt = decode(salt)?;
        // Longer would not fit into a message.
        if salt.is_empty() || salt.len() > 8 * KEY_LEN {
            return Err(InvalidVerifier);
        }
        Ok(Self {
            iterations: decimal(iterations).ok_or(InvalidVerifier)?,
            salt,
            stored_key: key(stored)?,
            server_key: key(server)?,
            doomed: false,
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier([secret])")
    }
}

/// A positive number in plain digits: no sign, no space.
pub(super) fn decimal(text: &str) -> Option<NonZeroU32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

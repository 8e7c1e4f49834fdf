use std::fmt;

use ring::{hmac, signature};

use super::algorithm::Family;
use super::{Algorithm, der, jwk, roca};

/// One verification key, pinned to one algorithm (catalogue H34).
#[derive(Clone)]
pub struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    material: Material,
}

#[derive(Clone)]
pub(super) enum Material {
    Secret(hmac::Key),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point, or an Ed25519 key's 32 bytes.
    Raw(Vec<u8>),
}

impl Key {
    /// A shared secret, for HS256, HS384 and HS512.
    ///
    /// # Errors
    /// [`InvalidKey::Mismatch`] for another algorithm; [`InvalidKey::Weak`] when the secret is
    /// shorter than the hash (RFC 7518, section 3.2).
    pub fn from_secret(
        algorithm: Algorithm,
        id: Option<String>,
        secret: &[u8],
    ) -> Result<Self, InvalidKey> {
        let hash = match algorithm {
            Algorithm::Hs256 => hmac::HMAC_SHA256,
            Algorithm::Hs384 => hmac::HMAC_SHA384,
            Algorithm::Hs512 => hmac::HMAC_SHA512,
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512
            | Algorithm::Es256
            | Algorithm::Es384
            | Algorithm::EdDsa => return Err(InvalidKey::Mismatch(algorithm)),
        };
        if secret.len() < hash.digest_algorithm().output_len() {
            return Err(InvalidKey::Weak);
        }
        let material = Material::Secret(hmac::Key::new(hash, secret));
        Ok(Self { id, algorithm, material })
    }

    /// A public key in PEM: `PUBLIC KEY` (RFC 5280) or `RSA PUBLIC KEY` (RFC 8017).
    ///
    /// # Errors
    /// [`InvalidKey`] when it is another kind of PEM, of another type than the algorithm
    /// takes, or weak.
    pub fn from_pem(
        algorithm: Algorithm,
        id: Option<String>,
        pem: &str,
    ) -> Result<Self, InvalidKey> {
        let (family, material) = der::public_key(pem)?;
        Self::new(algorithm, id, family, material)
    }

    /// A key as JSON (RFC 7517), shared secrets included. `algorithm` is used when the key
    /// itself names none.
    ///
    /// # Errors
    /// [`InvalidKey`] when it is malformed, not for signatures, of an unsupported kind, weak,
    /// or names no algorithm and none is given.
    pub fn from_jwk(json: &str, algorithm: Option<Algorithm>) -> Result<Self, InvalidKey> {
        jwk::key(json, algorithm)
    }

    /// The key's `kid`.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The one algorithm that it verifies.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The one place where a public key is put together, so that no check is forgotten.
    pub(super) fn new(
        algorithm: Algorithm,
        id: Option<String>,
        family: Family,
        material: Material,
    ) -> Result<Self, InvalidKey> {
        if algorithm.family() != family {
            return Err(InvalidKey::Mismatch(algorithm));
        }
        match (&material, family) {
            (Material::Rsa { n, e }, Family::Rsa) => check_rsa(n, e)?,
            (Material::Raw(bytes), Family::P256) if is_point(bytes, 65) => {}
            (Material::Raw(bytes), Family::P384) if is_point(bytes, 97) => {}
            (Material::Raw(bytes), Family::Ed25519) if bytes.len() == 32 => {}
            (Material::Secret(_) | Material::Rsa { .. } | Material::Raw(_), _) => {
                return Err(InvalidKey::Malformed);
            }
        }
        Ok(Self { id, algorithm, material })
    }

    pub(super) fn is_secret(&self) -> bool {
        matches!(self.material, Material::Secret(_))
    }

    /// Whether `signature` is this key's over `message`. HMACs compare in constant time; ring
    /// checks that points lie on their curve and that r and s are in range (catalogue H43).
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match (&self.material, scheme(self.algorithm)) {
            (Material::Secret(key), Scheme::Hmac) => {
                // ring takes no truncated tag, but says so nowhere: its length is checked.
                let length = key.algorithm().digest_algorithm().output_len();
                return signature.len() == length && hmac::verify(key, message, signature).is_ok();
            }
            (Material::Rsa { n, e }, Scheme::Rsa(parameters)) => {
                let key = signature::RsaPublicKeyComponents { n, e };
                key.verify(parameters, message, signature)
            }
            (Material::Raw(key), Scheme::Raw(algorithm)) => {
                signature::UnparsedPublicKey::new(algorithm, key).verify(message, signature)
            }
            (Material::Secret(_) | Material::Rsa { .. } | Material::Raw(_), _) => return false,
        };
        verified.is_ok()
    }
}

/// How a signature of an algorithm is verified.
enum Scheme {
    Hmac,
    Rsa(&'static signature::RsaParameters),
    Raw(&'static dyn signature::VerificationAlgorithm),
}

fn scheme(algorithm: Algorithm) -> Scheme {
    match algorithm {
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => Scheme::Hmac,
        Algorithm::Rs256 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 => Scheme::Raw(&signature::ECDSA_P256_SHA256_FIXED),
        Algorithm::Es384 => Scheme::Raw(&signature::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDsa => Scheme::Raw(&signature::ED25519),
    }
}

/// 2048 to 8192 bits, an odd exponent of at least 3 and at most 33 bits, no ROCA key.
fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), InvalidKey> {
    let leading_zero = |bytes: &[u8]| bytes.first().is_none_or(|byte| *byte == 0);
    if leading_zero(n) || leading_zero(e) {
        return Err(InvalidKey::Malformed);
    }
    let one = e == [1];
    let even = e.last().is_none_or(|byte| byte.is_multiple_of(2));
    let short = n.len() < 256 || (n.len() == 256 && n.first().is_none_or(|byte| *byte < 0x80));
    let weak = one || even || e.len() > 5 || short || n.len() > 1024 || roca::is_vulnerable(n);
    if weak { Err(InvalidKey::Weak) } else { Ok(()) }
}

/// An uncompressed point of this length; whether it lies on the curve is ring's to check.
fn is_point(bytes: &[u8], length: usize) -> bool {
    bytes.len() == length && bytes.first() == Some(&4)
}

/// The id and the algorithm; never the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, {})", self.id.as_deref().unwrap_or("-"), self.algorithm)
    }
}

/// The text is no key that tokens can be verified with. It is not repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// The text can't be read.
    #[error("not a key: use a PEM `PUBLIC KEY`, a JWK or a shared secret")]
    Malformed,
    /// The key is of another type than the algorithm takes.
    #[error("the key is of another type than `{0}` takes")]
    Mismatch(Algorithm),
    /// The key is of a type, curve or algorithm that is not supported.
    #[error(
        "the key's type, curve or algorithm is not supported; use RSA, P-256, P-384, Ed25519 or a shared secret"
    )]
    Unsupported,
    /// The key is meant for something else.
    #[error("the key is not for verifying signatures: see its `use` and `key_ops`")]
    WrongUse,
    /// The key names no algorithm and none was given.
    #[error("the key names no `alg`; say which algorithm it is for")]
    NoAlgorithm,
    /// A private key, where a public one belongs.
    #[error("a private key; give the public one only, and keep the private one at the issuer")]
    Private,
    /// The key is too weak to prove anything.
    #[error("the key is too weak: use RSA of 2048 bits and more, or a secret as long as the hash")]
    Weak,
}

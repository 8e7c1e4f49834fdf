//! Keys as JSON (RFC 7517, RFC 7518 section 6, RFC 8037).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::algorithm::Family;
use super::json::{self, Json, Object};
use super::key::{InvalidKey, Key, Material};
use super::keys::InvalidKeys;
use super::{Algorithm, MAX_JWKS_LEN};

/// One configured key.
pub(super) fn key(text: &str, algorithm: Option<Algorithm>) -> Result<Key, InvalidKey> {
    let jwk = json::object(text.as_bytes()).ok_or(InvalidKey::Malformed)?;
    check_use(&jwk)?;
    let id = optional(&jwk, "kid")?.map(str::to_owned);
    let algorithm = match optional(&jwk, "alg")? {
        Some(name) => name.parse().map_err(|_| InvalidKey::Unsupported)?,
        None => algorithm.ok_or(InvalidKey::NoAlgorithm)?,
    };
    if required(&jwk, "kty")? == "oct" {
        return Key::from_secret(algorithm, id, &bytes(&jwk, "k")?);
    }
    let (family, material) = public(&jwk)?;
    Key::new(algorithm, id, family, material)
}

/// The signature keys of a fetched set. Keys for other purposes and of unknown kinds are
/// passed over, as RFC 7517 section 5 says; weak ones too.
///
/// A shared or a private key in a set that is fetched is known to everybody: the whole set is
/// refused (catalogue H44).
pub(super) fn set(document: &[u8], allowed: &[Algorithm]) -> Result<Vec<Key>, InvalidKeys> {
    if document.len() > MAX_JWKS_LEN {
        return Err(InvalidKeys::Malformed);
    }
    let document = json::object(document).ok_or(InvalidKeys::Malformed)?;
    let jwks = document.get("keys").and_then(Json::as_array).ok_or(InvalidKeys::Malformed)?;
    let mut keys = Vec::new();
    for jwk in jwks {
        let jwk = jwk.as_object().ok_or(InvalidKeys::Malformed)?;
        match of_set(jwk, allowed) {
            Ok(key) => keys.push(key),
            Err(InvalidKey::Private) => return Err(InvalidKeys::Private),
            Err(InvalidKey::Malformed) => return Err(InvalidKeys::Malformed),
            Err(
                InvalidKey::Mismatch(_)
                | InvalidKey::Unsupported
                | InvalidKey::WrongUse
                | InvalidKey::NoAlgorithm
                | InvalidKey::Weak,
            ) => {}
        }
    }
    Ok(keys)
}

fn of_set(jwk: &Object, allowed: &[Algorithm]) -> Result<Key, InvalidKey> {
    if required(jwk, "kty")? == "oct" {
        return Err(InvalidKey::Private);
    }
    let id = optional(jwk, "kid")?.map(str::to_owned);
    let (family, material) = public(jwk)?;
    check_use(jwk)?;
    let algorithm = match optional(jwk, "alg")? {
        Some(name) => name.parse().map_err(|_| InvalidKey::Unsupported)?,
        // Some issuers leave `alg` out: the first allowed algorithm for the key's type.
        None => *allowed
            .iter()
            .find(|algorithm| algorithm.family() == family)
            .ok_or(InvalidKey::NoAlgorithm)?,
    };
    if !allowed.contains(&algorithm) {
        return Err(InvalidKey::Unsupported);
    }
    Key::new(algorithm, id, family, material)
}

fn public(jwk: &Object) -> Result<(Family, Material), InvalidKey> {
    let kind = required(jwk, "kty")?;
    if jwk.contains_key("d") {
        return Err(InvalidKey::Private);
    }
    match kind {
        "RSA" => Ok((Family::Rsa, Material::Rsa { n: bytes(jwk, "n")?, e: bytes(jwk, "e")? })),
        "EC" => {
            let (family, length) = match required(jwk, "crv")? {
                "P-256" => (Family::P256, 32),
                "P-384" => (Family::P384, 48),
                _ => return Err(InvalidKey::Unsupported),
            };
            let (x, y) = (bytes(jwk, "x")?, bytes(jwk, "y")?);
            if x.len() != length || y.len() != length {
                return Err(InvalidKey::Malformed);
            }
            Ok((family, Material::Raw([&[4], x.as_slice(), y.as_slice()].concat())))
        }
        "OKP" if required(jwk, "crv")? == "Ed25519" => {
            Ok((Family::Ed25519, Material::Raw(bytes(jwk, "x")?)))
        }
        _ => Err(InvalidKey::Unsupported),
    }
}

fn check_use(jwk: &Object) -> Result<(), InvalidKey> {
    if optional(jwk, "use")?.is_some_and(|purpose| purpose != "sig") {
        return Err(InvalidKey::WrongUse);
    }
    match jwk.get("key_ops") {
        None => Ok(()),
        Some(operations) => operations
            .as_array()
            .ok_or(InvalidKey::Malformed)?
            .iter()
            .any(|operation| operation.as_text() == Some("verify"))
            .then_some(())
            .ok_or(InvalidKey::WrongUse),
    }
}

fn optional<'j>(jwk: &'j Object, name: &str) -> Result<Option<&'j str>, InvalidKey> {
    match jwk.get(name) {
        None => Ok(None),
        Some(value) => value.as_text().map(Some).ok_or(InvalidKey::Malformed),
    }
}

fn required<'j>(jwk: &'j Object, name: &str) -> Result<&'j str, InvalidKey> {
    optional(jwk, name)?.ok_or(InvalidKey::Malformed)
}

fn bytes(jwk: &Object, name: &str) -> Result<Vec<u8>, InvalidKey> {
    URL_SAFE_NO_PAD.decode(required(jwk, name)?).map_err(|_| InvalidKey::Malformed)
}

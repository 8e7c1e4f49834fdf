//! The compact serialisation and its signature (RFC 7515, section 7.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::json::{self, Json, Object};
use super::{Algorithm, Keys, MAX_LEN, Refusal};

/// A token taken apart; nothing of it is proven until [`Jws::verify`].
pub(super) struct Jws<'t> {
    signed: &'t str,
    pub(super) header: Header,
    pub(super) payload: Vec<u8>,
    signature: Vec<u8>,
}

/// The parts of a header that count.
pub(super) struct Header {
    algorithm: Algorithm,
    key: Option<String>,
    pub(super) typ: Option<String>,
}

impl<'t> Jws<'t> {
    pub(super) fn parse(token: &'t str) -> Result<Self, Refusal> {
        if token.len() > MAX_LEN {
            return Err(Refusal::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        // A fourth part would leave a dot here, which is no base64url digit.
        Ok(Self {
            signed,
            header: Header::parse(&decode(header)?)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }

    /// Whether one of the issuer's keys signed exactly these bytes with exactly its algorithm.
    pub(super) fn verify(&self, keys: &Keys) -> Result<(), Refusal> {
        let key = keys.find(self.header.key.as_deref()).ok_or(Refusal::UnknownKey)?;
        if key.algorithm() != self.header.algorithm {
            return Err(Refusal::Algorithm);
        }
        let verified = key.verifies(self.signed.as_bytes(), &self.signature);
        if verified { Ok(()) } else { Err(Refusal::Signature) }
    }
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let header = json::object(bytes).ok_or(Refusal::Malformed)?;
        // `crit` names extensions that must be understood: none is. The others change what the
        // payload means. `jku`, `x5u`, `jwk` and `x5c` are left alone on purpose.
        if ["crit", "b64", "zip", "enc", "cty"].iter().any(|name| header.contains_key(*name)) {
            return Err(Refusal::Unsupported);
        }
        let algorithm = header.get("alg").and_then(Json::as_text).ok_or(Refusal::Malformed)?;
        Ok(Self {
            algorithm: algorithm.parse().map_err(|_| Refusal::Algorithm)?,
            key: text(&header, "kid")?,
            typ: text(&header, "typ")?,
        })
    }
}

/// A member that is absent or a string.
fn text(header: &Object, name: &str) -> Result<Option<String>, Refusal> {
    match header.get(name) {
        None => Ok(None),
        Some(value) => value.as_text().map(|text| Some(text.into())).ok_or(Refusal::Malformed),
    }
}

/// Strict base64url: no padding, no white space, no stray bits in the last digit.
fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed)
}

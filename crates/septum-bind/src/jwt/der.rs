//! Public keys in PEM: just enough DER, strictly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::algorithm::Family;
use super::key::{InvalidKey, Material};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OID: u8 = 0x06;
const NULL: u8 = 0x05;

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// The one public key of a PEM text.
pub(super) fn public_key(pem: &str) -> Result<(Family, Material), InvalidKey> {
    let (label, der) = one_block(pem).ok_or(InvalidKey::Malformed)?;
    match label {
        "PUBLIC KEY" => subject_public_key_info(&der),
        "RSA PUBLIC KEY" => Ok((Family::Rsa, rsa(&der).ok_or(InvalidKey::Malformed)?)),
        label if label.ends_with("PRIVATE KEY") => Err(InvalidKey::Private),
        _ => Err(InvalidKey::Malformed),
    }
}

/// The label and the bytes of a PEM text with exactly one block.
fn one_block(pem: &str) -> Option<(&str, Vec<u8>)> {
    let (label, rest) = pem.trim().strip_prefix("-----BEGIN ")?.split_once("-----")?;
    let (body, end) = rest.split_once("-----END ")?;
    if end.strip_suffix("-----")? != label {
        return None;
    }
    let body: String = body.split_ascii_whitespace().collect();
    Some((label, STANDARD.decode(body).ok()?))
}

/// RFC 5280, section 4.1, with the algorithms of RFC 3279, 5480 and 8410.
fn subject_public_key_info(der: &[u8]) -> Result<(Family, Material), InvalidKey> {
    let malformed = InvalidKey::Malformed;
    let info = Reader::new(der).only(SEQUENCE).ok_or(malformed)?;
    let mut info = Reader::new(info);
    let mut algorithm = Reader::new(info.next(SEQUENCE).ok_or(malformed)?);
    let key = info.last(BIT_STRING).ok_or(malformed)?;
    let Some((0, key)) = key.split_first() else { return Err(malformed) };
    match algorithm.next(OID).ok_or(malformed)? {
        RSA_ENCRYPTION => {
            algorithm.last(NULL).filter(|null| null.is_empty()).ok_or(malformed)?;
            Ok((Family::Rsa, rsa(key).ok_or(malformed)?))
        }
        EC_PUBLIC_KEY => match algorithm.last(OID).ok_or(malformed)? {
            P256 => Ok((Family::P256, Material::Raw(key.into()))),
            P384 => Ok((Family::P384, Material::Raw(key.into()))),
            _ => Err(InvalidKey::Unsupported),
        },
        ED25519 if algorithm.0.is_empty() => Ok((Family::Ed25519, Material::Raw(key.into()))),
        _ => Err(InvalidKey::Unsupported),
    }
}

/// RFC 8017, appendix A.1.1.
fn rsa(der: &[u8]) -> Option<Material> {
    let mut key = Reader::new(Reader::new(der).only(SEQUENCE)?);
    let n = positive(key.next(INTEGER)?)?;
    let e = positive(key.last(INTEGER)?)?;
    Some(Material::Rsa { n: n.into(), e: e.into() })
}

/// The digits of a positive integer in its shortest form.
fn positive(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0, rest @ ..] => rest.first().filter(|byte| **byte >= 0x80).map(|_| rest),
        [first, ..] if *first < 0x80 => Some(bytes),
        _ => None,
    }
}

/// Reads elements off the front; lengths are definite and in their shortest form.
struct Reader<'d>(&'d [u8]);

impl<'d> Reader<'d> {
    fn new(der: &'d [u8]) -> Self {
        Self(der)
    }

    /// The content of the next element, which has this tag.
    fn next(&mut self, tag: u8) -> Option<&'d [u8]> {
        let rest = self.0.strip_prefix(&[tag])?;
        let (length, rest) = match rest {
            [short, rest @ ..] if *short < 0x80 => (usize::from(*short), rest),
            [0x81, length, rest @ ..] if *length >= 0x80 => (usize::from(*length), rest),
            [0x82, high, low, rest @ ..] if *high != 0 => {
                (usize::from(*high) << 8 | usize::from(*low), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    /// The content of the next element, after which nothing follows.
    fn last(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.next(tag).filter(|_| self.0.is_empty())
    }

    /// The content of the only element.
    fn only(mut self, tag: u8) -> Option<&'d [u8]> {
        self.last(tag)
    }
}

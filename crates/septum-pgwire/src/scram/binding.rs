use ring::digest;

/// What ties the exchange to the TLS connection that it runs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelBinding {
    /// There is no TLS, or nothing to bind to. The mechanism is SCRAM-SHA-256.
    Unavailable,
    /// This side can bind, but the mechanism is SCRAM-SHA-256 all the same.
    ///
    /// A server says so when it offered SCRAM-SHA-256-PLUS and the client did not take it; it
    /// then refuses a client that says that the offer never came. A client says so when it
    /// could bind and the server did not offer it.
    NotChosen,
    /// The mechanism is SCRAM-SHA-256-PLUS: the `tls-server-end-point` data, the hash of the
    /// server's certificate.
    EndPoint(Vec<u8>),
}

impl ChannelBinding {
    /// The binding to the server whose certificate is this one, in DER.
    ///
    /// `None` where RFC 5929 gives no hash (Ed25519, RSA-PSS, SHA-224, or no certificate at
    /// all): then SCRAM-SHA-256-PLUS must be neither offered nor chosen.
    pub fn end_point(certificate: &[u8]) -> Option<Self> {
        let algorithm = end_point_digest(certificate)?;
        Some(Self::EndPoint(digest::digest(algorithm, certificate).as_ref().to_vec()))
    }
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];

/// RFC 5929 section 4.1: the hash of the certificate's signature, and SHA-256 in place of MD5
/// and SHA-1.
fn end_point_digest(certificate: &[u8]) -> Option<&'static digest::Algorithm> {
    // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, .. }, .. }
    const SEQUENCE: u8 = 0x30;
    const OID: u8 = 0x06;
    let (body, after) = element(certificate, SEQUENCE)?;
    if !after.is_empty() {
        return None;
    }
    let (_signed, rest) = element(body, SEQUENCE)?;
    let (algorithm, _signature) = element(rest, SEQUENCE)?;
    let (oid, _parameters) = element(algorithm, OID)?;
    if oid == ECDSA_SHA1 {
        return Some(&digest::SHA256);
    }
    let (last, family) = oid.split_last()?;
    match (family, last) {
        (RSA, 4 | 5 | 11) | (ECDSA_SHA2, 2) => Some(&digest::SHA256),
        (RSA, 12) | (ECDSA_SHA2, 3) => Some(&digest::SHA384),
        (RSA, 13) | (ECDSA_SHA2, 4) => Some(&digest::SHA512),
        _ => None,
    }
}

/// The content of the DER element of this tag that `bytes` begins with, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*length) {
        short @ 0..=0x7f => (short, rest),
        long @ 0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(long & 0x7f)?;
            let length = digits.iter().fold(0u64, |sum, digit| sum << 8 | u64::from(*digit));
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

//! The first packet, which has no type byte.

use bytes::{Buf as _, Bytes, BytesMut};

use crate::{Malformed, Reader};

/// PostgreSQL's own limit (`MAX_STARTUP_PACKET_LENGTH`).
pub const MAX_LEN: usize = 10_000;

const CANCEL: u32 = 80_877_102;
const SSL: u32 = 80_877_103;
const GSS_ENC: u32 = 80_877_104;

/// What a client may open with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// `SSLRequest`
    Ssl,
    /// `GSSENCRequest`
    GssEnc,
    /// `CancelRequest`
    Cancel(CancelKey),
    /// `StartupMessage`, protocol 3
    Startup(Startup),
}

/// Names a session to cancel.
#[derive(Clone, PartialEq, Eq)]
pub struct CancelKey {
    /// The process id that `BackendKeyData` gave.
    pub pid: u32,
    /// The secret that it gave: 4 bytes in protocol 3.0, up to 256 in 3.2.
    pub secret: Bytes,
}

impl std::fmt::Debug for CancelKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CancelKey({})", self.pid)
    }
}

impl CancelKey {
    /// Writes the `CancelRequest` for this key.
    pub fn write_request(&self, out: &mut BytesMut) {
        let length = u32::try_from(self.secret.len()).unwrap_or(u32::MAX).saturating_add(12);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&CANCEL.to_be_bytes());
        out.extend_from_slice(&self.pid.to_be_bytes());
        out.extend_from_slice(&self.secret);
    }
}

/// A `StartupMessage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Startup {
    /// The minor version of protocol 3.
    pub minor: u16,
    /// Names and values, in the order sent; duplicates are still in here.
    pub parameters: Vec<(String, String)>,
}

/// The first packet is not one of the protocol's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// A length outside 8 to [`MAX_LEN`].
    #[error("the first packet can't have the length {0}")]
    Length(u32),
    /// A version other than 3.x.
    #[error("protocol version {0}.{1} is not spoken here; use 3.0 or later")]
    Version(u16, u16),
    /// A body that doesn't have its form.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Opening {
    /// Takes the first packet; `None` when it hasn't arrived whole.
    ///
    /// # Errors
    /// [`OpeningError`].
    pub fn take(buffer: &mut BytesMut) -> Result<Option<Self>, OpeningError> {
        let Some(length) = buffer.first_chunk().map(|bytes| u32::from_be_bytes(*bytes)) else {
            return Ok(None);
        };
        let total = usize::try_from(length).unwrap_or(usize::MAX);
        if !(8..=MAX_LEN).contains(&total) {
            return Err(OpeningError::Length(length));
        }
        if buffer.len() < total {
            return Ok(None);
        }
        let mut packet = buffer.split_to(total).freeze();
        packet.advance(4);
        Self::read(&packet).map(Some)
    }

    fn read(packet: &Bytes) -> Result<Self, OpeningError> {
        let mut reader = Reader::new(packet);
        let code = reader.u32()?;
        match code {
            SSL => reader.finish().map(|()| Self::Ssl).map_err(Into::into),
            GSS_ENC => reader.finish().map(|()| Self::GssEnc).map_err(Into::into),
            CANCEL => {
                let pid = reader.u32()?;
                let secret = reader.rest();
                if !(4..=256).contains(&secret.len()) {
                    return Err(Malformed::Count.into());
                }
                Ok(Self::Cancel(CancelKey { pid, secret: Bytes::copy_from_slice(secret) }))
            }
            version => {
                let [a, b, c, d] = version.to_be_bytes();
                let (major, minor) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
                if major != 3 {
                    return Err(OpeningError::Version(major, minor));
                }
                Ok(Self::Startup(Startup { minor, parameters: parameters(reader)? }))
            }
        }
    }
}

fn parameters(mut reader: Reader<'_>) -> Result<Vec<(String, String)>, Malformed> {
    let mut parameters = Vec::new();
    loop {
        let name = reader.string()?;
        if name.is_empty() {
            reader.finish()?;
            return Ok(parameters);
        }
        parameters.push((name.to_owned(), reader.string()?.to_owned()));
    }
}

/// Writes a `StartupMessage` of protocol 3.0.
pub fn write(out: &mut BytesMut, parameters: &[(&str, &str)]) {
    let length = 9 + parameters.iter().map(|(n, v)| n.len() + v.len() + 2).sum::<usize>();
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(&196_608u32.to_be_bytes());
    for (name, value) in parameters {
        for text in [name, value] {
            out.extend_from_slice(text.as_bytes());
            out.extend_from_slice(&[0]);
        }
    }
    out.extend_from_slice(&[0]);
}

/// Writes an `SSLRequest`.
pub fn write_ssl_request(out: &mut BytesMut) {
    out.extend_from_slice(&8u32.to_be_bytes());
    out.extend_from_slice(&SSL.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p26_startup_lengths_are_refused_before_anything_waits() {
        for length in [0u32, 1, 7, 10_001, 0x8000_0000, u32::MAX] {
            let mut bytes = BytesMut::from(&length.to_be_bytes()[..]);
            assert_eq!(Opening::take(&mut bytes), Err(OpeningError::Length(length)));
        }
    }

    #[test]
    fn a_startup_message_round_trips() {
        let mut bytes = BytesMut::new();
        write(&mut bytes, &[("user", "app"), ("database", "crm")]);
        let opening = Opening::take(&mut bytes).unwrap().unwrap();
        let parameters = vec![("user".into(), "app".into()), ("database".into(), "crm".into())];
        assert_eq!(opening, Opening::Startup(Startup { minor: 0, parameters }));
        assert!(bytes.is_empty());
    }

    #[test]
    fn protocol_2_is_refused() {
        let mut bytes = BytesMut::from(&b"\0\0\0\x08\0\x02\0\0"[..]);
        assert_eq!(Opening::take(&mut bytes), Err(OpeningError::Version(2, 0)));
    }
}

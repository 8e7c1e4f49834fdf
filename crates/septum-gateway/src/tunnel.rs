//! A WebSocket on its way through (catalogue H54): the binding is the one of its handshake, and
//! the connection ends with it.

use std::io;
use std::time::Duration;

use http::Extensions;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use septum_bind::{Binding, UnixSeconds};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::expiry::expired;
use crate::stage::{Stage, Staged};

/// How long a client may take to see why it is closed.
const FAREWELL: Duration = Duration::from_secs(1);

const GOING_AWAY: u16 = 1001;
const POLICY: u16 = 1008;

/// Passes bytes both ways until either side ends, the binding expires or the gateway drains.
/// What the handshake's extensions hold (its trace, its places in the limits) is kept as long.
pub(crate) async fn run(
    client: Upgraded,
    application: Upgraded,
    handshake: Extensions,
    clock: fn() -> UnixSeconds,
    staged: Staged,
) {
    let (mut from_client, mut to_client) = tokio::io::split(TokioIo::new(client));
    let (mut from_application, mut to_application) = tokio::io::split(TokioIo::new(application));
    let mut frames = Frames::default();
    let binding = handshake.get::<Binding>().cloned();
    let code = {
        let up = tokio::io::copy(&mut from_client, &mut to_application);
        let down = async {
            let mut bytes = vec![0; 16 * 1024];
            loop {
                let length = from_application.read(&mut bytes).await?;
                let Some(read) = bytes.get(..length).filter(|read| !read.is_empty()) else {
                    return Ok::<(), io::Error>(());
                };
                // Until all of it is written, no frame may follow.
                frames.broken = true;
                to_client.write_all(read).await?;
                frames.broken = false;
                frames.follow(read);
            }
        };
        tokio::select! {
            _ = up => None,
            _ = down => None,
            () = expired(binding.as_ref(), clock) => Some(POLICY),
            () = staged.reached(Stage::Draining) => Some(GOING_AWAY),
        }
    };
    if let Some(code) = code
        && frames.is_between()
    {
        let [high, low] = code.to_be_bytes();
        let close = [0x88, 2, high, low];
        // A client that does not read is closed all the same.
        let _ = timeout(FAREWELL, to_client.write_all(&close)).await;
    }
    let _ = timeout(FAREWELL, to_client.shutdown()).await;
    let _ = timeout(FAREWELL, to_application.shutdown()).await;
    drop(handshake);
}

/// Where in the application's frames the stream to the client is (RFC 6455, section 5.2), so
/// that a close frame never lands inside another.
#[derive(Debug, Default)]
struct Frames {
    /// The header that is being read: at most 10 bytes and, though servers don't, a mask.
    header: Vec<u8>,
    payload: u64,
    broken: bool,
}

impl Frames {
    fn is_between(&self) -> bool {
        !self.broken && self.header.is_empty() && self.payload == 0
    }

    fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.payload > 0 {
                let length = usize::try_from(self.payload).unwrap_or(usize::MAX).min(bytes.len());
                self.payload -= length as u64;
                bytes = bytes.get(length..).unwrap_or_default();
                continue;
            }
            self.header.extend(bytes.first());
            bytes = bytes.get(1..).unwrap_or_default();
            if let Some(payload) = payload(&self.header) {
                self.payload = payload;
                self.header.clear();
            }
        }
    }
}

/// The length of the payload, once the header is whole.
fn payload(header: &[u8]) -> Option<u64> {
    let [_, second, rest @ ..] = header else { return None };
    let (digits, length) = match second & 0x7f {
        126 => (2, None),
        127 => (8, None),
        short => (0, Some(u64::from(short))),
    };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    if rest.len() < digits + mask {
        return None;
    }
    let long = rest.iter().take(digits).fold(0, |length, byte| length << 8 | u64::from(*byte));
    Some(length.unwrap_or(long))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h54_a_close_frame_never_lands_inside_another() {
        let mut long = vec![0x82, 126, 1, 0];
        long.extend([7; 256]);
        let mut longer = vec![0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0];
        longer.extend([7; 65536]);
        let masked = [0x81, 0x82, 1, 2, 3, 4, b'h', b'i'];
        for frame in [&[0x81, 2, b'h', b'i'][..], &[0x89, 0], &long, &longer, &masked] {
            let mut frames = Frames::default();
            assert!(frames.is_between());
            for (at, byte) in frame.iter().enumerate() {
                assert!(at == 0 || !frames.is_between(), "{at} of {}", frame.len());
                frames.follow(&[*byte]);
            }
            assert!(frames.is_between());
            frames.follow(frame);
            assert!(frames.is_between());
        }
    }
}

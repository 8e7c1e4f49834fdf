use ring::hmac;
use septum_core::Secret;

use crate::record::{MAX_LINE, VERSION};
use crate::verify::Why;
use crate::{Digest, Entry, Head, Record, Time};

/// Writes records so that each authenticates itself and all before it.
#[derive(Clone, Debug)]
pub struct Chain {
    key: ChainKey,
    head: Head,
}

impl Chain {
    /// Begins a log. `identity` is random, so that no two logs under one key share a record.
    pub fn begin(key: &Secret<[u8; 32]>, identity: Digest) -> Self {
        Self { key: ChainKey::new(key), head: Head { seq: 0, mac: identity } }
    }

    /// Continues a log after its last record, whose head a verification with the same key
    /// reported.
    pub fn resume(key: &Secret<[u8; 32]>, head: Head) -> Self {
        Self { key: ChainKey::new(key), head }
    }

    /// The last record so far.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Appends to `out` the lines of what is to be written and synced together; the last one
    /// bears the end mark.
    pub fn commit(&mut self, entries: impl IntoIterator<Item = (Time, Entry)>, out: &mut Vec<u8>) {
        let mut entries = entries.into_iter().peekable();
        while let Some((time, entry)) = entries.next() {
            let seq = self.head.seq.saturating_add(1);
            let mut record = Record::unsealed(seq, self.head.mac, time, entry);
            record.end = entries.peek().is_none();
            self.head = Head { seq, mac: self.key.write(&record, out) };
        }
    }
}

/// What stands between the authenticated bytes and the code.
const MAC_FIELD: &[u8] = br#","mac":""#;
/// What follows the code.
const CLOSE: &[u8] = br#""}"#;

/// The key under which lines are written and read.
#[derive(Clone, Debug)]
pub(crate) struct ChainKey(hmac::Key);

impl ChainKey {
    pub(crate) fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// Appends the record's line and returns its code.
    fn write(&self, record: &Record, out: &mut Vec<u8>) -> Digest {
        let start = out.len();
        #[expect(
            clippy::expect_used,
            reason = "strings and numbers always have a JSON form, \
                 and a vector takes every write"
        )]
        serde_json::to_writer(&mut *out, record).expect("a record has a JSON form");
        // The code that it has so far is a placeholder.
        let unsigned = MAC_FIELD.len() + Digest::LEN * 2 + CLOSE.len();
        out.truncate(out.len().saturating_sub(unsigned));
        let mac =
            Digest::of_output(hmac::sign(&self.0, out.get(start..).unwrap_or_default()).as_ref());
        out.extend_from_slice(MAC_FIELD);
        out.extend_from_slice(mac.to_string().as_bytes());
        out.extend_from_slice(CLOSE);
        out.push(b'\n');
        mac
    }

    /// Reads a line, given without its newline.
    ///
    /// INVARIANT: the bytes are authenticated as they stand, before anything interprets them,
    /// so that every byte of a line counts and there is one spelling of it.
    pub(crate) fn read(&self, line: &[u8]) -> Result<Record, Why> {
        if line.len() >= MAX_LINE {
            return Err(Why::TooLong);
        }
        let (signed, mac) = split(line).ok_or(Why::NotARecord)?;
        hmac::verify(&self.0, signed, mac.as_bytes()).map_err(|_| Why::NotAuthentic)?;
        let record: Record =
            serde_json::from_slice(line).map_err(|error| Why::Unreadable(error.to_string()))?;
        if record.version == VERSION { Ok(record) } else { Err(Why::Version(record.version)) }
    }
}

/// The authenticated bytes and the code.
fn split(line: &[u8]) -> Option<(&[u8], Digest)> {
    let (rest, mac) = line.strip_suffix(CLOSE)?.split_last_chunk::<{ Digest::LEN * 2 }>()?;
    let mac = std::str::from_utf8(mac).ok()?.parse().ok()?;
    Some((rest.strip_suffix(MAC_FIELD)?, mac))
}

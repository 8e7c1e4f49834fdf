use serde::{Deserialize, Serialize};

use crate::{Digest, Event, Kind, Time};

/// The longest line, in bytes, its newline included. Every record fits: free texts are cut.
pub const MAX_LINE: usize = 4096;

/// The version of the record form, in the field `v`.
pub(crate) const VERSION: u8 = 1;

/// What a sink writes: an event, or what the sink itself has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Something happened.
    Event(Event),
    /// The log was opened by this version of Septum.
    Started {
        /// The version, as in `0.1.0`.
        version: String,
    },
    /// An incomplete line was found at the end and left as it is.
    Recovered(Torn),
    /// The log was closed in good order: nothing was pending, nothing follows until a start.
    Stopped,
}

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum RecordKind {
    /// [`Entry::Started`]
    Started,
    /// [`Entry::Recovered`]
    Recovered,
    /// [`Entry::Stopped`]
    Stopped,
    /// [`Entry::Event`]
    Event(Kind),
}

impl RecordKind {
    /// The name in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Recovered => "recovered",
            Self::Stopped => "stopped",
            Self::Event(kind) => kind.as_str(),
        }
    }
}

impl From<RecordKind> for &'static str {
    fn from(kind: RecordKind) -> Self {
        kind.as_str()
    }
}

impl TryFrom<String> for RecordKind {
    type Error = UnknownKind;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        [Self::Started, Self::Recovered, Self::Stopped]
            .into_iter()
            .chain(Kind::ALL.map(Self::Event))
            .find(|candidate| candidate.as_str() == text)
            .ok_or(UnknownKind(text))
    }
}

/// The text names no kind of record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of record; read the log with the version of septum that wrote it")]
pub struct UnknownKind(String);

/// An incomplete line: what a crash leaves of a write that was never acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Torn {
    /// How many bytes it has.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: Digest,
}

/// One line of the log: what [`Chain`](crate::Chain) writes and
/// [`Verifier`](crate::Verifier) reads.
///
/// Its JSON form is its line, byte for byte.
///
/// Texts are as they were written: a log outlives the versions that wrote it, so a reason code
/// or a source that this version doesn't know is still shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of this form: 1.
    #[serde(rename = "v")]
    pub version: u8,
    /// The record's number in its log, from 1, without gaps.
    pub seq: u64,
    /// When it happened, by the clock of the machine that recorded it.
    pub time: Time,
    /// What it is about.
    pub kind: RecordKind,
    /// The end mark: this record ends what was written and synced together. What was
    /// acknowledged lies at or before an end mark.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end: bool,
    /// The tenant's canonical key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The source that bound, or that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where the client connected from. At most 128 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// The request's trace id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The code of the reason, as in `SEP-102`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The statement's fingerprint. At most 128 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What was tried; for [`RecordKind::Started`], the version of Septum. At most 512 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The incomplete line that [`RecordKind::Recovered`] accounts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub torn: Option<Torn>,
    /// The code of the record before; for the first, the identity of the log.
    pub prev: Digest,
    /// This record's authentication code, over every byte of the line before this field.
    pub mac: Digest,
}

impl Record {
    /// The record of an entry. Its code is not computed yet.
    pub(crate) fn unsealed(seq: u64, prev: Digest, time: Time, entry: Entry) -> Self {
        let mut record = Self {
            version: VERSION,
            seq,
            time,
            kind: RecordKind::Stopped,
            end: false,
            tenant: None,
            principal: None,
            source: None,
            peer: None,
            trace: None,
            reason: None,
            fingerprint: None,
            subject: None,
            torn: None,
            prev,
            mac: prev,
        };
        match entry {
            Entry::Stopped => {}
            Entry::Started { version } => {
                record.kind = RecordKind::Started;
                record.subject = Some(bounded(&version, SHORT));
            }
            Entry::Recovered(torn) => {
                record.kind = RecordKind::Recovered;
                record.torn = Some(torn);
            }
            Entry::Event(event) => {
                record.kind = RecordKind::Event(event.kind);
                record.tenant = event.tenant.map(|tenant| tenant.to_string());
                record.principal = event.principal.map(|principal| principal.to_string());
                record.source = event.source.map(|source| source.to_string());
                record.peer = event.peer.map(|peer| bounded(&peer, SHORT));
                record.trace = event.trace.map(|trace| trace.to_string());
                record.reason = event.reason.map(|reason| reason.to_string());
                record.fingerprint = event.fingerprint.map(|text| bounded(&text, SHORT));
                record.subject = event.subject.map(|subject| bounded(&subject, LONG));
            }
        }
        record
    }
}

const SHORT: usize = 128;
const LONG: usize = 512;

/// The text in at most `max` bytes, without control characters (a terminal would obey them).
/// What is cut ends in `…`, what is replaced is `\u{fffd}`: neither is silent.
fn bounded(text: &str, max: usize) -> String {
    const CUT: char = '…';
    let clean = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut kept = String::with_capacity(text.len().min(max));
    for c in text.chars().map(clean) {
        if kept.len() + c.len_utf8() > max {
            while kept.len() + CUT.len_utf8() > max {
                kept.pop();
            }
            kept.push(CUT);
            break;
        }
        kept.push(c);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_visibly_and_keeps_its_bound() {
        assert_eq!(bounded("GET /deals", 16), "GET /deals");
        assert_eq!(bounded("0123456789", 10), "0123456789");
        assert_eq!(bounded("0123456789a", 10), "0123456…");
        assert_eq!(bounded(&"é".repeat(9), 10), "ééé…");
        assert!(bounded(&"\u{1}".repeat(1000), 512).len() <= 512);
    }

    #[test]
    fn a_control_character_never_reaches_a_terminal() {
        assert_eq!(
            bounded("a\u{1b}[2Jb\u{9b}c\nd\u{7f}", 64),
            "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd}"
        );
    }
}

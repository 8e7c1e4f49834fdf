use std::fmt;
use std::str::FromStr;

use crate::Digest;

/// The end of a log at some moment: the number of its last record and that record's code.
///
/// A head says nothing of what was recorded and is no secret. Kept where a writer of the log
/// can't change it, it is what finds a log that was cut or put back to an older copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last record; 0 before the first.
    pub seq: u64,
    /// Its code; before the first, the identity of the log.
    pub mac: Digest,
}

/// The form that [`FromStr`] reads: `<seq>:<64 hexadecimal digits>`.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.mac)
    }
}

impl FromStr for Head {
    type Err = InvalidHead;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidHead(text.into());
        let (seq, mac) = text.split_once(':').ok_or_else(invalid)?;
        Ok(Self {
            seq: seq.parse().map_err(|_| invalid())?,
            mac: mac.parse().map_err(|_| invalid())?,
        })
    }
}

/// The text is no head of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no head of a log; copy it as verification printed it: <number>:<64 hex digits>")]
pub struct InvalidHead(String);

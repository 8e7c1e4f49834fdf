use std::fmt;

use crate::{Broken, Digest, Head, Time, Torn};

/// What verification found. Its `Display` says it in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The log's identity; `None` when verification began after its first record.
    pub log: Option<Digest>,
    /// How many records are authentic and in place.
    pub records: u64,
    /// The number and time of the first of them.
    pub first: Option<(u64, Time)>,
    /// The number and time of the last of them.
    pub last: Option<(u64, Time)>,
    /// The last of them, to be kept elsewhere for [`Verifier::anchored`].
    ///
    /// [`Verifier::anchored`]: crate::Verifier::anchored
    pub head: Option<Head>,
    /// How many records follow the last end mark. They are authentic; their write was cut off,
    /// so that none of them was acknowledged.
    pub unmarked: u64,
    /// The incomplete line at the end, if any.
    pub torn: Option<Torn>,
    /// How often Septum started without having stopped in good order before. At each of them
    /// an end could have been cut off before the start.
    pub hard_stops: u64,
    /// Whether the last record says that the log was closed in good order.
    pub closed: bool,
    /// The first place where the log is not what was written. Nothing after it was judged.
    pub broken: Option<Broken>,
}

impl Report {
    /// Whether nothing that was shown was changed, removed from the middle, moved or put there.
    /// An end that was cut off at a line's end can't be told from a hard stop: see the crate's
    /// documentation.
    pub fn intact(&self) -> bool {
        self.broken.is_none()
    }

    /// Whether the log is intact and ends as a log that was closed in good order.
    pub fn complete(&self) -> bool {
        self.intact() && self.closed && self.unmarked == 0 && self.torn.is_none()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (Some((first, since)), Some((last, until))) => {
                writeln!(f, "records {first} to {last} are authentic, from {since} to {until}")?;
            }
            _ => writeln!(f, "no record")?,
        }
        match self.log {
            Some(log) => writeln!(f, "log {log}, from its beginning")?,
            None if self.records > 0 => writeln!(f, "the records before these were not shown")?,
            None => {}
        }
        if self.hard_stops > 0 {
            writeln!(f, "{} starts without an orderly stop before them", self.hard_stops)?;
        }
        if let Some(broken) = &self.broken {
            return writeln!(f, "BROKEN at {broken}; nothing after that was judged");
        }
        if self.unmarked > 0 {
            writeln!(f, "{} records after the last end mark: never acknowledged", self.unmarked)?;
        }
        if let Some(torn) = self.torn {
            writeln!(f, "an incomplete last line of {} bytes: never acknowledged", torn.bytes)?;
        }
        if self.complete() {
            writeln!(f, "closed in good order")?;
        } else {
            writeln!(f, "not closed: septum is running, was stopped hard, or an end was cut off")?;
        }
        match self.head {
            Some(head) => writeln!(f, "head {head} (kept elsewhere, it finds a later cut)"),
            None => Ok(()),
        }
    }
}

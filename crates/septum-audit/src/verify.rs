use ring::digest::{Context, SHA256};
use septum_core::Secret;

use crate::chain::ChainKey;
use crate::{Digest, Head, MAX_LINE, Record, RecordKind, Report, Torn};

/// Verifies a log line by line, over its files in order, in bounded memory.
///
/// Verification may begin at any file: earlier ones may lie in an archive. What it then says is
/// of the records from there on. It stops at the first line that breaks the chain.
#[derive(Clone)]
pub struct Verifier {
    key: ChainKey,
    anchor: Option<Head>,
    file: u64,
    line: u64,
    torn: Option<(u64, Context)>,
    last: Option<RecordKind>,
    report: Report,
}

impl Verifier {
    /// A verifier with the key under which the log was written.
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        Self {
            key: ChainKey::new(key),
            anchor: None,
            file: 0,
            line: 0,
            torn: None,
            last: None,
            report: Report::default(),
        }
    }

    /// Also asks that the log contains the record that `head` names, as it was.
    pub fn anchored(self, head: Head) -> Self {
        Self { anchor: Some(head), ..self }
    }

    /// Begins the file of this number.
    ///
    /// # Errors
    /// [`Why::MissingFile`] when it is not the next.
    pub fn begin_file(&mut self, number: u64) -> Result<(), Broken> {
        self.so_far()?;
        let expected = self.file + 1;
        let in_order = self.file == 0 || number == expected;
        self.file = number;
        self.line = 0;
        if in_order { Ok(()) } else { Err(self.broken(Why::MissingFile { expected })) }
    }

    /// Takes the next line, without its newline.
    ///
    /// # Errors
    /// [`Broken`] when the line is not what the writer wrote in this place; every later call
    /// fails alike.
    pub fn line(&mut self, line: &[u8]) -> Result<Record, Broken> {
        self.so_far()?;
        self.line += 1;
        match self.key.read(line).and_then(|record| self.in_place(&record).map(|()| record)) {
            Ok(record) => {
                self.accept(&record);
                Ok(record)
            }
            Err(why) => Err(self.broken(why)),
        }
    }

    /// Takes what follows the last newline of a file that has ended.
    ///
    /// # Errors
    /// [`Why::TooLong`] when it is longer than any line.
    pub fn torn(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.so_far()?;
        if bytes.is_empty() {
            return Ok(());
        }
        self.line += 1;
        if bytes.len() >= MAX_LINE {
            return Err(self.broken(Why::TooLong));
        }
        let (length, hash) = self.torn.get_or_insert_with(|| (0, Context::new(&SHA256)));
        *length = length.saturating_add(bytes.len() as u64);
        hash.update(bytes);
        Ok(())
    }

    /// Whether nothing was broken until now.
    ///
    /// # Errors
    /// What broke it.
    pub fn so_far(&self) -> Result<(), Broken> {
        self.report.broken.clone().map_or(Ok(()), Err)
    }

    /// What was found, at the end of the last file.
    pub fn finish(mut self) -> Report {
        self.report.torn = self.pending();
        if let (None, Some(anchor)) = (&self.report.broken, self.anchor)
            && self.report.head.is_none_or(|head| head.seq < anchor.seq)
        {
            self.broken(Why::AnchorMissing { seq: anchor.seq });
        }
        self.report
    }

    /// The incomplete line before the next record, if any.
    fn pending(&self) -> Option<Torn> {
        self.torn.as_ref().map(|(bytes, hash)| Torn {
            bytes: *bytes,
            sha256: Digest::of_output(hash.clone().finish().as_ref()),
        })
    }

    fn broken(&mut self, why: Why) -> Broken {
        let broken = Broken { file: self.file, line: self.line, why };
        self.report.broken = Some(broken.clone());
        broken
    }

    /// Whether an authentic record belongs here.
    fn in_place(&self, record: &Record) -> Result<(), Why> {
        if let Some(head) = self.report.head {
            let expected = head.seq.saturating_add(1);
            if record.seq != expected {
                return Err(Why::OutOfPlace { expected, found: record.seq });
            }
            if record.prev != head.mac {
                return Err(Why::AnotherLog { seq: record.seq });
            }
        }
        // The torn line of a file before the first that was shown can't be judged.
        let unseen = self.report.head.is_none() && self.torn.is_none();
        if !unseen && record.torn != self.pending() {
            return Err(Why::TornLine);
        }
        self.at_anchor(record)
    }

    fn at_anchor(&self, record: &Record) -> Result<(), Why> {
        let Some(anchor) = self.anchor else { return Ok(()) };
        let seen = match record.seq {
            seq if seq == anchor.seq => record.mac == anchor.mac,
            seq if seq == anchor.seq.saturating_add(1) => record.prev == anchor.mac,
            seq if self.report.head.is_none() && seq > anchor.seq => {
                return Err(Why::AnchorMissing { seq: anchor.seq });
            }
            _ => true,
        };
        if seen { Ok(()) } else { Err(Why::AnchorDiffers { seq: anchor.seq }) }
    }

    fn accept(&mut self, record: &Record) {
        let report = &mut self.report;
        report.records += 1;
        if record.seq == 1 {
            report.log = Some(record.prev);
        }
        report.first.get_or_insert((record.seq, record.time));
        report.last = Some((record.seq, record.time));
        report.head = Some(Head { seq: record.seq, mac: record.mac });
        report.unmarked = if record.end { 0 } else { report.unmarked + 1 };
        report.closed = record.kind == RecordKind::Stopped && record.end;
        let hard_stop = match record.kind {
            RecordKind::Recovered => true,
            RecordKind::Started => self
                .last
                .is_some_and(|last| !matches!(last, RecordKind::Stopped | RecordKind::Recovered)),
            RecordKind::Stopped | RecordKind::Event(_) => false,
        };
        report.hard_stops += u64::from(hard_stop);
        self.last = Some(record.kind);
        self.torn = None;
    }
}

/// Where the log is not what was written, and how that shows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of file {file}: {why}")]
pub struct Broken {
    /// The file's number.
    pub file: u64,
    /// The line's number in it, from 1; 0 for the file as a whole.
    pub line: u64,
    /// How it shows.
    pub why: Why,
}

/// How a broken log shows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// No line is this long.
    #[error("the line is longer than any record")]
    TooLong,
    /// The line doesn't have the form of a record.
    #[error("the line is no record: it was changed or put there")]
    NotARecord,
    /// The line has the form of a record, but not the key's code.
    #[error("the record is not authentic: it was changed, or written under another key")]
    NotAuthentic,
    /// The record is authentic, but this version can't read it.
    #[error("the record is authentic but can't be read ({0}); use the septum that wrote it")]
    Unreadable(String),
    /// The record is authentic and of another version of the form.
    #[error("the record is authentic and of form {0}; use the septum that wrote it")]
    Version(u8),
    /// An authentic record in a place that is not its own.
    #[error("record {expected} is missing here: record {found} stands in its place")]
    OutOfPlace {
        /// The record that belongs here.
        expected: u64,
        /// The record that is here.
        found: u64,
    },
    /// An authentic record of the right number that does not follow the one before it.
    #[error("record {seq} continues another log than the one that stands before it")]
    AnotherLog {
        /// Its number.
        seq: u64,
    },
    /// The incomplete line before this record is not what the record accounts for.
    #[error("the incomplete line before this record was cut, changed or put there")]
    TornLine,
    /// A file is not there.
    #[error("file {expected} is missing before it")]
    MissingFile {
        /// The file that belongs here.
        expected: u64,
    },
    /// The record that the anchor names is there and is another.
    #[error(
        "record {seq} is not the one that the given head names: another log, or a rewritten one"
    )]
    AnchorDiffers {
        /// Its number.
        seq: u64,
    },
    /// The record that the anchor names is not there.
    #[error(
        "record {seq}, which the given head names, is not in these files: the log was cut or put back, or that part is elsewhere"
    )]
    AnchorMissing {
        /// Its number.
        seq: u64,
    },
}

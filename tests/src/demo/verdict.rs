//! What became of an attack.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use septum_tests::{Answer, Record, Septum, Stack};

use crate::screen::Screen;

/// How long a record may take that is written behind an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came back to the attacker.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A refusal with Septum's reason code.
    Refused(String),
    /// An answer with rows, or with their absence; whether anything in it was another
    /// customer's, and what it was in words.
    Answered { foreign: bool, seen: String },
}

impl Outcome {
    /// Of an HTTP answer: a refusal if there is a code in it.
    pub(crate) fn of(answer: &Answer, read: impl FnOnce(&Answer) -> Outcome) -> Self {
        match answer.code() {
            Some(code) if answer.status >= 400 => Self::Refused(code.to_owned()),
            _ => read(answer),
        }
    }

    /// Of a statement sent by a database driver.
    pub(crate) fn of_error(error: &tokio_postgres::Error) -> Self {
        let message = error.as_db_error().map_or_else(|| error.to_string(), |e| e.message().into());
        match message.find("SEP-").and_then(|at| message.get(at..at + 7)) {
            Some(code) => Self::Refused(code.to_owned()),
            None => Self::Answered { foreign: false, seen: message },
        }
    }
}

/// What must become of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    /// A refusal for one of these reasons, and a line in the audit log that says so.
    Refused(&'static [&'static str]),
    /// An answer without anything of another customer.
    Contained,
    /// The same, and a line in the audit log with this reason.
    Recorded(&'static str),
}

/// Judges outcomes, with the audit log at hand.
pub(crate) struct Judge<'a> {
    stack: &'a Stack,
    last: u64,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(stack: &'a Stack) -> Result<Self> {
        let last = Septum::records(&stack.config)?.last().map_or(0, Record::number);
        Ok(Self { stack, last })
    }

    /// The records since the last attack.
    async fn records(&self, expected: Expected) -> Result<Vec<Record>> {
        let patience = Instant::now() + PATIENCE;
        loop {
            let mut records = Septum::records(&self.stack.config)?;
            records.retain(|record| record.number() > self.last);
            let Expected::Recorded(code) = expected else {
                // A refusal is on stable storage before it is answered: no waiting here.
                return Ok(records);
            };
            // What isn't refused is recorded behind its answer.
            let found = records.iter().any(|record| record.text("reason") == code);
            if found || Instant::now() > patience {
                return Ok(records);
            }
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn judge(
        &mut self,
        screen: &mut Screen,
        what: &str,
        expected: Expected,
        outcome: &Outcome,
    ) -> Result<()> {
        let records = self.records(expected).await?;
        self.last = records.last().map_or(self.last, Record::number);
        match (expected, outcome) {
            (Expected::Refused(codes), Outcome::Refused(code)) => {
                let record = records.iter().find(|record| record.text("reason") == code);
                let holds = codes.contains(&code.as_str()) && record.is_some();
                screen.check(holds, &format!("{what:58} {code}"));
                match record {
                    Some(record) => screen.detail(&line(record)),
                    None => screen.detail("the audit log has no line of it"),
                }
            }
            (Expected::Contained, Outcome::Answered { foreign, seen }) => {
                screen.check(!foreign, &format!("{what:58} {seen}"));
            }
            (Expected::Recorded(code), Outcome::Answered { foreign, seen }) => {
                let record = records.iter().find(|record| record.text("reason") == code);
                screen.check(!foreign && record.is_some(), &format!("{what:58} {seen}, {code}"));
                match record {
                    Some(record) => screen.detail(&line(record)),
                    None => screen.detail("the audit log has no line of it"),
                }
            }
            (Expected::Recorded(_), Outcome::Refused(code)) => {
                screen.check(false, what);
                screen.detail(&format!("expected an answer without foreign rows, got: {code}"));
            }
            (Expected::Refused(codes), Outcome::Answered { seen, .. }) => {
                screen.check(false, what);
                screen.detail(&format!("expected {}, got: {seen}", codes.join(" or ")));
            }
            (Expected::Contained, Outcome::Refused(code)) => {
                screen.check(true, &format!("{what:58} {code}"));
                records.iter().for_each(|record| screen.detail(&line(record)));
            }
        }
        Ok(())
    }
}

/// A record as one line.
fn line(record: &Record) -> String {
    let fields = ["kind", "principal", "source", "subject"];
    let shown = fields.map(|field| record.text(field)).into_iter().filter(|text| !text.is_empty());
    format!("audit #{}: {}", record.number(), shown.collect::<Vec<_>>().join(" · "))
}

/// A copy of the audit log in which one byte in the middle differs.
pub(crate) fn change_a_byte(stack: &Stack) -> Result<PathBuf> {
    let copy = stack.scratch.path().join("audit-changed");
    fs::create_dir(&copy)?;
    let mut largest: Option<(u64, PathBuf)> = None;
    for entry in fs::read_dir(stack.scratch.path().join("audit"))? {
        let entry = entry?;
        let target = copy.join(entry.file_name());
        let bytes = fs::copy(entry.path(), &target)?;
        if largest.as_ref().is_none_or(|(most, _)| bytes > *most) {
            largest = Some((bytes, target));
        }
    }
    let (_, file) = largest.context("the audit log has no file")?;
    let mut bytes = fs::read(&file)?;
    let middle = bytes.len() / 2;
    // A digit or a letter becomes another one: still JSON, still plausible.
    let byte = bytes.get_mut(middle..).into_iter().flatten().find(|b| b.is_ascii_lowercase());
    let byte = byte.context("the audit log has no text")?;
    *byte = if *byte == b'a' { b'b' } else { b'a' };
    fs::write(&file, bytes)?;
    Ok(copy)
}

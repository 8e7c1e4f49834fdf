use bytes::Bytes;

use crate::data::CANARY;
use crate::wire::{Answer, show};

/// What a statement did.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    /// What all tables held after it, where it may have written.
    pub(crate) state: Option<Bytes>,
}

/// How two outcomes that should be alike differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// Another tenant's value is in what came back.
    Leak,
    /// One failed, or both did for different reasons.
    Failure,
    /// The columns have other names or types.
    Columns,
    Rows,
    /// The tables hold other rows.
    State,
}

/// Canceled: it took too long.
const TOO_LONG: &str = "57014";
/// PostgreSQL's own mistake: 15 has some in MERGE. There is no truth then.
const INTERNAL: &str = "XX000";

/// Whether an error is about some row: a value, a constraint, a policy.
fn is_of_data(code: &str) -> bool {
    matches!(&code[..2], "21" | "22" | "23") || code == "42501"
}

impl Outcome {
    pub(crate) fn is_ok(&self) -> bool {
        self.answer.error.is_none()
    }

    fn code(&self) -> Option<&str> {
        self.answer.error.as_ref().map(|error| error.code.as_str())
    }

    /// Whether a value that only other tenants have shows.
    pub(crate) fn leaks(&self) -> bool {
        let shows = |bytes: &[u8]| bytes.windows(CANARY.len()).any(|w| w == CANARY.as_bytes());
        let error = self.answer.error.as_ref().map(|error| error.text.as_bytes());
        error.is_some_and(shows) || self.answer.rows.iter().any(|row| shows(row))
    }

    /// How this differs from the truth.
    pub(crate) fn differs(&self, truth: &Self, ordered: bool) -> Option<Difference> {
        let too_long = [self, truth].iter().any(|one| one.code() == Some(TOO_LONG));
        if too_long || truth.code() == Some(INTERNAL) {
            return None;
        }
        if self.leaks() {
            return Some(Difference::Leak);
        }
        match (self.code(), truth.code()) {
            (None, None) => {}
            // Which of two errors comes first depends on the order in which rows are looked at.
            (Some(one), Some(other)) if one[..2] == other[..2] => return None,
            (Some(one), Some(other)) if is_of_data(one) && is_of_data(other) => return None,
            (Some(_) | None, Some(_) | None) => return Some(Difference::Failure),
        }
        if !same_columns(&self.answer, &truth.answer) {
            return Some(Difference::Columns);
        }
        if self.answer.tag != truth.answer.tag || rows(self, ordered) != rows(truth, ordered) {
            return Some(Difference::Rows);
        }
        (self.state != truth.state).then_some(Difference::State)
    }

    /// To be read by people.
    pub(crate) fn told(&self) -> String {
        if let Some(error) = &self.answer.error {
            return format!("  error {}\n", error.text);
        }
        let names: Vec<_> =
            self.answer.columns.iter().map(|(n, oid)| format!("{n}:{oid}")).collect();
        let mut told = format!("  {} ({})\n", self.answer.tag, names.join(" | "));
        let mut lines: Vec<_> = self.answer.rows.iter().map(show).collect();
        lines.sort();
        lines.iter().for_each(|line| told += &format!("    {line}\n"));
        if let Some(state) = &self.state {
            told += &format!("  tables:\n    {}\n", show(state).replace('\n', "\n    "));
        }
        told
    }
}

fn rows(outcome: &Outcome, ordered: bool) -> Vec<&Bytes> {
    let mut rows: Vec<_> = outcome.answer.rows.iter().collect();
    if !ordered {
        rows.sort();
    }
    rows
}

fn same_columns(one: &Answer, other: &Answer) -> bool {
    let same = |((name, ty), (other_name, other_ty)): (&(String, u32), &(String, u32))| {
        name == other_name && (ty == other_ty || (is_row(*ty) && is_row(*other_ty)))
    };
    one.columns.len() == other.columns.len() && one.columns.iter().zip(&other.columns).all(same)
}

/// Whether a type is a table's row, or some row: a sub-select's rows have no name.
fn is_row(oid: u32) -> bool {
    const RECORD: u32 = 2249;
    const FIRST_OF_THE_USER: u32 = 16384;
    oid == RECORD || oid >= FIRST_OF_THE_USER
}

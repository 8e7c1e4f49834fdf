//! Text and CSV format: lines, split into fields.

use super::CopyErrorKind as Kind;
use super::buffer::Buffer;
use super::csv::{self, Dialect, Force};
use super::options::{Csv, Header, Text};
use super::row::{Fields, Row};
use super::scanner::{Found, Quotes, Scanner};
use super::text;

/// How a line becomes fields.
#[derive(Debug)]
enum Split {
    Text { delimiter: u8 },
    Csv(Dialect),
}

#[derive(Debug)]
pub(super) struct Lines {
    scanner: Scanner,
    split: Split,
    null: String,
    /// What the next line is, if not a row.
    header: Header,
    max_row: usize,
    /// The line of the last row.
    pub(super) line: u64,
    /// The end of the data was read; whatever follows is ignored.
    pub(super) over: bool,
}

impl Lines {
    pub(super) fn text(options: Text, max_row: usize) -> Self {
        let Text { delimiter, null, header } = options;
        Self::new(Scanner::new(None), Split::Text { delimiter }, null, header, max_row)
    }

    pub(super) fn csv(options: Csv, columns: usize, max_row: usize) -> Self {
        let Csv { delimiter, quote, escape, null, header, force_null, force_not_null } = options;
        let quotes = Quotes { quote, escape };
        let force = |column: usize| Force {
            null: force_null.contains(&column),
            not_null: force_not_null.contains(&column),
        };
        let none = force_null.is_empty() && force_not_null.is_empty();
        let forces = if none { Vec::new() } else { (0..columns).map(force).collect() };
        let split = Split::Csv(Dialect { delimiter, quotes, forces });
        Self::new(Scanner::new(Some(quotes)), split, null, header, max_row)
    }

    fn new(scanner: Scanner, split: Split, null: String, header: Header, max_row: usize) -> Self {
        Self { scanner, split, null, header, max_row, line: 0, over: false }
    }

    /// Reads the next row into `fields`; `false` when there is none (yet).
    pub(super) fn next(&mut self, buffer: &mut Buffer, fields: &mut Fields) -> Result<bool, Kind> {
        while !self.over {
            let unread = buffer.unread();
            let found = self.scanner.scan(unread, buffer.ended);
            self.line = self.scanner.line();
            let (length, next) = match found? {
                Found::Partial => {
                    // Not the bytes that may yet turn out to end the line: a row of the
                    // allowed size must pass wherever the stream is split.
                    self.check_size(self.scanner.scanned())?;
                    return Ok(false);
                }
                Found::Line { length, next } => (length, next),
                Found::Last { length } => {
                    self.over = true;
                    (length, unread.len())
                }
            };
            self.check_size(length)?;
            let line = unread.get(..length).unwrap_or_default();
            check_encoding(line)?;
            fields.clear();
            let row = match std::mem::take(&mut self.header) {
                Header::Skip => false,
                Header::Match(names) => {
                    self.check_header(line, &names, fields)?;
                    false
                }
                // The end of the data is a row only if something stands before it.
                Header::None if self.over && length == 0 => false,
                Header::None => {
                    self.split(line, fields)?;
                    fields.check_complete()?;
                    true
                }
            };
            buffer.take(next);
            if row {
                return Ok(true);
            }
        }
        buffer.skip_all();
        Ok(false)
    }

    fn split(&self, line: &[u8], fields: &mut Fields) -> Result<(), Kind> {
        // A row of no columns is an empty line.
        if fields.columns() == 0 && line.is_empty() {
            return Ok(());
        }
        match &self.split {
            Split::Text { delimiter } => {
                text::split(line, *delimiter, self.null.as_bytes(), fields)
            }
            Split::Csv(dialect) => csv::split(line, dialect, self.null.as_bytes(), fields),
        }
    }

    fn check_header(&self, line: &[u8], names: &[String], fields: &mut Fields) -> Result<(), Kind> {
        let wrong_count = Kind::HeaderCount { expected: names.len() };
        match self.split(line, fields) {
            Ok(()) if fields.len() == names.len() => {}
            Ok(()) | Err(Kind::ExtraData) => return Err(wrong_count),
            Err(other) => return Err(other),
        }
        let header = Row { line: self.line, raw: line, fields };
        let mismatch =
            header.iter().zip(names).position(|(field, name)| field != Some(name.as_bytes()));
        match mismatch.and_then(|at| Some((at, names.get(at)?))) {
            None => Ok(()),
            Some((at, name)) => Err(Kind::HeaderName { field: at + 1, expected: name.clone() }),
        }
    }

    fn check_size(&self, length: usize) -> Result<(), Kind> {
        if length > self.max_row {
            return Err(Kind::RowTooLarge { limit: self.max_row });
        }
        Ok(())
    }
}

/// PostgreSQL's UTF-8, which has no NUL.
pub(super) fn check_encoding(text: &[u8]) -> Result<(), Kind> {
    if std::str::from_utf8(text).is_err() || memchr::memchr(0, text).is_some() {
        return Err(Kind::InvalidEncoding);
    }
    Ok(())
}

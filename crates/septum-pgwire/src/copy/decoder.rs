use std::fmt;

use super::binary::Binary;
use super::buffer::{Buffer, KEEP};
use super::lines::Lines;
use super::row::Fields;
use super::{CopyError, CopyErrorKind, Format, InvalidOptions, Options, Row};

/// Turns the payloads of CopyData messages into rows.
///
/// Feed, take rows until there is none, feed again; at CopyDone, [`Decoder::end`] and take
/// what is left. The stream may be split anywhere. Memory is bounded by one row of the allowed
/// size and what was fed since the last row was taken.
pub struct Decoder {
    buffer: Buffer,
    fields: Fields,
    source: Source,
    /// After an error there are no more rows, whatever comes.
    failed: Option<CopyError>,
}

#[derive(Debug)]
enum Source {
    Lines(Lines),
    Binary(Binary),
}

impl Decoder {
    /// A decoder at the start of a stream.
    ///
    /// # Errors
    /// [`InvalidOptions`] with which the stream could be read in more than one way.
    pub fn new(options: Options) -> Result<Self, InvalidOptions> {
        options.check()?;
        let Options { format, columns, max_row } = options;
        let source = match format {
            Format::Text(text) => Source::Lines(Lines::text(text, max_row)),
            Format::Csv(csv) => Source::Lines(Lines::csv(csv, columns, max_row)),
            Format::Binary => Source::Binary(Binary::new(max_row)),
        };
        let fields = Fields::of(columns);
        Ok(Self { buffer: Buffer::default(), fields, source, failed: None })
    }

    /// Adds the payload of a CopyData message. After the end-of-data marker `\.` it is ignored,
    /// as in PostgreSQL; after [`Decoder::end`] it is an error.
    pub fn feed(&mut self, data: &[u8]) {
        if data.is_empty() || self.failed.is_some() {
            return;
        }
        if self.buffer.ended {
            self.fail(CopyErrorKind::DataAfterEnd);
        } else if !self.is_over() {
            self.fields.shrink(KEEP);
            self.buffer.push(data);
        }
    }

    /// Says that the client sent CopyDone: no more data follows, and what is left is the last
    /// row.
    pub fn end(&mut self) {
        self.buffer.ended = true;
    }

    /// The next row. `None` asks for more data, and after [`Decoder::end`] means that the
    /// stream was read whole and well.
    ///
    /// # Errors
    /// Where PostgreSQL refuses the stream, this does; again and again, for every later call.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, CopyError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let found = match &mut self.source {
            Source::Lines(lines) => lines.next(&mut self.buffer, &mut self.fields),
            Source::Binary(binary) => binary.next(&mut self.buffer, &mut self.fields),
        };
        match found {
            Ok(false) => Ok(None),
            Ok(true) => {
                Ok(Some(Row { line: self.line(), raw: self.buffer.row(), fields: &self.fields }))
            }
            Err(kind) => Err(self.fail(kind)),
        }
    }

    /// How much memory the stream holds, in bytes.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity() + self.fields.scratch.capacity()
    }

    fn fail(&mut self, kind: CopyErrorKind) -> CopyError {
        let error = CopyError { line: self.line(), kind };
        self.buffer.clear();
        self.failed = Some(error.clone());
        error
    }

    fn line(&self) -> u64 {
        match &self.source {
            Source::Lines(lines) => lines.line,
            Source::Binary(binary) => binary.line,
        }
    }

    fn is_over(&self) -> bool {
        match &self.source {
            Source::Lines(lines) => lines.over,
            // What follows the trailer is an error, so it must be seen.
            Source::Binary(_) => false,
        }
    }
}

impl fmt::Debug for Decoder {
    /// Shows no value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("source", &self.source)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

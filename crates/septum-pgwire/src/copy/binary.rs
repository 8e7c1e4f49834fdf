//! Binary format: a header, tuples of sized fields, a trailer.

use super::CopyErrorKind as Kind;
use super::buffer::Buffer;
use super::row::{Field, Fields};

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
const WITH_OIDS: u32 = 1 << 16;

#[derive(Debug)]
enum Stage {
    Header,
    /// This many bytes of the header's extension are still to be skipped.
    Extension(u32),
    /// Between tuples.
    Tuples,
    /// Inside a tuple: this many of its bytes were read.
    Tuple(usize),
    /// After the trailer. Nothing may follow.
    Over,
}

#[derive(Debug)]
pub(super) struct Binary {
    stage: Stage,
    max_row: usize,
    /// The number of the tuple, from 1.
    pub(super) line: u64,
}

impl Binary {
    pub(super) fn new(max_row: usize) -> Self {
        Self { stage: Stage::Header, max_row, line: 0 }
    }

    /// Reads the next row into `fields`; `false` when there is none (yet).
    pub(super) fn next(&mut self, buffer: &mut Buffer, fields: &mut Fields) -> Result<bool, Kind> {
        loop {
            match self.stage {
                Stage::Header => match header(buffer.unread(), buffer.ended)? {
                    None => return Ok(false),
                    Some((length, extension)) => {
                        buffer.take(length);
                        self.stage = Stage::Extension(extension);
                    }
                },
                Stage::Extension(0) => self.stage = Stage::Tuples,
                Stage::Extension(left) => {
                    let there = u32::try_from(buffer.unread().len()).unwrap_or(u32::MAX).min(left);
                    if there == 0 {
                        return if buffer.ended { Err(Kind::WrongLength) } else { Ok(false) };
                    }
                    buffer.take(usize::try_from(there).unwrap_or(usize::MAX));
                    self.stage = Stage::Extension(left - there);
                }
                Stage::Tuples => {
                    let Some((count, _)) = buffer.unread().split_first_chunk() else {
                        return self.between(buffer);
                    };
                    self.line += 1;
                    match i16::from_be_bytes(*count) {
                        -1 => {
                            buffer.take(count.len());
                            self.stage = Stage::Over;
                        }
                        found if usize::try_from(found) != Ok(fields.columns()) => {
                            return Err(Kind::FieldCount { found, expected: fields.columns() });
                        }
                        _ => {
                            fields.clear();
                            self.stage = Stage::Tuple(count.len());
                        }
                    }
                }
                Stage::Tuple(read) => match self.tuple(read, buffer.unread(), fields)? {
                    (read, true) => {
                        buffer.take(read);
                        self.stage = Stage::Tuples;
                        return Ok(true);
                    }
                    (_, false) if buffer.ended => return Err(Kind::UnexpectedEnd),
                    (read, false) => {
                        self.stage = Stage::Tuple(read);
                        return Ok(false);
                    }
                },
                Stage::Over if buffer.unread().is_empty() => return Ok(false),
                Stage::Over => return Err(Kind::DataAfterEnd),
            }
        }
    }

    /// No tuple begins here (yet). The trailer is optional, as in PostgreSQL; half of a count,
    /// which PostgreSQL overlooks, is not.
    fn between(&self, buffer: &Buffer) -> Result<bool, Kind> {
        if buffer.ended && !buffer.unread().is_empty() {
            return Err(Kind::UnexpectedEnd);
        }
        Ok(false)
    }

    /// Adds the fields that are there; how much of the tuple was read, and whether it is whole.
    fn tuple(
        &self,
        mut read: usize,
        tuple: &[u8],
        fields: &mut Fields,
    ) -> Result<(usize, bool), Kind> {
        while fields.len() < fields.columns() {
            let rest = tuple.get(read..).unwrap_or_default();
            let Some((size, rest)) = rest.split_first_chunk() else { return Ok((read, false)) };
            let start = read + size.len();
            match i32::from_be_bytes(*size) {
                -1 => {
                    fields.push(Field::Null)?;
                    read = start;
                }
                size => {
                    let size = usize::try_from(size).map_err(|_| Kind::FieldSize)?;
                    // Before the bytes are there: what is too large is not collected.
                    if size > self.max_row.saturating_sub(start) {
                        return Err(Kind::RowTooLarge { limit: self.max_row });
                    }
                    if rest.len() < size {
                        return Ok((read, false));
                    }
                    fields.push(Field::Plain(start..start + size))?;
                    read = start + size;
                }
            }
        }
        Ok((read, true))
    }
}

/// The length of the header and that of its extension; `None` when it isn't all there yet.
fn header(unread: &[u8], ended: bool) -> Result<Option<(usize, u32)>, Kind> {
    let wait = |missing| if ended { Err(missing) } else { Ok(None) };
    let there = unread.len().min(SIGNATURE.len());
    if unread.get(..there) != SIGNATURE.get(..there) {
        return Err(Kind::Signature);
    }
    let Some((_, rest)) = unread.split_first_chunk::<{ SIGNATURE.len() }>() else {
        return wait(Kind::Signature);
    };
    let Some((flags, rest)) = rest.split_first_chunk() else { return wait(Kind::MissingFlags) };
    let flags = u32::from_be_bytes(*flags);
    if flags & WITH_OIDS != 0 {
        return Err(Kind::WithOids);
    }
    if flags >> 16 != 0 {
        return Err(Kind::CriticalFlags);
    }
    let Some((extension, rest)) = rest.split_first_chunk() else {
        return wait(Kind::MissingLength);
    };
    let extension = i32::from_be_bytes(*extension);
    let extension = u32::try_from(extension).map_err(|_| Kind::MissingLength)?;
    Ok(Some((unread.len() - rest.len(), extension)))
}

use std::fmt;
use std::ops::Range;

use super::CopyErrorKind;

/// One row: as many fields as there are columns, valid until the decoder is used again.
///
/// In text and CSV format the fields are UTF-8 without NUL: values in PostgreSQL's text form.
/// In binary format they are whatever the client sent: values in binary form.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub(super) line: u64,
    /// The bytes of the stream, from the row's start.
    pub(super) raw: &'a [u8],
    pub(super) fields: &'a Fields,
}

impl<'a> Row<'a> {
    /// The line where the row ends, as PostgreSQL counts it, from 1.
    pub fn line(self) -> u64 {
        self.line
    }

    /// How many fields there are: the options' `columns`.
    pub fn len(self) -> usize {
        self.fields.len()
    }

    /// Whether the row has no fields at all.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The field of this column, from 0; inside, `None` is NULL.
    pub fn get(self, column: usize) -> Option<Option<&'a [u8]>> {
        self.fields.list.get(column).map(|field| self.value(field))
    }

    /// The fields, in order; `None` is NULL.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Option<&'a [u8]>> + Clone {
        self.fields.list.iter().map(move |field| self.value(field))
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the ranges were made over these bytes; were one wrong, a panic would be right: \
                  another value in its place would be stored as the tenant's own"
    )]
    fn value(self, field: &Field) -> Option<&'a [u8]> {
        match field {
            Field::Null => None,
            Field::Plain(range) => Some(&self.raw[range.clone()]),
            Field::Unescaped(range) => Some(&self.fields.scratch[range.clone()]),
        }
    }
}

impl fmt::Debug for Row<'_> {
    /// Shows no value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("line", &self.line).field("len", &self.len()).finish()
    }
}

#[derive(Clone, Debug)]
pub(super) enum Field {
    Null,
    /// A range of the stream's own bytes, from the row's start.
    Plain(Range<usize>),
    /// A range of the scratch buffer, where escapes were resolved.
    Unescaped(Range<usize>),
}

/// The row that is being read. Its memory serves every row of the stream.
#[derive(Default)]
pub(super) struct Fields {
    columns: usize,
    list: Vec<Field>,
    /// The values of the [`Field::Unescaped`].
    pub(super) scratch: Vec<u8>,
}

impl Fields {
    pub(super) fn of(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.scratch.clear();
    }

    /// Gives memory back that an unusual row took.
    pub(super) fn shrink(&mut self, keep: usize) {
        if self.scratch.capacity() > keep {
            self.scratch.clear();
            self.scratch.shrink_to(keep);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Adds a field. It stops at the last column: a line of delimiters costs no memory.
    pub(super) fn push(&mut self, field: Field) -> Result<(), CopyErrorKind> {
        if self.list.len() >= self.columns {
            return Err(CopyErrorKind::ExtraData);
        }
        self.list.push(field);
        Ok(())
    }

    pub(super) fn check_complete(&self) -> Result<(), CopyErrorKind> {
        if self.list.len() < self.columns {
            return Err(CopyErrorKind::MissingData { column: self.list.len() + 1 });
        }
        Ok(())
    }
}

/// Why the stream was refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (COPY data, line {line})")]
pub struct CopyError {
    /// The line as PostgreSQL counts it, from 1; in binary format, the tuple.
    pub line: u64,
    /// What is wrong.
    pub kind: CopyErrorKind,
}

impl CopyError {
    /// PostgreSQL's SQLSTATE: 22P04 (bad copy file format), 22021 (character not in
    /// repertoire), 54000 (program limit exceeded).
    pub fn sqlstate(&self) -> &'static str {
        match self.kind {
            CopyErrorKind::InvalidEncoding => "22021",
            CopyErrorKind::RowTooLarge { .. } => "54000",
            CopyErrorKind::MissingData { .. }
            | CopyErrorKind::ExtraData
            | CopyErrorKind::HeaderCount { .. }
            | CopyErrorKind::HeaderName { .. }
            | CopyErrorKind::LiteralCarriageReturn
            | CopyErrorKind::LiteralNewline
            | CopyErrorKind::UnquotedCarriageReturn
            | CopyErrorKind::UnquotedNewline
            | CopyErrorKind::EndMarkCorrupt
            | CopyErrorKind::EndMarkNewline
            | CopyErrorKind::UnterminatedQuote
            | CopyErrorKind::Signature
            | CopyErrorKind::MissingFlags
            | CopyErrorKind::WithOids
            | CopyErrorKind::CriticalFlags
            | CopyErrorKind::MissingLength
            | CopyErrorKind::WrongLength
            | CopyErrorKind::FieldCount { .. }
            | CopyErrorKind::FieldSize
            | CopyErrorKind::UnexpectedEnd
            | CopyErrorKind::DataAfterEnd => "22P04",
        }
    }
}

/// What is wrong with the stream, in PostgreSQL's words. None of them repeats the data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CopyErrorKind {
    /// The line has fewer fields than there are columns.
    #[error("missing data for column {column}")]
    MissingData {
        /// The first column without a field, from 1.
        column: usize,
    },
    /// The line has more fields than there are columns.
    #[error("extra data after last expected column")]
    ExtraData,
    /// `HEADER MATCH`, and the header has another number of fields.
    #[error("wrong number of fields in header line, expected {expected}")]
    HeaderCount {
        /// How many columns there are.
        expected: usize,
    },
    /// `HEADER MATCH`, and the header names another column.
    #[error("column name mismatch in header line field {field}, expected `{expected}`")]
    HeaderName {
        /// Which field, from 1.
        field: usize,
        /// The column that belongs there.
        expected: String,
    },
    /// Text format: a carriage return where lines end otherwise.
    #[error("literal carriage return found in data; use `\\r` to represent carriage return")]
    LiteralCarriageReturn,
    /// Text format: a newline where lines end otherwise.
    #[error("literal newline found in data; use `\\n` to represent newline")]
    LiteralNewline,
    /// CSV: a carriage return where lines end otherwise.
    #[error("unquoted carriage return found in data; use a quoted CSV field")]
    UnquotedCarriageReturn,
    /// CSV: a newline where lines end otherwise.
    #[error("unquoted newline found in data; use a quoted CSV field")]
    UnquotedNewline,
    /// `\.` is followed by something other than the line's end.
    #[error("end-of-copy marker corrupt")]
    EndMarkCorrupt,
    /// The line of `\.` ends otherwise than the lines before it.
    #[error("end-of-copy marker does not match previous newline style")]
    EndMarkNewline,
    /// CSV: the data ended inside quotes.
    #[error("unterminated CSV quoted field")]
    UnterminatedQuote,
    /// The text is not UTF-8, or holds a NUL.
    #[error("invalid byte sequence for encoding `UTF8`")]
    InvalidEncoding,
    /// The row is over the limit.
    #[error("a row is larger than {limit} bytes; send smaller rows or raise the limit")]
    RowTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Binary: the stream does not begin with the signature.
    #[error("COPY file signature not recognized")]
    Signature,
    /// Binary: the stream ended before the flags.
    #[error("invalid COPY file header (missing flags)")]
    MissingFlags,
    /// Binary: a flag of PostgreSQL 11 and older.
    #[error("invalid COPY file header (WITH OIDS)")]
    WithOids,
    /// Binary: a flag that must be understood and isn't.
    #[error("unrecognized critical flags in COPY file header")]
    CriticalFlags,
    /// Binary: the length of the header's extension is missing or negative.
    #[error("invalid COPY file header (missing length)")]
    MissingLength,
    /// Binary: the stream ended inside the header's extension.
    #[error("invalid COPY file header (wrong length)")]
    WrongLength,
    /// Binary: a tuple has another number of fields than there are columns.
    #[error("row field count is {found}, expected {expected}")]
    FieldCount {
        /// What the tuple says.
        found: i16,
        /// How many columns there are.
        expected: usize,
    },
    /// Binary: a negative size other than -1.
    #[error("invalid field size")]
    FieldSize,
    /// Binary: the stream ended inside a tuple.
    #[error("unexpected EOF in COPY data")]
    UnexpectedEnd,
    /// Binary: something follows the trailer; or data came after the stream's end.
    #[error("received copy data after EOF marker")]
    DataAfterEnd,
}

/// How a stream is written, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The format and its options.
    pub format: Format,
    /// How many columns each row has.
    pub columns: usize,
    /// The longest row that is read, in bytes as written.
    pub max_row: usize,
}

/// The three formats of COPY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// `FORMAT text`.
    Text(Text),
    /// `FORMAT csv`.
    Csv(Csv),
    /// `FORMAT binary`.
    Binary,
}

/// What the first line is. `HEADER` is [`Header::Skip`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// A row like all others.
    #[default]
    None,
    /// Thrown away, whatever it says.
    Skip,
    /// `HEADER MATCH`: it must name these columns, in this order.
    Match(Vec<String>),
}

/// The options of text format. The default is PostgreSQL's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// `DELIMITER`, by default a tab.
    pub delimiter: u8,
    /// `NULL`, by default `\N`. It is compared before escapes are read.
    pub null: String,
    /// `HEADER`.
    pub header: Header,
}

impl Default for Text {
    fn default() -> Self {
        Self { delimiter: b'\t', null: "\\N".to_owned(), header: Header::None }
    }
}

/// The options of CSV format. The default is PostgreSQL's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csv {
    /// `DELIMITER`, by default a comma.
    pub delimiter: u8,
    /// `QUOTE`, by default a double quote.
    pub quote: u8,
    /// `ESCAPE`, by default the quote (which the caller must say).
    pub escape: u8,
    /// `NULL`, by default empty. Only an unquoted field can be it.
    pub null: String,
    /// `HEADER`.
    pub header: Header,
    /// `FORCE_NULL`: the columns, from 0, where a quoted field can be NULL too.
    pub force_null: Vec<usize>,
    /// `FORCE_NOT_NULL`: the columns, from 0, where no field is NULL.
    pub force_not_null: Vec<usize>,
}

impl Default for Csv {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: b'"',
            escape: b'"',
            null: String::new(),
            header: Header::None,
            force_null: Vec::new(),
            force_not_null: Vec::new(),
        }
    }
}

/// Options with which a stream can't be read one way only. PostgreSQL refuses them too, with
/// SQLSTATE 22023.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOptions {
    /// Not one byte, or an ending of lines.
    #[error("COPY delimiter must be a single one-byte character other than newline")]
    Delimiter,
    /// A character that text format needs for itself.
    #[error("COPY delimiter can't be a backslash, a dot, a lower-case letter or a digit")]
    TextDelimiter,
    /// Not one byte, or an ending of lines.
    #[error("COPY quote must be a single one-byte character other than newline")]
    Quote,
    /// Not one byte, or an ending of lines.
    #[error("COPY escape must be a single one-byte character other than newline")]
    Escape,
    /// One character for both.
    #[error("COPY delimiter and quote must be different")]
    DelimiterIsQuote,
    /// An ending of lines, or a NUL, in the NULL string.
    #[error("COPY null representation can't use newline or carriage return")]
    Null,
    /// The delimiter is in the NULL string.
    #[error("COPY delimiter must not appear in the NULL specification")]
    DelimiterInNull,
    /// The quote is in the NULL string.
    #[error("CSV quote character must not appear in the NULL specification")]
    QuoteInNull,
    /// A forced column that isn't one of the columns.
    #[error("FORCE_NULL and FORCE_NOT_NULL must name columns that are copied")]
    ForcedColumn,
    /// `HEADER MATCH` with another number of names than columns.
    #[error("HEADER MATCH must name every column that is copied")]
    HeaderColumns,
}

impl InvalidOptions {
    /// PostgreSQL's SQLSTATE: 22023 (invalid parameter value).
    pub fn sqlstate(self) -> &'static str {
        "22023"
    }
}

impl Options {
    /// What PostgreSQL's `ProcessCopyOptions` checks, and a little more: a quote or an escape
    /// that ends a line is refused.
    pub(super) fn check(&self) -> Result<(), InvalidOptions> {
        match &self.format {
            Format::Text(text) => text.check(self.columns),
            Format::Csv(csv) => csv.check(self.columns),
            Format::Binary => Ok(()),
        }
    }
}

impl Text {
    fn check(&self, columns: usize) -> Result<(), InvalidOptions> {
        check_lines(self.delimiter, &self.null, &self.header, columns)?;
        match self.delimiter {
            b'\\' | b'.' | b'a'..=b'z' | b'0'..=b'9' => Err(InvalidOptions::TextDelimiter),
            _ => Ok(()),
        }
    }
}

impl Csv {
    fn check(&self, columns: usize) -> Result<(), InvalidOptions> {
        check_lines(self.delimiter, &self.null, &self.header, columns)?;
        if !is_plain(self.quote) {
            return Err(InvalidOptions::Quote);
        }
        if !is_plain(self.escape) {
            return Err(InvalidOptions::Escape);
        }
        if self.delimiter == self.quote {
            return Err(InvalidOptions::DelimiterIsQuote);
        }
        if self.null.as_bytes().contains(&self.quote) {
            return Err(InvalidOptions::QuoteInNull);
        }
        if self.force_null.iter().chain(&self.force_not_null).any(|column| *column >= columns) {
            return Err(InvalidOptions::ForcedColumn);
        }
        Ok(())
    }
}

fn check_lines(
    delimiter: u8,
    null: &str,
    header: &Header,
    columns: usize,
) -> Result<(), InvalidOptions> {
    if !is_plain(delimiter) {
        return Err(InvalidOptions::Delimiter);
    }
    if null.contains(['\n', '\r', '\0']) {
        return Err(InvalidOptions::Null);
    }
    if null.as_bytes().contains(&delimiter) {
        return Err(InvalidOptions::DelimiterInNull);
    }
    match header {
        Header::Match(names) if names.len() != columns => Err(InvalidOptions::HeaderColumns),
        Header::Match(_) | Header::Skip | Header::None => Ok(()),
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | b'\0')
}

//! Finds where a line ends (`CopyReadLineText`).

use memchr::memchr3;

use super::CopyErrorKind as Kind;

/// What the unread bytes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Less than a line: more bytes must come first.
    Partial,
    /// A line of this length; the next begins `next` bytes on.
    Line { length: usize, next: usize },
    /// What comes before the end of the data: a line of this length, and if it is empty, none.
    Last { length: usize },
}

/// How lines end. The first ending decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Lf,
    Cr,
    CrLf,
}

/// What `\.` turned out to be.
enum Mark {
    Partial,
    End,
    Data,
}

/// The quotes of CSV.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quotes {
    pub(super) quote: u8,
    pub(super) escape: u8,
}

/// Goes over each byte once, however the stream is split: its state is that of the line so far.
#[derive(Debug)]
pub(super) struct Scanner {
    /// `None` in text format.
    quotes: Option<Quotes>,
    ending: Option<Ending>,
    /// How much of the line was looked at.
    at: usize,
    in_quotes: bool,
    after_escape: bool,
    begun: bool,
    line: u64,
}

impl Scanner {
    pub(super) fn new(quotes: Option<Quotes>) -> Self {
        Self {
            quotes,
            ending: None,
            at: 0,
            in_quotes: false,
            after_escape: false,
            begun: false,
            line: 0,
        }
    }

    /// The number of the line, from 1, with the endings inside quotes counted.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// After [`Found::Partial`]: how many bytes are the line's for certain.
    pub(super) fn scanned(&self) -> usize {
        self.at
    }

    /// Looks for the end of the line that `unread` begins with. After [`Found::Partial`], the
    /// next call must begin with the same bytes.
    pub(super) fn scan(&mut self, unread: &[u8], ended: bool) -> Result<Found, Kind> {
        if !self.begun {
            self.begun = true;
            self.line += 1;
        }
        let found = match self.quotes {
            None => self.scan_text(unread, ended)?,
            Some(quotes) => self.scan_csv(unread, ended, quotes)?,
        };
        if found != Found::Partial {
            self.at = 0;
            self.in_quotes = false;
            self.after_escape = false;
            self.begun = false;
        }
        Ok(found)
    }

    fn scan_text(&mut self, unread: &[u8], ended: bool) -> Result<Found, Kind> {
        loop {
            let rest = unread.get(self.at..).unwrap_or_default();
            let Some(distance) = memchr3(b'\n', b'\r', b'\\', rest) else {
                return Ok(self.run_out(unread, ended));
            };
            self.at += distance;
            match rest.get(distance..) {
                Some([b'\\', b'.', after @ ..]) => match self.end_mark(after, ended)? {
                    Mark::Partial => return Ok(Found::Partial),
                    // Text before the mark is a row of its own.
                    Mark::End | Mark::Data => return Ok(Found::Last { length: self.at }),
                },
                // The byte after a backslash never ends the line.
                Some([b'\\', _, ..]) => self.at += 2,
                // A backslash just before the end of the data is data.
                Some([b'\\']) if ended => return Ok(Found::Last { length: unread.len() }),
                Some([b'\\']) => return Ok(Found::Partial),
                Some(ending) => return self.line_end(ending, ended),
                None => return Ok(Found::Partial),
            }
        }
    }

    fn scan_csv(&mut self, unread: &[u8], ended: bool, quotes: Quotes) -> Result<Found, Kind> {
        // `\.` counts only when it is alone on its line: it can be a value.
        if self.at == 0 {
            match unread {
                [b'\\', b'.', after @ ..] => match self.end_mark(after, ended)? {
                    Mark::Partial => return Ok(Found::Partial),
                    Mark::End => return Ok(Found::Last { length: 0 }),
                    Mark::Data => {}
                },
                [b'\\'] if ended => return Ok(Found::Last { length: 1 }),
                [b'\\'] => return Ok(Found::Partial),
                _ => {}
            }
        }
        let Quotes { quote, escape } = quotes;
        loop {
            let rest = unread.get(self.at..).unwrap_or_default();
            if self.after_escape {
                let Some(byte) = rest.first() else { return Ok(self.run_out(unread, ended)) };
                self.after_escape = false;
                self.count(*byte);
                self.at += 1;
                continue;
            }
            let special = if self.in_quotes {
                memchr3(quote, escape, self.counted(), rest)
            } else {
                memchr3(quote, b'\n', b'\r', rest)
            };
            let Some((distance, byte)) = special.and_then(|at| Some((at, *rest.get(at)?))) else {
                return Ok(self.run_out(unread, ended));
            };
            self.at += distance;
            if byte == quote {
                self.in_quotes = !self.in_quotes;
            } else if !self.in_quotes {
                let ending = rest.get(distance..).unwrap_or_default();
                return self.line_end(ending, ended);
            } else if byte == escape {
                self.after_escape = true;
            } else {
                self.count(byte);
            }
            self.at += 1;
        }
    }

    /// No byte of interest is left.
    fn run_out(&mut self, unread: &[u8], ended: bool) -> Found {
        self.at = unread.len();
        if ended { Found::Last { length: unread.len() } } else { Found::Partial }
    }

    /// The byte that counts as a line inside quotes.
    fn counted(&self) -> u8 {
        if self.ending == Some(Ending::Lf) { b'\n' } else { b'\r' }
    }

    fn count(&mut self, byte: u8) {
        if byte == self.counted() {
            self.line += 1;
        }
    }

    /// `ending` begins with a newline or a carriage return.
    fn line_end(&mut self, ending: &[u8], ended: bool) -> Result<Found, Kind> {
        let csv = self.quotes.is_some();
        let newline = if csv { Kind::UnquotedNewline } else { Kind::LiteralNewline };
        let carriage_return =
            if csv { Kind::UnquotedCarriageReturn } else { Kind::LiteralCarriageReturn };
        let (kind, width) = match (ending, self.ending) {
            ([b'\n', ..], None | Some(Ending::Lf)) => (Ending::Lf, 1),
            ([b'\n', ..], Some(Ending::Cr | Ending::CrLf)) => return Err(newline),
            (_, Some(Ending::Lf)) => return Err(carriage_return),
            (_, Some(Ending::Cr)) => (Ending::Cr, 1),
            ([_], None | Some(Ending::CrLf)) if !ended => return Ok(Found::Partial),
            ([_, b'\n', ..], None | Some(Ending::CrLf)) => (Ending::CrLf, 2),
            (_, Some(Ending::CrLf)) => return Err(carriage_return),
            (_, None) => (Ending::Cr, 1),
        };
        self.ending = Some(kind);
        Ok(Found::Line { length: self.at, next: self.at + width })
    }

    /// Whether what follows `\.` makes it the end of the data. In text format it must.
    fn end_mark(&self, after: &[u8], ended: bool) -> Result<Mark, Kind> {
        let csv = self.quotes.is_some();
        // PostgreSQL reads a NUL behind the last byte of the data.
        let byte = |at: usize| after.get(at).copied().or(ended.then_some(0));
        let refuse = |kind| if csv { Ok(Mark::Data) } else { Err(kind) };
        let mut at = 0;
        if self.ending == Some(Ending::CrLf) {
            match byte(0) {
                None => return Ok(Mark::Partial),
                Some(b'\r') => at = 1,
                Some(b'\n') => return refuse(Kind::EndMarkNewline),
                Some(_) => return refuse(Kind::EndMarkCorrupt),
            }
        }
        match (byte(at), self.ending) {
            (None, _) => Ok(Mark::Partial),
            (Some(b'\n'), None | Some(Ending::Lf | Ending::CrLf))
            | (Some(b'\r'), None | Some(Ending::Cr)) => Ok(Mark::End),
            (Some(b'\n' | b'\r'), _) => Err(Kind::EndMarkNewline),
            (Some(_), _) => refuse(Kind::EndMarkCorrupt),
        }
    }
}

//! Follows a chunked body to its end, strictly (RFC 9112, section 7.1; catalogue H20).

use super::Violation;
use super::head::{is_text, is_token};

/// The most bytes that all trailers of a body may have. They are dropped later on.
const MAX_TRAILERS: usize = 8 * 1024;

/// Where in a chunked body the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunked {
    at: At,
    trailers: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Size {
        size: u64,
        digits: u8,
    },
    SizeEnd {
        size: u64,
    },
    Data {
        left: u64,
    },
    DataReturn,
    DataEnd,
    /// The first byte of a trailer, or of the body's end.
    Line,
    TrailerName,
    TrailerValue,
    TrailerEnd,
    LastEnd,
}

impl Chunked {
    pub(crate) fn new() -> Self {
        Self { at: At::Size { size: 0, digits: 0 }, trailers: 0 }
    }

    /// Follows these bytes. How many of them belong to the body when it ends among them;
    /// `None` when all of them do and it goes on.
    pub(crate) fn follow(&mut self, bytes: &[u8]) -> Result<Option<usize>, Violation> {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            if let At::Data { left } = self.at {
                let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                rest = rest.get(taken..).unwrap_or_default();
                let left = left - taken as u64;
                self.at = if left == 0 { At::DataReturn } else { At::Data { left } };
                continue;
            }
            rest = after;
            if self.step(*byte)? {
                return Ok(Some(bytes.len() - rest.len()));
            }
        }
        Ok(None)
    }

    /// Takes a byte that is no data; whether it was the body's last.
    fn step(&mut self, byte: u8) -> Result<bool, Violation> {
        self.at = match (self.at, byte) {
            // No extension, no white space, no leading `0x`; sixteen digits don't overflow.
            (At::Size { size, digits }, _) if byte.is_ascii_hexdigit() && digits < 15 => {
                let digit = char::from(byte).to_digit(16).ok_or(Violation::Chunk)?;
                At::Size { size: size << 4 | u64::from(digit), digits: digits + 1 }
            }
            (At::Size { size, digits }, b'\r') if digits > 0 => At::SizeEnd { size },
            (At::SizeEnd { size: 0 }, b'\n') => At::Line,
            (At::SizeEnd { size }, b'\n') => At::Data { left: size },
            (At::DataReturn, b'\r') => At::DataEnd,
            (At::DataEnd, b'\n') => At::Size { size: 0, digits: 0 },
            (At::Line, b'\r') => At::LastEnd,
            (At::LastEnd, b'\n') => return Ok(true),
            (At::Line | At::TrailerName, _) if is_token(byte) => self.trailer(At::TrailerName)?,
            (At::TrailerName, b':') => self.trailer(At::TrailerValue)?,
            (At::TrailerValue, b'\r') => At::TrailerEnd,
            (At::TrailerValue, _) if is_text(byte) => self.trailer(At::TrailerValue)?,
            (At::TrailerEnd, b'\n') => At::Line,
            _ => return Err(Violation::Chunk),
        };
        Ok(false)
    }

    /// One more byte of trailers.
    fn trailer(&mut self, at: At) -> Result<At, Violation> {
        self.trailers += 1;
        if self.trailers > MAX_TRAILERS { Err(Violation::TooLarge) } else { Ok(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows the text in one piece and byte by byte, which must agree.
    fn follow(text: &str) -> Result<Option<usize>, Violation> {
        let whole = Chunked::new().follow(text.as_bytes());
        let mut chunked = Chunked::new();
        let mut bytewise = Ok(None);
        for (at, byte) in text.bytes().enumerate() {
            match chunked.follow(&[byte]) {
                Ok(None) => {}
                Ok(Some(used)) => {
                    bytewise = Ok(Some(at + used));
                    break;
                }
                Err(violation) => {
                    bytewise = Err(violation);
                    break;
                }
            }
        }
        assert_eq!(whole, bytewise, "{text:?}");
        whole
    }

    #[test]
    fn a_body_ends_where_its_last_chunk_ends() {
        assert_eq!(follow("0\r\n\r\nGET "), Ok(Some(5)));
        assert_eq!(follow("5\r\nhello\r\n0\r\n\r\n"), Ok(Some(15)));
        assert_eq!(follow("A\r\n0123456789\r\n00\r\nx: y\r\n\r\nrest"), Ok(Some(27)));
        assert_eq!(follow("5\r\nhel"), Ok(None));
        assert_eq!(follow("3\r\n\r\n0\r\n0\r\n\r\n"), Ok(Some(13)));
    }

    #[test]
    fn h20_everything_sloppy_is_refused() {
        for text in [
            "5;a=b\r\nhello\r\n0\r\n\r\n",
            "5;\nGET / HTTP/1.1\r\n",
            "5 \r\nhello",
            " 5\r\nhello",
            "0x5\r\nhello",
            "+5\r\nhello",
            "-1\r\n",
            "\r\nhello",
            "5\nhello",
            "5\r\nhelloX",
            "5\r\nhello\n0\r\n\r\n",
            "5\r\nhello0\r\n\r\n",
            "0\n\n",
            "0\r\n\n",
            "0\r\n\rX",
            "0\r\nx: y\n\r\n",
            "0\r\nx\0y\r\n\r\n",
            "0\r\nx\r\n\r\n",
            "0\r\n: y\r\n\r\n",
            "0\r\nx : y\r\n\r\n",
            "0\r\n x: y\r\n\r\n",
            "0\r\nx: \0\r\n\r\n",
            "0\r\nx: y\rz\r\n\r\n",
            "fffffffffffffffff\r\n",
            "10000000000000000\r\n",
            "g\r\n",
        ] {
            assert!(follow(text).is_err(), "{text:?}");
        }
        let trailers = format!("0\r\n{}\r\n", "x: y\r\n".repeat(4000));
        assert_eq!(follow(&trailers), Err(Violation::TooLarge));
    }
}

//! The one form that every SCRAM message has: `a=value,b=value`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{MAX_MESSAGE, ScramError};

/// Reads attributes from the left; what a message must have is asked for in its order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attributes<'a> {
    whole: &'a str,
    /// Where the next attribute begins; `None` after the last.
    next: Option<usize>,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(message: &'a str) -> Self {
        Self { whole: message, next: Some(0) }
    }

    /// The value of the next attribute, which must be this one.
    pub(super) fn expect(&mut self, name: char) -> Result<&'a str, ScramError> {
        match self.any()? {
            (found, value) if found == name => Ok(value),
            _ => Err(ScramError::Malformed("an attribute is missing or out of place")),
        }
    }

    /// The next attribute, which must be there.
    pub(super) fn any(&mut self) -> Result<(char, &'a str), ScramError> {
        let rest = self.next.and_then(|at| self.whole.get(at..));
        let rest = rest.ok_or(ScramError::Malformed("an attribute is missing"))?;
        let attribute = rest.split(',').next().unwrap_or(rest);
        self.next =
            self.next.filter(|_| attribute.len() < rest.len()).map(|at| at + attribute.len() + 1);
        let mut chars = attribute.chars();
        match (chars.next(), chars.next()) {
            (Some(name), Some('=')) if name.is_ascii_alphabetic() => Ok((name, chars.as_str())),
            _ => Err(ScramError::Malformed("an attribute is not of the form `a=value`")),
        }
    }

    /// Whether no attribute is left.
    pub(super) fn is_empty(&self) -> bool {
        self.next.is_none()
    }

    /// The message up to the comma before the attribute that comes next.
    pub(super) fn before(&self) -> &'a str {
        let end = self.next.map_or(self.whole.len(), |at| at.saturating_sub(1));
        self.whole.get(..end).unwrap_or(self.whole)
    }
}

/// The text of a message, or why it isn't one.
pub(super) fn text(message: &[u8]) -> Result<&str, ScramError> {
    if message.len() > MAX_MESSAGE {
        return Err(ScramError::TooLong);
    }
    match std::str::from_utf8(message) {
        Ok(text) if !text.is_empty() && !text.contains('\0') => Ok(text),
        _ => Err(ScramError::Malformed("it is empty or not text")),
    }
}

/// RFC 5802's `printable`: visible ASCII without the comma.
pub(super) fn is_nonce(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b',')
}

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Base64 with its padding and no stray bits, so that one value has one spelling.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, ScramError> {
    STANDARD.decode(text).map_err(|_| ScramError::Malformed("a value is not base64"))
}

use std::borrow::Cow;
use std::fmt;

use bytes::{BufMut as _, BytesMut};

use crate::frontend::{message, put_string};
use crate::{Malformed, Reader};

/// How bad an error or a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The statement failed; the session goes on.
    Error,
    /// The session ends.
    Fatal,
    /// Something to know.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
            Self::Warning => "WARNING",
        })
    }
}

/// An `ErrorResponse` or a `NoticeResponse` that Septum itself writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorFields {
    /// How bad it is.
    pub severity: Severity,
    /// The SQLSTATE.
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Where in the statement: a character, counted from 1.
    pub position: Option<u32>,
}

impl ErrorFields {
    /// Writes it as an `ErrorResponse`.
    pub fn write_error(&self, out: &mut BytesMut) {
        message(out, b'E', |out| self.write_fields(out));
    }

    /// Writes it as a `NoticeResponse`.
    pub fn write_notice(&self, out: &mut BytesMut) {
        message(out, b'N', |out| self.write_fields(out));
    }

    fn write_fields(&self, out: &mut BytesMut) {
        let severity = self.severity.to_string();
        let position = self.position.map(|position| position.to_string());
        let fields = [
            (b'S', Some(severity.as_str())),
            (b'V', Some(severity.as_str())),
            (b'C', Some(self.code)),
            (b'M', Some(self.message.as_str())),
            (b'D', self.detail.as_deref()),
            (b'H', self.hint.as_deref()),
            (b'P', position.as_deref()),
        ];
        for (field, value) in fields {
            if let Some(value) = value {
                out.put_u8(field);
                put_string(out, value);
            }
        }
        out.put_u8(0);
    }
}

/// The value of one field of an `ErrorResponse` that a server sent: `b'C'` for the SQLSTATE,
/// `b'V'` for the severity, `b'M'` for the message.
///
/// # Errors
/// [`Malformed`] when the body is no `ErrorResponse`.
pub fn field(body: &[u8], wanted: u8) -> Result<Option<&str>, Malformed> {
    let mut reader = Reader::new(body);
    loop {
        match reader.u8()? {
            0 => return Ok(None),
            found => {
                let value = reader.string()?;
                if found == wanted {
                    return Ok(Some(value));
                }
            }
        }
    }
}

/// Passes an `ErrorResponse` or a `NoticeResponse` of a server's on, by its tag, with what `say`
/// makes of each field: `None` leaves it out.
///
/// # Errors
/// [`Malformed`] when the body is neither; then nothing is written.
pub fn write_fields<'a>(
    tag: u8,
    body: &'a [u8],
    out: &mut BytesMut,
    mut say: impl FnMut(u8, &'a str) -> Option<Cow<'a, str>>,
) -> Result<(), Malformed> {
    let mut reader = Reader::new(body);
    let mut kept = BytesMut::with_capacity(body.len());
    loop {
        match reader.u8()? {
            0 => break,
            field => {
                if let Some(value) = say(field, reader.string()?) {
                    kept.put_u8(field);
                    put_string(&mut kept, &value);
                }
            }
        }
    }
    kept.put_u8(0);
    message(out, tag, |out| out.extend_from_slice(&kept));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_passed_on_with_what_is_said_of_its_fields() {
        let say = |field, value| match field {
            b'P' => None,
            b'M' => Some(Cow::Borrowed("other")),
            _ => Some(Cow::Borrowed(value)),
        };
        let mut out = BytesMut::new();
        write_fields(b'E', b"SERROR\0C42703\0Mno column\0P17\0R\0\0", &mut out, say).unwrap();
        assert_eq!(&out[5..], b"SERROR\0C42703\0Mother\0R\0\0");
        assert_eq!(usize::from(out[4]), out.len() - 1);
        let before = out.clone();
        assert!(write_fields(b'E', b"SERROR\0P17", &mut out, say).is_err());
        assert_eq!(out, before);
    }
}

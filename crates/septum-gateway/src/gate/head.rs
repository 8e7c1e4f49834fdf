//! One request's head, read strictly.

use http::Uri;

/// How a request's body is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many bytes; none at all is 0.
    Length(u64),
    /// Chunks.
    Chunked,
}

/// What a head may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadLimits {
    pub(crate) fields: usize,
    pub(crate) bytes: usize,
}

/// Why bytes are refused. The words are for the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("a line that does not end in CRLF, or a control character")]
    Line,
    #[error("the request line is not `METHOD target HTTP/1.1`")]
    RequestLine,
    #[error("a header field is not `name: value`")]
    Field,
    #[error("not exactly one Host")]
    Host,
    #[error("Content-Length is not one plain number")]
    Length,
    #[error("Transfer-Encoding is not `chunked` alone")]
    Encoding,
    #[error("both Content-Length and Transfer-Encoding")]
    BothLengths,
    #[error("a chunk's size, extension or end is not plain")]
    Chunk,
    #[error("too many header fields or bytes")]
    TooLarge,
}

impl Violation {
    /// The words, for where they must be constant.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Line => "a line without CRLF, or a control character",
            Self::RequestLine => "the request line",
            Self::Field => "a header field",
            Self::Host => "not exactly one Host",
            Self::Length => "Content-Length",
            Self::Encoding => "Transfer-Encoding",
            Self::BothLengths => "both Content-Length and Transfer-Encoding",
            Self::Chunk => "a chunk",
            Self::TooLarge => "too many header fields or bytes",
        }
    }
}

/// Judges a whole head, its empty line included: where the request ends.
pub(crate) fn judge(head: &[u8], max_fields: usize) -> Result<Framing, Violation> {
    let mut lines = Lines(head);
    let request = lines.next().ok_or(Violation::Line)??;
    let http11 = request_line(request)?;
    let (mut fields, mut hosts) = (0, 0);
    let (mut length, mut chunked) = (None, false);
    loop {
        let line = lines.next().ok_or(Violation::Line)??;
        if line.is_empty() {
            break;
        }
        let (name, value) = field(line)?;
        fields += 1;
        if fields > max_fields {
            return Err(Violation::TooLarge);
        }
        if name.eq_ignore_ascii_case(b"host") {
            hosts += 1;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let number = number(value).filter(|_| length.is_none()).ok_or(Violation::Length)?;
            length = Some(number);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if chunked || !http11 || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Violation::Encoding);
            }
            chunked = true;
        }
    }
    if hosts != 1 {
        return Err(Violation::Host);
    }
    match (length, chunked) {
        (Some(_), true) => Err(Violation::BothLengths),
        (length, false) => Ok(Framing::Length(length.unwrap_or(0))),
        (None, true) => Ok(Framing::Chunked),
    }
}

/// Whether bytes can begin a request: what is no HTTP at all is refused without waiting for
/// the end of its head.
pub(crate) fn may_begin(bytes: &[u8]) -> bool {
    bytes.iter().take_while(|byte| **byte != b' ').take(32).copied().all(is_token)
}

/// Lines that end in CRLF and hold no other CR, LF or control character.
struct Lines<'h>(&'h [u8]);

impl<'h> Iterator for Lines<'h> {
    type Item = Result<&'h [u8], Violation>;

    fn next(&mut self) -> Option<Self::Item> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let (line, rest) = self.0.split_at_checked(end + 1)?;
        self.0 = rest;
        let plain = |line: &[u8]| line.iter().copied().all(is_text);
        Some(line.strip_suffix(b"\r\n").filter(|line| plain(line)).ok_or(Violation::Line))
    }
}

/// Whether the version is 1.1; the only other one that is taken is 1.0.
fn request_line(line: &[u8]) -> Result<bool, Violation> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Violation::RequestLine);
    };
    let named = !method.is_empty() && method.iter().copied().all(is_token);
    if !named || !is_target(target, method) {
        return Err(Violation::RequestLine);
    }
    match version {
        b"HTTP/1.1" => Ok(true),
        b"HTTP/1.0" => Ok(false),
        _ => Err(Violation::RequestLine),
    }
}

/// A path, an absolute URI of HTTP, or what the method alone may have (RFC 9112, section 3.2).
fn is_target(target: &[u8], method: &[u8]) -> bool {
    let absolute = |scheme: &[u8]| {
        target.split_at_checked(scheme.len()).is_some_and(|(it, _)| it.eq_ignore_ascii_case(scheme))
    };
    let formed = match method {
        b"CONNECT" => true,
        b"OPTIONS" if target == b"*" => true,
        _ => target.starts_with(b"/") || absolute(b"http://") || absolute(b"https://"),
    };
    // A fragment is the client's own affair (catalogue H31), and hyper would drop it silently.
    let visible = target.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'#');
    formed && visible && Uri::try_from(target).is_ok()
}

/// A name right before its colon, and the value without the white space around it. A line that
/// begins with white space continues another (obs-fold) and is refused.
fn field(line: &[u8]) -> Result<(&[u8], &[u8]), Violation> {
    let colon = line.iter().position(|byte| *byte == b':').ok_or(Violation::Field)?;
    let (name, value) = line.split_at_checked(colon).ok_or(Violation::Field)?;
    if name.is_empty() || !name.iter().copied().all(is_token) {
        return Err(Violation::Field);
    }
    Ok((name, value.get(1..).unwrap_or_default().trim_ascii()))
}

/// Digits alone, without a leading zero.
fn number(digits: &[u8]) -> Option<u64> {
    let plain = digits.iter().all(u8::is_ascii_digit)
        && (digits.len() == 1 || digits.first() != Some(&b'0'));
    if !plain {
        return None;
    }
    // The largest length that any peer can hold in a signed integer.
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|number| *number <= i64::MAX as u64)
}

/// What a line may hold.
pub(super) fn is_text(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

/// RFC 9110, section 5.6.2.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(text: &str) -> Result<Framing, Violation> {
        judge(text.as_bytes(), 20)
    }

    fn with(fields: &str) -> Result<Framing, Violation> {
        framing(&format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n"))
    }

    #[test]
    fn h19_exactly_one_length_is_taken() {
        assert_eq!(with(""), Ok(Framing::Length(0)));
        assert_eq!(with("Content-Length: 0\r\n"), Ok(Framing::Length(0)));
        assert_eq!(with("content-length:\t5 \r\n"), Ok(Framing::Length(5)));
        assert_eq!(with("Transfer-Encoding: Chunked\r\n"), Ok(Framing::Chunked));
        for lengths in
            ["+1", "0x1", "01", "00", "1 1", "1,1", "1, 2", "-1", "1.0", "", "9223372036854775808"]
        {
            let refused = with(&format!("Content-Length: {lengths}\r\n"));
            assert_eq!(refused, Err(Violation::Length), "{lengths}");
        }
        let twice = with("Content-Length: 5\r\nContent-Length: 5\r\n");
        assert_eq!(twice, Err(Violation::Length));
        for both in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        ] {
            assert_eq!(with(both), Err(Violation::BothLengths), "{both}");
        }
        for encoding in [
            "gzip",
            "chunked, gzip",
            "gzip, chunked",
            "xchunked",
            "identity",
            "",
            "chunked;q=1",
            "\"chunked\"",
        ] {
            let refused = with(&format!("Transfer-Encoding: {encoding}\r\n"));
            assert_eq!(refused, Err(Violation::Encoding), "{encoding}");
        }
        let twice = with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
        assert_eq!(twice, Err(Violation::Encoding));
        let old = framing("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert_eq!(old, Err(Violation::Encoding));
    }

    #[test]
    fn h06_what_two_parsers_may_read_differently_is_refused() {
        for fields in [
            "X: a\nY: b\r\n",
            "X: a\rY: b\r\n",
            "X: a\0b\r\n",
            "X: a\x0bb\r\n",
            "X: a\r\n folded\r\n",
            "X : a\r\n",
            "X\t: a\r\n",
            ": a\r\n",
            "X\r\n",
            " X: a\r\n",
            "X(: a\r\n",
            "Content-Length\u{a0}: 5\r\n",
            "Transfer-Encoding:\x0bchunked\r\n",
        ] {
            assert!(with(fields).is_err(), "{fields:?}");
        }
        assert!(with("X:\r\nY:a\tb\r\nZ: \u{e9}\r\n").is_ok());
    }

    #[test]
    fn h06_the_request_line_is_read_exactly() {
        for line in [
            "GET  / HTTP/1.1",
            " GET / HTTP/1.1",
            "GET / HTTP/1.1 ",
            "GET\t/\tHTTP/1.1",
            "GET /",
            "GET / HTTP/1.2",
            "GET / HTTP/2.0",
            "GET / http/1.1",
            "GET / HTTP/1.1x",
            "G\u{e9}T / HTTP/1.1",
            "GET /\u{e9} HTTP/1.1",
            "GET /a#b HTTP/1.1",
            "GET / a HTTP/1.1",
            "GET a HTTP/1.1",
            "GET a:80 HTTP/1.1",
            "GET * HTTP/1.1",
            "GET ftp://a/ HTTP/1.1",
            "GET http:/a HTTP/1.1",
            "",
        ] {
            let refused = framing(&format!("{line}\r\nHost: a\r\n\r\n"));
            assert_eq!(refused, Err(Violation::RequestLine), "{line}");
        }
        for line in [
            "GET /a?b HTTP/1.1",
            "GET //a HTTP/1.0",
            "OPTIONS * HTTP/1.1",
            "GET HTTP://a HTTP/1.1",
            "CONNECT a:80 HTTP/1.1",
        ] {
            let taken = framing(&format!("{line}\r\nHost: a\r\n\r\n"));
            assert_eq!(taken, Ok(Framing::Length(0)), "{line}");
        }
    }

    #[test]
    fn h12_exactly_one_host() {
        let none = framing("GET / HTTP/1.1\r\n\r\n");
        assert_eq!(none, Err(Violation::Host));
        assert_eq!(with("Host: a\r\n"), Err(Violation::Host));
        assert_eq!(with("hOST: b\r\n"), Err(Violation::Host));
    }

    #[test]
    fn too_many_fields_are_too_large() {
        assert_eq!(with(&"X: a\r\n".repeat(19)), Ok(Framing::Length(0)));
        assert_eq!(with(&"X: a\r\n".repeat(20)), Err(Violation::TooLarge));
    }
}

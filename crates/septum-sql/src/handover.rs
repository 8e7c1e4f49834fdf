use std::borrow::Cow;

use memchr::memmem;
use percent_encoding::percent_decode_str;
use pg_query::protobuf::Token;
use septum_core::{Secret, Traceparent};

use crate::limits;

/// What a text's comments hand over, and the text without these comments.
#[derive(Clone, Debug)]
pub struct Handover<'a> {
    /// The text, each comment that handed something over replaced by a space: requests that
    /// differ in nothing else share one entry of a cache.
    pub text: Cow<'a, str>,
    /// The context token.
    pub token: Option<Secret<String>>,
    /// The trace of the HTTP request.
    pub traceparent: Option<Traceparent>,
}

/// Comments that could be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmbiguousComment {
    /// A key stands in the text more than once.
    #[error("`{0}` stands in the comments more than once; write it once")]
    Repeated(&'static str),
    /// A comment names a key but isn't of sqlcommenter's form, or its value isn't.
    #[error("the comment with `{0}` is not of the form /*key='value',...*/; mend it")]
    Malformed(&'static str),
}

const TOKEN: &str = "septum_token";
const TRACEPARENT: &str = "traceparent";

/// Reads the comments in [sqlcommenter](https://google.github.io/sqlcommenter/spec/) form.
///
/// Comments are found by PostgreSQL's own scanner, so that one inside a string or a dollar
/// quote is none, and nested ones are one (catalogue S172). A text that can't be scanned hands
/// over nothing; it won't be parsed either.
///
/// ```
/// let text = "SELECT 1 /*septum_token='a%2Eb'*/";
/// let handover = septum_sql::handover(text).unwrap();
/// assert_eq!(handover.text, "SELECT 1");
/// assert_eq!(handover.token.unwrap().expose(), "a.b");
/// ```
///
/// # Errors
/// [`AmbiguousComment`] when a key comes twice, or in a comment that can't be read exactly.
pub fn handover(text: &str) -> Result<Handover<'_>, AmbiguousComment> {
    let mut found = Handover { text: Cow::Borrowed(text), token: None, traceparent: None };
    let bytes = text.as_bytes();
    let may_hand_over = memmem::find(bytes, b"/*").is_some()
        && [TOKEN, TRACEPARENT].iter().any(|key| memmem::find(bytes, key.as_bytes()).is_some());
    if !may_hand_over || !limits::is_scannable(text) {
        return Ok(found);
    }
    let Ok(tokens) = pg_query::scan_tokens(text) else { return Ok(found) };
    let mut kept = String::new();
    let mut from = 0;
    let comment = i32::from(Token::CComment);
    for token in tokens.iter().filter(|token| token.token == comment) {
        let (Ok(start), Ok(end)) = (usize::try_from(token.start), usize::try_from(token.end))
        else {
            continue;
        };
        let Some(inner) = text.get(start..end).and_then(inside) else { continue };
        if found.read(inner)? {
            kept.push_str(text.get(from..start).unwrap_or_default());
            kept.push(' ');
            from = end;
        }
    }
    if from > 0 {
        kept.push_str(text.get(from..).unwrap_or_default());
        found.text = Cow::Owned(kept.trim_ascii().to_owned());
    }
    Ok(found)
}

impl Handover<'_> {
    /// Takes what one comment hands over; whether it did.
    fn read(&mut self, comment: &str) -> Result<bool, AmbiguousComment> {
        let Some(key) = named(comment) else { return Ok(false) };
        let pairs = pairs(comment).ok_or(AmbiguousComment::Malformed(key))?;
        let mut took = false;
        for (key, value) in pairs {
            match key {
                TOKEN => self.take_token(value)?,
                TRACEPARENT => self.take_traceparent(value)?,
                _ => continue,
            }
            took = true;
        }
        if took { Ok(true) } else { Err(AmbiguousComment::Malformed(key)) }
    }

    fn take_token(&mut self, value: &str) -> Result<(), AmbiguousComment> {
        let malformed = AmbiguousComment::Malformed(TOKEN);
        let token = decoded(value).filter(|token| !token.is_empty()).ok_or(malformed)?;
        match self.token.replace(Secret::new(token)) {
            None => Ok(()),
            Some(_) => Err(AmbiguousComment::Repeated(TOKEN)),
        }
    }

    fn take_traceparent(&mut self, value: &str) -> Result<(), AmbiguousComment> {
        let malformed = AmbiguousComment::Malformed(TRACEPARENT);
        let trace = decoded(value).and_then(|value| value.parse().ok()).ok_or(malformed)?;
        match self.traceparent.replace(trace) {
            None => Ok(()),
            Some(_) => Err(AmbiguousComment::Repeated(TRACEPARENT)),
        }
    }
}

fn inside(comment: &str) -> Option<&str> {
    comment.strip_prefix("/*")?.strip_suffix("*/")
}

/// The key that the comment means to hand over, if any: the token's name anywhere, or a
/// `traceparent` with a value. A comment may speak of traceparents.
fn named(comment: &str) -> Option<&'static str> {
    if comment.contains(TOKEN) {
        return Some(TOKEN);
    }
    comment
        .match_indices(TRACEPARENT)
        .any(|(at, key)| {
            let rest = comment.get(at + key.len()..).unwrap_or_default();
            rest.trim_start().starts_with('=')
        })
        .then_some(TRACEPARENT)
}

/// The pairs of `key='value',...`; a quote inside a value is escaped by a backslash.
fn pairs(comment: &str) -> Option<Vec<(&str, &str)>> {
    let mut pairs = Vec::new();
    let mut rest = comment.trim_ascii();
    loop {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim_ascii();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.%".contains(&byte);
        if key.is_empty() || !key.bytes().all(plain) {
            return None;
        }
        let after = after.trim_ascii_start().strip_prefix('\'')?;
        let end = closing_quote(after)?;
        let value = after.get(..end)?;
        // A comment inside a comment has no one reading.
        if value.contains("/*") || value.contains("*/") {
            return None;
        }
        pairs.push((key, value));
        rest = after.get(end + 1..)?.trim_ascii_start();
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return rest.is_empty().then_some(pairs),
        }
    }
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'\'' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

fn decoded(value: &str) -> Option<String> {
    percent_decode_str(value).decode_utf8().ok().map(Cow::into_owned)
}

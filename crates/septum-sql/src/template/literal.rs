//! Literals in a text, by the tokens of PostgreSQL's scanner, and how a canonical text writes
//! them.

use std::borrow::Cow;

use pg_query::protobuf::Token;

/// What of a literal the meaning of the statement around it may depend on: a template serves
/// literals of one class only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A number that PostgreSQL reads as an `int4`.
    Integer,
    /// A whole number beyond that, which is an `int8`.
    Long,
    /// Any other number.
    Number,
    /// A string in any kind of quotes.
    Text,
}

/// A literal and its value, as the parser would hand it to the tree.
#[derive(Clone, Debug)]
pub(super) struct Literal<'a> {
    pub(super) class: Class,
    pub(super) value: Cow<'a, str>,
}

impl<'a> Literal<'a> {
    /// Of a token; `None` for what is no literal, and for every spelling about which there could
    /// be a doubt: it is a part of the text like any other then.
    pub(super) fn read(token: i32, text: &'a str) -> Option<Self> {
        if token == i32::from(Token::Sconst) {
            Some(Self { class: Class::Text, value: string(text)? })
        } else if token == i32::from(Token::Iconst) {
            let decimal = text.bytes().all(|byte| byte.is_ascii_digit());
            let value: i32 = decimal.then(|| text.parse().ok())??;
            Some(Self { class: Class::Integer, value: value.to_string().into() })
        } else if token == i32::from(Token::Fconst) {
            Some(Self { class: number(text)?, value: Cow::Borrowed(text) })
        } else {
            None
        }
    }

    /// Writes the literal as libpg_query's deparser does.
    pub(super) fn write(&self, canonical: &mut String) {
        match self.class {
            Class::Integer | Class::Long | Class::Number => canonical.push_str(&self.value),
            Class::Text => {
                if self.value.contains('\\') {
                    canonical.push('E');
                }
                canonical.push('\'');
                for letter in self.value.chars() {
                    if matches!(letter, '\'' | '\\') {
                        canonical.push(letter);
                    }
                    canonical.push(letter);
                }
                canonical.push('\'');
            }
        }
    }
}

/// The class of a number that is no `int4` by itself. Whether one of nineteen digits is an `int8`,
/// and 2147483648 an `int4`, its sign has a part in.
fn number(text: &str) -> Option<Class> {
    const SURELY_LONG: usize = 18;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        let long = |number: i64| number > -i64::from(i32::MIN);
        let surely = text.len() <= SURELY_LONG && text.parse().is_ok_and(long);
        return surely.then_some(Class::Long);
    }
    let plain = |byte: u8| byte.is_ascii_digit() || b".eE+-".contains(&byte);
    text.bytes().all(plain).then_some(Class::Number)
}

/// The value of a string in one piece: quoted, with escapes of backslash and quote only, or in
/// dollars.
fn string(text: &str) -> Option<Cow<'_, str>> {
    match text.as_bytes().first()? {
        b'\'' => quoted(text, false),
        b'e' | b'E' => quoted(text.get(1..)?, true),
        b'$' => dollars(text).map(Cow::Borrowed),
        _ => None,
    }
}

fn quoted(text: &str, escapes: bool) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let plain = |letter: char| letter != '\'' && !(escapes && letter == '\\');
    if inner.chars().all(plain) {
        return Some(Cow::Borrowed(inner));
    }
    let mut value = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            // A quote that isn't doubled ends a piece: `'a'` and `'b'` over a line end are one.
            '\'' => value.push(letters.next().filter(|next| *next == '\'')?),
            '\\' if escapes => {
                value.push(letters.next().filter(|next| matches!(next, '\\' | '\''))?);
            }
            _ => value.push(letter),
        }
    }
    Some(Cow::Owned(value))
}

fn dollars(text: &str) -> Option<&str> {
    let tag = text.get(..text.get(1..)?.find('$')? + 2)?;
    text.strip_prefix(tag)?.strip_suffix(tag)
}

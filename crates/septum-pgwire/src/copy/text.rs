//! Splits a line of text format (`CopyReadAttributesText`).

use memchr::memchr2;

use super::CopyErrorKind;
use super::lines::check_encoding;
use super::row::{Field, Fields};

pub(super) fn split(
    line: &[u8],
    delimiter: u8,
    null: &[u8],
    fields: &mut Fields,
) -> Result<(), CopyErrorKind> {
    let mut rest = Some(line);
    while let Some(bytes) = rest {
        let start = line.len() - bytes.len();
        let special = memchr2(delimiter, b'\\', bytes);
        let (raw, after) = match special.and_then(|at| bytes.split_at_checked(at)) {
            None => (bytes, None),
            Some((raw, [byte, after @ ..])) if *byte == delimiter => (raw, Some(after)),
            Some(_) => {
                rest = escaped(bytes, delimiter, null, fields)?;
                continue;
            }
        };
        let field = if raw == null { Field::Null } else { Field::Plain(start..start + raw.len()) };
        fields.push(field)?;
        rest = after;
    }
    Ok(())
}

/// Adds the field that `bytes` begins with and that holds a backslash; what follows it.
fn escaped<'a>(
    bytes: &'a [u8],
    delimiter: u8,
    null: &[u8],
    fields: &mut Fields,
) -> Result<Option<&'a [u8]>, CopyErrorKind> {
    let start = fields.scratch.len();
    // An escaped number can make a byte that the line's own check has not seen.
    let mut unchecked = false;
    let mut rest = bytes;
    let (raw_len, after) = loop {
        let special = memchr2(delimiter, b'\\', rest);
        let Some((plain, special)) = special.and_then(|at| rest.split_at_checked(at)) else {
            fields.scratch.extend_from_slice(rest);
            break (bytes.len(), None);
        };
        fields.scratch.extend_from_slice(plain);
        match special {
            [byte, after @ ..] if *byte == delimiter => {
                break (bytes.len() - special.len(), Some(after));
            }
            [_, escape, after @ ..] => {
                let (byte, after, numeric) = unescape(*escape, after);
                unchecked |= numeric && (byte == 0 || !byte.is_ascii());
                fields.scratch.push(byte);
                rest = after;
            }
            // A backslash at the end of the line stands for nothing.
            [] | [_] => break (bytes.len() - special.len(), None),
        }
    };
    // The NULL string is compared as it is written, before any complaint about the value.
    if bytes.get(..raw_len) == Some(null) {
        fields.scratch.truncate(start);
        fields.push(Field::Null)?;
        return Ok(after);
    }
    if unchecked {
        check_encoding(fields.scratch.get(start..).unwrap_or_default())?;
    }
    fields.push(Field::Unescaped(start..fields.scratch.len()))?;
    Ok(after)
}

/// The byte that `\` and `escape` stand for, what follows, and whether it was a number.
fn unescape(escape: u8, after: &[u8]) -> (u8, &[u8], bool) {
    match escape {
        b'0'..=b'7' => {
            let digits = after.iter().take(2).take_while(|b| matches!(b, b'0'..=b'7')).count();
            let (digits, after) = after.split_at_checked(digits).unwrap_or((&[], after));
            let octal = |sum: u8, digit: &u8| sum.wrapping_shl(3) | (digit - b'0');
            (digits.iter().fold(escape - b'0', octal), after, true)
        }
        b'x' => {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            let digits = after.iter().take(2).map_while(digit);
            let (value, count) = digits.fold((0, 0), |(sum, n), digit| (sum << 4 | digit, n + 1));
            match (u8::try_from(value), after.get(count..)) {
                (Ok(byte), Some(after)) if count > 0 => (byte, after, true),
                _ => (b'x', after, false),
            }
        }
        b'b' => (0x08, after, false),
        b'f' => (0x0c, after, false),
        b'n' => (b'\n', after, false),
        b'r' => (b'\r', after, false),
        b't' => (b'\t', after, false),
        b'v' => (0x0b, after, false),
        itself => (itself, after, false),
    }
}

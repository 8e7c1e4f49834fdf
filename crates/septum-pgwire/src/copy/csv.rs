//! Splits a line of CSV format (`CopyReadAttributesCSV`).

use memchr::memchr2;

use super::CopyErrorKind;
use super::row::{Field, Fields};
use super::scanner::Quotes;

/// What is done with NULLs in one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Force {
    pub(super) null: bool,
    pub(super) not_null: bool,
}

/// How a line is split.
#[derive(Debug)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quotes: Quotes,
    /// By column; a column beyond the end has none.
    pub(super) forces: Vec<Force>,
}

pub(super) fn split(
    line: &[u8],
    dialect: &Dialect,
    null: &[u8],
    fields: &mut Fields,
) -> Result<(), CopyErrorKind> {
    let &Dialect { delimiter, quotes: Quotes { quote, .. }, ref forces } = dialect;
    let mut rest = Some(line);
    while let Some(bytes) = rest {
        let start = line.len() - bytes.len();
        let force = forces.get(fields.len()).copied().unwrap_or_default();
        let special = memchr2(delimiter, quote, bytes);
        let (raw, after) = match special.and_then(|at| bytes.split_at_checked(at)) {
            None => (bytes, None),
            Some((raw, [byte, after @ ..])) if *byte == delimiter => (raw, Some(after)),
            Some((raw, quoted)) => {
                rest = unquote(raw, quoted, dialect, (force, null), fields)?;
                continue;
            }
        };
        let field = if raw == null && !force.not_null {
            Field::Null
        } else {
            Field::Plain(start..start + raw.len())
        };
        fields.push(field)?;
        rest = after;
    }
    Ok(())
}

/// Adds a field with quotes: `raw` comes before the first of them, which `quoted` begins with.
/// What follows the field.
fn unquote<'a>(
    raw: &[u8],
    quoted: &'a [u8],
    dialect: &Dialect,
    (force, null): (Force, &[u8]),
    fields: &mut Fields,
) -> Result<Option<&'a [u8]>, CopyErrorKind> {
    let &Dialect { delimiter, quotes: Quotes { quote, escape }, .. } = dialect;
    let start = fields.scratch.len();
    fields.scratch.extend_from_slice(raw);
    let mut outside = quoted;
    let after = loop {
        let special = memchr2(delimiter, quote, outside);
        let Some((plain, special)) = special.and_then(|at| outside.split_at_checked(at)) else {
            fields.scratch.extend_from_slice(outside);
            break None;
        };
        fields.scratch.extend_from_slice(plain);
        match special {
            [byte, after @ ..] if *byte == delimiter => break Some(after),
            [_, inside @ ..] => outside = up_to_quote(inside, quote, escape, &mut fields.scratch)?,
            [] => break None,
        }
    };
    let is_null = force.null && fields.scratch.get(start..) == Some(null);
    fields.push(if is_null {
        Field::Null
    } else {
        Field::Unescaped(start..fields.scratch.len())
    })?;
    Ok(after)
}

/// Copies what is inside quotes; what follows the closing one.
fn up_to_quote<'a>(
    mut inside: &'a [u8],
    quote: u8,
    escape: u8,
    value: &mut Vec<u8>,
) -> Result<&'a [u8], CopyErrorKind> {
    loop {
        let special = memchr2(quote, escape, inside);
        let (plain, special) = special
            .and_then(|at| inside.split_at_checked(at))
            .ok_or(CopyErrorKind::UnterminatedQuote)?;
        value.extend_from_slice(plain);
        match special {
            // The escape is looked at before the quote: they are often one character.
            [byte, next, after @ ..] if *byte == escape && (*next == escape || *next == quote) => {
                value.push(*next);
                inside = after;
            }
            [byte, after @ ..] if *byte == quote => return Ok(after),
            [byte, after @ ..] => {
                value.push(*byte);
                inside = after;
            }
            [] => return Err(CopyErrorKind::UnterminatedQuote),
        }
    }
}

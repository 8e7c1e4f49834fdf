//! Where PostgreSQL's parser stopped. The binding of libpg_query keeps the message only, so the
//! place is found again: the first token of that spelling at which the text up to and with it
//! gives the same message. An LR parser reports the first token that can't go on, so every
//! shorter prefix ends in `at end of input` or parses.

/// A syntax error in a longer text is reported without its place.
const LONGEST: usize = 16 * 1024;

/// The character, counted from 1, of a `syntax error at or near "..."`; of an error at the end
/// of input, the place after the last character.
pub(crate) fn of(text: &str, message: &str) -> Option<u32> {
    if text.len() > LONGEST {
        return None;
    }
    if message == "syntax error at end of input" {
        return character(text, text.len());
    }
    let near = message.strip_prefix("syntax error at or near \"")?.strip_suffix('"')?;
    let tokens = pg_query::scan_tokens(text).ok()?;
    let spots: Vec<(usize, usize)> = tokens
        .iter()
        .filter_map(|token| {
            let (start, end) =
                (usize::try_from(token.start).ok()?, usize::try_from(token.end).ok()?);
            (text.get(start..end)? == near).then_some((start, end))
        })
        .collect();
    let first = spots.partition_point(|(_, end)| !fails_alike(text, *end, message));
    spots.get(first).and_then(|(start, _)| character(text, *start))
}

fn fails_alike(text: &str, end: usize, message: &str) -> bool {
    let prefix = text.get(..end).unwrap_or_default();
    matches!(pg_query::parse(prefix, 0), Err(pg_query::Error::Parse(same)) if same == message)
}

fn character(text: &str, byte: usize) -> Option<u32> {
    u32::try_from(text.get(..byte)?.chars().count() + 1).ok()
}

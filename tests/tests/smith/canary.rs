//! What only another customer's rows hold, and how it is known again in whatever was made of it.

use septum_tests::Customer;
use septum_tests::attacks::{Frame, Reply};

/// Stands in each of their texts. Nothing else has this letter, and it has no other case: one of
/// it shows in a part of the text, in a text turned round, in one cut or padded.
pub(crate) const MARK: &str = "ꙮꙮ";
/// A little above it is each of their numbers of four bytes.
pub(crate) const SMALL: i128 = 1_977_000_000;
/// A little above it is each of their other numbers.
pub(crate) const LARGE: i128 = 7_777_000_000_000_000;
/// Their dates lie in it and in the two years before it.
pub(crate) const YEAR: u32 = 2777;

/// The mark in UTF-8, and as `encode` and JSON write it.
const SPELLINGS: [&str; 6] =
    ["ꙮ", "ea99aeea99ae", "EA99AEEA99AE", "6pmu6pmu", r"\352\231\256", r"\ua66e"];
/// No more of their rows are ever counted, or numbered, together.
const ROWS: i128 = 400;
/// The most of their numbers that a sum is told by.
const TERMS: i128 = 2_000;

/// What of another customer's an answer shows, in a row, an error, a notice or anything else.
pub(crate) fn shown(reply: &Reply) -> Option<String> {
    reply.frames.iter().find_map(|frame| {
        let text = String::from_utf8_lossy(&frame.body);
        let said = spelled(&text) || (matches!(frame.tag, b'D' | b'E' | b'N') && counted(frame));
        said.then(|| format!("{} {}", char::from(frame.tag), text.escape_debug()))
    })
}

/// Whether a text of theirs stands in it.
pub(crate) fn spelled(text: &str) -> bool {
    SPELLINGS.iter().any(|spelling| text.contains(spelling))
        || [Customer::Globex, Customer::Initech].iter().any(|other| {
            let text = text.to_ascii_lowercase();
            text.contains(other.id()) || text.contains(&other.id().replace('-', ""))
        })
}

/// Whether a number of theirs, a sum of such or a date stands in a message.
fn counted(frame: &Frame) -> bool {
    // The lengths between a row's values are no digits of theirs.
    let cells = if frame.tag == b'D' { frame.cells() } else { vec![frame.body.clone()] };
    cells.iter().any(|cell| {
        let text = String::from_utf8_lossy(cell);
        dated(&text) || numbers(&text).any(is_theirs)
    })
}

fn dated(text: &str) -> bool {
    (YEAR - 2..=YEAR).any(|year| {
        let year = format!("{year}-");
        text.match_indices(&year).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let day = text.get(at + year.len()..).unwrap_or_default();
            // A random uuid has such digits too, after a dash or a letter.
            before.is_none_or(|before| !before.is_alphanumeric() && before != '-')
                && day.get(..5).is_some_and(|day| day.get(2..3) == Some("-"))
        })
    })
}

fn is_theirs(number: i128) -> bool {
    let near = |unit: i128| {
        let terms = (number + unit / 2) / unit;
        (1..=TERMS).contains(&terms) && (number - terms * unit).abs() <= terms * ROWS
    };
    near(SMALL) || near(LARGE)
}

/// The whole part of each number of ten digits and more.
fn numbers(text: &str) -> impl Iterator<Item = i128> {
    let of_a_number = |sign: char| sign.is_ascii_digit() || matches!(sign, '.' | 'e' | '+');
    text.split(move |sign| !of_a_number(sign)).filter_map(|number| {
        if number.contains("e+") {
            #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
            return number.parse().ok().map(|number: f64| number as i128);
        }
        let whole = number.split(['.', 'e', '+']).next().filter(|whole| whole.len() > 9)?;
        whole.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(text: &str) -> bool {
        let frame = Frame { tag: b'E', body: text.as_bytes().to_vec().into() };
        shown(&Reply { frames: vec![frame] }).is_some()
    }

    #[test]
    fn what_is_theirs_is_known_again_in_what_was_made_of_it() {
        for theirs in [
            "ꙮꙮ 7",
            "x.7ꙮ.x",
            "\\xea99aeea99ae20",
            "6pmu6pmu",
            "60BE0E00-0000-4000-8000-000000000002",
            "1217ec400000400080000000000000",
            "invalid input syntax for type x: \"1977000211\"",
            "[7777000000000001,7777000000000009)",
            "{\"a\": 23331000000000450}",
            "7777000000000150.25",
            "-1977000002",
            "1.5554000000000002e+16",
            "[2777-01-01,2777-03-01)",
            "2776-02-02 03:04:05+00",
        ] {
            let known = theirs != "1217ec400000400080000000000000";
            assert_eq!(shows(theirs), known, "{theirs}");
        }
    }

    #[test]
    fn what_is_ones_own_is_not_taken_for_theirs() {
        for own in [
            "own 7",
            "2021-01-01 03:04:05+00",
            "1795567105.123",
            "a2777-01-01",
            "00000000-2777-4000-8000-000000000002",
            "2777-4000",
            "1976999500",
            "7777",
            "9223372036854775807",
            "acacacac-0000-4000-8000-000000000001",
        ] {
            assert!(!shows(own), "{own}");
        }
    }
}

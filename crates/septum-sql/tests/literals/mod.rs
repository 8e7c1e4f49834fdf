//! Texts with other literals in them, and what a template of one makes of another.

use pg_query::protobuf::Token;
use proptest::prelude::*;
use septum_sql::{Model, Others, Shape, Statement, Template};
use septum_sql::{parse_script_and_template, parse_script_with};

pub(crate) fn template(text: &str, model: Option<&Model>) -> Option<Template> {
    parse_script_and_template(text, &Shape::of(text)?, model).ok()?.1
}

/// What the template of one text makes of another.
fn filled(template: &Template, of: &str, text: &str) -> Option<Vec<Statement>> {
    let (of, shape) = (Shape::of(of)?, Shape::of(text)?);
    let serves = of.key(template.pinned()) == shape.key(template.pinned());
    serves.then(|| template.fill(&shape)).flatten()
}

/// Whether the template of one text serves another; it must not do so falsely.
pub(crate) fn serves(of: &str, text: &str, model: Option<&Model>) -> bool {
    let Some(template) = template(of, model) else { return false };
    let Some(filled) = filled(&template, of, text) else { return false };
    let parsed = parse_script_with(text, Others::Refuse, model).unwrap();
    assert_eq!(filled.len(), parsed.len(), "{of} => {text}");
    for (filled, parsed) in filled.iter().zip(&parsed) {
        assert_eq!(filled.canonical(), parsed.canonical(), "{of} => {text}");
        assert_eq!(filled.facts(), parsed.facts(), "{of} => {text}");
        assert_eq!(filled.refusal(), parsed.refusal(), "{of} => {text}");
        assert_eq!(filled.refused(), parsed.refused(), "{of} => {text}");
        assert_eq!(filled.tenant_parameter(), parsed.tenant_parameter(), "{of} => {text}");
        assert_eq!(format!("{:?}", filled.kind()), format!("{:?}", parsed.kind()));
    }
    true
}

const STRINGS: [&str; 20] = [
    "''",
    "'t'",
    "'2'",
    "'septum.tenant'",
    "'f'",
    "'a'",
    "'it''s'",
    "'\\'",
    "E'\\\\'",
    "E'\\''",
    "E'\\x41'",
    "$$x$$",
    "$a$'$b$$a$",
    "'1 day'",
    "'pg_class'",
    "'7c9e6679-7425-40de-944b-e07fc1f90ae7'",
    "'sixteen letters!'",
    "'ä€'",
    "'a'\n'b'",
    "'\r\n--'",
];
const INTEGERS: [&str; 9] = ["0", "1", "2", "17", "007", "2147483647", "0x1F", "1_000", "0b11"];
const NUMBERS: [&str; 11] = [
    "1.5",
    ".5",
    "1.",
    "1e10",
    "1E-3",
    "0.0",
    "2147483648",
    "3000000000",
    "99999999999",
    "9223372036854775807",
    "9223372036854775808",
];

/// The text with its literals replaced by others of their kinds, where there is a pick.
pub(crate) fn mutated(text: &str, picks: &[Option<usize>]) -> String {
    let mut mutated = String::new();
    let mut from = 0;
    let mut picks = picks.iter().cycle();
    for token in pg_query::scan_tokens(text).unwrap() {
        let pool: &[&str] = match token.token {
            kind if kind == i32::from(Token::Sconst) => &STRINGS,
            kind if kind == i32::from(Token::Iconst) => &INTEGERS,
            kind if kind == i32::from(Token::Fconst) => &NUMBERS,
            _ => continue,
        };
        let Some(Some(pick)) = picks.next() else { continue };
        mutated += &text[from..token.start as usize];
        mutated += pool[pick % pool.len()];
        from = token.end as usize;
    }
    mutated + &text[from..]
}

/// Which literals of a pool to take.
pub(crate) fn picks() -> impl Strategy<Value = Vec<Option<usize>>> {
    prop::collection::vec(prop::option::weighted(0.8, 0..1000_usize), 8)
}

/// A text with a literal in the place of each `?`.
pub(crate) fn with_values(place: &str, picks: &[Option<usize>]) -> String {
    let pool: Vec<&str> = [&STRINGS[..], &INTEGERS, &NUMBERS, &["NULL", "true", "$1"]].concat();
    let mut picks = picks.iter().cycle();
    place
        .split_inclusive('?')
        .map(|part| {
            let pick = picks.next().copied().flatten().unwrap_or(3);
            part.replace('?', pool[pick % pool.len()])
        })
        .collect()
}

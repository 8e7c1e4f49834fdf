use std::ops::Range;

use super::literal::{Class, Literal};
use crate::limits;

/// A text as the grammar sees it, with its literals cut out.
///
/// The grammar sees a row of tokens, each of which has a kind and a value; white space, comments
/// and the case of keywords are gone. Two texts of which the rest is equal, and whose literals
/// are of the same classes, therefore parse to the same tree, but for the values of those
/// constants that are values and nothing else.
#[derive(Debug)]
pub struct Shape<'a> {
    rest: Vec<u8>,
    literals: Vec<Cut<'a>>,
}

/// A literal, and where it was.
#[derive(Debug)]
pub(super) struct Cut<'a> {
    pub(super) literal: Literal<'a>,
    /// As the text spells it.
    pub(super) spelled: &'a str,
    /// Its place in the text.
    pub(super) start: usize,
    /// The place of the minus before it.
    pub(super) minus: Option<usize>,
    /// Its place in what is left, where its class stands.
    mark: Range<usize>,
}

/// Beyond all kinds of tokens.
const CUT: u16 = 0xFF00;

impl<'a> Shape<'a> {
    /// Reads a text by PostgreSQL's own scanner; `None` for what it refuses, and for what has no
    /// tokens.
    pub fn of(text: &'a str) -> Option<Self> {
        // The binding makes a slice of a null pointer where there is no token at all.
        let blank = text.bytes().all(|byte| b" \t\n\r\x0b\x0c".contains(&byte));
        if blank || !limits::is_scannable(text) {
            return None;
        }
        let tokens = pg_query::scan_tokens(text).ok()?;
        let mut shape = Self { rest: Vec::with_capacity(text.len() * 2), literals: Vec::new() };
        let mut minus = None;
        for token in &tokens {
            let start = usize::try_from(token.start).ok()?;
            let spelled = text.get(start..usize::try_from(token.end).ok()?)?;
            if is_comment(token.token) {
                continue;
            }
            match Literal::read(token.token, spelled) {
                Some(literal) => shape.cut(Cut { literal, spelled, start, minus, mark: 0..0 }),
                None => shape.keep(u16::try_from(token.token).ok()?, token.keyword_kind, spelled),
            }
            minus = (spelled == "-").then_some(start);
        }
        Some(shape)
    }

    fn cut(&mut self, cut: Cut<'a>) {
        let mark = self.rest.len();
        self.rest.extend((CUT + class(cut.literal.class)).to_be_bytes());
        self.literals.push(Cut { mark: mark..self.rest.len(), ..cut });
    }

    /// A keyword, and a letter that is a token of its own, is its kind; of all else the spelling
    /// counts. A text holds no zero byte: the scanner would have refused it.
    fn keep(&mut self, kind: u16, keyword: i32, spelled: &str) {
        self.rest.extend(kind.to_be_bytes());
        if keyword == 0 && kind > 0xFF {
            self.rest.extend(spelled.as_bytes());
            self.rest.push(0);
        }
    }

    /// What is left of the text without any of its literals.
    pub fn rest(&self) -> &[u8] {
        &self.rest
    }

    /// What is left of the text without those literals that are values and nothing else: the
    /// whole key of a [`Template`](super::Template). `pinned` are the others, in order.
    pub fn key(&self, pinned: &[usize]) -> Vec<u8> {
        let mut key = Vec::with_capacity(self.rest.len() + 16 * pinned.len());
        let mut from = 0;
        for cut in pinned.iter().filter_map(|at| self.literals.get(*at)) {
            key.extend(self.rest.get(from..cut.mark.start).unwrap_or_default());
            key.extend(PINNED.to_be_bytes());
            key.extend(cut.spelled.as_bytes());
            key.push(0);
            from = cut.mark.end;
        }
        key.extend(self.rest.get(from..).unwrap_or_default());
        key
    }

    pub(super) fn literals(&self) -> &[Cut<'a>] {
        &self.literals
    }
}

/// A literal that stands in the key as it is spelled.
const PINNED: u16 = CUT - 1;

fn class(class: Class) -> u16 {
    match class {
        Class::Integer => 1,
        Class::Long => 2,
        Class::Number => 3,
        Class::Text => 4,
    }
}

fn is_comment(token: i32) -> bool {
    use pg_query::protobuf::Token;
    token == i32::from(Token::SqlComment) || token == i32::from(Token::CComment)
}

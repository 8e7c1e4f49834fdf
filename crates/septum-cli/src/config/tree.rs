//! The file as a tree in which everything knows its place.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::problems::{Place, Problems};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// Where the value stands, or for a table what begins it.
    pub(crate) at: Place,
    /// Where the key stands.
    pub(crate) key_at: Place,
}

/// The values that the configuration uses.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Whole(i64),
    Bool(bool),
    List(Vec<Node>),
    Table(Table),
    /// Something that no key takes: a float or a date.
    Other(&'static str),
}

/// Values by key.
pub(crate) type Table = BTreeMap<String, Node>;

impl Value {
    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The items, if it is a list.
    pub(crate) fn list(&self) -> Option<&[Node]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The entries, if it is a section.
    pub(crate) fn table(&self) -> Option<&Table> {
        if let Self::Table(entries) = self { Some(entries) } else { None }
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Whole(_) => "a whole number",
            Self::Bool(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a section",
            Self::Other(kind) => kind,
        }
    }
}

/// Reads a TOML text. What can be read is returned, even when there are errors.
pub(crate) fn parse(text: &str, problems: &Problems) -> Table {
    let lines = Lines::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(Place::Document, |span| lines.place(span));
        problems.add(at, error.message().to_owned());
    }
    table(document.get_ref(), &lines, problems)
}

fn table(table: &DeTable<'_>, lines: &Lines<'_>, problems: &Problems) -> Table {
    table
        .iter()
        .map(|(key, value)| {
            let key_at = lines.place(key.span());
            let node = node(value.get_ref(), value.span(), key_at, lines, problems);
            (key.get_ref().to_string(), node)
        })
        .collect()
}

fn node(
    value: &DeValue<'_>,
    span: Range<usize>,
    key_at: Place,
    lines: &Lines<'_>,
    problems: &Problems,
) -> Node {
    let at = lines.place(span);
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("a number out of range"), Value::Whole),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Float(_) => Value::Other("a fraction"),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| {
                    let place = lines.place(item.span());
                    node(item.get_ref(), item.span(), place, lines, problems)
                })
                .collect(),
        ),
        DeValue::Table(entries) => Value::Table(table(entries, lines, problems)),
    };
    Node { value, at, key_at }
}

/// Finds lines and columns of byte offsets.
struct Lines<'a>(&'a str);

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self(text)
    }

    fn place(&self, span: Range<usize>) -> Place {
        let before = self.0.get(..span.start).unwrap_or(self.0);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        Place::File { line, column }
    }
}

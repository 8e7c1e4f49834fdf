//! Environment variables that override the file: `SEPTUM__DATABASE__POOL_SIZE=50`,
//! `SEPTUM__LISTENERS__0__ADDRESS=...`.

use super::check::{join, unknown};
use super::description::{Key, Kind, spellings};
use super::problems::{Place, Problems};
use super::tree::{Node, Table, Value};

const PREFIX: &str = "SEPTUM__";

/// Puts every override into the tree. What it says is checked with the rest.
pub(crate) fn override_by(
    variables: impl IntoIterator<Item = (String, String)>,
    root: &mut Table,
    keys: &'static [Key],
    problems: &Problems,
) {
    // In the order of their names, so that list items come by their number.
    let mut variables: Vec<_> =
        variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    variables.sort();
    for (name, text) in variables {
        let at = Place::Environment(name.clone());
        let path = name.strip_prefix(PREFIX).unwrap_or_default().to_ascii_lowercase();
        let parts: Vec<&str> = path.split("__").collect();
        if let Err(message) = set(root, keys, &parts, "", &at, &text) {
            problems.add(at, message);
        }
    }
}

fn set(
    table: &mut Table,
    keys: &'static [Key],
    parts: &[&str],
    path: &str,
    at: &Place,
    text: &str,
) -> Result<(), String> {
    let Some((name, rest)) = parts.split_first() else {
        return Err(format!("`{path}` is a section: name a key in it"));
    };
    let full = join(path, name);
    let known = keys.iter().find(|key| spellings(key).iter().any(|spelling| spelling == name));
    let key = known.ok_or_else(|| unknown(name, keys, path))?;
    let node = |value| Node { value, at: at.clone(), key_at: at.clone() };
    match &key.kind {
        Kind::Table(inner) => {
            let entry =
                table.entry((*name).to_owned()).or_insert_with(|| node(Value::Table(Table::new())));
            // What is no section in the file is said there.
            let Value::Table(entries) = &mut entry.value else { return Ok(()) };
            set(entries, inner, rest, &full, at, text)
        }
        Kind::Tables(inner) => {
            let entry =
                table.entry((*name).to_owned()).or_insert_with(|| node(Value::List(Vec::new())));
            let Value::List(items) = &mut entry.value else { return Ok(()) };
            let Some((number, rest)) = rest.split_first() else {
                return Err(format!("`{full}` is a list: write its number, from 0, and a key"));
            };
            let index: usize =
                number.parse().map_err(|_| format!("`{number}` is no place in `{full}`"))?;
            if index == items.len() {
                items.push(node(Value::Table(Table::new())));
            }
            let free = items.len();
            let Some(item) = items.get_mut(index) else {
                return Err(format!("`{full}` has no place {index}: the first free one is {free}"));
            };
            let Value::Table(entries) = &mut item.value else { return Ok(()) };
            set(entries, inner, rest, &full, at, text)
        }
        kind @ (Kind::Text
        | Kind::Path
        | Kind::Bool
        | Kind::Whole(..)
        | Kind::Duration
        | Kind::Size
        | Kind::Choice(_)
        | Kind::Secret
        | Kind::Texts) => {
            if !rest.is_empty() {
                return Err(format!("`{full}` is a key, not a section"));
            }
            table.insert((*name).to_owned(), node(scalar(kind, text)));
            Ok(())
        }
    }
}

/// The text as what the key takes; what it can't be read as stays a text, which the check then
/// refuses.
fn scalar(kind: &Kind, text: &str) -> Value {
    let as_text = || Value::Text(text.to_owned());
    match kind {
        Kind::Whole(..) => text.parse().map_or_else(|_| as_text(), Value::Whole),
        Kind::Bool => text.parse().map_or_else(|_| as_text(), Value::Bool),
        Kind::Texts => Value::List(
            text.split(',')
                .map(|item| Node {
                    value: Value::Text(item.trim().to_owned()),
                    at: Place::Document,
                    key_at: Place::Document,
                })
                .collect(),
        ),
        Kind::Text
        | Kind::Path
        | Kind::Duration
        | Kind::Size
        | Kind::Choice(_)
        | Kind::Secret
        | Kind::Table(_)
        | Kind::Tables(_) => as_text(),
    }
}

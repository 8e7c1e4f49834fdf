//! Holds the tree against the description: unknown and missing keys, kinds, ranges.

use super::description::{Key, Kind, Need, spellings};
use super::problems::{Place, Problems};
use super::tree::{Node, Table, Value};
use super::units;

/// Notes everything in which a table differs from its description. `path` is the table's name,
/// empty at the top.
pub(crate) fn table(table: &Table, keys: &[Key], path: &str, at: &Place, problems: &Problems) {
    for (name, node) in table {
        match keys.iter().find(|key| spellings(key).iter().any(|spelling| spelling == name)) {
            Some(key) => value(node, key, &join(path, name), problems),
            None => problems.add(node.key_at.clone(), unknown(name, keys, path)),
        }
    }
    for key in keys.iter().filter(|key| key.need == Need::Required) {
        let names = spellings(key);
        if !names.iter().any(|name| table.contains_key(name)) {
            let names: Vec<_> =
                names.iter().map(|name| format!("`{}`", join(path, name))).collect();
            problems.add(at.clone(), format!("{} is missing: {}", names.join(" or "), key.doc));
        }
    }
}

/// What to say of a key that nobody knows, with the nearest one that somebody does.
pub(crate) fn unknown(name: &str, keys: &[Key], path: &str) -> String {
    let full = join(path, name);
    if keys.iter().any(|key| matches!(key.kind, Kind::Secret) && key.name == name) {
        return format!(
            "`{full}` is a secret and doesn't belong here: put it into a file and name that in \
             `{full}_file`, or into an environment variable and name that in `{full}_env`"
        );
    }
    let names: Vec<String> = keys.iter().flat_map(spellings).collect();
    let nearest = names
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .min()
        .filter(|(distance, known)| *distance <= 1 + known.len() / 3);
    match nearest {
        Some((_, known)) => format!("unknown key `{full}`: did you mean `{}`?", join(path, known)),
        None => format!("unknown key `{full}`: known here are {}", names.join(", ")),
    }
}

fn value(node: &Node, key: &Key, path: &str, problems: &Problems) {
    let wrong = |expected: &str| {
        let kind = node.value.kind();
        problems.add(node.at.clone(), format!("`{path}` takes {expected}, not {kind}"));
    };
    match (&key.kind, &node.value) {
        (Kind::Text | Kind::Path | Kind::Secret, Value::Text(text)) => {
            if text.is_empty() {
                problems.add(node.at.clone(), format!("`{path}` is empty"));
            }
        }
        (Kind::Text | Kind::Path | Kind::Secret, _) => wrong("a text"),
        (Kind::Bool, Value::Bool(_)) => {}
        (Kind::Bool, _) => wrong("true or false"),
        (Kind::Whole(min, max), Value::Whole(number)) => {
            if !(min..=max).contains(&number) {
                let message = format!("`{path}` is {number}; it must be {min} to {max}");
                problems.add(node.at.clone(), message);
            }
        }
        (Kind::Whole(..), _) => wrong("a whole number"),
        (Kind::Duration, Value::Text(text)) => {
            if units::duration(text).is_none() {
                let message =
                    format!("`{text}` is no time: write `250ms`, `30s`, `5m`, `2h` or `1d`");
                problems.add(node.at.clone(), message);
            }
        }
        (Kind::Duration, _) => wrong("a time, as in \"30s\""),
        (Kind::Size, Value::Text(text)) => {
            if units::size(text).is_none() {
                let message =
                    format!("`{text}` is no size: write `512`, `64KiB`, `16MiB` or `1GiB`");
                problems.add(node.at.clone(), message);
            }
        }
        (Kind::Size, Value::Whole(bytes)) if *bytes >= 0 => {}
        (Kind::Size, _) => wrong("a size, as in \"16MiB\""),
        (Kind::Choice(choices), Value::Text(text)) => {
            if !choices.contains(&text.as_str()) {
                let message = format!("`{path}` is `{text}`; it must be {}", choices.join(", "));
                problems.add(node.at.clone(), message);
            }
        }
        (Kind::Choice(choices), _) => wrong(&choices.join(", ")),
        (Kind::Texts, Value::List(items)) => {
            for item in items {
                if !matches!(&item.value, Value::Text(text) if !text.is_empty()) {
                    problems.add(item.at.clone(), format!("`{path}` takes texts"));
                }
            }
        }
        (Kind::Texts, _) => wrong("a list of texts"),
        (Kind::Table(keys), Value::Table(entries)) => {
            table(entries, keys, path, &node.key_at, problems);
        }
        (Kind::Table(_), _) => wrong(&format!("a section: write `[{path}]`")),
        (Kind::Tables(keys), Value::List(items)) => {
            for item in items {
                match &item.value {
                    Value::Table(entries) => table(entries, keys, path, &item.at, problems),
                    Value::Text(_)
                    | Value::Whole(_)
                    | Value::Bool(_)
                    | Value::List(_)
                    | Value::Other(_) => {
                        let message = format!("`{path}` takes sections: write `[[{path}]]`");
                        problems.add(item.at.clone(), message);
                    }
                }
            }
        }
        (Kind::Tables(_), _) => wrong(&format!("sections: write `[[{path}]]`")),
    }
}

pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

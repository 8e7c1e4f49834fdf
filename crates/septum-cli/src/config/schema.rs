//! The JSON schema (draft 2020-12) for editors, from the same description that checks the file.

use serde_json::{Map, Value, json};

use super::description::{Key, Kind, Need, spellings};

/// The schema of a whole file.
pub(crate) fn document(keys: &[Key]) -> Value {
    let mut schema = table(keys);
    if let Value::Object(entries) = &mut schema {
        entries.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        entries.insert("title".into(), "septum.toml".into());
    }
    schema
}

fn table(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    let mut required: Vec<Value> = Vec::new();
    let mut one_of_two: Vec<Value> = Vec::new();
    for key in keys {
        let names = spellings(key);
        for name in &names {
            let mut value = value(&key.kind);
            if let Value::Object(entries) = &mut value {
                entries.insert("description".into(), key.doc.into());
            }
            properties.insert(name.clone(), value);
        }
        match (key.need, names.as_slice()) {
            (Need::Optional, _) => {}
            (Need::Required, [name]) => required.push(name.as_str().into()),
            (Need::Required, names) => {
                let options: Vec<_> =
                    names.iter().map(|name| json!({"required": [name]})).collect();
                one_of_two.push(json!({ "oneOf": options }));
            }
        }
    }
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if let (Value::Object(entries), false) = (&mut schema, one_of_two.is_empty()) {
        entries.insert("allOf".into(), one_of_two.into());
    }
    schema
}

fn value(kind: &Kind) -> Value {
    match kind {
        Kind::Text | Kind::Path | Kind::Secret => json!({"type": "string", "minLength": 1}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Whole(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Duration => json!({"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"}),
        Kind::Size => json!({"anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": "^[0-9]+(B|KiB|MiB|GiB)?$"},
        ]}),
        Kind::Choice(choices) => json!({"enum": choices}),
        Kind::Texts => json!({"type": "array", "items": {"type": "string", "minLength": 1}}),
        Kind::Table(keys) => table(keys),
        Kind::Tables(keys) => json!({"type": "array", "items": table(keys)}),
    }
}

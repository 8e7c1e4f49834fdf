//! An explanation as JSON.

use septum_guard::{Denial, Explained, Explanation};
use septum_sql::Model;
use serde_json::{Value, json};

use super::marked::{Change, Part, differences};
use super::reached;

/// The whole of it, as one object.
pub(super) fn of(text: &str, explanation: &Explanation, model: &Model) -> Value {
    let single = explanation.statements.len() == 1;
    let statements = explanation.statements.iter();
    json!({
        "allowed": explanation.allows(),
        "reasons": explanation.denial.iter().map(reason).collect::<Vec<_>>(),
        "crossing": explanation.crossing.as_ref().map(reason),
        "statements": statements
            .map(|one| statement(single.then_some(text), one, model))
            .collect::<Vec<_>>(),
    })
}

fn statement(written: Option<&str>, one: &Explained, model: &Model) -> Value {
    let runs = one.statement.canonical();
    let parts = written.map(|written| differences(written, runs)).unwrap_or_default();
    json!({
        "allowed": one.denials.is_empty(),
        "kind": one.statement.kind().name(),
        "reasons": one.denials.iter().map(reason).collect::<Vec<_>>(),
        "canonical": runs,
        "fingerprint": one.statement.fingerprint(),
        "differences": parts.iter().map(part).collect::<Vec<_>>(),
        "relations": reached::relations(&one.statement, model)
            .iter().map(ToString::to_string).collect::<Vec<_>>(),
        "functions": reached::functions(&one.statement),
    })
}

fn reason(denial: &Denial) -> Value {
    json!({
        "code": denial.reason.code(),
        "title": denial.reason.doc().title,
        "subject": denial.subject,
        "message": denial.message,
        "position": denial.position,
        "remedy": denial.reason.doc().remedy,
    })
}

fn part(part: &Part) -> Value {
    let change = match part.change {
        Change::Kept => "kept",
        Change::Removed => "removed",
        Change::Added => "added",
    };
    json!({ change: part.text })
}

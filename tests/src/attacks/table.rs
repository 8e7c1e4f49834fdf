use std::fmt::Write as _;

use super::run::Outcome;

/// The outcomes side by side, one column a configuration.
pub fn table(columns: &[(&str, &[Outcome])]) -> String {
    let mut text = format!("{:5} {:56}", "id", "what");
    for (name, _) in columns {
        let _ = write!(text, " {name:16}");
    }
    let attacks = columns.first().map(|(_, outcomes)| *outcomes).unwrap_or_default();
    for (row, Outcome { attack, .. }) in attacks.iter().enumerate() {
        let _ = write!(text, "\n{:5} {:56}", attack.id, attack.what);
        for (_, outcomes) in columns {
            let outcome = outcomes.get(row);
            let seen = outcome.and_then(|outcome| outcome.seen.as_deref()).unwrap_or("-");
            let wrong = outcome.is_some_and(|outcome| outcome.problem.is_some());
            let _ = write!(text, " {:16}", if wrong { "NO" } else { seen });
        }
    }
    text
}

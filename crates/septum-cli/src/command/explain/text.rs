//! An explanation to read.

use std::io;

use septum_guard::{Explained, Explanation};
use septum_sql::Model;

use super::marked::{Change, Part, differences};
use super::reached;
use crate::output;

/// Prints it to standard output.
pub(super) fn print(text: &str, explanation: &Explanation, model: &Model) -> io::Result<()> {
    if let Some(denial) = &explanation.denial {
        output::line("refused, all of it")?;
        return output::line(format_args!("  {}: {}", denial.reason, denial.message));
    }
    let single = explanation.statements.len() == 1;
    for (number, one) in explanation.statements.iter().enumerate() {
        if !single {
            output::line(format_args!("statement {}", number + 1))?;
        }
        print_one(single.then_some(text), one, model)?;
    }
    match &explanation.crossing {
        Some(crossing) => output::line(format_args!(
            "an attempt to cross, which would be recorded\n  {}: {}",
            crossing.reason, crossing.message
        )),
        None if explanation.statements.is_empty() => output::line("allowed: no statement in it"),
        None => Ok(()),
    }
}

fn print_one(written: Option<&str>, one: &Explained, model: &Model) -> io::Result<()> {
    let verdict = if one.denials.is_empty() { "allowed" } else { "refused" };
    output::line(format_args!("{verdict}: {}", one.statement.kind().name()))?;
    for denial in &one.denials {
        output::line(format_args!("  {}: {}", denial.reason, denial.message))?;
    }
    let runs = one.statement.canonical();
    if !runs.is_empty() {
        output::line(format_args!("  would run:  {runs}"))?;
        if let Some(written) = written.filter(|written| written.trim() != runs) {
            output::line(format_args!("  changed:    {}", marks(&differences(written, runs))))?;
        }
    }
    for relation in reached::relations(&one.statement, model) {
        output::line(format_args!("  relation:   {relation}"))?;
    }
    for function in reached::functions(&one.statement) {
        output::line(format_args!("  function:   {function}"))?;
    }
    Ok(())
}

/// `[-taken away-]` and `{+added+}`, as `git diff --word-diff` marks them.
fn marks(parts: &[Part]) -> String {
    let marked = |part: &Part| match part.change {
        Change::Kept => part.text.clone(),
        Change::Removed => format!("[-{}-]", part.text),
        Change::Added => format!("{{+{}+}}", part.text),
    };
    parts.iter().map(marked).collect()
}

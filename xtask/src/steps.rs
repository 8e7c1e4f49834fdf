use std::io::{IsTerminal, stdout};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Tasks that run one after another whatever became of the one before, and a summary of all.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, Duration, Result<()>)>,
    notes: Vec<String>,
}

impl Steps {
    pub(crate) fn step(&mut self, name: &str, step: impl FnOnce() -> Result<()>) {
        println!("{}", bold(&format!("==> {name}")));
        let start = Instant::now();
        let result = step();
        if let Err(error) = &result {
            println!("{} {error:#}", red("failed:"));
        }
        self.done.push((name.into(), start.elapsed(), result));
    }

    /// A line for the summary.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Prints the summary.
    ///
    /// # Errors
    /// When a step failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n{}", bold("summary"));
        let width = self.done.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        let mut failed = Vec::new();
        for (name, took, result) in &self.done {
            let word = if result.is_ok() { green("ok    ") } else { red("FAILED") };
            println!("  {word}  {name:width$}  {:>7.1} s", took.as_secs_f64());
            if result.is_err() {
                failed.push(name.as_str());
            }
        }
        for note in &self.notes {
            println!("  {}  {note}", yellow("note  "));
        }
        if !failed.is_empty() {
            bail!("{} of {} steps failed: {}", failed.len(), self.done.len(), failed.join(", "));
        }
        Ok(())
    }
}

fn paint(code: &str, text: &str) -> String {
    let wanted = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if wanted { format!("\x1b[{code}m{text}\x1b[0m") } else { text.into() }
}

pub(crate) fn bold(text: &str) -> String {
    paint("1", text)
}

pub(crate) fn red(text: &str) -> String {
    paint("1;31", text)
}

pub(crate) fn green(text: &str) -> String {
    paint("32", text)
}

pub(crate) fn yellow(text: &str) -> String {
    paint("33", text)
}

//! What a person reads.

use std::env;
use std::io::{IsTerminal as _, Write as _, stdout};
use std::time::Instant;

use anyhow::Result;

/// How wide a line's text is before its time.
const WIDTH: usize = 66;

/// Prints chapters, timed steps and checks, and counts the checks that did not hold.
#[derive(Default)]
pub(crate) struct Screen {
    failures: usize,
}

impl Screen {
    pub(crate) fn chapter(&mut self, title: &str) {
        println!("\n{}", bold(title));
    }

    /// Something to do, with the seconds it took.
    pub(crate) fn step<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        let began = begin(name);
        let result = step();
        end(name, began, result.is_ok());
        result
    }

    /// As [`Screen::step`], for what is waited for.
    pub(crate) async fn wait<T>(
        &mut self,
        name: &str,
        step: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let began = begin(name);
        let result = step.await;
        end(name, began, result.is_ok());
        result
    }

    /// Something that must hold.
    pub(crate) fn check(&mut self, holds: bool, what: &str) {
        let mark = if holds { green("ok") } else { red("NO") };
        self.failures += usize::from(!holds);
        println!("  {mark}  {what}");
    }

    /// More about the line above.
    pub(crate) fn detail(&mut self, text: &str) {
        println!("      {}", dim(text));
    }

    pub(crate) fn failures(&self) -> usize {
        self.failures
    }
}

/// On a terminal, shows at once what is waited for.
fn begin(name: &str) -> Instant {
    if stdout().is_terminal() {
        print!("  ..  {name}");
        // Nothing hangs on whether it is seen.
        drop(stdout().flush());
    }
    Instant::now()
}

fn end(name: &str, began: Instant, done: bool) {
    let again = if stdout().is_terminal() { "\r" } else { "" };
    let mark = if done { green("ok") } else { red("NO") };
    println!("{again}  {mark}  {name:WIDTH$}{:6.1} s", began.elapsed().as_secs_f64());
}

fn paint(code: &str, text: &str) -> String {
    let wanted = stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
    if wanted { format!("\x1b[{code}m{text}\x1b[0m") } else { text.into() }
}

pub(crate) fn bold(text: &str) -> String {
    paint("1", text)
}

pub(crate) fn dim(text: &str) -> String {
    paint("2", text)
}

pub(crate) fn green(text: &str) -> String {
    paint("32", text)
}

pub(crate) fn red(text: &str) -> String {
    paint("1;31", text)
}

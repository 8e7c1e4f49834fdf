//! `cargo xtask`: the one door to the demo, the tests, the lints and the benchmark.
//!
//! It depends on nothing that needs a C compiler or libclang, so that it can build first and
//! then see to those.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to whoever ran it")]

mod bench;
mod command;
mod demo;
mod drivers;
mod fuzz;
mod needs;
mod sqlsmith;
mod steps;
mod test;

use std::env;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask <task>

  demo [--keep]   three customers, one application, one database, and attacks on them
  test            everything that CI runs: format, lints, tests, documentation
  fuzz <target> [--cases N] [--seed N] [--minutes N]
                  the tests of random statements, with more and other cases: smith,
                  oracle
  bench [--quick] direct, PgBouncer and Septum in turns, as ratios
  bench --judge   what judging a text costs, beside its parser
  lint            format and lints only
  drivers         fetch the database drivers of other languages that tests use, into target/
  needs           say what this machine lacks, and install it where that is allowed
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{} {error:#}", steps::red("error:"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["demo", rest @ ..] => demo::run_demo(rest),
        ["test"] => test::run(),
        ["fuzz", rest @ ..] => fuzz::run_fuzz(rest),
        ["bench", rest @ ..] => bench::run_bench(rest),
        ["lint"] => test::lint(),
        ["drivers"] => drivers::fetch().report(),
        ["needs"] => {
            needs::ensure(&needs::ALL)?;
            sqlsmith::fetch_or_say();
            Ok(())
        }
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        unknown => bail!("no such task: `{}`\n\n{USAGE}", unknown.join(" ")),
    }
}

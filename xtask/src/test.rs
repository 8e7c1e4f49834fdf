use std::env;
use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::command::{self, cargo, target};
use crate::steps::Steps;
use crate::{drivers, needs, sqlsmith};

/// What proptest draws its cases from.
const SEED: &str = "PROPTEST_RNG_SEED";

/// `cargo xtask test`: everything that CI runs.
pub(crate) fn run() -> Result<()> {
    needs::ensure(&needs::ALL)?;
    let mut steps = Steps::default();
    all(&mut steps)?;
    steps.finish()
}

/// `cargo xtask lint`.
pub(crate) fn lint() -> Result<()> {
    needs::ensure(&needs::ALL)?;
    let mut steps = Steps::default();
    lints(&mut steps);
    steps.finish()
}

fn lints(steps: &mut Steps) {
    steps.step("format", || command::run(&mut cargo(["fmt", "--all", "--check"])));
    steps.step("lints", || {
        let mut clippy: Command = cargo(["clippy", "--workspace", "--all-targets", "--locked"]);
        command::run(clippy.args(["--quiet", "--", "-D", "warnings"]))
    });
}

fn all(steps: &mut Steps) -> Result<()> {
    lints(steps);
    let drivers = drivers::fetch();
    sqlsmith::fetch_or_say();
    // Tests that can't run here write a line each into this file, and say why.
    let skipped = target()?.join("skipped-tests");
    fs::write(&skipped, "")?;
    steps.step("tests", || {
        let mut command = cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
        drivers.configure(&mut command);
        // The same cases each time: a change is judged by what it changed. Without this variable
        // (`cargo test`, `cargo xtask fuzz`) they are new ones each time.
        if env::var_os(SEED).is_none() {
            command.env(SEED, "20251125");
        }
        command::run(command.env("SEPTUM_TEST_SKIPPED", &skipped))
    });
    steps.step("documentation", || {
        let mut command = cargo(["doc", "--workspace", "--locked", "--no-deps", "--quiet"]);
        command::run(command.env("RUSTDOCFLAGS", "-D warnings"))
    });
    for line in fs::read_to_string(&skipped)?.lines() {
        steps.note(format!("skipped: {line}"));
    }
    drivers.notes().for_each(|note| steps.note(note));
    Ok(())
}

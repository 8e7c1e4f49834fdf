use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, in_path, run, target};
use crate::needs::{self, Manager};
use crate::steps;

/// `cargo xtask bench`: builds what is measured, in the release profile, then leaves the rest
/// to `benches/`. `--judge` measures the guard alone.
pub(crate) fn run_bench(arguments: &[&str]) -> Result<()> {
    if arguments == ["--judge"] {
        return run_judge();
    }
    needs::ensure(&needs::TO_RUN)?;
    if in_path("pgbouncer").is_none() {
        // It is measured where it is; the report says when it is not.
        match Manager::may_install() {
            Some(manager) => {
                if let Err(error) = manager.install(&["pgbouncer"]) {
                    println!("{} no pgbouncer: {error:#}", steps::yellow("note:"));
                }
            }
            None => println!("{} pgbouncer is not installed", steps::yellow("note:")),
        }
    }
    let build = ["build", "--release", "--locked", "--bins"];
    run(cargo(build).args(["--package", "septum-cli", "--package", "septum-benches"]))?;
    // Built already, and with nothing that only other programs need.
    let program = target()?.join("release/septum-bench");
    run(Command::new(program).args(arguments).env_remove("CARGO"))
}

fn run_judge() -> Result<()> {
    needs::ensure(&needs::TO_RUN)?;
    let build = ["build", "--release", "--locked", "--package", "septum-benches"];
    run(cargo(build).args(["--bin", "septum-bench-judge"]))?;
    run(Command::new(target()?.join("release/septum-bench-judge")).env_remove("CARGO"))
}

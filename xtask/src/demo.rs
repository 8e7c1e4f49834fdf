use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, run, target};
use crate::needs;

/// `cargo xtask demo`: builds what the demo runs, then leaves the telling to it
/// (`tests/src/bin/septum-demo`).
pub(crate) fn run_demo(arguments: &[&str]) -> Result<()> {
    needs::ensure(&needs::TO_RUN)?;
    run(&mut cargo(["build", "--locked", "--workspace", "--bins"]))?;
    run(Command::new(target()?.join("debug/septum-demo")).args(arguments))
}

//! The database drivers of other languages that the end-to-end tests use, in `target/drivers`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{in_path, run, succeeds, target};
use crate::needs::Manager;

/// What could be had.
pub(crate) struct Drivers {
    python: Result<PathBuf>,
    node: Result<PathBuf>,
}

/// Installs what is not there yet. What can't be had is a note, not a failure: its tests are
/// counted as skipped.
pub(crate) fn fetch() -> Drivers {
    Drivers { python: python(), node: node() }
}

impl Drivers {
    /// Tells the tests where the drivers are.
    pub(crate) fn configure(&self, tests: &mut Command) {
        if let Ok(program) = &self.python {
            tests.env("SEPTUM_TEST_PYTHON", program);
        }
        if let Ok(folder) = &self.node {
            tests.env("SEPTUM_TEST_NODE_FOLDER", folder);
        }
    }

    /// A line for each that could not be had.
    pub(crate) fn notes(&self) -> impl Iterator<Item = String> {
        let note = |name: &str, result: &Result<PathBuf>| {
            result.as_ref().err().map(|error| format!("no {name} drivers: {error:#}"))
        };
        note("Python", &self.python).into_iter().chain(note("Node", &self.node))
    }

    /// `cargo xtask drivers`: here a missing driver is a failure.
    pub(crate) fn report(self) -> Result<()> {
        println!("python: {}\nnode:   {}", self.python?.display(), self.node?.display());
        Ok(())
    }
}

/// The Python of a virtual environment with psycopg and asyncpg.
fn python() -> Result<PathBuf> {
    let folder = target()?.join("drivers/python");
    let program = folder.join("bin/python");
    let works =
        |program: &Path| succeeds(Command::new(program).args(["-c", "import psycopg, asyncpg"]));
    if works(&program) {
        return Ok(program);
    }
    let venv = || succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    if !venv() {
        install(&["python3", "python3-venv"], &["python3"], "python3 with venv")?;
        if !venv() {
            bail!("`python3 -m venv` fails");
        }
    }
    run(Command::new(&program)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["psycopg[binary]>=3.2,<4", "asyncpg>=0.30,<1"]))?;
    if !works(&program) {
        bail!("psycopg and asyncpg are installed but can't be imported");
    }
    Ok(program)
}

/// A folder whose `node_modules` holds `pg`, its cursors and its copies.
fn node() -> Result<PathBuf> {
    let folder = target()?.join("drivers/node");
    let works = || {
        let mut node = Command::new("node");
        let load = "['pg', 'pg-cursor', 'pg-copy-streams'].forEach(require)";
        folder.is_dir() && succeeds(node.args(["-e", load]).current_dir(&folder))
    };
    if works() {
        return Ok(folder);
    }
    if in_path("npm").is_none() {
        install(&["nodejs", "npm"], &["nodejs", "npm"], "node with npm")?;
    }
    fs::create_dir_all(&folder)?;
    run(Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder)
        .args(["pg@8", "pg-cursor@2", "pg-copy-streams@7"]))?;
    if !works() {
        bail!("the packages are installed but can't be loaded");
    }
    Ok(folder)
}

fn install(debian: &[&str], others: &[&str], what: &str) -> Result<()> {
    match Manager::may_install() {
        Some(Manager::Apt) => Manager::Apt.install(debian),
        Some(manager) => manager.install(others),
        None => bail!("{what} is not installed"),
    }
}

//! sqlsmith, a generator of random statements that one of the end-to-end tests uses.

use anyhow::{Result, bail};

use crate::command::in_path;
use crate::needs::Manager;
use crate::steps;

/// Installs it where a package manager has it and may.
///
/// # Errors
/// Where it can't be had: its test is counted as skipped.
pub(crate) fn fetch() -> Result<()> {
    if in_path("sqlsmith").is_some() {
        return Ok(());
    }
    match (Manager::of_system(), Manager::may_install()) {
        (_, Some(Manager::Apt)) => Manager::Apt.install(&["sqlsmith"]),
        (Some(Manager::Apt), _) => bail!("run `sudo apt-get install sqlsmith`"),
        (Some(Manager::Dnf | Manager::Apk | Manager::Brew | Manager::Rustup) | None, _) => {
            bail!("only Debian and its kin have a package of it")
        }
    }
}

/// [`fetch`], where its absence is a note.
pub(crate) fn fetch_or_say() {
    if let Err(error) = fetch() {
        println!("{} no sqlsmith: {error:#}", steps::yellow("note:"));
    }
}

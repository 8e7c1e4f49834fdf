use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// A shell that waits for this process to let go of it, and then cleans up.
///
/// It reads a pipe that only we hold: the read ends when the watchdog is dropped, and when this
/// process ends in whichever way, `kill -9` included. It is in a process group of its own, so
/// that Ctrl-C in a terminal does not end it before its work.
#[derive(Debug)]
pub struct Watchdog {
    shell: Child,
}

impl Watchdog {
    /// Runs the POSIX shell `script`, with `arguments` as `$1`, `$2`, ..., once this process has
    /// let go.
    ///
    /// # Errors
    /// When there is no `sh`.
    pub fn new<S: AsRef<OsStr>>(
        script: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let shell = Command::new("sh")
            .arg("-c")
            .arg(format!("read -r _; {script}"))
            .arg("septum-watchdog")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("starting the watchdog")?;
        Ok(Self { shell })
    }

    /// A watchdog that ends the process with this id, should we die before it.
    ///
    /// # Errors
    /// As [`Watchdog::new`].
    pub fn over_process(id: u32) -> Result<Self> {
        Self::new("kill -TERM \"$1\"", [id.to_string()])
    }

    /// Calls the watchdog off: it does nothing.
    pub fn call_off(mut self) {
        // It may be gone already.
        drop(self.shell.kill());
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        drop(self.shell.wait());
    }
}

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::config::run;
use crate::process::{POLL, START_TIMEOUT};
use crate::{Config, Process, Program, Scratch};

/// `septum run`.
#[derive(Debug)]
pub struct Septum {
    /// The running sidecar.
    pub process: Process,
}

/// A line of the audit log.
#[derive(Clone, Debug)]
pub struct Record(pub Value);

impl Record {
    /// Its number.
    pub fn number(&self) -> u64 {
        self.0.get("seq").and_then(Value::as_u64).unwrap_or_default()
    }

    /// A field's text, as in `kind` or `reason`; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Septum {
    /// A `septum` command with this configuration.
    ///
    /// # Errors
    /// When the configuration can't be written or the program can't be built.
    pub fn command(config: &Config, arguments: &[&str]) -> Result<Command> {
        let mut command = Program::Septum.command()?;
        command.args(arguments).arg("--config").arg(config.write()?);
        Ok(command)
    }

    /// `septum migrate`; returns what it printed.
    ///
    /// # Errors
    /// When it fails.
    pub fn migrate(config: &Config) -> Result<String> {
        run(&mut Self::command(config, &["migrate"])?)
    }

    /// Starts `septum run` and waits until it is ready.
    ///
    /// # Errors
    /// When it ends or is not ready within 30 s; the message carries its log.
    pub async fn start(scratch: &Scratch, config: &Config) -> Result<Self> {
        let ready = scratch.path().join("ready.json");
        drop(fs::remove_file(&ready));
        let mut command = Self::command(config, &["run"])?;
        command.arg("--ready-file").arg(&ready);
        let mut process = Process::start(command, &scratch.path().join("septum.log"))?;
        let deadline = Instant::now() + START_TIMEOUT;
        while !ready.exists() {
            process.must_run_until("septum is ready", deadline)?;
            tokio::time::sleep(POLL).await;
        }
        Ok(Self { process })
    }

    /// The records of the audit log, oldest first, verified as they are read.
    ///
    /// # Errors
    /// When the log can't be read or does not verify.
    pub fn records(config: &Config) -> Result<Vec<Record>> {
        let tail = ["audit", "tail", "--json", "--lines", "1000000"];
        let printed = run(&mut Self::command(config, &tail)?)?;
        let record = |line: &str| Ok(Record(serde_json::from_str(line).context("a record")?));
        printed.lines().map(record).collect()
    }

    /// `septum audit verify`, of a copy of the log if `folder` says so; returns what it printed.
    ///
    /// # Errors
    /// When the log is not what was written.
    pub fn verify(config: &Config, folder: Option<&Path>) -> Result<String> {
        let mut command = Self::command(config, &["audit", "verify"])?;
        if let Some(folder) = folder {
            command.env("SEPTUM__AUDIT__FOLDER", folder);
        }
        run(&mut command)
    }
}

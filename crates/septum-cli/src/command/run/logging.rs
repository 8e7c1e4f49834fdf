use std::io::stderr;

use anyhow::{Result, anyhow};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Sends the program's own log to standard error.
pub(super) fn start(log: &Log) -> Result<()> {
    let filter: EnvFilter = log.level.parse()?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    match log.format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    }
    .map_err(|error| anyhow!("the log can't be started: {error}"))
}

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::config::Source;
use crate::output;

/// What to do with lock-outs. Each running Septum has its own; ask each where it runs.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show who is locked out
    List {
        #[command(flatten)]
        source: Source,
    },
    /// Lift locks; the audit log says that you did
    Lift {
        #[command(flatten)]
        source: Source,
        /// The tenant's key
        #[arg(long)]
        tenant: String,
        /// Who is locked out; without it, everyone of the tenant
        #[arg(long)]
        principal: Option<String>,
    },
}

/// What is asked of a running Septum.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) enum Asked {
    List,
    Lift { tenant: String, principal: Option<String> },
}

/// What it answers: the locks that stand, or those that were lifted.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Locks(Vec<Shown>),
    Refused(String),
}

/// A lock.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub(crate) tenant: String,
    pub(crate) principal: String,
    pub(crate) source: String,
    pub(crate) host: String,
    pub(crate) seconds_left: u64,
    pub(crate) refused: u64,
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Self::List { source } => show(&ask(&source, &Asked::List)?, ""),
            Self::Lift { source, tenant, principal } => {
                let lifted = ask(&source, &Asked::Lift { tenant, principal })?;
                if lifted.is_empty() {
                    bail!("nobody of that name is locked out; `septum lockout list` says who is");
                }
                show(&lifted, "lifted: ")
            }
        }
    }
}

fn ask(source: &Source, asked: &Asked) -> Result<Vec<Shown>> {
    let settings = source.load()?;
    let socket = settings.lockout.socket.context("set `lockout.socket`, for both to meet at")?;
    let named = || format!("no Septum of yours answers at `{}`", socket.display());
    let mut stream = UnixStream::connect(&socket).with_context(named)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    serde_json::to_writer(&mut stream, asked)?;
    stream.write_all(b"\n")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).with_context(named)?;
    match serde_json::from_str(&line).with_context(named)? {
        Answer::Locks(locks) => Ok(locks),
        Answer::Refused(why) => bail!("refused: {why}"),
    }
}

fn show(locks: &[Shown], prefix: &str) -> Result<()> {
    for Shown { tenant, principal, source, host, seconds_left, refused } in locks {
        output::line(format_args!(
            "{prefix}tenant={tenant} principal={principal} source={source} host={host} \
             seconds_left={seconds_left} refused={refused}"
        ))?;
    }
    Ok(())
}

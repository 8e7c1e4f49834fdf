use std::time::Duration;

use anyhow::{Result, bail};
use septum_audit::{Head, Record};
use septum_journal::{Reader, Start, verify_folder};

use crate::config::Source;
use crate::output;

/// How often a followed log is looked at.
const POLL: Duration = Duration::from_millis(250);

/// What to do with the audit log.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Verify every record; fails if anything was changed, moved or removed
    Verify {
        #[command(flatten)]
        source: Source,
        /// A head that an earlier verification printed: the log must still hold it
        #[arg(long, value_name = "NUMBER:DIGITS")]
        head: Option<Head>,
    },
    /// Show the newest records, verified as they are read
    Tail {
        #[command(flatten)]
        source: Source,
        /// How many
        #[arg(long, short = 'n', default_value_t = 20)]
        lines: usize,
        /// Wait for more
        #[arg(long, short)]
        follow: bool,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Self::Verify { source, head } => verify(&source, head),
            Self::Tail { source, lines, follow, json } => tail(&source, lines, follow, json),
        }
    }
}

fn verify(source: &Source, head: Option<Head>) -> Result<()> {
    let settings = source.load()?;
    let key = settings.root_key.audit_key();
    let report = verify_folder(&settings.audit.folder, &key, head)?;
    output::line(report.to_string().trim_end())?;
    if !report.intact() {
        bail!("the audit log is not what was written");
    }
    Ok(())
}

fn tail(source: &Source, lines: usize, follow: bool, json: bool) -> Result<()> {
    let settings = source.load()?;
    let key = settings.root_key.audit_key();
    let mut reader = Reader::open(&settings.audit.folder, &key, Start::Newest(2))?;
    let mut newest = std::collections::VecDeque::new();
    for record in &mut reader {
        if newest.len() >= lines {
            newest.pop_front();
        }
        newest.push_back(record?);
    }
    for record in newest.drain(..) {
        show(&record, json)?;
    }
    if !follow {
        return Ok(());
    }
    loop {
        std::thread::sleep(POLL);
        for record in &mut reader {
            show(&record?, json)?;
        }
    }
}

fn show(record: &Record, json: bool) -> Result<()> {
    if json {
        return Ok(output::line(serde_json::to_string(record)?)?);
    }
    let mut text = format!("{:>6} {} {}", record.seq, record.time, record.kind.as_str());
    let fields = [
        ("reason", &record.reason),
        ("tenant", &record.tenant),
        ("principal", &record.principal),
        ("source", &record.source),
        ("peer", &record.peer),
        ("trace", &record.trace),
        ("fingerprint", &record.fingerprint),
        ("subject", &record.subject),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            text.push_str(&format!(" {name}={value}"));
        }
    }
    Ok(output::line(text)?)
}

mod proposal;

use std::collections::BTreeMap;

use anyhow::Result;
use septum_audit::{Record, RecordKind};
use septum_journal::{Reader, Start};

use crate::config::Source;
use crate::output;
use proposal::Proposal;

/// What to ask about the guard.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Turn what the guard observed (`guard.mode = "observe"`) into a proposed configuration
    Report {
        #[command(flatten)]
        source: Source,
        /// What was refused counts as well, as after a trial with `guard.mode = "enforce"`
        #[arg(long)]
        denied: bool,
    },
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Self::Report { source, denied } => report(&source, denied),
        }
    }
}

/// What was observed of one thing.
#[derive(Debug, Default)]
struct Seen {
    shapes: BTreeMap<String, u64>,
    last: Option<String>,
}

/// A reason's code, and the function, relation or command that it was about.
type Thing = (String, String);

fn report(source: &Source, denied: bool) -> Result<()> {
    let settings = source.load()?;
    let key = settings.root_key.audit_key();
    let mut seen: BTreeMap<Thing, Seen> = BTreeMap::new();
    for record in Reader::open(&settings.audit.folder, &key, Start::Oldest)? {
        note(&record?, denied, &mut seen);
    }
    if seen.is_empty() {
        return Ok(output::line("nothing was observed: the configuration allows what was run")?);
    }
    let mut proposal = Proposal::default();
    output::line("# What was observed: how many shapes of statements, and when last.")?;
    for ((code, subject), of) in &seen {
        let (shapes, last) = (of.shapes.len(), of.last.as_deref().unwrap_or_default());
        output::line(format_args!("#   {code} `{subject}`: {shapes}, {last}"))?;
        proposal.add(code, subject);
    }
    Ok(output::line(proposal.text(&settings.policy))?)
}

fn note(record: &Record, denied: bool, seen: &mut BTreeMap<Thing, Seen>) {
    use septum_audit::Kind;
    let counts = record.kind == RecordKind::Event(Kind::Observed)
        || (denied && record.kind == RecordKind::Event(Kind::Denied));
    let (Some(reason), Some(subject)) = (&record.reason, &record.subject) else { return };
    if !counts {
        return;
    }
    let of = seen.entry((reason.clone(), subject.clone())).or_default();
    *of.shapes.entry(record.fingerprint.clone().unwrap_or_default()).or_default() += 1;
    of.last = Some(record.time.to_string());
}

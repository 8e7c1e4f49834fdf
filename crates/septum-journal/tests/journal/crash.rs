//! What is left when the process or the disk fails under it. The process is a real one: this
//! program, started again.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use crate::support::{Folder, config, event};
use septum_audit::Sink as _;
use septum_journal::{Config, Journal};

const FOLDER: &str = "SEPTUM_JOURNAL_TEST_FOLDER";
const TASKS: usize = 32;
const RUN: &str = "SEPTUM_JOURNAL_TEST_RUN";

/// Invariant 8.
#[test]
fn kill_9_under_load_loses_no_acknowledged_record() {
    let folder = Folder::new();
    let mut kept = HashSet::new();
    for run in 1..=4 {
        let mut child = recorder(Command::new(std::env::current_exe().unwrap()), &folder, run);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acks = lines.by_ref().filter_map(|line| acknowledged(&line.unwrap()));
        kept.extend(acks.by_ref().take(500));
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        // What it said before it died counts too.
        kept.extend(acks);

        let report = folder.verify();
        assert!(report.intact() && !report.closed, "run {run}: {report}");
        assert_eq!(report.hard_stops, run - 1, "{report}");
        let recorded: HashSet<_> = folder.subjects().into_iter().collect();
        let lost: Vec<_> = kept.difference(&recorded).collect();
        assert!(lost.is_empty(), "run {run} lost {lost:?}");
    }
    assert!(folder.files().len() > 4, "it rotated meanwhile");
    Journal::open(&folder.config()).unwrap().close().unwrap();
    let report = folder.verify();
    assert!(report.complete(), "{report}");
    assert_eq!(report.hard_stops, 4);
}

/// A file-size limit fails a write in its middle just as a full disk does.
#[test]
fn a_full_disk_refuses_every_later_record_and_breaks_no_chain() {
    let folder = Folder::new();
    let mut limited = Command::new("sh");
    // SIGXFSZ ignored, so that the write itself fails.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 32; exec \"$0\" \"$@\""]);
    limited.arg(std::env::current_exe().unwrap());
    let mut child = recorder(limited, &folder, 1);
    let lines: Vec<_> =
        BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success(), "{lines:?}");

    let refused: Vec<_> = lines.iter().filter(|line| line.starts_with("refused")).collect();
    // Each task once for the write that failed and once more after it.
    assert_eq!(refused.len(), 2 * TASKS, "{lines:?}");
    assert!(refused.iter().all(|line| line.contains("can't be written")), "{refused:?}");

    let report = folder.verify();
    assert!(report.intact() && !report.complete(), "{report}");
    assert!(report.torn.is_some(), "the write failed in the middle: {report}");
    let kept: HashSet<_> = lines.iter().filter_map(|line| acknowledged(line)).collect();
    assert!(!kept.is_empty());
    assert!(kept.is_subset(&folder.subjects().into_iter().collect()));

    // With room again, it goes on where the good records end.
    Journal::open(&folder.config()).unwrap().close().unwrap();
    let report = folder.verify();
    assert!(report.complete(), "{report}");
    assert_eq!(report.hard_stops, 1);
}

/// Not a test: the process that the tests above kill or starve. It records from [`TASKS`] tasks and
/// says on stdout what was acknowledged, until it is killed or refused.
#[test]
#[ignore = "run by the other tests of this file"]
fn recording() {
    let (Ok(folder), Ok(run)) = (std::env::var(FOLDER), std::env::var(RUN)) else { return };
    let config = Config { rotate_bytes: 32 << 10, ..config(Path::new(&folder)) };
    let journal = Arc::new(Journal::open(&config).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    say(""); // the test harness began a line of its own
    runtime.block_on(async {
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| tokio::spawn(record(journal.clone(), run.clone(), task)))
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

async fn record(journal: Arc<Journal>, run: String, task: usize) {
    for number in 0_u64.. {
        let subject = format!("{run}:{task}:{number}");
        if let Err(refused) = journal.record(event(&subject)).await {
            say(&format!("refused {refused}"));
            break;
        }
        say(&format!("acknowledged {subject}."));
    }
    match journal.record(event(&format!("{run}:{task}:later"))).await {
        Ok(()) => say(&format!("acknowledged {run}:{task}:later.")),
        Err(refused) => say(&format!("refused {refused}")),
    }
}

/// What a line of the recorder acknowledges. A line that the kill cut short says nothing: it
/// lacks its full stop.
fn acknowledged(line: &str) -> Option<String> {
    line.strip_prefix("acknowledged ")?.strip_suffix('.').map(str::to_owned)
}

fn say(line: &str) {
    std::io::stdout().lock().write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn recorder(mut command: Command, folder: &Folder, run: u64) -> Child {
    command
        .args(["crash::recording", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder.path())
        .env(RUN, run.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

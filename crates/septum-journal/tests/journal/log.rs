//! The journal on a real folder.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use crate::support::{Folder, await_now, event};
use septum_audit::{RecordKind, Sink as _, SinkError, Why};
use septum_journal::{Config, Journal, JournalError, ReadError, Reader, Start, verify_folder};

#[test]
fn what_was_acknowledged_is_in_the_file_before_it_is_closed() {
    let folder = Folder::new();
    let journal = Journal::open(&folder.config()).unwrap();
    await_now(journal.record(event("GET /deals"))).unwrap();
    let report = folder.verify();
    assert_eq!((report.records, report.unmarked, report.closed), (2, 0, false));
    assert_eq!(report.head, Some(journal.head()));
    assert!(folder.subjects().contains(&"GET /deals".to_owned()));
}

#[test]
fn an_event_is_recorded_whether_or_not_the_answer_is_awaited() {
    let folder = Folder::new();
    let journal = Journal::open(&folder.config()).unwrap();
    for number in 0..100 {
        drop(journal.record(event(&number.to_string())));
    }
    journal.close().unwrap();
    let expected: Vec<_> = (0..100).map(|number: i32| number.to_string()).collect();
    assert_eq!(folder.subjects(), expected, "all of them, in the order they were given");
}

#[test]
fn a_journal_that_is_reopened_continues_its_chain() {
    let folder = Folder::new();
    for day in 1..=3 {
        let journal = Journal::open(&folder.config()).unwrap();
        await_now(journal.record(event("host"))).unwrap();
        if day == 2 {
            drop(journal); // closes as well
        } else {
            journal.close().unwrap();
        }
        let report = folder.verify();
        assert!(report.complete(), "{report}");
        assert_eq!((report.records, report.hard_stops), (day * 3, 0));
    }
    assert_eq!(folder.files().len(), 1);
}

#[test]
fn a_full_queue_refuses_and_leaves_the_log_whole() {
    let folder = Folder::new();
    let config = Config { queue: 0, ..folder.config() };
    let journal = Journal::open(&config).unwrap();
    assert_eq!(await_now(journal.record(event("host"))), Err(SinkError::Full));
    journal.close().unwrap();
    assert!(folder.verify().complete());
}

#[test]
fn files_and_folder_are_the_owners_alone() {
    let folder = Folder::new();
    let config = Config { folder: folder.path().join("a/b"), ..folder.config() };
    Journal::open(&config).unwrap().close().unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(config.folder.clone()), 0o700);
    assert_eq!(mode(config.folder.join("audit-000000000001.jsonl")), 0o600);

    fs::set_permissions(&config.folder, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(Journal::open(&config), Err(JournalError::OpenToAll(_))));
}

#[test]
fn two_journals_never_write_one_folder() {
    let folder = Folder::new();
    let journal = Journal::open(&folder.config()).unwrap();
    assert!(matches!(Journal::open(&folder.config()), Err(JournalError::Locked(_))));
    journal.close().unwrap();
    Journal::open(&folder.config()).unwrap();
}

#[test]
fn another_key_opens_nothing() {
    let folder = Folder::new();
    Journal::open(&folder.config()).unwrap().close().unwrap();
    let other = Config::new(folder.path(), septum_core::Secret::new([8; 32]));
    let before = folder.bytes(1);
    let refused = Journal::open(&other).map(drop).unwrap_err();
    let JournalError::Read(ReadError::Broken { broken, .. }) = &refused else {
        panic!("{refused}")
    };
    assert_eq!(broken.why, Why::NotAuthentic);
    assert!(!refused.to_string().contains("ReadError"), "{refused}");
    assert_eq!(folder.bytes(1), before, "nothing was written");
}

#[test]
fn a_newest_file_that_was_changed_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    Journal::open(&folder.config()).unwrap().close().unwrap();
    let changed = String::from_utf8(folder.bytes(1)).unwrap().replace("stopped", "started");
    fs::write(folder.file(1), &changed).unwrap();
    assert!(matches!(
        Journal::open(&folder.config()),
        Err(JournalError::Read(ReadError::Broken { .. }))
    ));
    assert_eq!(folder.bytes(1), changed.as_bytes());
    assert_eq!(folder.files().len(), 1);
}

#[test]
fn rotation_in_the_middle_of_concurrent_load_loses_and_breaks_nothing() {
    const TASKS: usize = 32;
    const EACH: usize = 50;
    let folder = Folder::new();
    let config = Config { rotate_bytes: 16 << 10, ..folder.config() };
    let journal = Arc::new(Journal::open(&config).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let journal = Arc::clone(&journal);
                tokio::spawn(async move {
                    for number in 0..EACH {
                        journal.record(event(&format!("{task}:{number}"))).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    drop(journal);
    let report = folder.verify();
    assert!(report.complete(), "{report}");
    assert_eq!(report.records as usize, TASKS * EACH + 2);
    assert!(folder.files().len() > 5, "it rotated {} times", folder.files().len());
    let subjects = folder.subjects();
    for task in 0..TASKS {
        let of_task: Vec<_> =
            subjects.iter().filter(|subject| subject.starts_with(&format!("{task}:"))).collect();
        let in_order: Vec<_> = (0..EACH).map(|number| format!("{task}:{number}")).collect();
        assert_eq!(of_task, in_order.iter().collect::<Vec<_>>());
    }

    // A file removed from the middle shows; the oldest removed is retention.
    fs::rename(folder.file(3), folder.path().join("elsewhere")).unwrap();
    let broken = folder.verify().broken.unwrap();
    assert_eq!((broken.file, broken.why), (4, Why::MissingFile { expected: 3 }));
    fs::remove_file(folder.file(1)).unwrap();
    fs::remove_file(folder.file(2)).unwrap();
    let report = folder.verify();
    assert!(report.complete() && report.log.is_none() && report.first.unwrap().0 > 1);
}

#[test]
fn an_incomplete_last_line_is_kept_and_accounted_for() {
    let folder = Folder::new();
    let journal = Journal::open(&folder.config()).unwrap();
    await_now(journal.record(event("acknowledged"))).unwrap();
    journal.close().unwrap();
    // As a crash in the middle of writing the next record would leave it.
    let fragment = br#"{"v":1,"seq":4,"time":"2026-"#;
    append(&folder, 1, fragment);
    let before = folder.bytes(1);
    let crashed = folder.verify();
    assert_eq!(crashed.torn.map(|torn| torn.bytes), Some(fragment.len() as u64));
    assert!(crashed.intact() && !crashed.complete());

    Journal::open(&folder.config()).unwrap().close().unwrap();
    assert_eq!(folder.bytes(1), before, "nothing is truncated");
    let report = folder.verify();
    assert!(report.complete(), "{report}");
    assert_eq!((report.records, report.hard_stops), (6, 1));
    let kinds: Vec<_> = folder.records().into_iter().map(|record| record.kind).collect();
    assert_eq!(kinds.get(3..5).unwrap(), [RecordKind::Recovered, RecordKind::Started]);

    // The fragment counts from now on.
    fs::write(folder.file(1), &before[..before.len() - 1]).unwrap();
    assert_eq!(folder.verify().broken.unwrap().why, Why::TornLine);
}

#[test]
fn a_crash_at_any_byte_of_the_last_write_is_recovered() {
    let original = Folder::new();
    let journal = Journal::open(&original.config()).unwrap();
    await_now(journal.record(event("acknowledged"))).unwrap();
    let acknowledged = original.bytes(1).len();
    await_now(journal.record(event("cut"))).unwrap();
    drop(journal);
    let log = original.bytes(1);
    for cut in (acknowledged..log.len()).step_by(7) {
        let folder = Folder::new();
        fs::write(folder.file(1), &log[..cut]).unwrap();
        Journal::open(&folder.config()).unwrap().close().unwrap();
        let report = folder.verify();
        assert!(report.complete(), "cut at {cut}: {report}");
        assert_eq!(report.hard_stops, 1);
        assert!(folder.subjects().contains(&"acknowledged".to_owned()));
    }
}

#[test]
fn a_crash_before_the_first_record_and_during_a_recovery_are_recovered() {
    let folder = Folder::new();
    fs::write(folder.file(1), b"").unwrap();
    fs::write(folder.file(2), b"{\"v\":1,").unwrap();
    fs::write(folder.file(3), b"{\"v\":1,\"se").unwrap();
    Journal::open(&folder.config()).unwrap().close().unwrap();
    let report = folder.verify();
    assert!(report.complete(), "{report}");
    assert_eq!(folder.files().len(), 4);
    // An empty newest file is what a crash between rotation and write leaves: it is used.
    fs::write(folder.file(5), b"").unwrap();
    Journal::open(&folder.config()).unwrap().close().unwrap();
    let report = folder.verify();
    assert!(report.complete(), "{report}");
    assert_eq!(folder.files().len(), 5);
}

/// Each of these would let a record be acknowledged that is in no file of the folder.
#[test]
fn a_file_that_somebody_else_moves_cuts_or_writes_closes_the_journal() {
    let cuts: [fn(&Folder); 5] = [
        |folder| fs::remove_file(folder.file(1)).unwrap(),
        |folder| fs::rename(folder.file(1), folder.path().join("audit.1")).unwrap(),
        |folder| {
            OpenOptions::new().write(true).open(folder.file(1)).unwrap().set_len(10).unwrap();
        },
        |folder| append(folder, 1, b"{}\n"),
        |folder| {
            // A copy in its place, byte for byte.
            let bytes = folder.bytes(1);
            fs::remove_file(folder.file(1)).unwrap();
            fs::write(folder.file(1), bytes).unwrap();
        },
    ];
    for cut in cuts {
        let folder = Folder::new();
        let journal = Journal::open(&folder.config()).unwrap();
        await_now(journal.record(event("before"))).unwrap();
        let before = journal.head();
        cut(&folder);
        for _ in 0..2 {
            let refused = await_now(journal.record(event("after"))).unwrap_err();
            assert!(matches!(refused, SinkError::Unwritable(_)), "{refused}");
        }
        assert_eq!(journal.head(), before);
        assert!(journal.close().is_err());
    }
}

/// The chain in memory is ahead of the file's: going on would leave a hole.
#[test]
fn a_journal_that_failed_once_stays_closed_though_the_cause_is_gone() {
    let folder = Folder::new();
    let journal = Journal::open(&folder.config()).unwrap();
    let away = folder.path().join("away");
    fs::rename(folder.file(1), &away).unwrap();
    let refused = await_now(journal.record(event("lost"))).unwrap_err();
    fs::rename(&away, folder.file(1)).unwrap();
    assert_eq!(await_now(journal.record(event("after"))), Err(refused.clone()));
    assert_eq!(journal.close(), Err(refused));
    assert!(folder.verify().intact());

    let journal = Journal::open(&folder.config()).unwrap();
    await_now(journal.record(event("reopened"))).unwrap();
    journal.close().unwrap();
    assert!(folder.verify().complete());
    assert_eq!(folder.subjects(), ["reopened"]);
}

#[test]
fn a_reader_that_follows_under_load_sees_every_record_once() {
    const RECORDS: usize = 1200;
    let folder = Folder::new();
    let config = Config { rotate_bytes: 1, ..folder.config() };
    let journal = Journal::open(&config).unwrap();
    let mut reader = Reader::open(folder.path(), &config.key, Start::Oldest).unwrap();
    let recorder = std::thread::spawn(move || {
        for number in 0..RECORDS {
            let answer = journal.record(event(&number.to_string()));
            if number % 4 == 0 {
                await_now(answer).unwrap();
            }
        }
        journal.close().unwrap();
    });
    let mut subjects = Vec::new();
    loop {
        match reader.next().transpose().unwrap() {
            Some(record) if record.kind == RecordKind::Stopped => break,
            Some(record) if record.kind == RecordKind::Started => {}
            Some(record) => subjects.push(record.subject.unwrap()),
            None => std::thread::yield_now(),
        }
    }
    recorder.join().unwrap();
    let expected: Vec<_> = (0..RECORDS).map(|number| number.to_string()).collect();
    assert_eq!(subjects, expected);
    assert!(reader.finish().complete());
}

#[test]
fn a_reader_follows_the_log_across_rotations() {
    let folder = Folder::new();
    let config = Config { rotate_bytes: 1, ..folder.config() };
    let journal = Journal::open(&config).unwrap();
    let mut reader = Reader::open(folder.path(), &config.key, Start::Oldest).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().kind, RecordKind::Started);
    assert!(reader.next().is_none());
    for number in 0..5 {
        let subject = number.to_string();
        await_now(journal.record(event(&subject))).unwrap();
        assert_eq!(reader.next().unwrap().unwrap().subject, Some(subject));
        assert!(reader.next().is_none());
    }
    journal.close().unwrap();
    assert_eq!(reader.next().unwrap().unwrap().kind, RecordKind::Stopped);
    assert!(reader.next().is_none());
    assert!(reader.finish().complete());

    let newest = Reader::open(folder.path(), &config.key, Start::Newest(2)).unwrap();
    assert_eq!(newest.map(Result::unwrap).count(), 2, "one record a file here");
}

#[test]
fn a_reader_waits_for_the_rest_of_a_line_and_stays_broken_once_it_is() {
    let folder = Folder::new();
    Journal::open(&folder.config()).unwrap().close().unwrap();
    let log = folder.bytes(1);
    fs::write(folder.file(1), &log[..20]).unwrap();
    let mut reader = Reader::open(folder.path(), &folder.config().key, Start::Oldest).unwrap();
    assert!(reader.next().is_none());
    append(&folder, 1, &log[20..]);
    assert_eq!(reader.next().unwrap().unwrap().kind, RecordKind::Started);
    assert_eq!(reader.next().unwrap().unwrap().kind, RecordKind::Stopped);
    append(&folder, 1, &[b'x'; 100_000]);
    for _ in 0..3 {
        assert!(matches!(reader.next(), Some(Err(ReadError::Broken { .. }))));
    }
    assert_eq!(reader.finish().broken.unwrap().why, Why::TooLong);
    assert_eq!(folder.verify().broken.unwrap().why, Why::TooLong);
}

#[test]
fn an_older_copy_of_the_folder_put_back_is_found_by_the_head_that_the_journal_gave() {
    let folder = Folder::new();
    Journal::open(&folder.config()).unwrap().close().unwrap();
    let older = folder.bytes(1);
    let journal = Journal::open(&folder.config()).unwrap();
    await_now(journal.record(event("GET /deals"))).unwrap();
    let head = journal.head();
    journal.close().unwrap();
    let verify = || verify_folder(folder.path(), &folder.config().key, Some(head)).unwrap();
    assert!(verify().complete());

    fs::write(folder.file(1), &older).unwrap();
    assert!(folder.verify().complete(), "without the head nothing shows");
    assert_eq!(verify().broken.unwrap().why, Why::AnchorMissing { seq: head.seq });
    // Nor does continuing from the older copy hide it.
    Journal::open(&folder.config()).unwrap().close().unwrap();
    let journal = Journal::open(&folder.config()).unwrap();
    await_now(journal.record(event("GET /"))).unwrap();
    journal.close().unwrap();
    assert_eq!(verify().broken.unwrap().why, Why::AnchorDiffers { seq: head.seq });
}

fn append(folder: &Folder, number: u64, bytes: &[u8]) {
    use std::io::Write as _;
    OpenOptions::new().append(true).open(folder.file(number)).unwrap().write_all(bytes).unwrap();
}

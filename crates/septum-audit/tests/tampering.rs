//! What someone does who can write the log but has no key, and what verification says.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is this program's failure report"
)]

use septum_audit::{
    Chain, Digest, Entry, Event, Head, Kind, MAX_LINE, RecordKind, Report, Time, Torn, Verifier,
    Why,
};
use septum_core::{Principal, Reason, Secret, Source, TenantType, TraceId};

const START: u64 = 1_767_225_600_000;

fn key() -> Secret<[u8; 32]> {
    Secret::new([7; 32])
}

fn identity(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

fn crossing(subject: &str) -> Entry {
    let mut event = Event::new(Kind::Crossing);
    event.tenant = Some(TenantType::Text.parse("acme").unwrap());
    event.principal = Some(Principal::new("ann").unwrap());
    event.source = Some(Source::Jwt);
    event.peer = Some("127.0.0.1:5000".into());
    event.trace = TraceId::from_bytes([9; 16]);
    event.reason = Some(Reason::SourcesDisagree);
    event.subject = Some(subject.into());
    Entry::Event(event)
}

fn started() -> Entry {
    Entry::Started { version: "0.1.0".into() }
}

/// Lines of one commit after another.
fn write(chain: &mut Chain, commits: Vec<Vec<Entry>>) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, commit) in (START..).zip(commits) {
        let time = Time::from_unix_millis(at);
        chain.commit(commit.into_iter().map(|entry| (time, entry)), &mut out);
    }
    out
}

/// A small log that was closed in good order: 6 records in 4 commits.
fn small_log(key: &Secret<[u8; 32]>, log: u8) -> Vec<u8> {
    write(
        &mut Chain::begin(key, identity(log)),
        vec![
            vec![started()],
            vec![crossing("host"), crossing("set_config"), crossing("token")],
            vec![crossing("GET /deals")],
            vec![Entry::Stopped],
        ],
    )
}

fn verify(files: &[&[u8]]) -> Report {
    verify_with(Verifier::new(&key()), files)
}

fn verify_with(mut verifier: Verifier, files: &[&[u8]]) -> Report {
    for (number, file) in (1..).zip(files) {
        let mut lines = file.split(|byte| *byte == b'\n');
        let rest = lines.next_back().unwrap();
        let read = verifier
            .begin_file(number)
            .and_then(|()| lines.try_for_each(|line| verifier.line(line).map(drop)))
            .and_then(|()| verifier.torn(rest));
        if read.is_err() {
            break;
        }
    }
    verifier.finish()
}

fn why(report: &Report) -> Option<(u64, Why)> {
    report.broken.clone().map(|broken| (broken.line, broken.why))
}

fn lines(log: &[u8]) -> Vec<Vec<u8>> {
    log.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn a_log_closed_in_good_order_is_complete() {
    let report = verify(&[&small_log(&key(), 1)]);
    assert!(report.complete(), "{report}");
    assert_eq!(report.records, 6);
    assert_eq!(report.log, Some(identity(1)));
    assert_eq!(report.first, Some((1, Time::from_unix_millis(START))));
    assert_eq!(report.last, Some((6, Time::from_unix_millis(START + 3))));
    assert_eq!(report.hard_stops, 0);
}

#[test]
fn a_record_holds_what_the_event_said() {
    let mut verifier = Verifier::new(&key());
    let log = small_log(&key(), 1);
    let mut records = log.split(|byte| *byte == b'\n').take(6);
    verifier.line(records.next().unwrap()).unwrap();
    let record = verifier.line(records.next().unwrap()).unwrap();
    assert_eq!(record.kind, RecordKind::Event(Kind::Crossing));
    assert_eq!(record.tenant.as_deref(), Some("acme"));
    assert_eq!(record.principal.as_deref(), Some("ann"));
    assert_eq!(record.source.as_deref(), Some("jwt"));
    assert_eq!(record.peer.as_deref(), Some("127.0.0.1:5000"));
    assert_eq!(record.trace.as_deref(), Some("09090909090909090909090909090909"));
    assert_eq!(record.reason.as_deref(), Some("SEP-102"));
    assert_eq!(record.subject.as_deref(), Some("host"));
    assert_eq!(record.fingerprint, None);
    assert!(!record.end, "two more follow in its commit");
}

#[test]
fn the_json_form_of_a_record_is_its_line() {
    let (first, second) = recovered();
    for log in [small_log(&key(), 1), first, second] {
        for line in lines(&log).iter().filter_map(|line| line.strip_suffix(b"\n")) {
            let record = Verifier::new(&key()).line(line).unwrap();
            assert_eq!(serde_json::to_vec(&record).unwrap(), line);
        }
    }
}

#[test]
fn every_single_byte_change_is_detected() {
    let log = small_log(&key(), 1);
    for at in 0..log.len() {
        // Every bit, and what an editor would put there.
        let changes = (0..8).map(|bit| log[at] ^ (1 << bit)).chain([b'\n', b' ', b'0', b'a', 0]);
        for change in changes.filter(|change| *change != log[at]) {
            let mut changed = log.clone();
            changed[at] = change;
            let report = verify(&[&changed]);
            assert!(!report.complete(), "byte {at} changed to {change:#x} went unseen");
            // The very last newline is the one byte that looks like a crash instead.
            assert!(!report.intact() || at == log.len() - 1, "byte {at} to {change:#x}");
        }
    }
}

#[test]
fn every_single_byte_removed_or_doubled_is_detected() {
    let log = small_log(&key(), 1);
    for at in 0..log.len() {
        let mut removed = log.clone();
        removed.remove(at);
        assert!(!verify(&[&removed]).complete(), "byte {at} removed");
        let mut doubled = log.clone();
        doubled.insert(at, log[at]);
        assert!(!verify(&[&doubled]).complete(), "byte {at} doubled");
    }
}

#[test]
fn a_dropped_line_is_detected_where_it_was() {
    let all = lines(&small_log(&key(), 1));
    for dropped in 0..5 {
        let mut rest = all.clone();
        rest.remove(dropped);
        let report = verify(&[&rest.concat()]);
        match dropped {
            // Verification may begin anywhere; that it does not begin at 1 is said.
            0 => assert_eq!((report.first.map(|(seq, _)| seq), report.log), (Some(2), None)),
            _ => {
                let (expected, found) = (dropped as u64 + 1, dropped as u64 + 2);
                assert_eq!(
                    why(&report),
                    Some((expected, Why::OutOfPlace { expected, found })),
                    "{report}"
                );
            }
        }
    }
}

#[test]
fn swapped_and_doubled_lines_are_detected() {
    let all = lines(&small_log(&key(), 1));
    let mut swapped = all.clone();
    swapped.swap(2, 3);
    assert_eq!(
        why(&verify(&[&swapped.concat()])),
        Some((3, Why::OutOfPlace { expected: 3, found: 4 }))
    );
    let mut doubled = all;
    doubled.insert(3, doubled[2].clone());
    assert_eq!(
        why(&verify(&[&doubled.concat()])),
        Some((4, Why::OutOfPlace { expected: 4, found: 3 }))
    );
}

#[test]
fn an_end_cut_off_is_never_reported_as_complete() {
    let log = small_log(&key(), 1);
    let ends: Vec<usize> = lines(&log)
        .iter()
        .scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        })
        .collect();
    for cut in 0..log.len() {
        let report = verify(&[&log[..cut]]);
        assert!(report.intact() && !report.complete(), "cut at {cut}: {report}");
        let at_line_end = cut == 0 || ends.contains(&cut);
        assert_eq!(report.torn.is_none(), at_line_end, "cut at {cut}");
    }
    // Records 2 and 3 belong to one commit with 4: without it they have no end mark.
    assert_eq!(verify(&[&log[..ends[2]]]).unmarked, 2);
    assert_eq!(verify(&[&log[..ends[3]]]).unmarked, 0);
}

#[test]
fn a_chain_recomputed_without_the_key_is_detected() {
    let forged = small_log(&Secret::new([8; 32]), 1);
    assert_eq!(why(&verify(&[&forged])), Some((1, Why::NotAuthentic)));
    let mut half = lines(&small_log(&key(), 1));
    half.truncate(3);
    half.extend(lines(&forged).drain(3..));
    assert_eq!(why(&verify(&[&half.concat()])), Some((4, Why::NotAuthentic)));
}

#[test]
fn a_file_of_another_log_under_the_same_key_is_detected() {
    let (ours, theirs) = (lines(&small_log(&key(), 1)), lines(&small_log(&key(), 2)));
    let (first, second) = (ours[..3].concat(), theirs[3..].concat());
    assert!(verify(&[&first, &ours[3..].concat()]).complete());
    let report = verify(&[&first, &second]);
    assert_eq!(why(&report), Some((1, Why::AnotherLog { seq: 4 })), "{report}");
    assert_eq!(report.broken.unwrap().file, 2);
}

#[test]
fn a_missing_file_is_detected_even_if_it_held_no_record() {
    let log = lines(&small_log(&key(), 1));
    let mut verifier = Verifier::new(&key());
    verifier.begin_file(1).unwrap();
    verifier.line(log[0].strip_suffix(b"\n").unwrap()).unwrap();
    assert_eq!(verifier.begin_file(3).unwrap_err().why, Why::MissingFile { expected: 2 });
    assert!(verifier.line(log[1].strip_suffix(b"\n").unwrap()).is_err(), "it stays broken");
}

/// What verification can't say, said: an older copy is an authentic log.
#[test]
fn an_older_copy_put_back_is_found_by_a_head_kept_elsewhere_and_by_nothing_else() {
    let mut chain = Chain::begin(&key(), identity(1));
    let day = || vec![vec![started()], vec![crossing("host")], vec![Entry::Stopped]];
    let older = write(&mut chain, day());
    let head_then = chain.head();
    let newer = [older.clone(), write(&mut chain, day())].concat();
    let head_now = chain.head();

    assert!(verify(&[&older]).complete(), "no key was needed to put it back");
    let anchored =
        |head: Head, log: &[u8]| verify_with(Verifier::new(&key()).anchored(head), &[log]);
    assert!(anchored(head_then, &newer).complete());
    assert!(anchored(head_now, &newer).complete());
    let report = anchored(head_now, &older);
    assert_eq!(why(&report), Some((3, Why::AnchorMissing { seq: 6 })), "{report}");

    // Another authentic log, of the same key and long enough.
    let other = small_log(&key(), 2);
    assert_eq!(why(&anchored(head_now, &other)), Some((6, Why::AnchorDiffers { seq: 6 })));
    assert_eq!(why(&anchored(head_then, &other)), Some((3, Why::AnchorDiffers { seq: 3 })));
    let none_left = anchored(head_now, b"");
    assert_eq!(why(&none_left), Some((0, Why::AnchorMissing { seq: 6 })));
}

#[test]
fn a_head_of_an_archived_file_holds_if_the_next_record_follows_it() {
    let log = small_log(&key(), 1);
    let all = lines(&log);
    let head = |log: &[u8]| verify(&[log]).head.unwrap();
    let third = head(&all[..3].concat());
    let anchored = |head, log: &[u8]| verify_with(Verifier::new(&key()).anchored(head), &[log]);
    assert!(anchored(third, &all[3..].concat()).complete());
    assert_eq!(why(&anchored(third, &all[4..].concat())), Some((1, Why::AnchorMissing { seq: 3 })));
    let theirs = head(&lines(&small_log(&key(), 2))[..3].concat());
    assert_eq!(
        why(&anchored(theirs, &all[3..].concat())),
        Some((1, Why::AnchorDiffers { seq: 3 }))
    );
}

/// A crash in the middle of a write, then a start: the fragment stays in its file.
fn recovered() -> (Vec<u8>, Vec<u8>) {
    let mut chain = Chain::begin(&key(), identity(1));
    let mut first = write(&mut chain, vec![vec![started()], vec![crossing("host")]]);
    let head = chain.head();
    let lost = write(&mut chain, vec![vec![crossing("never acknowledged")]]);
    first.extend_from_slice(&lost[..lost.len() / 2]);
    let torn = verify(&[&first]).torn.unwrap();
    assert_eq!(torn.bytes, lost.len() as u64 / 2);
    let mut chain = Chain::resume(&key(), head);
    let second = write(
        &mut chain,
        vec![vec![Entry::Recovered(torn), started()], vec![crossing("host")], vec![Entry::Stopped]],
    );
    (first, second)
}

#[test]
fn what_a_crash_left_is_reported_as_that_and_not_as_tampering() {
    let (first, second) = recovered();
    let crashed = verify(&[&first]);
    assert!(crashed.intact() && !crashed.complete());
    assert_eq!((crashed.records, crashed.unmarked), (2, 0));
    let report = verify(&[&first, &second]);
    assert!(report.complete(), "{report}");
    assert_eq!((report.records, report.hard_stops), (6, 1));
}

#[test]
fn a_crash_during_the_recovery_is_recovered_too() {
    let (first, second) = recovered();
    let half = &second[..40];
    let report = verify(&[&first, half]);
    let torn = report.torn.unwrap();
    assert_eq!(torn.bytes, verify(&[&first]).torn.unwrap().bytes + 40);
    let mut chain = Chain::resume(&key(), report.head.unwrap());
    let third = write(&mut chain, vec![vec![Entry::Recovered(torn), started()]]);
    assert!(verify(&[&first, half, &third]).intact());
    assert_eq!(why(&verify(&[&first, b"", &third])), Some((1, Why::TornLine)));
}

#[test]
fn every_single_byte_of_a_recovered_fragment_counts() {
    let (first, second) = recovered();
    let fragment = first.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for at in fragment..first.len() {
        for bit in 0..8 {
            let mut changed = first.clone();
            changed[at] ^= 1 << bit;
            assert!(!verify(&[&changed, &second]).intact(), "byte {at}");
        }
        assert_eq!(why(&verify(&[&first[..at], &second])), Some((1, Why::TornLine)));
    }
    // Nor can a fragment be made up where none was accounted for.
    let log = lines(&small_log(&key(), 1));
    let with_fragment = [log[..3].concat(), b"{\"v\":1".to_vec()].concat();
    assert_eq!(why(&verify(&[&with_fragment, &log[3..].concat()])), Some((1, Why::TornLine)));
}

#[test]
fn a_start_without_a_stop_before_it_is_counted() {
    let mut chain = Chain::begin(&key(), identity(1));
    let log = write(
        &mut chain,
        vec![
            vec![started()],
            vec![crossing("host")],
            vec![started()], // killed between two writes: nothing is torn
            vec![Entry::Stopped],
            vec![started()],
            vec![Entry::Recovered(Torn { bytes: 1, sha256: identity(0) })],
        ],
    );
    let report = verify(&[&lines(&log)[..5].concat()]);
    assert_eq!(report.hard_stops, 1);
    assert_eq!(why(&verify(&[&log])), Some((6, Why::TornLine)), "nothing was torn");
}

#[test]
fn no_event_makes_a_line_longer_than_the_bound_or_more_than_one_line() {
    let wide = ["\"".repeat(5000), "\u{1}\n".repeat(5000), "é\\".repeat(5000), "𝄞".repeat(5000)];
    for text in wide {
        let mut event = Event::new(Kind::AuthenticationFailed);
        event.tenant = Some(TenantType::Text.parse(&"\"".repeat(255)).unwrap());
        event.principal = Some(Principal::new(&"\\".repeat(255)).unwrap());
        event.source = Some(Source::ContextToken);
        event.trace = TraceId::from_bytes([255; 16]);
        event.reason = Some(Reason::AuditUnavailable);
        event.peer = Some(text.clone());
        event.fingerprint = Some(text.clone());
        event.subject = Some(text);
        let mut chain = Chain::resume(&key(), Head { seq: u64::MAX - 1, mac: identity(1) });
        let log = write(&mut chain, vec![vec![Entry::Event(event)]]);
        assert!(log.len() <= MAX_LINE, "{}", log.len());
        assert_eq!(lines(&log).len(), 1);
        assert!(verify(&[&log]).intact());
    }
}

#[test]
fn a_line_without_end_is_refused_within_the_bound() {
    let endless = vec![b'a'; MAX_LINE];
    let mut verifier = Verifier::new(&key());
    assert_eq!(verifier.line(&endless).unwrap_err().why, Why::TooLong);
    assert_eq!(Verifier::new(&key()).torn(&endless).unwrap_err().why, Why::TooLong);
}

#[test]
fn an_unknown_field_kind_or_version_is_refused_though_it_is_authentic() {
    use ring::hmac;
    let sealed = |json: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key().expose());
        let mac: String =
            hmac::sign(&key, json.as_bytes()).as_ref().iter().map(|b| format!("{b:02x}")).collect();
        format!("{json},\"mac\":\"{mac}\"}}\n").into_bytes()
    };
    let prev = identity(1);
    let form = |v: u8, kind: &str, more: &str| {
        sealed(&format!(
            r#"{{"v":{v},"seq":1,"time":"2026-01-01T00:00:00.000Z","kind":"{kind}"{more},"prev":"{prev}""#
        ))
    };
    assert!(verify(&[&form(1, "stopped", "")]).intact());
    assert_eq!(why(&verify(&[&form(2, "stopped", "")])), Some((1, Why::Version(2))));
    for line in [
        form(1, "exploded", ""),
        form(1, "stopped", r#","extra":1"#),
        form(1, "stopped", r#","seq":1"#),
    ] {
        assert!(matches!(why(&verify(&[&line])), Some((1, Why::Unreadable(_)))));
    }
}

#[test]
fn the_report_says_in_words_what_was_found() {
    let log = small_log(&key(), 1);
    let text = verify(&[&log]).to_string();
    assert!(text.contains("records 1 to 6 are authentic"), "{text}");
    assert!(text.contains("closed in good order"), "{text}");
    let head = verify(&[&log]).head.unwrap();
    assert!(text.contains(&head.to_string()), "{text}");
    assert_eq!(head.to_string().parse(), Ok(head));
    let text = verify(&[&small_log(&Secret::new([8; 32]), 1)]).to_string();
    assert!(text.contains("BROKEN at line 1 of file 1: the record is not authentic"), "{text}");
}

//! Traps that poolers fell into, message by message, on a pool of one server connection.

use septum_guard::Mode;
use septum_pgwire::frontend::Write as _;

use crate::fixture::Fixture;
use crate::wire::{Wire, message, query};

async fn open(fixture: &Fixture, user: &str) -> Wire {
    Wire::open(fixture.address, user, "pw", &[]).await.unwrap()
}

fn names(answers: &[String]) -> String {
    answers.iter().filter_map(|answer| answer.chars().next()).collect()
}

#[tokio::test]
async fn p03_p04_settings_follow_the_transaction_and_its_savepoints() {
    let fixture = Fixture::start().await;
    let (mut acme, mut globex) = (open(&fixture, "acme").await, open(&fixture, "globex").await);
    let look = "SELECT coalesce(current_setting('app.t', true), '')";
    let steps = [
        ("SET app.t = 'a'", "a"),
        ("BEGIN; SET app.t = 'b'; SAVEPOINT s; SET app.t = 'c'; ROLLBACK TO s; COMMIT", "b"),
        ("BEGIN; SET app.t = 'c'; ROLLBACK", "b"),
        ("BEGIN; RESET app.t; ROLLBACK", "b"),
        ("BEGIN; RESET ALL; ROLLBACK", "b"),
        ("BEGIN; SET LOCAL app.t = 'd'; COMMIT", "b"),
        ("BEGIN; SAVEPOINT s; RESET app.t; RELEASE s; COMMIT", ""),
    ];
    for (text, own) in steps {
        acme.query(text).await;
        for _ in 0..2 {
            assert_eq!(acme.query(look).await[1], format!("D {own}"), "{text}");
            assert_eq!(globex.query(look).await[1], "D ", "{text}");
        }
    }
    fixture.stop().await;
}

#[tokio::test]
async fn p06_no_spelling_changes_the_binding_or_the_role_inside_a_transaction() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    let tries = [
        "SET septum.binding = '2'",
        "SET LOCAL septum.binding TO '2'",
        "RESET septum.binding",
        "SET SESSION \"SEPTUM\".\"Binding\" = '2'",
        "SELECT set_config('septum.binding', '2', true)",
        "SELECT pg_catalog.set_config('septum' || '.binding', '2', true)",
        "SET ROLE owner",
        "SET LOCAL ROLE owner",
        "SET SESSION AUTHORIZATION owner",
        "SET role = 'owner'",
        "SELECT set_config('role', 'owner', true)",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    ];
    for (count, text) in tries.into_iter().enumerate() {
        acme.query("BEGIN").await;
        acme.query("SELECT 1").await;
        let answers = acme.query(text).await;
        assert!(answers[0].contains("SEP-3"), "{text}: {answers:?}");
        assert_eq!(answers[1], "Z E", "{text}");
        acme.query("ROLLBACK").await;
        assert_eq!(fixture.recorded().len(), count + 1, "{text}");
        let rows = acme.query("SELECT DISTINCT tenant_id FROM accounts").await;
        assert_eq!(rows, ["T", "D 1", "C SELECT 1", "Z I"], "{text}");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn p07_an_empty_binding_on_a_used_connection_shows_no_row() {
    // With the guard off: it is the policies that have to fail closed.
    let fixture = Fixture::with(Mode::Off, |_| ()).await;
    let mut app = open(&fixture, "app").await;
    let count = "SELECT count(*) FROM accounts";
    assert_eq!(app.query(count).await[1], "D 0");
    let answers = app.query(&format!("BEGIN; {count}; ROLLBACK; {count}; {count}")).await;
    assert_eq!(answers.iter().filter(|answer| *answer == "D 0").count(), 3, "{answers:?}");
    fixture.stop().await;
}

#[tokio::test]
async fn p09_names_and_values_of_settings_are_never_pasted_into_sql() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    acme.query("SET app.t = 'x''; DELETE FROM accounts; --'").await;
    let answers = acme.query("SELECT current_setting('app.t'), count(*) FROM accounts").await;
    assert_eq!(answers[1], "D x'; DELETE FROM accounts; -- 100");
    acme.query("SET \"app.\"\"t\"\"; DELETE FROM accounts; --\" = 'x'").await;
    acme.query("RESET ALL").await;
    let answers = acme.query("SELECT count(*) FROM accounts").await;
    assert_eq!(answers[1], "D 100");
    fixture.stop().await;
}

#[tokio::test]
async fn p10_statements_that_differ_in_types_only_are_two() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    for (oid, expected) in [(23, "D integer"), (25, "D text"), (23, "D integer")] {
        acme.out.parse("", "SELECT pg_typeof($1)", &[oid]);
        acme.out.bind_values("", "", false, [Some(&b"1"[..])].into_iter());
        acme.out.execute("", 0);
        acme.out.sync();
        assert_eq!(acme.ask(1).await[2], expected);
    }
    fixture.stop().await;
}

#[tokio::test]
async fn p12_a_known_statement_is_not_prepared_in_a_failed_transaction() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    for _ in 0..3 {
        acme.run("SELECT 42");
        acme.out.sync();
        assert_eq!(names(&acme.ask(1).await), "12DCZ");
        acme.query("BEGIN").await;
        acme.query("SELECT 1/0").await;
        acme.run("SELECT 42");
        acme.out.sync();
        assert_eq!(acme.ask(1).await, ["E 25P02", "Z E"]);
        assert_eq!(acme.query("SET app.t = 'a'").await, ["E 25P02", "Z E"]);
        assert_eq!(acme.query("ROLLBACK").await, ["C ROLLBACK", "Z I"]);
    }
    fixture.stop().await;
}

#[tokio::test]
async fn p13_a_statement_whose_client_went_before_its_sync_is_prepared_for_the_next() {
    let fixture = Fixture::start().await;
    for _ in 0..5 {
        let mut acme = open(&fixture, "acme").await;
        acme.out.parse("", "SELECT secret FROM accounts WHERE id = 3", &[]);
        acme.send().await;
        drop(acme);
        let mut globex = open(&fixture, "globex").await;
        globex.run("SELECT secret FROM accounts WHERE id = 3");
        globex.out.sync();
        assert_eq!(globex.ask(1).await, ["1", "2", "D secret of 2", "C SELECT 1", "Z I"]);
    }
    // The same for one that an error before it made the server skip.
    let (mut acme, mut globex) = (open(&fixture, "acme").await, open(&fixture, "globex").await);
    acme.run("SELECT 1/0");
    acme.run("SELECT secret FROM accounts WHERE id = 4");
    acme.out.sync();
    assert_eq!(acme.ask(1).await, ["1", "E 22012", "Z I"]);
    globex.run("SELECT secret FROM accounts WHERE id = 4");
    globex.out.sync();
    assert_eq!(globex.ask(1).await[2], "D secret of 2");
    fixture.stop().await;
}

#[tokio::test]
async fn p14_a_statement_that_gives_way_in_the_middle_of_a_batch_is_still_run() {
    let fixture = Fixture::with(Mode::Enforce, |config| {
        config.pool.statements = 1.try_into().unwrap();
    })
    .await;
    let count = "CREATE FUNCTION public.prepared() RETURNS bigint LANGUAGE sql SECURITY DEFINER \
                 AS 'SELECT count(*) FROM pg_prepared_statements'";
    fixture.administer(count).await;
    let mut acme = open(&fixture, "acme").await;
    for flush in [false, true] {
        acme.out.parse("a", "SELECT 'a'", &[]);
        acme.out.bind_values("", "a", false, std::iter::empty());
        acme.out.parse("b", "SELECT 'b'", &[]);
        if flush {
            acme.out.flush();
        }
        acme.out.execute("", 0);
        acme.out.bind_values("", "b", false, std::iter::empty());
        acme.out.execute("", 0);
        acme.out.bind_values("", "a", false, std::iter::empty());
        acme.out.execute("", 0);
        acme.out.close_statement("a");
        acme.out.close_statement("b");
        acme.out.sync();
        let answers = acme.ask(1).await;
        assert_eq!(names(&answers), "121DC2DC2DC33Z", "{answers:?}");
        let rows: Vec<_> = answers.iter().filter(|answer| answer.starts_with('D')).collect();
        assert_eq!(rows, ["D a", "D b", "D a"]);
    }
    // One that was to give way, but the server skipped that, is closed later: none piles up.
    for round in 0..20 {
        acme.run(&format!("SELECT {round}"));
        acme.out.sync();
        acme.ask(1).await;
        acme.run("SELECT 1/0");
        acme.run(&format!("SELECT -{round}"));
        acme.out.sync();
        acme.ask(1).await;
        acme.query("BEGIN; SELECT 1/0").await;
        acme.run("SELECT 1/0");
        acme.out.sync();
        acme.ask(1).await;
        acme.query("ROLLBACK").await;
    }
    let prepared: u32 = acme.query("SELECT prepared()").await[1][2..].parse().unwrap();
    // The bind, what cleans, the one of the limit and one that is still to be closed.
    assert!(prepared <= 8, "{prepared} statements on the server");
    fixture.stop().await;
}

#[tokio::test]
async fn p15_twenty_syncs_in_a_pipeline_get_twenty_answers_in_order() {
    let fixture = Fixture::start().await;
    let (mut acme, mut globex) = (open(&fixture, "acme").await, open(&fixture, "globex").await);
    for client in [&mut acme, &mut globex] {
        for n in 0..20 {
            client.run(&format!("SELECT {n}, min(secret) FROM accounts"));
            client.out.sync();
        }
        client.send().await;
    }
    for (client, secret) in [(&mut acme, "secret of 1"), (&mut globex, "secret of 2")] {
        let answers = client.answers(20).await;
        let rows: Vec<_> = answers.iter().filter(|answer| answer.starts_with('D')).collect();
        for (n, row) in rows.iter().enumerate() {
            assert_eq!(**row, format!("D {n} {secret}"));
        }
        assert_eq!(rows.len(), 20);
    }
    fixture.stop().await;
}

#[tokio::test]
async fn p16_a_query_behind_messages_without_a_sync_is_skipped_when_they_failed() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    acme.run("SELECT 1/0");
    query(&mut acme.out, "SELECT 'skipped'");
    acme.out.sync();
    assert_eq!(acme.ask(1).await, ["1", "E 22012", "Z I"]);
    // Also when it was Septum that refused.
    acme.run("SELECT lo_get(1)");
    query(&mut acme.out, "SELECT 'skipped'");
    acme.out.sync();
    assert_eq!(acme.ask(1).await, ["E 42501 SEP-303", "Z I"]);
    acme.run("SELECT 'first'");
    query(&mut acme.out, "SELECT 'second'");
    acme.out.sync();
    let answers = acme.ask(2).await;
    assert_eq!(names(&answers), "12DCTDCZZ", "{answers:?}");
    fixture.stop().await;
}

#[tokio::test]
async fn p17_what_a_flush_ran_is_committed_by_the_sync_and_portals_can_be_used_again() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    acme.out.parse("", "INSERT INTO accounts (name) VALUES ('flushed') RETURNING name", &[]);
    acme.out.describe_statement("");
    acme.out.flush();
    acme.send().await;
    assert_eq!(acme.receive().await.unwrap().tag, b'1');
    assert_eq!(acme.receive().await.unwrap().tag, b't');
    assert_eq!(acme.receive().await.unwrap().tag, b'T');
    acme.out.bind_values("", "", false, std::iter::empty());
    acme.out.execute("", 0);
    acme.out.flush();
    acme.send().await;
    assert_eq!(acme.receive().await.unwrap().tag, b'2');
    assert_eq!(acme.receive().await.unwrap().tag, b'D');
    assert_eq!(acme.receive().await.unwrap().tag, b'C');
    acme.out.sync();
    assert_eq!(acme.ask(1).await, ["Z I"]);
    let count = acme.query("SELECT count(*) FROM accounts WHERE name = 'flushed'").await;
    assert_eq!(count[1], "D 1");
    // A portal executed in parts, beside statements that Septum itself performs.
    acme.query("BEGIN").await;
    acme.out.parse("", "SELECT id FROM accounts ORDER BY id", &[]);
    acme.out.bind_values("", "", false, std::iter::empty());
    acme.out.execute("", 2);
    acme.out.parse("verb", "SAVEPOINT s", &[]);
    acme.out.bind_values("verb", "verb", false, std::iter::empty());
    acme.out.execute("verb", 0);
    acme.out.parse("set", "SET app.t = 'a'", &[]);
    acme.out.bind_values("set", "set", false, std::iter::empty());
    acme.out.execute("set", 0);
    acme.out.execute("", 2);
    acme.out.sync();
    let answers = acme.ask(1).await;
    let rows: Vec<_> = answers.iter().filter(|answer| answer.starts_with('D')).collect();
    assert_eq!(rows, ["D 1", "D 2", "D 3", "D 4"], "{answers:?}");
    acme.query("ROLLBACK").await;
    fixture.stop().await;
}

#[tokio::test]
async fn p18_a_refusal_does_not_overtake_what_is_under_way() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    acme.out.close_statement("none");
    acme.out.sync();
    acme.run("SELECT lo_get(1)");
    acme.out.sync();
    assert_eq!(acme.ask(2).await, ["3", "Z I", "E 42501 SEP-303", "Z I"]);
    acme.run("SELECT min(secret) FROM accounts");
    acme.out.close_statement("none");
    acme.run("SELECT lo_get(1)");
    acme.run("SELECT 2");
    acme.out.sync();
    let answers = acme.ask(1).await;
    assert_eq!(names(&answers), "12DC3EZ", "{answers:?}");
    fixture.stop().await;
}

#[tokio::test]
async fn a_portal_is_described_and_run_behind_a_rollback_to_a_savepoint() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    acme.query("BEGIN").await;
    acme.out.parse("", "SELECT secret FROM accounts ORDER BY id", &[]);
    acme.out.bind_values("p", "", false, std::iter::empty());
    acme.out.sync();
    assert_eq!(acme.ask(1).await, ["1", "2", "Z T"]);
    acme.query("SAVEPOINT s").await;
    for _ in 0..2 {
        acme.query("ROLLBACK TO s").await;
        acme.out.describe_portal("p");
        acme.out.execute("p", 1);
        acme.out.sync();
        assert_eq!(acme.ask(1).await, ["T", "D secret of 1", "s", "Z T"]);
    }
    acme.run("ROLLBACK TO s");
    acme.out.describe_portal("p");
    acme.out.sync();
    assert_eq!(acme.ask(1).await, ["1", "2", "C ROLLBACK", "T", "Z T"]);
    fixture.stop().await;
}

#[tokio::test]
async fn s88_a_call_of_a_function_by_its_number_is_refused_and_the_session_goes_on() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    message(&mut acme.out, b'F', b"\0\0\x08\x1e\0\0\0\0\0\0");
    assert_eq!(acme.ask(1).await, ["E 08P01 SEP-406", "Z I"]);
    assert_eq!(acme.query("SELECT 1").await[1], "D 1");
    fixture.stop().await;
}

#[tokio::test]
async fn s95_what_is_no_message_ends_the_session_and_nobody_elses() {
    let fixture = Fixture::start().await;
    let mut globex = open(&fixture, "globex").await;
    for (tag, body) in [
        (b'Q', &b"SELECT 1"[..]),
        (b'Q', b"SELECT 1\0x\0"),
        (b'y', b""),
        (b'p', b"again\0"),
        (b'D', b"X\0"),
        (b'B', b"\0\0\0\x01\0\x07\0\0\0\0"),
    ] {
        let mut acme = open(&fixture, "acme").await;
        acme.run("SELECT 1");
        message(&mut acme.out, tag, body);
        let answers = acme.ask(1).await;
        let end = answers.len() - 2;
        assert_eq!(answers[end..], ["E 08P01 SEP-401", "closed"], "{tag}");
        assert_eq!(globex.query("SELECT 1").await[1], "D 1");
    }
    // Nobody asked for rows to copy: PostgreSQL ignores them, and so do we.
    let mut acme = open(&fixture, "acme").await;
    message(&mut acme.out, b'd', b"1\n");
    message(&mut acme.out, b'c', b"");
    assert_eq!(acme.query("SELECT 1").await[1], "D 1");
    fixture.stop().await;
}

#[tokio::test]
async fn copies_of_the_simple_protocol_and_their_failures_keep_the_order() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    query(&mut acme.out, "COPY accounts (name) FROM STDIN; SELECT count(*) FROM accounts");
    acme.send().await;
    assert_eq!(acme.receive().await.unwrap().tag, b'G');
    message(&mut acme.out, b'd', b"one\ntwo\n");
    message(&mut acme.out, b'c', b"");
    assert_eq!(acme.ask(1).await, ["C COPY 2", "T", "D 102", "C SELECT 1", "Z I"]);
    for bad in [&b"one\ttoo many\n"[..], b"\\N\n"] {
        query(&mut acme.out, "COPY accounts (name) FROM STDIN; SELECT 1");
        acme.send().await;
        assert_eq!(acme.receive().await.unwrap().tag, b'G');
        message(&mut acme.out, b'd', bad);
        message(&mut acme.out, b'c', b"");
        let answers = acme.ask(1).await;
        assert_eq!(names(&answers), "EZ", "{answers:?}");
    }
    assert_eq!(acme.query("SELECT count(*) FROM accounts").await[1], "D 102");
    fixture.stop().await;
}

#[tokio::test]
async fn a_hundred_thousand_rows_in_one_message_are_all_copied() {
    let fixture = Fixture::start().await;
    let table = "CREATE TABLE public.numbers (n int, tenant_id int NOT NULL);
        SELECT septum.protect('public.numbers', 'tenant_id'); GRANT ALL ON public.numbers TO app";
    fixture.administer(table).await;
    let mut acme = open(&fixture, "acme").await;
    query(&mut acme.out, "COPY numbers FROM STDIN");
    acme.send().await;
    assert_eq!(acme.receive().await.unwrap().tag, b'G');
    message(&mut acme.out, b'd', &b"1\t1\n".repeat(100_000));
    message(&mut acme.out, b'c', b"");
    assert_eq!(acme.ask(1).await, ["C COPY 100000", "Z I"]);
    fixture.stop().await;
}

#[tokio::test]
async fn settings_and_savepoints_take_a_bounded_part_of_the_memory() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    let large = "x".repeat(60_000);
    assert_eq!(acme.query(&format!("SET app.large = '{large}'")).await, ["C SET", "Z I"]);
    assert_eq!(acme.query(&format!("SET app.more = '{large}'")).await, ["E 53400", "Z I"]);
    acme.query("BEGIN; SELECT 1").await;
    let mut refused = None;
    for n in 0..400 {
        let answers = acme.query(&format!("SAVEPOINT s; SET app.small = '{n}'")).await;
        if answers.contains(&"E 53400".to_owned()) {
            refused = Some(n);
            break;
        }
    }
    // 16 MiB of copies.
    assert!(refused.is_some_and(|n| (250..300).contains(&n)), "{refused:?}");
    fixture.stop().await;
}

#[tokio::test]
async fn a_setting_reported_behind_a_large_row_does_not_stand_inside_it() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    acme.run("SELECT repeat('x', 20000000)");
    acme.run("SET application_name = 'mine'");
    acme.out.flush();
    acme.send().await;
    let tags: Vec<u8> = {
        let mut tags = Vec::new();
        while tags.last() != Some(&b'C') || tags.len() < 7 {
            let frame = acme.receive().await.unwrap();
            if frame.tag == b'D' {
                assert_eq!(frame.body.len(), 20_000_006);
                assert!(frame.body[6..].iter().all(|byte| *byte == b'x'));
            }
            tags.push(frame.tag);
        }
        tags
    };
    assert_eq!(tags, *b"12DC12SC");
    acme.out.sync();
    assert_eq!(acme.ask(1).await, ["Z I"]);
    fixture.stop().await;
}

#[tokio::test]
async fn what_a_client_sets_at_its_start_is_reported_and_in_force() {
    let fixture = Fixture::start().await;
    let more = [("TimeZone", "Asia/Tokyo"), ("application_name", "mine")];
    let mut acme = Wire::open(fixture.address, "acme", "pw", &more).await.unwrap();
    assert_eq!(acme.query("SELECT current_setting('TimeZone')").await[1], "D Asia/Tokyo");
    // A value that PostgreSQL won't have is the client's error, each time, and not the end.
    let more = [("TimeZone", "Nowhere/None")];
    let mut acme = Wire::open(fixture.address, "acme", "pw", &more).await.unwrap();
    for _ in 0..2 {
        assert_eq!(acme.query("SELECT 1").await, ["E 22023", "Z I"]);
    }
    assert_eq!(acme.query("SET TimeZone = 'UTC'").await, ["E 22023", "Z I"]);
    assert_eq!(acme.query("RESET ALL").await, ["C RESET", "Z I"]);
    assert_eq!(acme.query("SELECT 1").await[1], "D 1");
    fixture.stop().await;
}

#[tokio::test]
async fn a_token_of_set_local_ends_with_its_transaction_wherever_that_ends() {
    let fixture = Fixture::start().await;
    let mut app = open(&fixture, "app").await;
    let set = format!("SET LOCAL septum.token = '{}'", fixture.token("1", 600));
    for end in ["COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "ROLLBACK AND CHAIN"] {
        for text in ["BEGIN", &set, end, "SELECT count(*) FROM accounts"] {
            app.run(text);
        }
        message(&mut app.out, b'S', b"");
        let answers = app.ask(1).await;
        assert!(!answers.iter().any(|answer| answer.starts_with("D ")), "{end}: {answers:?}");
        assert!(answers.iter().any(|answer| answer == "E 28000 SEP-309"), "{answers:?}");
        app.query("ROLLBACK").await;
    }
    // The end of one that failed before the server saw it.
    let (begin, fails) = ("BEGIN", "SELECT pg_sleep(1)");
    app.query(begin).await;
    app.query(&set).await;
    app.query(fails).await;
    for text in ["ROLLBACK", "SELECT count(*) FROM accounts"] {
        app.run(text);
    }
    message(&mut app.out, b'S', b"");
    let answers = app.ask(1).await;
    assert!(!answers.iter().any(|answer| answer.starts_with("D ")), "{answers:?}");
    fixture.stop().await;
}

#[tokio::test]
async fn a_copy_leaves_no_portal_of_its_own_to_the_client() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    acme.query("BEGIN").await;
    acme.out.parse("s", "SELECT secret FROM accounts LIMIT 2", &[]);
    acme.out.parse("c", "COPY plain (id, secret) FROM STDIN", &[]);
    acme.out.bind_values("", "s", false, std::iter::empty());
    acme.out.bind_values("c", "c", false, std::iter::empty());
    acme.out.execute("c", 0);
    message(&mut acme.out, b'd', b"1\tx\n");
    message(&mut acme.out, b'c', b"");
    acme.out.execute("", 0);
    message(&mut acme.out, b'S', b"");
    let answers = acme.ask(1).await;
    assert_eq!(answers, ["1", "1", "2", "2", "G", "C COPY 1", "E 34000", "Z E"]);
    fixture.stop().await;
}

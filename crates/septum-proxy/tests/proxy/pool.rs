//! Who gets a server connection, when, and in what state (traps P19-P22, P30, P31).

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use septum_guard::Mode;
use septum_pgwire::frontend::Write as _;
use septum_pgwire::startup::CancelKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::fixture::{Fixture, connect};
use crate::wire::{Wire, query};

/// Works for seconds, and on nothing that the guard minds.
const LONG: &str =
    "SELECT count(*) FROM accounts a, accounts b, accounts c, accounts d, accounts e";

async fn cancel(address: std::net::SocketAddr, key: &CancelKey) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut request = BytesMut::new();
    key.write_request(&mut request);
    stream.write_all(&request).await.unwrap();
    // Closed once it has been acted on.
    let mut rest = [0];
    assert_eq!(stream.read(&mut rest).await.unwrap_or(0), 0);
}

/// Resolves once this many server connections work on something.
async fn until_active(fixture: &Fixture, count: i64) {
    let admin = connect(&fixture.cluster.dsn("postgres")).await.unwrap();
    let active = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND state = 'active'";
    while admin.query_one(active, &[]).await.unwrap().get::<_, i64>(0) != count {}
}

#[tokio::test]
async fn p19_under_queueing_and_aborts_each_reply_carries_its_requests_nonce() {
    let fixture = Fixture::with(Mode::Enforce, |config| {
        config.pool.size = 2.try_into().unwrap();
    })
    .await;
    let fixture = Arc::new(fixture);
    let mut clients = JoinSet::new();
    for number in 0..12 {
        let fixture = Arc::clone(&fixture);
        clients.spawn(async move {
            let user = ["acme", "globex"][number % 2];
            let secret = ["secret of 1", "secret of 2"][number % 2];
            let mut client = Wire::open(fixture.address, user, "pw", &[]).await.unwrap();
            for round in 0..40 {
                let nonce = format!("n{number}-{round}");
                let text =
                    format!("SELECT '{nonce}', secret, repeat('x', 9000) FROM accounts LIMIT 3");
                query(&mut client.out, &text);
                if (number * 7 + round) % 5 == 0 {
                    // Away, in the middle of the answer.
                    client.send().await;
                    client = Wire::open(fixture.address, user, "pw", &[]).await.unwrap();
                    continue;
                }
                let answers = client.ask(1).await;
                let rows: Vec<_> =
                    answers.iter().filter(|answer| answer.starts_with("D ")).collect();
                assert_eq!(rows.len(), 3, "{nonce}");
                let expected = format!("D {nonce} {secret} ");
                assert!(rows.iter().all(|row| row.starts_with(&expected)), "{nonce}: {rows:?}");
            }
        });
    }
    clients.join_all().await;
    Arc::into_inner(fixture).unwrap().stop().await;
}

#[tokio::test]
async fn p20_a_client_that_goes_in_the_middle_of_a_message_leaves_a_clean_pool() {
    let fixture = Fixture::start().await;
    let mut globex = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    for part in [1, 4, 9, 30] {
        let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
        acme.run("SELECT secret FROM accounts");
        acme.out.truncate(part);
        acme.send().await;
        drop(acme);
        let answers = globex.query("SELECT secret FROM accounts LIMIT 1").await;
        assert_eq!(answers, ["T", "D secret of 2", "C SELECT 1", "Z I"]);
    }
    // With a row of 50 MB half read: what is unread makes it a reset.
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    query(&mut acme.out, "SELECT repeat('x', 50000000)");
    acme.send().await;
    acme.receive().await.unwrap();
    drop(acme);
    let answers = globex.query("SELECT secret FROM accounts LIMIT 1").await;
    assert_eq!(answers, ["T", "D secret of 2", "C SELECT 1", "Z I"]);
    fixture.stop().await;
}

#[tokio::test]
async fn p20_a_server_that_dies_in_the_middle_of_a_row_puts_nothing_into_the_row() {
    let fixture = Fixture::start().await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    query(&mut acme.out, "SELECT repeat('x', 50000000)");
    acme.send().await;
    assert_eq!(acme.receive().await.unwrap().tag, b'T');
    let admin = connect(&fixture.cluster.dsn("postgres")).await.unwrap();
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
               WHERE application_name = 'septum'";
    assert!(admin.query_one(end, &[]).await.unwrap().get::<_, bool>(0));
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = acme.stream.read_to_end(&mut rest).await;
    let said = rest.windows(4).any(|bytes| bytes == b"SEP-");
    assert!(!said, "an error was written into a row");
    fixture.stop().await;
}

#[tokio::test]
async fn s93_p21_a_hundred_cancels_of_one_client_never_reach_another_on_the_same_server() {
    let fixture = Arc::new(Fixture::start().await);
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let mut globex = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    let (key, address) = (acme.key.clone(), fixture.address);
    let storm = tokio::spawn(async move {
        for _ in 0..25 {
            let four = [(); 4].map(|()| cancel(address, &key));
            let [a, b, c, d] = four;
            tokio::join!(a, b, c, d);
        }
    });
    let mine = tokio::spawn(async move {
        let mut cancelled = 0;
        while !storm.is_finished() {
            let answers = acme.query("SELECT count(*) FROM accounts a, accounts b").await;
            match &*answers[1] {
                "D 10000" => {}
                _ => cancelled += 1,
            }
            assert_eq!(answers.last().unwrap(), "Z I", "{answers:?}");
        }
        storm.await.unwrap();
        cancelled
    });
    let mut rounds = 0;
    while !mine.is_finished() || rounds < 100 {
        let answers = globex.query("SELECT count(*), min(secret) FROM accounts").await;
        assert_eq!(answers, ["T", "D 100 secret of 2", "C SELECT 1", "Z I"]);
        rounds += 1;
    }
    mine.await.unwrap();
    Arc::into_inner(fixture).unwrap().stop().await;
}

#[tokio::test]
async fn s93_p22_a_wrong_secret_cancels_nothing_and_a_storm_of_cancels_costs_little() {
    let fixture = Arc::new(Fixture::start().await);
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let mut wrong = acme.key.clone();
    let flipped: Vec<u8> = wrong.secret.iter().map(|byte| byte ^ 1).collect();
    let address = fixture.address;
    query(&mut acme.out, "SELECT count(*) FROM accounts a, accounts b, accounts c");
    acme.send().await;
    for secret in [flipped, vec![0; 4], vec![0; 5], vec![0; 256]] {
        wrong.secret = secret.into();
        cancel(address, &wrong).await;
    }
    assert_eq!(acme.answers(1).await, ["T", "D 1000000", "C SELECT 1", "Z I"]);
    query(&mut acme.out, LONG);
    acme.send().await;
    until_active(&fixture, 1).await;
    let mut storm = JoinSet::new();
    for _ in 0..200 {
        let key = acme.key.clone();
        storm.spawn(async move { cancel(address, &key).await });
    }
    assert_eq!(acme.answers(1).await, ["T", "E 57014", "Z I"]);
    // The connection goes to the next client, though not all of the storm is over.
    let mut globex = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    assert_eq!(globex.query("SELECT 1").await, ["T", "D 1", "C SELECT 1", "Z I"]);
    storm.join_all().await;
    Arc::into_inner(fixture).unwrap().stop().await;
}

#[tokio::test]
async fn p30_a_client_that_stops_reading_gives_its_server_connection_up() {
    let fixture = Fixture::with(Mode::Enforce, |config| {
        config.timeouts.stall = Duration::from_millis(300);
    })
    .await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    query(&mut acme.out, "SELECT repeat('x', 1000) FROM accounts a, accounts b, accounts c");
    acme.send().await;
    until_active(&fixture, 1).await;
    let mut globex = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    assert_eq!(globex.query("SELECT 1").await, ["T", "D 1", "C SELECT 1", "Z I"]);
    fixture.stop().await;
}

#[tokio::test]
async fn p30_a_client_that_writes_and_never_reads_is_not_read_without_end() {
    let fixture = Fixture::with(Mode::Enforce, |config| {
        config.timeouts.stall = Duration::from_millis(500);
    })
    .await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    acme.run("SELECT repeat('x', 1000) FROM accounts a, accounts b, accounts c");
    acme.out.flush();
    acme.send().await;
    until_active(&fixture, 1).await;
    // No `Sync` ends the unit, so nothing of this need wait for an answer.
    for _ in 0..10_000_000 {
        acme.out.flush();
    }
    let bytes = acme.out.split();
    acme.stream.write_all(&bytes).await.expect_err("50 MB were read ahead");
    fixture.stop().await;
}

#[tokio::test]
async fn p31_a_database_that_dies_and_comes_back_is_seen_by_who_asks_for_health() {
    let mut fixture = Fixture::start().await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    assert_eq!(acme.query("SELECT 1").await.last().unwrap(), "Z I");
    // A crash may take along what no checkpoint has kept.
    let admin = connect(&fixture.cluster.dsn("postgres")).await.unwrap();
    admin.batch_execute("CHECKPOINT").await.unwrap();
    fixture.cluster.crash().unwrap();
    fixture.health.check().await.unwrap_err();
    assert_eq!(acme.query("SELECT 1").await, ["E 08001 SEP-502", "Z I"]);
    fixture.cluster.start_again().unwrap();
    fixture.health.check().await.unwrap();
    assert_eq!(acme.query("SELECT 1").await, ["T", "D 1", "C SELECT 1", "Z I"]);
    fixture.stop().await;
}

#[tokio::test]
async fn a_client_cant_fill_the_memory_with_what_it_never_asks_an_answer_for() {
    let fixture = Fixture::start().await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    acme.run("SELECT 1");
    for _ in 0..200_000 {
        acme.out.close_statement("none");
    }
    acme.out.sync();
    let (mut reader, mut writer) = acme.stream.split();
    let bytes = acme.out.split();
    let wanted = 5 + 5 + 12 + 14 + 200_000 * 5 + 6;
    let mut answers = vec![0; wanted];
    let (written, read) = tokio::join!(writer.write_all(&bytes), reader.read_exact(&mut answers));
    written.unwrap();
    read.unwrap();
    assert_eq!(answers.last(), Some(&b'I'));
    fixture.stop().await;
}

//! What one client may cost the others.

use std::time::Instant;

use septum_guard::Mode;
use septum_pgwire::frontend::Write as _;

use crate::fixture::Fixture;
use crate::wire::{Wire, message, query};

async fn open(fixture: &Fixture, user: &str) -> Wire {
    Wire::open(fixture.address, user, "pw", &[]).await.unwrap()
}

/// A text too long for the guard to keep.
fn long(items: usize) -> String {
    format!("SELECT 1 IN (1{})", ",1".repeat(items))
}

#[tokio::test]
async fn s150_what_was_judged_when_prepared_is_not_judged_again_when_used() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    let begun = Instant::now();
    acme.out.parse("p", &long(20_000), &[]);
    message(&mut acme.out, b'S', b"");
    assert_eq!(acme.ask(1).await, ["1", "Z I"]);
    let prepared = begun.elapsed();
    let begun = Instant::now();
    for _ in 0..40 {
        acme.out.bind_values("", "p", false, std::iter::empty());
        acme.out.describe_statement("p");
    }
    message(&mut acme.out, b'S', b"");
    assert_eq!(acme.ask(1).await.len(), 40 * 3 + 1);
    let used = begun.elapsed();
    assert!(used < prepared * 5, "{used:?} for 80 uses, {prepared:?} to prepare");
    fixture.stop().await;
}

#[tokio::test]
async fn s150_a_text_of_too_many_statements_is_refused() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    assert_eq!(acme.query(&"SELECT 1;".repeat(110_000)).await, ["E 54000 SEP-312", "Z I"]);
    assert_eq!(acme.query("SELECT 1").await.len(), 4);
    fixture.stop().await;
}

/// A client that sends one long text after the other, and another that asks for little.
async fn nobody_waits_for_all_the_long_texts_of_another() {
    let fixture = Fixture::with(Mode::Enforce, |config| {
        config.pool.size = 2.try_into().unwrap();
    })
    .await;
    let (mut acme, mut other) = (open(&fixture, "acme").await, open(&fixture, "acme").await);
    let mut globex = open(&fixture, "globex").await;
    for holder in [&mut other, &mut globex] {
        holder.query("BEGIN; SELECT 1").await;
    }
    query(&mut acme.out, "SELECT 1");
    for _ in 0..12 {
        query(&mut acme.out, &long(40_000).replace("SELECT", "SELECT pg_sleep(1),"));
    }
    acme.send().await;
    // It waits for a server connection, and the long texts are read meanwhile.
    for _ in 0..20 {
        globex.query("SELECT 1").await;
    }
    query(&mut other.out, "COMMIT");
    other.send().await;
    tokio::select! {
        biased;
        _ = acme.answers(13) => panic!("the long texts were all judged first"),
        answers = async {
            other.answers(1).await;
            globex.query("SELECT 1").await
        } => assert_eq!(answers.len(), 4),
    }
    drop(acme);
    globex.query("COMMIT").await;
    fixture.stop().await;
}

#[tokio::test]
async fn s150_nobody_waits_for_all_the_long_texts_of_another_on_one_thread() {
    nobody_waits_for_all_the_long_texts_of_another().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn s150_nobody_waits_for_all_the_long_texts_of_another_on_several_threads() {
    nobody_waits_for_all_the_long_texts_of_another().await;
}

#[tokio::test]
async fn a_transaction_that_only_begins_holds_few_statements() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme").await;
    for text in ["SET TRANSACTION READ WRITE", "BEGIN"] {
        acme.query("BEGIN").await;
        for _ in 0..15 {
            assert_ne!(acme.query(text).await, ["E 54000", "Z E"]);
        }
        assert_eq!(acme.query(text).await, ["E 54000", "Z E"]);
        assert_eq!(acme.query("ROLLBACK").await, ["C ROLLBACK", "Z I"]);
    }
    fixture.stop().await;
}

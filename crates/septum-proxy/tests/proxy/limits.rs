//! What one client may cost the others.

use std::time::Instant;

use septum_pgwire::frontend::Write as _;

use crate::fixture::Fixture;
use crate::wire::{Wire, message};

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

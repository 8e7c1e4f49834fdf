//! Who is refused before there is a session: recorded first, then told.

use std::time::Duration;

use septum_audit::Kind;
use septum_bind::{Binding, credential};
use septum_core::{Reason, Source, TenantType};

use crate::fixture::{ACME, Fixture, connect};
use crate::protocol::{answer, packet};
use crate::wire::Wire;

#[tokio::test]
async fn a_refusal_in_the_startup_packet_is_recorded() {
    let fixture = Fixture::start().await;
    answer(&fixture, &packet(&[("user", "acme"), ("septum.binding", "2")])).await;
    answer(&fixture, b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(fixture.recorded(), ["SEP-402", "SEP-401"]);
    let events = fixture.events();
    assert_eq!(events[0].subject.as_deref(), Some("septum.binding"));
    assert!(events.iter().all(|event| event.kind == Kind::Denied && event.peer.is_some()));
    fixture.stop().await;
}

#[tokio::test]
async fn an_unknown_database_is_recorded_with_who_asked_for_it() {
    let fixture = Fixture::start().await;
    let dsn = fixture.dsn("acme").replace("dbname=postgres", "dbname=template1");
    connect(&dsn).await.err().unwrap();
    let events = fixture.events();
    assert_eq!(events[0].reason, Some(Reason::UnknownDatabase));
    assert_eq!(events[0].principal.as_ref().unwrap().as_str(), "acme");
    assert_eq!(events[0].tenant.as_ref().unwrap().to_string(), ACME);
    fixture.stop().await;
}

#[tokio::test]
async fn a_forged_or_foreign_token_in_the_startup_packet_is_a_crossing_on_the_log() {
    let fixture = Fixture::start().await;
    let forged = fixture.token(ACME, 60).replacen("st1.", "st1.0", 1);
    for (user, token) in [("app", forged), ("globex", fixture.token(ACME, 60))] {
        let refused =
            Wire::open(fixture.address, user, "pw", &[("septum.token", &token)]).await.err();
        assert!(refused.unwrap().starts_with("E 28000"));
    }
    assert_eq!(fixture.recorded(), ["SEP-109", "SEP-102"]);
    assert!(fixture.events().iter().all(|event| event.kind == Kind::Crossing
        && event.principal.is_some()
        && event.peer.is_some()));
    fixture.stop().await;
}

#[tokio::test]
async fn what_cant_be_recorded_is_answered_as_that_and_as_nothing_else() {
    let fixture = Fixture::start().await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let mut ends = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    fixture.audit.break_down();
    // Before a session, with and without proof of who it is.
    for bytes in [packet(&[("user", "acme"), ("role", "owner")]), b"GET / HTTP/1.1\r\n\r\n".into()]
    {
        let answer = String::from_utf8_lossy(&answer(&fixture, &bytes).await).into_owned();
        assert!(answer.contains("SEP-601") && !answer.contains("SEP-40"), "{answer}");
    }
    let forged = fixture.token(ACME, 60).replacen("st1.", "st1.0", 1);
    for (password, more) in [("wrong", vec![]), ("pw", vec![("septum.token", forged.as_str())])] {
        let refused = Wire::open(fixture.address, "app", password, &more).await.err();
        assert_eq!(refused.as_deref(), Some("E 58000 SEP-601"));
    }
    // In a session: one that ends a statement, and one that ends the session.
    assert_eq!(acme.query("SELECT lo_get(1)").await, ["E 58000 SEP-601", "closed"]);
    crate::wire::message(&mut ends.out, b'y', b"");
    assert_eq!(ends.ask(1).await, ["E 58000 SEP-601", "closed"]);
    fixture.stop().await;
}

#[tokio::test]
async fn a_flood_from_strangers_costs_a_bounded_number_of_records() {
    let fixture = Fixture::start().await;
    let fixture = std::sync::Arc::new(fixture);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..400 {
        let fixture = std::sync::Arc::clone(&fixture);
        clients.spawn(async move { answer(&fixture, b"GET / HTTP/1.1\r\n\r\n").await });
    }
    let answers = clients.join_all().await;
    assert!(answers.iter().all(|answer| String::from_utf8_lossy(answer).contains("SEP-401")));
    let events = fixture.events();
    assert!(events.len() < 120, "{} records", events.len());
    let counted = |subject: &Option<String>| match subject {
        None => 1,
        Some(subject) => subject.split(' ').next().unwrap().parse().unwrap(),
    };
    let sum: usize = events.iter().map(|event| counted(&event.subject)).sum();
    assert_eq!(sum, 400, "each is on the log, alone or counted");
    std::sync::Arc::into_inner(fixture).unwrap().stop().await;
}

/// A token whose time has come is refused and not confused with a forged one.
#[tokio::test]
async fn an_expired_token_in_the_startup_packet_is_refused_as_that() {
    let fixture = Fixture::start().await;
    let id = TenantType::Int.parse(ACME).unwrap();
    let claim = credential::claim(&fixture.services.tenants, &id, "ann").unwrap();
    let binding = Binding::agree([claim], fixture.services.environment).unwrap();
    assert_eq!(binding.source(), Source::Credential);
    let token = fixture.services.context_keys.mint(&binding, 1);
    let refused = Wire::open(fixture.address, "app", "pw", &[("septum.token", &token)]).await;
    assert_eq!(refused.err().as_deref(), Some("E 28000 SEP-110"));
    assert_eq!(fixture.recorded(), ["SEP-110"]);
    fixture.stop().await;
}

#[tokio::test]
async fn p26_what_is_read_before_authentication_is_small_and_bounded_in_time() {
    let fixture = Fixture::with(septum_guard::Mode::Enforce, |config| {
        config.timeouts.handshake = Duration::from_millis(300);
    })
    .await;
    // A length that never comes, and a password message that claims 1 GB.
    let mut endless = packet(&[("user", "acme"), ("database", "postgres")]);
    endless.extend(b"p\x40\0\0\0");
    let said = String::from_utf8_lossy(&answer(&fixture, &endless).await).into_owned();
    assert!(said.contains("SEP-401"), "{said}");
    // Half a packet: gone without a word when its time is over.
    assert!(answer(&fixture, b"\0\0\x10\0\0\x03\0\0user\0").await.is_empty());
    fixture.stop().await;
}

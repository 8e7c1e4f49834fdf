//! What one client may use, and how the gateway stops.

use std::time::Duration;

use tokio::net::TcpStream;

use crate::fixture::{Answer, Client, Fixture, raw, until};

async fn hold(fixture: &Fixture, host: &str) -> Client {
    let before = fixture.application.seen().len();
    let mut client = fixture.client().await;
    client.send(format!("GET /hold HTTP/1.1\r\nHost: {host}\r\n\r\n")).await;
    fixture.application.saw(before + 1).await;
    client
}

#[tokio::test]
async fn a_head_over_a_limit_is_refused_before_it_is_whole() {
    let fixture = Fixture::with(|config| {
        config.limits.headers = 10;
        config.limits.header_bytes = 1000;
    })
    .await;
    let long = "x".repeat(2000);
    for head in [
        // Whole, and never whole.
        format!("GET / HTTP/1.1\r\nHost: acme.test\r\nX: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: acme.test\r\nX: {long}"),
        format!("GET /{long} HTTP/1.1\r\nHost: acme.test\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: acme.test\r\n{}\r\n", "X: y\r\n".repeat(10)),
    ] {
        let answer = Answer::parse(&raw(fixture.http, &head).await);
        assert_eq!((answer.status, answer.reason().as_str()), (431, "SEP-202"), "{head}");
    }
    assert!(fixture.application.seen().is_empty());
    let most = "X: y\r\n".repeat(8);
    let head = format!("GET / HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n{most}\r\n");
    assert_eq!(Answer::parse(&raw(fixture.http, head).await).status, 200);
}

#[tokio::test]
async fn h27_h63_one_tenant_can_t_take_the_places_of_another() {
    let fixture = Fixture::with(|config| config.limits.requests_per_tenant = 2).await;
    let mut held = [hold(&fixture, "acme.test").await, hold(&fixture, "acme.test").await];
    let answer = fixture.get(&["host: acme.test"]).await;
    assert_eq!((answer.status, answer.reason().as_str()), (429, "SEP-206"));
    assert_eq!(fixture.get(&["host: globex.test"]).await.status, 200);
    // What is not bound takes no tenant's place.
    let forged = format!("authorization: Bearer {}", crate::fixture::forged("globex"));
    for _ in 0..5 {
        assert_eq!(fixture.get(&["host: globex.test", &forged]).await.status, 401);
    }
    assert_eq!(fixture.get(&["host: globex.test"]).await.status, 200);
    fixture.application.release();
    fixture.application.release();
    for client in &mut held {
        client.until("released").await;
    }
    fixture.quiet().await;
    assert_eq!(fixture.get(&["host: acme.test"]).await.status, 200);
}

#[tokio::test]
async fn requests_over_the_limit_are_told_so() {
    let fixture = Fixture::with(|config| config.limits.requests = 1).await;
    let mut held = hold(&fixture, "acme.test").await;
    let answer = fixture.get(&["host: globex.test"]).await;
    assert_eq!((answer.status, answer.reason().as_str()), (503, "SEP-206"));
    fixture.application.release();
    held.until("released").await;
    fixture.quiet().await;
    assert_eq!(fixture.get(&["host: globex.test"]).await.status, 200);
}

#[tokio::test]
async fn connections_over_the_limit_are_closed_and_the_place_comes_back() {
    let fixture = Fixture::with(|config| config.limits.connections = 1).await;
    let first = hold(&fixture, "acme.test").await;
    assert_eq!(raw(fixture.http, "GET / HTTP/1.1\r\nHost: globex.test\r\n\r\n").await, "");
    drop(first);
    fixture.quiet().await;
    // The connection's end follows the request's.
    let request = "GET / HTTP/1.1\r\nHost: globex.test\r\nConnection: close\r\n\r\n";
    let served = async {
        while raw(fixture.http, request).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::fixture::PATIENCE, served).await.unwrap();
}

#[tokio::test]
async fn half_open_connections_cost_nobody_else_anything() {
    let fixture = Fixture::with(|config| config.timeouts.header = Duration::from_secs(600)).await;
    let mut silent = vec![];
    for beginning in ["", "G", "GET / HTTP/1.1\r\nHost: acme.test\r\n", "\x16\x03"].repeat(20) {
        let mut client = fixture.client().await;
        client.send(beginning).await;
        silent.push(client);
    }
    assert_eq!(fixture.get(&["host: acme.test"]).await.status, 200);
}

#[tokio::test]
async fn a_drain_lets_requests_end_and_takes_no_more() {
    let mut fixture = Fixture::start().await;
    let mut idle = fixture.client().await;
    idle.send("GET / HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
    idle.until("seen").await;
    let mut partial = fixture.client().await;
    partial.send("GET / HTTP/1.1\r\nHost: acme.test\r\n").await;
    let mut held = hold(&fixture, "acme.test").await;
    fixture.stop();
    // Who waits for nothing is let go,
    assert_eq!(idle.rest().await, "");
    assert_eq!(partial.rest().await, "");
    // nobody is taken on,
    until(|| std::net::TcpStream::connect(fixture.http).is_err()).await;
    // the load balancer hears of it,
    let ready = raw(fixture.admin, "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let ready = Answer::parse(&ready.await);
    assert_eq!((ready.status, ready.body.as_str()), (503, "stopping\n"));
    // and what was under way ends well, once.
    fixture.application.release();
    held.send("GET / HTTP/1.1\r\nHost: globex.test\r\n\r\n").await;
    assert!(held.until("released").await.to_lowercase().contains("connection: close"));
    assert_eq!(held.rest().await, "");
    let traces = fixture.traces.clone();
    fixture.stopped().await;
    assert!(traces.is_empty());
}

#[tokio::test]
async fn a_drain_cuts_off_what_does_not_end() {
    let mut fixture = Fixture::with(|config| {
        config.timeouts.drain = Duration::from_millis(200);
    })
    .await;
    let held = hold(&fixture, "acme.test").await;
    let admin = fixture.admin;
    fixture.stop();
    assert_eq!(held.rest().await, "");
    fixture.stopped().await;
    assert!(TcpStream::connect(admin).await.is_err());
}

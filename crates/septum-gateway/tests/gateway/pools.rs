//! Connections to the application, and who shares them.

use std::net::SocketAddr;

use septum_gateway::Upstream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::fixture::{Client, Fixture};

/// A server that answers each head at once, reads no body, and keeps the connection: what it was
/// sent as a body is its next request. It answers with the connection's number and the target.
async fn hasty(status: &'static str) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        for number in 0.. {
            let (mut stream, _) = socket.accept().await.unwrap();
            tokio::spawn(async move {
                let mut bytes = vec![];
                while stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
                    while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                        let head: Vec<u8> = bytes.drain(..end + 4).collect();
                        let head = String::from_utf8(head).unwrap();
                        let target = head.split(' ').nth(1).unwrap();
                        let said = format!("<{number} {target}>");
                        let length = if status == "200 OK" { said.len() } else { 0 };
                        let body = if head.starts_with("HEAD") { "" } else { &said[..length] };
                        let answer = format!(
                            "HTTP/1.1 {status}\r\nX-Said: {said}\r\nContent-Length: {length}\r\n\r\n{body}"
                        );
                        if stream.write_all(answer.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    address
}

async fn before(address: SocketAddr) -> Fixture {
    Fixture::with(|config| {
        config.upstream = Upstream::Tcp(address.to_string().parse().unwrap());
    })
    .await
}

async fn said(client: &mut Client) -> String {
    let head = client.until("\r\n\r\n").await;
    let at = head.find('<').unwrap();
    head[at..=head.find('>').unwrap()].to_owned()
}

#[tokio::test]
async fn h19_h24_what_an_application_left_unread_is_no_other_tenants_request() {
    let fixture = before(hasty("200 OK").await).await;
    // A whole request as a body, and half of one that would take the next head for its field.
    for smuggled in ["GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n", "GET /smuggled HTTP/1.1\r\nX: "] {
        let mut client = fixture.client().await;
        let length = smuggled.len();
        client
            .send(format!(
                "POST /first HTTP/1.1\r\nHost: acme.test\r\nContent-Length: {length}\r\n\r\n{smuggled}"
            ))
            .await;
        let first = said(&mut client).await;
        assert!(first.ends_with(" /first>"), "{first}");
        for _ in 0..3 {
            let mut other = fixture.client().await;
            other.send("GET /mine HTTP/1.1\r\nHost: globex.test\r\n\r\n").await;
            let mine = said(&mut other).await;
            assert!(mine.ends_with(" /mine>"), "{mine}");
            // Another connection than acme's.
            assert_ne!(mine.replace("/mine", "/first"), first);
        }
    }
}

#[tokio::test]
async fn h24_a_connection_is_not_used_again_after_an_answer_without_a_body() {
    for (method, status) in
        [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")]
    {
        let fixture = before(hasty(status).await).await;
        let mut seen = std::collections::BTreeSet::new();
        let mut client = fixture.client().await;
        for _ in 0..10 {
            client.send(format!("{method} / HTTP/1.1\r\nHost: acme.test\r\n\r\n")).await;
            seen.insert(said(&mut client).await);
        }
        assert_eq!(seen.len(), 10, "{method} {status}: {seen:?}");
    }
}

#[tokio::test]
async fn h24_requests_without_a_body_share_connections() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client().await;
    for _ in 0..50 {
        client.send("GET / HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
        client.until("seen").await;
    }
    // The next request may come before the connection is back in the pool, but seldom.
    let connections = fixture.application.connections();
    assert!(connections <= 10, "{connections}");
}

//! WebSockets (catalogue H54): bound by their handshake, and closed with their binding.

use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderName, HeaderValue, Request};
use septum_audit::Kind;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::fixture::{Fixture, PATIENCE, context_keys, now, raw, tenants, token_until};

type Socket = WebSocketStream<TcpStream>;

fn handshake(host: &str, fields: &[(&'static str, String)]) -> Request<()> {
    let mut request = format!("ws://{host}/web-socket").into_client_request().unwrap();
    for (name, value) in fields {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().append(HeaderName::from_static(name), value);
    }
    request
}

async fn open(
    fixture: &Fixture,
    host: &str,
    fields: &[(&'static str, String)],
) -> Result<Socket, Error> {
    let stream = TcpStream::connect(fixture.http).await.unwrap();
    client_async(handshake(host, fields), stream).await.map(|(socket, _)| socket)
}

/// The status and the reason of a refused handshake.
async fn refusal(fixture: &Fixture, host: &str, fields: &[(&'static str, String)]) -> u16 {
    match open(fixture, host, fields).await {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        other => panic!("not refused: {other:?}"),
    }
}

async fn next(socket: &mut Socket) -> Option<Result<Message, Error>> {
    tokio::time::timeout(PATIENCE, socket.next()).await.unwrap()
}

/// The code of the close frame that comes next, before the end of the stream.
async fn closed(socket: &mut Socket) -> u16 {
    match next(socket).await {
        Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
        other => panic!("no close frame: {other:?}"),
    }
}

async fn echoes(socket: &mut Socket, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
    assert_eq!(next(socket).await.unwrap().unwrap(), Message::text(text));
}

#[tokio::test]
async fn h54_a_web_socket_is_bound_by_its_handshake_for_as_long_as_it_is_open() {
    let fixture = Fixture::start().await;
    let mut acme = open(&fixture, "acme.test", &[]).await.unwrap();
    let mut globex = open(&fixture, "globex.test", &[]).await.unwrap();
    for text in ["one", &"long".repeat(50_000)] {
        echoes(&mut acme, text).await;
        echoes(&mut globex, text).await;
    }
    let seen = fixture.application.seen();
    assert_ne!(seen[0].connection, seen[1].connection);
    for (seen, tenant) in seen.iter().zip(["acme", "globex"]) {
        let token = seen.header("septum-context").unwrap();
        let claim = context_keys().verify(token, &tenants(), now()).unwrap();
        assert_eq!(claim.tenant().to_string(), tenant);
        // Its trace binds while it is open.
        let trace = seen.header("traceparent").unwrap().parse::<septum_core::Traceparent>();
        let claim = fixture.traces.claim(&trace.unwrap().trace).unwrap();
        assert_eq!(claim.tenant().to_string(), tenant);
    }
    acme.close(None).await.unwrap();
    drop(globex);
    fixture.quiet().await;
}

#[tokio::test]
async fn h54_what_was_sent_right_behind_the_handshake_is_the_web_sockets() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client().await;
    let head = "GET /web-socket HTTP/1.1\r\nHost: acme.test\r\nConnection: Upgrade\r\n\
                Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    // A text frame with `hi`, masked with zeroes.
    let frame = [0x81, 0x82, 0, 0, 0, 0, b'h', b'i'];
    client.send([head.as_bytes(), &frame].concat()).await;
    let answer = client.until("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert_eq!(client.exactly(4).await.unwrap(), [0x81, 2, b'h', b'i']);
}

#[tokio::test]
async fn h54_a_page_of_another_site_opens_none() {
    let fixture = Fixture::start().await;
    let origin = |origin: &str| ("origin", origin.to_owned());
    for own in ["http://acme.test", "https://acme.test", "https://ACME.test:8443"] {
        assert!(open(&fixture, "acme.test", &[origin(own)]).await.is_ok(), "{own}");
    }
    for foreign in [
        "https://globex.test",
        "https://acme.test.evil.com",
        "https://evil-acme.test",
        "null",
        "",
        "acme.test",
        "file://acme.test",
        "https://acme.test@evil.com",
    ] {
        assert_eq!(refusal(&fixture, "acme.test", &[origin(foreign)]).await, 403, "{foreign}");
        assert_eq!(fixture.audit.last(), (Kind::Crossing, "SEP-209"), "{foreign}");
    }
    let two = [origin("https://acme.test"), origin("https://evil.com")];
    assert_eq!(refusal(&fixture, "acme.test", &two).await, 403);
}

#[tokio::test]
async fn h54_a_web_socket_needs_a_binding_as_everything_does() {
    let fixture = Fixture::start().await;
    assert_eq!(refusal(&fixture, "unknown.test", &[]).await, 421);
    assert_eq!(refusal(&fixture, "api.test", &[]).await, 401);
    let bearer = format!("Bearer {}", crate::fixture::token("acme"));
    assert_eq!(refusal(&fixture, "globex.test", &[("authorization", bearer)]).await, 403);
    assert!(fixture.application.seen().is_empty());
}

#[tokio::test]
async fn h54_a_web_socket_is_closed_when_its_binding_expires() {
    let fixture = Fixture::start().await;
    let bearer = |seconds| format!("Bearer {}", token_until("acme", now() + seconds));
    let mut short = open(&fixture, "acme.test", &[("authorization", bearer(2))]).await.unwrap();
    let mut long = open(&fixture, "acme.test", &[("authorization", bearer(60))]).await.unwrap();
    echoes(&mut short, "before").await;
    assert_eq!(closed(&mut short).await, 1008);
    assert!(next(&mut short).await.is_none_or(|end| end.is_err()));
    echoes(&mut long, "still").await;
}

#[tokio::test]
async fn h54_a_drain_closes_web_sockets() {
    let mut fixture = Fixture::start().await;
    let mut socket = open(&fixture, "acme.test", &[]).await.unwrap();
    echoes(&mut socket, "before").await;
    fixture.stop();
    assert_eq!(closed(&mut socket).await, 1001);
    fixture.stopped().await;
}

#[tokio::test]
async fn h54_a_handshake_that_the_application_refuses_leaves_the_gate_shut() {
    let fixture = Fixture::start().await;
    // `/` knows no WebSockets, and what follows is HTTP again: judged as ever.
    let answers = raw(
        fixture.http,
        "GET / HTTP/1.1\r\nHost: acme.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\
         POST /smuggled HTTP/1.1\r\nHost: globex.test\r\nContent-Length: 5\r\n\
         Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    )
    .await;
    let statuses: Vec<&str> = answers.matches("HTTP/1.1 ").collect();
    assert_eq!(statuses.len(), 2, "{answers}");
    assert!(answers.starts_with("HTTP/1.1 200 ") && answers.contains("HTTP/1.1 400 "), "{answers}");
    assert_eq!(fixture.application.seen().len(), 1);
}

#[tokio::test]
async fn h54_a_handshake_with_a_body_is_refused() {
    let fixture = Fixture::start().await;
    let answer = fixture
        .ask(
            "GET /web-socket HTTP/1.1",
            &[
                "Host: acme.test",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Content-Length: 1",
            ],
        )
        .await;
    assert_eq!((answer.status, answer.reason().as_str()), (400, "SEP-201"));
    assert!(fixture.application.seen().is_empty());
}

#[tokio::test]
async fn h26_a_101_that_nobody_asked_for_is_a_bad_gateway() {
    let fixture = crate::streams::before_raw([
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nraw",
    ])
    .await;
    let answer = fixture.get(&["host: acme.test"]).await;
    assert_eq!((answer.status, answer.reason().as_str()), (502, "SEP-203"));
}

#[tokio::test]
async fn web_sockets_count_as_requests_for_as_long_as_they_are_open() {
    let fixture = Fixture::with(|config| config.limits.requests_per_tenant = 1).await;
    let socket = open(&fixture, "acme.test", &[]).await.unwrap();
    assert_eq!(fixture.get(&["host: acme.test"]).await.status, 429);
    assert_eq!(fixture.get(&["host: globex.test"]).await.status, 200);
    drop(socket);
    fixture.quiet().await;
    assert_eq!(fixture.get(&["host: acme.test"]).await.status, 200);
}

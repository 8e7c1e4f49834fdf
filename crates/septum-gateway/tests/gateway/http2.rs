//! HTTP/2 on the way in, HTTP/1.1 on the way out (catalogue H11, H16, H21, H27).

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::channel::Channel;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use septum_gateway::{Config, Protocols};
use tokio::net::TcpStream;

use crate::fixture::{Client, Fixture, PATIENCE, context_keys, now, tenants};

type Body = BoxBody<Bytes, std::convert::Infallible>;

async fn start(change: impl FnOnce(&mut Config)) -> Fixture {
    Fixture::with(|config| {
        config.listeners[0].protocols = Protocols::PriorKnowledge;
        change(config);
    })
    .await
}

async fn connect(fixture: &Fixture) -> SendRequest<Body> {
    let stream = TcpStream::connect(fixture.http).await.unwrap();
    let connecting = http2::Builder::new(TokioExecutor::new())
        // As little as may be, so that a client that reads nothing holds the gateway up.
        .initial_stream_window_size(65_535)
        .initial_connection_window_size(1 << 20)
        .handshake(TokioIo::new(stream));
    let (sender, connection) = connecting.await.unwrap();
    tokio::spawn(connection);
    sender
}

fn get(host: &str, path: &str) -> Request<Body> {
    Request::get(format!("http://{host}{path}")).body(Empty::new().boxed()).unwrap()
}

async fn text(answer: Response<Incoming>) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn h16_h24_each_stream_is_bound_by_itself() {
    let fixture = start(|_| {}).await;
    let mut sender = connect(&fixture).await;
    let mut under_way = vec![];
    for at in 0..20 {
        let host = ["acme.test", "globex.test"][at % 2];
        under_way.push(sender.send_request(get(host, &format!("/{host}"))));
    }
    for answer in under_way {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(text(answer).await, "seen");
    }
    let seen = fixture.application.seen();
    assert_eq!(seen.len(), 20);
    for seen in seen {
        assert_eq!((&seen.method, seen.version), (&Method::GET, http::Version::HTTP_11));
        let token = seen.header("septum-context").unwrap();
        let claim = context_keys().verify(token, &tenants(), now()).unwrap();
        assert_eq!(format!("/{}.test", claim.tenant()), seen.uri.path());
        assert_eq!(format!("/{}", seen.header("host").unwrap()), seen.uri.path());
    }
}

#[tokio::test]
async fn bodies_stream_both_ways_at_once() {
    let fixture = start(|_| {}).await;
    let mut sender = connect(&fixture).await;
    let (mut upload, body) = Channel::<Bytes, std::convert::Infallible>::new(1);
    let request = Request::post("http://acme.test/echo").body(body.boxed()).unwrap();
    let answering = sender.send_request(request);
    upload.send_data(Bytes::from("one")).await.unwrap();
    let mut answer = answering.await.unwrap().into_body();
    for piece in ["one", "two", "three"] {
        if piece != "one" {
            upload.send_data(Bytes::from(piece)).await.unwrap();
        }
        let frame = tokio::time::timeout(PATIENCE, answer.frame()).await.unwrap();
        assert_eq!(frame.unwrap().unwrap().into_data().unwrap(), piece);
    }
    drop(upload);
    assert!(answer.collect().await.unwrap().to_bytes().is_empty());
}

#[tokio::test]
async fn h25_bodies_arrive_whole_whatever_their_method_and_framing() {
    let fixture = start(|_| {}).await;
    let mut sender = connect(&fixture).await;
    for method in [Method::POST, Method::GET, Method::DELETE, Method::OPTIONS, Method::HEAD] {
        for known in [true, false] {
            let body = Full::new(Bytes::from(vec![b'x'; 300_000]));
            let body =
                if known { body.boxed() } else { body.with_trailers(async { None }).boxed() };
            let mut request = Request::new(body);
            *request.method_mut() = method.clone();
            *request.uri_mut() = "http://acme.test/".parse().unwrap();
            assert_eq!(sender.send_request(request).await.unwrap().status(), 200, "{method}");
            let seen = fixture.application.seen().pop().unwrap();
            assert_eq!((&seen.method, seen.body.len()), (&method, 300_000));
        }
    }
}

#[tokio::test]
async fn h03_cookies_in_pieces_are_one_field_behind() {
    let fixture = start(|_| {}).await;
    let mut sender = connect(&fixture).await;
    let mut request = get("acme.test", "/");
    for cookie in ["a=1", "b=2", "c=3"] {
        request.headers_mut().append("cookie", cookie.parse().unwrap());
    }
    assert_eq!(sender.send_request(request).await.unwrap().status(), 200);
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!(seen.headers.get_all("cookie").iter().collect::<Vec<_>>(), ["a=1; b=2; c=3"]);
}

#[tokio::test]
async fn a_stream_that_nobody_reads_is_reset_and_the_others_go_on() {
    let fixture = start(|config| {
        config.timeouts.idle = Duration::from_millis(300);
        config.timeouts.first_byte = Duration::from_millis(300);
    })
    .await;
    let mut sender = connect(&fixture).await;
    let mut feeding = fixture.application.stream();
    let unread = sender.send_request(get("acme.test", "/stream")).await.unwrap();
    let piece = Bytes::from(vec![b'x'; 64 << 10]);
    let cut = async { while feeding.send_data(piece.clone()).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, cut).await.unwrap();
    fixture.quiet().await;
    // What had come can still be read, and then the end that is none.
    assert!(unread.into_body().collect().await.is_err());
    assert_eq!(sender.send_request(get("globex.test", "/")).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_reset_stream_is_forgotten_and_the_others_go_on() {
    let fixture = start(|_| {}).await;
    let mut sender = connect(&fixture).await;
    let held = sender.send_request(get("acme.test", "/hold"));
    let leaving = tokio::spawn(held);
    fixture.application.saw(1).await;
    assert_eq!(fixture.traces.len(), 1);
    leaving.abort();
    fixture.quiet().await;
    assert_eq!(sender.send_request(get("globex.test", "/")).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_connection_without_requests_is_closed() {
    let fixture = start(|config| config.timeouts.header = Duration::from_millis(200)).await;
    let mut sender = connect(&fixture).await;
    assert_eq!(sender.send_request(get("acme.test", "/")).await.unwrap().status(), 200);
    let closed = async {
        while sender.ready().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, closed).await.unwrap();
    // And one whose client says nothing at all.
    let mut silent = fixture.client().await;
    silent.send(PREFACE).await;
    silent.rest().await;
}

#[tokio::test]
async fn a_drain_lets_streams_end() {
    let mut fixture = start(|_| {}).await;
    let mut sender = connect(&fixture).await;
    let held = sender.send_request(get("acme.test", "/hold"));
    fixture.application.saw(1).await;
    fixture.stop();
    fixture.application.release();
    assert_eq!(text(held.await.unwrap()).await, "released");
    fixture.stopped().await;
    assert!(sender.send_request(get("acme.test", "/")).await.is_err());
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A header block of literals (RFC 7541, section 6.2.2): nothing checks them on the way out.
fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = vec![];
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend(text.as_bytes());
        }
    }
    block
}

/// What came of one stream.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// An answer whose status is in the static table of HPACK.
    Answered(u16),
    /// Another answer.
    OtherAnswer,
    Reset,
    /// The whole connection was ended.
    GoneAway,
}

async fn outcome(client: &mut Client) -> Outcome {
    loop {
        let head = client.exactly(9).await;
        let Some(head) = head else { return Outcome::GoneAway };
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let payload = client.exactly(length).await.unwrap_or_default();
        match head[3] {
            HEADERS => {
                let statuses = [200, 204, 206, 304, 400, 404, 500];
                let index = payload.first().map(|byte| usize::from(byte & 0x7f));
                let status = index.filter(|_| payload[0] & 0x80 != 0);
                let status = status.and_then(|at| statuses.get(at.checked_sub(8)?));
                return status.map_or(Outcome::OtherAnswer, |status| Outcome::Answered(*status));
            }
            RST_STREAM => return Outcome::Reset,
            GOAWAY => return Outcome::GoneAway,
            _ => {}
        }
    }
}

async fn raw_client(fixture: &Fixture) -> Client {
    let mut client = fixture.client().await;
    client.send(PREFACE).await;
    client.send(frame(SETTINGS, 0, 0, &[])).await;
    client
}

/// What comes of a request with these fields, and this body if it is not done with them.
async fn raw_request(fixture: &Fixture, fields: &[(&str, &str)], body: Option<&str>) -> Outcome {
    let mut client = raw_client(fixture).await;
    let end = if body.is_none() { END_STREAM } else { 0 };
    client.send(frame(HEADERS, END_HEADERS | end, 1, &block(fields))).await;
    if let Some(body) = body {
        client.send(frame(DATA, END_STREAM, 1, body.as_bytes())).await;
    }
    outcome(&mut client).await
}

const METHOD: (&str, &str) = (":method", "POST");
const SCHEME: (&str, &str) = (":scheme", "http");
const PATH: (&str, &str) = (":path", "/");
const ACME: (&str, &str) = (":authority", "acme.test");

#[tokio::test]
async fn h21_what_http_1_could_read_otherwise_never_gets_there() {
    let fixture = start(|_| {}).await;
    let good = [METHOD, SCHEME, PATH, ACME];
    let with = |field: (&'static str, &'static str)| [&good[..], &[field]].concat();
    for (fields, body) in [
        (with(("transfer-encoding", "chunked")), Some("0\r\n\r\n")),
        (with(("connection", "close")), None),
        (with(("upgrade", "websocket")), None),
        (with(("keep-alive", "1")), None),
        (with(("proxy-connection", "close")), None),
        (with(("te", "chunked")), None),
        (with(("X-Upper", "case")), None),
        (with(("x-line", "a\r\nTransfer-Encoding: chunked")), None),
        (with(("x-line", "a\nb")), None),
        (with(("x-nul", "a\0b")), None),
        (with(("x\r\ny", "a")), None),
        (with(("x y", "a")), None),
        (with(("", "a")), None),
        (with((":path", "/second")), None),
        (with(("content-length", "5")), None),
        (with(("content-length", "5")), Some("abc")),
        (with(("content-length", "2")), Some("abc")),
        (with(("content-length", "+3")), Some("abc")),
        ([&good[..], &[("content-length", "3"), ("content-length", "4")]].concat(), Some("abc")),
        (vec![(":method", "GE T"), SCHEME, PATH, ACME], None),
        (vec![(":method", "GET / HTTP/1.1\r\nX:"), SCHEME, PATH, ACME], None),
        (vec![METHOD, SCHEME, (":path", "/a b"), ACME], None),
        (vec![METHOD, SCHEME, (":path", "/ HTTP/1.1\r\nX: y"), ACME], None),
        (vec![METHOD, SCHEME, (":path", ""), ACME], None),
        (vec![METHOD, SCHEME, ACME], None),
        (vec![SCHEME, PATH, ACME], None),
        (vec![METHOD, SCHEME, PATH, (":authority", "acme.test\r\nX: y")], None),
        (vec![("x-first", "a"), METHOD, SCHEME, PATH, ACME], None),
    ] {
        let outcome = raw_request(&fixture, &fields, body).await;
        let refused = [Outcome::Reset, Outcome::GoneAway, Outcome::Answered(400)];
        assert!(refused.contains(&outcome), "{fields:?}: {outcome:?}");
        assert!(fixture.application.seen().is_empty(), "{fields:?}");
    }
    assert_eq!(raw_request(&fixture, &good, Some("abc")).await, Outcome::Answered(200));
    let seen = fixture.application.seen();
    assert_eq!((seen.len(), &seen[0].body[..]), (1, &b"abc"[..]));
}

#[tokio::test]
async fn h21_two_equal_lengths_and_a_leading_zero_are_refused_with_a_reason() {
    let fixture = start(|_| {}).await;
    let good = [METHOD, SCHEME, PATH, ACME];
    for lengths in
        [&[("content-length", "3"), ("content-length", "3")][..], &[("content-length", "03")]]
    {
        let fields = [&good[..], lengths].concat();
        let outcome = raw_request(&fixture, &fields, Some("abc")).await;
        assert_eq!(outcome, Outcome::Answered(400), "{lengths:?}");
        assert_eq!(fixture.audit.last().1, "SEP-201");
    }
    assert!(fixture.application.seen().is_empty());
}

#[tokio::test]
async fn h11_h12_h14_the_authority_is_named_once_and_plainly() {
    let fixture = start(|_| {}).await;
    for authorities in [
        &[][..],
        &[ACME, ("host", "globex.test")],
        &[ACME, ("host", "acme.test"), ("host", "acme.test")],
        &[("host", "acme.test"), ("host", "globex.test")],
        &[(":authority", "u@acme.test")],
        &[(":authority", "globex.test@acme.test")],
        &[(":authority", "acme.test,globex.test")],
        &[(":authority", "")],
        &[(":authority", ""), ("host", "globex.test")],
    ] {
        let fields = [&[METHOD, SCHEME, PATH][..], authorities].concat();
        let outcome = raw_request(&fixture, &fields, None).await;
        let refused = [Outcome::Reset, Outcome::GoneAway, Outcome::Answered(400)];
        assert!(refused.contains(&outcome), "{authorities:?}: {outcome:?}");
        assert!(fixture.application.seen().is_empty(), "{authorities:?}");
    }
    let both = [METHOD, SCHEME, PATH, ACME, ("host", "acme.test")];
    assert_eq!(raw_request(&fixture, &both, None).await, Outcome::Answered(200));
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!(seen.headers.get_all("host").iter().collect::<Vec<_>>(), ["acme.test"]);
}

#[tokio::test]
async fn h32_connect_is_refused_also_the_extended_one() {
    let fixture = start(|_| {}).await;
    for fields in [
        vec![(":method", "CONNECT"), ACME],
        vec![(":method", "CONNECT"), (":protocol", "websocket"), SCHEME, PATH, ACME],
        vec![(":method", "TRACE"), SCHEME, PATH, ACME],
    ] {
        let outcome = raw_request(&fixture, &fields, None).await;
        assert!(!matches!(outcome, Outcome::Answered(_)), "{fields:?}: {outcome:?}");
    }
    assert!(fixture.application.seen().is_empty());
}

#[tokio::test]
async fn h07_trailers_of_a_request_are_dropped() {
    let fixture = start(|_| {}).await;
    let mut client = raw_client(&fixture).await;
    client.send(frame(HEADERS, END_HEADERS, 1, &block(&[METHOD, SCHEME, PATH, ACME]))).await;
    client.send(frame(DATA, 0, 1, b"abc")).await;
    let trailers = block(&[("septum-context", "forged"), ("x-tenant-id", "globex")]);
    client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, &trailers)).await;
    assert_eq!(outcome(&mut client).await, Outcome::Answered(200));
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!((&seen.body[..], seen.trailers), (&b"abc"[..], None));
}

#[tokio::test]
async fn h27_floods_end_their_own_connection_alone() {
    let fixture = start(|config| config.limits.header_bytes = 4096).await;
    let mut neighbour = connect(&fixture).await;
    let request = block(&[METHOD, SCHEME, PATH, ACME]);
    // Rapid reset (CVE-2023-44487).
    let mut client = raw_client(&fixture).await;
    for stream in (1..8001).step_by(2) {
        client.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, &request)).await;
        client.send(frame(RST_STREAM, 0, stream, &8u32.to_be_bytes())).await;
    }
    assert_eq!(gone(&mut client).await, Outcome::GoneAway);
    // CONTINUATION without end (CVE-2024-27316).
    let mut client = raw_client(&fixture).await;
    client.send(frame(HEADERS, 0, 1, &request)).await;
    let more = block(&[("x", "y".repeat(100).as_str()); 100]);
    for _ in 0..200 {
        client.send(frame(CONTINUATION, 0, 1, &more)).await;
    }
    assert_eq!(gone(&mut client).await, Outcome::GoneAway);
    // A header list over the limit, all of it in a few bytes: one field, then its index.
    let mut bomb = request.clone();
    bomb.extend([0x40, 1, b'x', 100]);
    bomb.extend([b'y'; 100]);
    bomb.extend([0xbe; 2000]);
    let mut client = raw_client(&fixture).await;
    client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, &bomb)).await;
    assert_ne!(outcome(&mut client).await, Outcome::Answered(200));
    // Settings, again and again, and never reading their acknowledgements.
    let mut client = raw_client(&fixture).await;
    for _ in 0..1000 {
        client.send(frame(SETTINGS, 0, 0, &[])).await;
    }
    drop(client);
    assert_eq!(neighbour.send_request(get("acme.test", "/")).await.unwrap().status(), 200);
}

/// Waits for the end of the connection.
async fn gone(client: &mut Client) -> Outcome {
    loop {
        let outcome = outcome(client).await;
        if outcome == Outcome::GoneAway {
            return outcome;
        }
    }
}

#[tokio::test]
async fn bytes_that_are_neither_version_are_refused() {
    let fixture = start(|_| {}).await;
    for bytes in [
        &b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense that is no frame",
        b"\0\0\0\x04\0\0\0\0\0",
    ] {
        let mut client = fixture.client().await;
        client.send(bytes).await;
        client.rest().await;
        assert!(fixture.application.seen().is_empty());
    }
    // HTTP/1.1 is spoken there as well.
    assert_eq!(fixture.get(&["host: acme.test"]).await.status, 200);
}

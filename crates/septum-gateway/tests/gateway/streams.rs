//! Bodies on their way through: streamed, bounded, and cut off when one side is gone.

use std::time::Duration;

use bytes::Bytes;
use septum_gateway::Upstream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::fixture::{Answer, Fixture, PATIENCE, now, raw, token_until};

/// More than any buffers on the way hold together, by far.
const MUCH: usize = 64 << 20;

/// Long enough for whatever can move to have moved.
const STUCK: Duration = Duration::from_millis(300);

/// A gateway in front of an application that answers each of its connections with these bytes
/// and closes it.
pub(crate) async fn before_raw<const N: usize>(answers: [&'static str; N]) -> Fixture {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = socket.accept().await.unwrap();
            let mut bytes = [0; 4096];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Fixture::with(|config| {
        config.upstream = Upstream::Tcp(address.to_string().parse().unwrap());
    })
    .await
}

#[tokio::test]
async fn an_upload_waits_for_the_application_and_arrives_whole() {
    let fixture = Fixture::with(|config| config.limits.body_bytes = MUCH as u64).await;
    let mut client = fixture.client().await;
    let head = format!("POST /count HTTP/1.1\r\nHost: acme.test\r\nContent-Length: {MUCH}\r\n\r\n");
    client.send(head).await;
    // The application does not read: the client can't go on either.
    let piece = vec![b'x'; 64 << 10];
    let mut sent = 0;
    while let Ok(written) = tokio::time::timeout(STUCK, client.stream.write(&piece)).await {
        sent += written.unwrap();
        assert!(sent < MUCH / 2, "the gateway took {sent} bytes that nobody reads");
    }
    fixture.application.release();
    while sent < MUCH {
        let rest = piece.len().min(MUCH - sent);
        client.stream.write_all(&piece[..rest]).await.unwrap();
        sent += rest;
    }
    client.until("counted").await;
    assert_eq!(fixture.application.counted(), MUCH);
}

#[tokio::test]
async fn a_download_waits_for_the_client_and_arrives_whole() {
    let fixture = Fixture::start().await;
    let mut sender = fixture.application.stream();
    let mut client = fixture.client().await;
    client.send("GET /stream HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n\r\n").await;
    let piece = Bytes::from(vec![b'x'; 64 << 10]);
    let mut sent = 0;
    while let Ok(taken) = tokio::time::timeout(STUCK, sender.send_data(piece.clone())).await {
        taken.unwrap();
        sent += piece.len();
        assert!(sent < MUCH / 2, "the gateway took {sent} bytes that nobody reads");
    }
    let rest = tokio::spawn(async move {
        while sent < MUCH {
            sender.send_data(piece.clone()).await.unwrap();
            sent += piece.len();
        }
        sent
    });
    let answer = client.rest().await;
    let sent = rest.await.unwrap();
    assert_eq!(answer.matches('x').count(), sent);
    assert!(answer.ends_with("\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn each_piece_of_an_answer_passes_as_it_comes() {
    let fixture = Fixture::start().await;
    let mut sender = fixture.application.stream();
    let mut client = fixture.client().await;
    client.send("GET /stream HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
    for piece in ["first", "second", "third"] {
        sender.send_data(Bytes::from(piece)).await.unwrap();
        client.until(piece).await;
        // The trace binds until the answer's end.
        assert_eq!(fixture.traces.len(), 1);
    }
    drop(sender);
    client.until("0\r\n\r\n").await;
    fixture.quiet().await;
    // And the connection is good for more.
    client.send("GET / HTTP/1.1\r\nHost: globex.test\r\n\r\n").await;
    client.until("seen").await;
}

#[tokio::test]
async fn h54_an_event_stream_ends_with_its_binding_and_a_download_does_not() {
    let fixture = Fixture::start().await;
    let begin = async |path: &str| {
        let sender = fixture.application.stream();
        let mut client = fixture.client().await;
        let token = token_until("acme", now() + 2);
        client
            .send(format!(
                "GET {path} HTTP/1.1\r\nHost: acme.test\r\nAuthorization: Bearer {token}\r\n\r\n"
            ))
            .await;
        client.until("\r\n\r\n").await;
        (sender, client)
    };
    let (mut download, mut reader) = begin("/stream").await;
    let (mut events, mut listener) = begin("/events").await;
    events.send_data(Bytes::from("data: 1")).await.unwrap();
    listener.until("data: 1").await;
    listener.until("\r\n0\r\n\r\n").await;
    // The application hears of it, and the connection is good for more.
    let piece = Bytes::from("data: 2");
    let refused = async { while events.send_data(piece.clone()).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, refused).await.unwrap();
    listener.send("GET / HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
    listener.until("seen").await;
    download.send_data(Bytes::from("the rest")).await.unwrap();
    reader.until("the rest").await;
}

#[tokio::test]
async fn a_client_that_disappears_ends_its_request_and_nothing_else() {
    let fixture = Fixture::start().await;
    // In the middle of its request,
    let mut client = fixture.client().await;
    client.send("POST / HTTP/1.1\r\nHost: acme.test\r\nContent-Length: 9\r\n\r\nabc").await;
    fixture.application.started(1).await;
    drop(client);
    fixture.application.broken(1).await;
    // while it waits,
    let mut client = fixture.client().await;
    client.send("GET /hold HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
    fixture.application.saw(1).await;
    drop(client);
    fixture.quiet().await;
    // and in the middle of the answer.
    let mut sender = fixture.application.stream();
    let mut client = fixture.client().await;
    client.send("GET /stream HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
    sender.send_data(Bytes::from("piece")).await.unwrap();
    client.until("piece").await;
    drop(client);
    fixture.quiet().await;
    let piece = Bytes::from(vec![b'x'; 64 << 10]);
    let refused = async { while sender.send_data(piece.clone()).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, refused).await.unwrap();
    assert_eq!(fixture.get(&["host: globex.test"]).await.status, 200);
    // Nobody was refused anything.
    assert!(fixture.audit.events().is_empty(), "{:?}", fixture.audit.events());
}

#[tokio::test]
async fn h26_an_application_that_dies_in_mid_reply_is_no_whole_answer() {
    let fixture = before_raw([
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 O",
        "",
    ])
    .await;
    for framing in ["content-length: 10", "transfer-encoding: chunked"] {
        let text = raw(fixture.http, "GET / HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
        let answer = Answer::parse(&text);
        assert_eq!(answer.status, 200);
        assert!(answer.head.contains(framing) && answer.body.contains("hello"), "{text}");
        assert!(!text.ends_with("0\r\n\r\n"), "{text}");
    }
    let text = raw(fixture.http, "GET / HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
    assert!(!text.ends_with("0\r\n\r\n"), "{text}");
    for _ in 0..3 {
        // Cut off in its head, before it, and not listening at all.
        let answer = fixture.get(&["host: acme.test"]).await;
        assert_eq!((answer.status, answer.reason().as_str()), (502, "SEP-203"));
    }
}

#[tokio::test]
async fn h26_an_answer_with_two_lengths_leaves_with_one() {
    let fixture = before_raw([
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n\
         5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 30\r\n\r\n\
         5\r\nhello\r\n0\r\n\r\n",
    ])
    .await;
    for _ in 0..2 {
        let answer = fixture.get(&["host: acme.test"]).await;
        assert!(!answer.head.contains("content-length"), "{}", answer.head);
        assert_eq!(answer.body, "5\r\nhello\r\n0\r\n\r\n");
    }
}

#[tokio::test]
async fn h26_h58_an_answer_loses_what_is_of_its_connection_and_is_private() {
    let fixture = Fixture::start().await;
    fixture.application.answer_with(&[
        ("connection", "x-hop, keep-alive"),
        ("x-hop", "1"),
        ("keep-alive", "timeout=5"),
        ("septum-context", "leak"),
        ("set-cookie", "a=b"),
    ]);
    let answer = fixture.ask("GET /answer HTTP/1.1", &["host: acme.test"]).await;
    assert_eq!(answer.status, 200);
    for name in ["x-hop", "keep-alive:", "septum-"] {
        assert!(!answer.head.contains(name), "{name}: {}", answer.head);
    }
    assert!(answer.head.contains("set-cookie: a=b"));
    // Private, unless the application says otherwise.
    assert!(answer.head.contains("cache-control: private, no-store"));
}

#[tokio::test]
async fn a_silent_application_is_a_gateway_time_out() {
    let fixture = Fixture::with(|config| config.timeouts.first_byte = STUCK).await;
    let answer = fixture.ask("GET /hold HTTP/1.1", &["host: acme.test"]).await;
    assert_eq!((answer.status, answer.reason().as_str()), (504, "SEP-204"));
    // The connection that owes an answer is not used again.
    assert_eq!(fixture.get(&["host: globex.test"]).await.body, "seen");
    assert_eq!(fixture.application.connections(), 2);
}

#[tokio::test]
async fn a_body_that_stands_still_is_cut_off() {
    let fixture = Fixture::with(|config| config.timeouts.idle = STUCK).await;
    // The client's,
    for framing in
        ["Content-Length: 9\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"]
    {
        let head = format!("POST / HTTP/1.1\r\nHost: acme.test\r\n{framing}");
        let answer = Answer::parse(&raw(fixture.http, head).await);
        assert_eq!((answer.status, answer.reason().as_str()), (408, "SEP-509"), "{framing}");
    }
    fixture.application.broken(2).await;
    // the application's,
    let mut sender = fixture.application.stream();
    let mut client = fixture.client().await;
    client.send("GET /stream HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
    sender.send_data(Bytes::from("piece")).await.unwrap();
    let answer = client.rest().await;
    assert!(answer.contains("piece") && !answer.ends_with("0\r\n\r\n"), "{answer}");
    // and that of a client which does not read.
    let mut sender = fixture.application.stream();
    let mut client = fixture.client().await;
    client.send("GET /stream HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
    let piece = Bytes::from(vec![b'x'; 64 << 10]);
    let refused = async { while sender.send_data(piece.clone()).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, refused).await.unwrap();
    fixture.quiet().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_it_says_so_or_not() {
    let fixture = Fixture::with(|config| config.limits.body_bytes = 10).await;
    for framing in [
        "Content-Length: 11\r\n\r\nhello world",
        "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n",
    ] {
        let head = format!("POST / HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n{framing}");
        let answer = Answer::parse(&raw(fixture.http, head).await);
        assert_eq!((answer.status, answer.reason().as_str()), (413, "SEP-202"), "{framing}");
    }
    assert!(fixture.application.seen().is_empty());
    let head =
        "POST / HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\nContent-Length: 10\r\n\r\n";
    assert_eq!(Answer::parse(&raw(fixture.http, format!("{head}0123456789")).await).status, 200);
}

#[tokio::test]
async fn a_head_request_gets_the_length_and_no_body() {
    let fixture = Fixture::start().await;
    let answer = fixture.ask("HEAD / HTTP/1.1", &["host: acme.test"]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert!(answer.head.contains("content-length: 4"), "{}", answer.head);
}

#[tokio::test]
async fn the_application_may_be_behind_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("application.sock");
    let socket = tokio::net::UnixListener::bind(&path).unwrap();
    let application = crate::application::Application::start().await;
    let serving = application.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = socket.accept().await.unwrap();
            serving.clone().serve(stream);
        }
    });
    let fixture =
        Fixture::before(application, |config| config.upstream = Upstream::Unix(path)).await;
    for host in ["acme.test", "globex.test"] {
        assert_eq!(fixture.get(&[&format!("host: {host}")]).await.status, 200);
        let seen = fixture.application.seen().pop().unwrap();
        assert_eq!(seen.header("host"), Some(host));
    }
}

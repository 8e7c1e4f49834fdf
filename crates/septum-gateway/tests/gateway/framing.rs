//! Smuggling and framing, byte by byte, against the real parser and a real application.

use std::time::Duration;

use septum_audit::Kind;
use tokio::io::AsyncWriteExt as _;

use crate::fixture::{Answer, Fixture, raw};

/// Sends these bytes and asserts that they are refused, recorded, and seen by nobody.
async fn refused(fixture: &Fixture, bytes: &str) {
    let answer = Answer::parse(&raw(fixture.http, bytes).await);
    assert_eq!((answer.status, answer.reason().as_str()), (400, "SEP-201"), "{bytes:?}");
    assert_eq!(fixture.audit.last(), (Kind::Denied, "SEP-201"), "{bytes:?}");
    assert!(fixture.application.seen().is_empty(), "{bytes:?}");
}

#[tokio::test]
async fn h19_two_lengths_and_strange_lengths_are_refused() {
    let fixture = Fixture::start().await;
    for fields in [
        // CL.TE, TE.CL, and with nothing in either.
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        // TE.TE
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: x, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding:\x0bchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "X: a\r\n Transfer-Encoding: chunked\r\n",
        "X: a\nTransfer-Encoding: chunked\r\n",
        "X: a\rTransfer-Encoding: chunked\r\n",
        // Lengths
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 05\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 18446744073709551616\r\n",
        "Content-Length:\r\n",
        "Content-Length : 5\r\n",
    ] {
        let head = format!("POST / HTTP/1.1\r\nHost: acme.test\r\n{fields}\r\n");
        refused(&fixture, &format!("{head}0\r\n\r\nGET /smuggled HTTP/1.1\r\nX: ")).await;
    }
    let old = "POST / HTTP/1.0\r\nHost: acme.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    refused(&fixture, old).await;
}

#[tokio::test]
async fn h06_heads_that_two_parsers_may_read_differently_are_refused() {
    let fixture = Fixture::start().await;
    for bytes in [
        "GET / HTTP/1.1\nHost: acme.test\n\n",
        "GET / HTTP/1.1\r\nHost: acme.test\n\r\n",
        "GET / HTTP/1.1\r\n Host: acme.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: acme.test\r\nX: a\0b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: acme.test\r\nX(y): a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: acme.test\r\nX\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: acme.test\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: acme.test\r\n\r\n",
        "GET / HTTP/1.2\r\nHost: acme.test\r\n\r\n",
        "GET / HTTP/3\r\nHost: acme.test\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: acme.test\r\n\r\n",
        "GET /\u{e9} HTTP/1.1\r\nHost: acme.test\r\n\r\n",
        "GET /\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: acme.test\r\n\r\n",
        "\x16\x03\x01\x02\0\x01\0\x01",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        refused(&fixture, bytes).await;
    }
}

#[tokio::test]
async fn h20_sloppy_chunks_end_the_request_and_the_connection() {
    let fixture = Fixture::start().await;
    let head = "POST / HTTP/1.1\r\nHost: acme.test\r\nTransfer-Encoding: chunked\r\n\r\n";
    for body in [
        "5;a=b\r\nhello\r\n0\r\n\r\n",
        "5;\nX\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhelloXX0\r\n\r\n",
        "ffffffffffffffff\r\nx",
        "0\n\r\n",
        "0\r\nX\0: y\r\n\r\n",
    ] {
        let smuggled = "GET /smuggled HTTP/1.1\r\nHost: globex.test\r\n\r\n";
        let answers = raw(fixture.http, format!("{head}{body}{smuggled}")).await;
        let answer = Answer::parse(&answers);
        assert_eq!((answer.status, answer.reason().as_str()), (400, "SEP-201"), "{body:?}");
        assert_eq!(answers.matches("HTTP/1.1").count(), 1, "{answers}");
        assert!(fixture.application.seen().is_empty(), "{body:?}");
    }
}

#[tokio::test]
async fn h07_trailers_are_dropped_both_ways() {
    let fixture = Fixture::start().await;
    let head = "POST /trailers HTTP/1.1\r\nHost: acme.test\r\nTransfer-Encoding: chunked\r\n\
                TE: trailers\r\nTrailer: septum-context\r\nConnection: close\r\n\r\n";
    let body = "5\r\nhello\r\n0\r\nSeptum-Context: forged\r\nX-Tenant-Id: globex\r\n\r\n";
    let answer = raw(fixture.http, format!("{head}{body}")).await;
    assert!(answer.contains("data") && !answer.contains("leak"), "{answer}");
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!(seen.body, "hello");
    assert_eq!(seen.trailers, None);
    assert!(seen.header("trailer").is_none() && seen.header("te").is_none());
}

#[tokio::test]
async fn h25_bodies_arrive_whole_however_they_are_framed() {
    let fixture = Fixture::start().await;
    let large = "x".repeat(300_000);
    let chunks: String = large
        .as_bytes()
        .chunks(70_001)
        .map(|chunk| format!("{:X}\r\n{}\r\n", chunk.len(), std::str::from_utf8(chunk).unwrap()))
        .collect();
    let length = format!("Content-Length: {}\r\n\r\n{large}", large.len());
    let chunked = format!("Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n");
    for (at, method) in ["POST", "PUT", "GET", "DELETE", "OPTIONS"].iter().enumerate() {
        for (which, framed) in [&length, &chunked].into_iter().enumerate() {
            let head = format!("{method} / HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n");
            let answer = Answer::parse(&raw(fixture.http, format!("{head}{framed}")).await);
            assert_eq!(answer.status, 200, "{method}");
            let seen = fixture.application.seen();
            assert_eq!(seen.len(), at * 2 + which + 1);
            assert_eq!(seen.last().unwrap().body.len(), large.len(), "{method}");
        }
    }
}

#[tokio::test]
async fn heads_and_bodies_may_come_byte_by_byte() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client().await;
    client.stream.set_nodelay(true).unwrap();
    let text = "POST /1 HTTP/1.1\r\nHost: acme.test\r\nContent-Length: 3\r\n\r\nabc\
                POST /2 HTTP/1.1\r\nHost: acme.test\r\nTransfer-Encoding: chunked\r\n\r\n\
                3\r\nabc\r\n0\r\n\r\nGET /3 HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n\r\n";
    for byte in text.bytes() {
        client.send([byte]).await;
        tokio::task::yield_now().await;
    }
    let answers = client.rest().await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3, "{answers}");
    let bodies: Vec<_> = fixture.application.seen().iter().map(|seen| seen.body.clone()).collect();
    assert_eq!(bodies, ["abc", "abc", ""]);
}

#[tokio::test]
async fn h22_expect_is_answered_here_and_an_early_answer_ends_the_upstream_connection() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client().await;
    client
        .send("POST / HTTP/1.1\r\nHost: acme.test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        .await;
    client.until("HTTP/1.1 100 Continue\r\n\r\n").await;
    client.send("abc").await;
    client.until("seen").await;
    assert_eq!(fixture.application.seen()[0].header("expect"), None);
    let before = fixture.application.connections();
    // The application answers while most of the body is still to come.
    client
        .send("POST /early HTTP/1.1\r\nHost: acme.test\r\nContent-Length: 1000000\r\n\r\nabc")
        .await;
    client.until("early").await;
    let answer = fixture.get(&["host: acme.test"]).await;
    assert_eq!(answer.status, 200);
    let seen = fixture.application.seen().pop().unwrap();
    assert!(seen.connection >= before, "the connection was used again");
}

#[tokio::test]
async fn h24_upstream_connections_are_used_again_after_whole_exchanges_only() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client().await;
    for _ in 0..20 {
        client.send("POST / HTTP/1.1\r\nHost: acme.test\r\nContent-Length: 3\r\n\r\nabc").await;
        client.until("seen").await;
    }
    // The next request may come before the connection is back in the pool, but not always.
    assert!(fixture.application.connections() < 20);
    // A body that breaks off in the middle.
    client.send("POST / HTTP/1.1\r\nHost: acme.test\r\nContent-Length: 9\r\n\r\nabc").await;
    fixture.application.started(21).await;
    drop(client);
    fixture.application.broken(1).await;
    assert_eq!(fixture.get(&["host: acme.test"]).await.status, 200);
    assert_eq!(fixture.application.seen().len(), 21);
}

#[tokio::test]
async fn h23_an_upgrade_to_h2c_is_forgotten() {
    let fixture = Fixture::start().await;
    let answer = raw(
        fixture.http,
        "GET / HTTP/1.1\r\nHost: acme.test\r\nConnection: close, Upgrade, HTTP2-Settings\r\n\
         Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
    )
    .await;
    assert_eq!(Answer::parse(&answer).status, 200);
    let seen = fixture.application.seen().pop().unwrap();
    for name in ["upgrade", "http2-settings", "connection"] {
        assert_eq!(seen.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn h32_connect_and_trace_are_refused() {
    let fixture = Fixture::start().await;
    for line in ["CONNECT acme.test:80 HTTP/1.1", "TRACE / HTTP/1.1"] {
        let answer = fixture.ask(line, &["host: acme.test:80"]).await;
        assert_eq!((answer.status, answer.reason().as_str()), (405, "SEP-205"), "{line}");
    }
    assert!(fixture.application.seen().is_empty());
}

#[tokio::test]
async fn h28_the_path_is_forwarded_as_it_came() {
    let fixture = Fixture::start().await;
    for path in ["/a/../b", "/a%2fb", "/a//b", "/%2e%2e/x", "/a;p=1", "/?q=%00&q=2", "/a%255cb"] {
        assert_eq!(
            fixture.ask(&format!("GET {path} HTTP/1.1"), &["host: acme.test"]).await.status,
            200
        );
        assert_eq!(fixture.application.seen().pop().unwrap().uri.to_string(), path);
    }
}

#[tokio::test]
async fn http_1_0_is_answered_and_closed() {
    let fixture = Fixture::start().await;
    let answer = raw(fixture.http, "GET / HTTP/1.0\r\nHost: acme.test\r\n\r\n").await;
    assert_eq!(Answer::parse(&answer).status, 200);
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!(seen.version, http::Version::HTTP_11);
}

#[tokio::test]
async fn a_slow_head_is_cut_off() {
    let fixture = Fixture::with(|config| config.timeouts.header = Duration::from_millis(200)).await;
    for beginning in ["", "GET / HTTP/1.1\r\nHost: acme.te", "GET / HTTP/1.1\r\nX: a\r\n"] {
        let answer = raw(fixture.http, beginning).await;
        assert_eq!(answer, "", "{beginning:?}");
    }
    assert!(fixture.application.seen().is_empty());
}

#[tokio::test]
async fn h26_an_answer_that_is_no_http_is_a_bad_gateway_and_its_connection_is_gone() {
    use tokio::io::AsyncReadExt as _;
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let answers = [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab",
            "nonsense\r\n\r\n",
            // Two answers to one question: the second is nobody's.
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nqueued",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfresh",
        ];
        for answer in answers {
            let (mut stream, _) = socket.accept().await.unwrap();
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                let _ = stream.read(&mut bytes).await;
                stream.write_all(answer.as_bytes()).await.unwrap();
                let _ = stream.read(&mut bytes).await;
            });
        }
    });
    let fixture = Fixture::with(|config| {
        config.upstream = septum_gateway::Upstream::Tcp(address.to_string().parse().unwrap());
    })
    .await;
    for _ in 0..2 {
        let answer = fixture.get(&["host: acme.test"]).await;
        assert_eq!((answer.status, answer.reason().as_str()), (502, "SEP-203"));
    }
    let mut client = fixture.client().await;
    client.send("GET / HTTP/1.1\r\nhost: acme.test\r\n\r\n").await;
    assert!(client.until("ok").await.contains("200"));
    client.send("GET / HTTP/1.1\r\nhost: acme.test\r\nconnection: close\r\n\r\n").await;
    let answer = client.rest().await;
    assert!(answer.contains("fresh") && !answer.contains("queued"), "{answer}");
}

#[tokio::test]
async fn h22_a_body_that_nobody_asked_for_is_never_read_as_a_request() {
    let fixture = Fixture::start().await;
    // Refused before its body came: neither the body nor what follows counts.
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: acme.test\r\n\r\n";
    for expect in ["Expect: 100-continue\r\n", ""] {
        for head in
            ["POST / HTTP/1.1\r\nHost: unknown.test\r\n", "TRACE / HTTP/1.1\r\nHost: acme.test\r\n"]
        {
            let mut client = fixture.client().await;
            client.send(format!("{head}{expect}Content-Length: 200000\r\n\r\n")).await;
            let answer = client.until("\r\n\r\n").await;
            assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
            client.send(smuggled.repeat(10)).await;
            assert!(!client.rest().await.contains("HTTP/1.1"), "{head}{expect}");
        }
    }
    assert!(fixture.application.seen().is_empty());
}

#[tokio::test]
async fn h20_what_is_pipelined_waits_and_is_bounded() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client().await;
    client.send("GET /hold HTTP/1.1\r\nHost: acme.test\r\n\r\n").await;
    fixture.application.saw(1).await;
    // A verdict on the second request is the second request's alone.
    client.send("GET /second HTTP/1.1\r\nHost: acme.test\r\nContent-Length: x\r\n\r\n").await;
    let piece = vec![b'x'; 64 << 10];
    let mut sent = 0;
    let stuck = Duration::from_millis(300);
    while let Ok(written) = tokio::time::timeout(stuck, client.stream.write(&piece)).await {
        sent += written.unwrap();
        assert!(sent < 32 << 20, "the gateway took {sent} bytes that it can't use");
    }
    fixture.application.release();
    assert!(client.until("released").await.starts_with("HTTP/1.1 200 "));
    assert!(client.until("SEP-201").await.contains("HTTP/1.1 400 "));
    assert_eq!(fixture.application.seen().len(), 1);
}

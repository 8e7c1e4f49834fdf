//! Request smuggling, by trying (catalogue H6, H19, H20, H24, H26): random streams of requests,
//! most of them damaged, in random pieces, over one connection, through the gateway to a server
//! that records bytes. Three readers must agree on where each request ends: the gateway, that
//! server, and the reading below, which knows neither of them and stops at the first doubt.

mod reading;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use septum_gateway::Upstream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::fixture::{Client, Fixture, context_keys, now, tenants};
use reading::{End, Request, read};

/// What the server behind the gateway saw, in the order in which the requests were whole.
#[derive(Clone, Default)]
struct Server {
    requests: Arc<Mutex<Vec<Request>>>,
    /// Bytes that it could not read.
    nonsense: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start() -> (Self, SocketAddr) {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let server = Self::default();
        let serving = server.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        (server, address)
    }

    /// Answers each whole request with its target.
    async fn serve(self, mut stream: TcpStream) {
        let mut bytes = vec![];
        loop {
            let (requests, end, used) = read(&bytes);
            bytes.drain(..used);
            if end == End::Doubt {
                self.nonsense.lock().unwrap().push(String::from_utf8_lossy(&bytes).into_owned());
            }
            for request in requests {
                let body = request.target.clone();
                self.requests.lock().unwrap().push(request);
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                if stream.write_all(format!("{head}{body}").as_bytes()).await.is_err() {
                    return;
                }
            }
            if !stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
                return;
            }
        }
    }

    fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

/// How long the gateway may take to end a stream that is over.
const ENOUGH: Duration = Duration::from_secs(5);

/// A request that would be another's, if anybody read it as one.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: globex.test\r\n\r\n";

fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z]{1,9}",
        Just(SMUGGLED.to_owned()),
        Just(format!("0\r\n\r\n{SMUGGLED}")),
        Just(format!("\r\n{SMUGGLED}")),
        Just("5\r\nhello\r\n0\r\n\r\n".to_owned()),
    ]
}

/// The fields that say a body's length, and the body as they say.
fn framed() -> impl Strategy<Value = (String, String)> {
    let length = body().prop_map(|body| (format!("Content-Length: {}\r\n", body.len()), body));
    let chunks = prop::collection::vec(body(), 0..3).prop_map(|chunks| {
        let chunks: String = chunks
            .iter()
            .filter(|chunk| !chunk.is_empty())
            .map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len()))
            .collect();
        ("Transfer-Encoding: chunked\r\n".to_owned(), format!("{chunks}0\r\n\r\n"))
    });
    let trailers =
        ("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\nSeptum-Context: forged\r\n\r\n");
    prop_oneof![
        2 => Just((String::new(), String::new())),
        3 => length,
        3 => chunks,
        1 => Just((trailers.0.to_owned(), trailers.1.to_owned())),
    ]
}

/// Fields that say something else of the length.
fn second_length() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Content-Length: 0\r\n"),
        Just("Content-Length: 3\r\n"),
        Just("Content-Length: 48\r\n"),
        Just("Content-Length:\t3 \r\n"),
        Just("Transfer-Encoding: chunked\r\n"),
        Just("Transfer-Encoding: identity\r\n"),
        Just("Transfer-Encoding : chunked\r\n"),
        Just("Transfer-Encoding:\u{b}chunked\r\n"),
        Just("X: a\r\n Transfer-Encoding: chunked\r\n"),
        Just("X: a\nTransfer-Encoding: chunked\r\n"),
        Just("X: a\rContent-Length: 3\r\n"),
        Just("\r\n"),
    ]
    .prop_map(str::to_owned)
}

/// Bytes that parsers have been known to disagree on.
fn strange() -> impl Strategy<Value = u8> {
    prop::sample::select(b"\r\n\t \0\x0b\x0c\x7f\x80\xff:;,+-0139aAxX#/\"".to_vec())
}

#[derive(Clone, Debug)]
enum Damage {
    None,
    Insert(prop::sample::Index, u8),
    Replace(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Cut(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => Just(Damage::None),
        2 => (at(), strange()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        2 => (at(), strange()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        1 => at().prop_map(Damage::Remove),
        1 => at().prop_map(Damage::Cut),
    ]
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "PATCH"]);
    let target = "/[a-z0-9]{4}";
    let host = prop_oneof![
        5 => Just("acme.test"),
        5 => Just("globex.test"),
        1 => Just("unknown.test"),
    ];
    let second = prop_oneof![3 => Just(String::new()), 1 => second_length()];
    (method, target, host, framed(), second, damage()).prop_map(
        |(method, target, host, (fields, body), second, damage)| {
            let head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n");
            let mut bytes = format!("{head}{fields}{second}X-A: b\r\n\r\n{body}").into_bytes();
            match damage {
                Damage::None => {}
                Damage::Insert(at, byte) => bytes.insert(at.index(bytes.len()), byte),
                Damage::Replace(at, byte) => {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
                Damage::Remove(at) => drop(bytes.remove(at.index(bytes.len()))),
                Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            }
            bytes
        },
    )
}

/// What one client writes, and where it is cut into pieces.
struct Stream {
    bytes: Vec<u8>,
    cuts: Vec<usize>,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cut at {:?}", self.bytes.escape_ascii(), self.cuts)
    }
}

/// A stream of requests, the last of which closes it if it is understood.
fn stream() -> impl Strategy<Value = Stream> {
    let requests = prop::collection::vec(request(), 1..5);
    requests.prop_flat_map(|requests| {
        let mut bytes = requests.concat();
        bytes.extend(b"GET /last HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n\r\n");
        let cuts = prop::collection::vec(0..bytes.len(), 0..6);
        (Just(bytes), cuts).prop_map(|(bytes, cuts)| Stream { bytes, cuts })
    })
}

/// The bodies of the answers with status 200, in their order.
fn answers(mut text: &str) -> Vec<String> {
    let mut bodies = vec![];
    while let Some((head, rest)) = text.split_once("\r\n\r\n") {
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().unwrap());
        if head.starts_with("HTTP/1.1 200 ") {
            bodies.push(rest[..length].to_owned());
        }
        text = &rest[length..];
    }
    bodies
}

async fn send(http: SocketAddr, bytes: &[u8], pieces: &[usize], waits: bool) -> (String, bool) {
    let mut client = Client::connect(http).await;
    client.stream.set_nodelay(true).unwrap();
    let mut cuts = [pieces, &[0, bytes.len()]].concat();
    cuts.sort_unstable();
    for cut in cuts.windows(2) {
        client.send(&bytes[cut[0]..cut[1]]).await;
        tokio::task::yield_now().await;
    }
    // Where the gateway waits for more, it has nothing more to say.
    let time = if waits { ENOUGH } else { Duration::from_millis(30) };
    client.pending(time).await
}

async fn check(
    fixture: &Fixture,
    server: &Server,
    bytes: &[u8],
    pieces: &[usize],
) -> Result<(), TestCaseError> {
    let (mut expected, end, _) = read(bytes);
    // What a case before this one may have left when it failed.
    server.take();
    let (text, ended) = send(fixture.http, bytes, pieces, end != End::Partial).await;
    prop_assert!(ended || end == End::Partial, "the gateway waits for more: {text}");
    fixture.quiet().await;
    let seen = server.take();
    let nonsense = std::mem::take(&mut *server.nonsense.lock().unwrap());
    prop_assert!(nonsense.is_empty(), "{nonsense:?}");
    let refused = expected.iter().any(|request| request.tenant().is_none());
    expected.retain(|request| request.tenant().is_some());
    let line = |request: &Request| {
        (request.method.clone(), request.target.clone(), request.host.clone(), request.body.clone())
    };
    let (seen_lines, mut lines): (Vec<_>, Vec<_>) =
        (seen.iter().map(line).collect(), expected.iter().map(line).collect());
    if refused {
        // A refusal may end the connection before the next request is looked at.
        lines.truncate(seen_lines.len());
    }
    prop_assert_eq!(&seen_lines, &lines);
    for request in &seen {
        let tokens: Vec<&str> = request.fields("septum-context").collect();
        prop_assert_eq!(tokens.len(), 1);
        let claim = context_keys().verify(tokens[0], &tenants(), now()).unwrap();
        prop_assert_eq!(Some(claim.tenant().to_string()), request.tenant());
    }
    // Each answer went to the request that it is for.
    let targets: Vec<String> = seen.into_iter().map(|request| request.target).collect();
    prop_assert_eq!(answers(&text), targets);
    Ok(())
}

#[test]
fn h19_h20_h24_what_the_application_gets_is_what_was_admitted() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (fixture, server) = runtime.block_on(async {
        let (server, address) = Server::start().await;
        let fixture = Fixture::with(|config| {
            config.upstream = Upstream::Tcp(address.to_string().parse().unwrap());
        })
        .await;
        (fixture, server)
    });
    let mut config =
        Config { failure_persistence: None, max_shrink_iters: 20, ..Config::default() };
    // More by `PROPTEST_CASES`.
    config.cases = config.cases.max(600);
    let mut runner = TestRunner::new(config);
    let cases = runner.run(&stream(), |Stream { bytes, cuts }| {
        runtime.block_on(check(&fixture, &server, &bytes, &cuts))
    });
    if let Err(error) = cases {
        panic!("{error}");
    }
    drop((fixture, runtime));
}

#[tokio::test]
async fn h19_h20_a_request_means_the_same_wherever_it_is_cut() {
    let (server, address) = Server::start().await;
    let fixture = Fixture::with(|config| {
        config.upstream = Upstream::Tcp(address.to_string().parse().unwrap());
    })
    .await;
    let text = format!(
        "POST /a HTTP/1.1\r\nHost: acme.test\r\nContent-Length: {}\r\n\r\n{SMUGGLED}\
         POST /b HTTP/1.1\r\nHost: globex.test\r\nTransfer-Encoding: chunked\r\n\r\n\
         5\r\nhello\r\n{:X}\r\n{SMUGGLED}\r\n0\r\nX: y\r\n\r\n\
         GET /c HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n\r\n",
        SMUGGLED.len(),
        SMUGGLED.len(),
    );
    for at in 0..text.len() {
        check(&fixture, &server, text.as_bytes(), &[at]).await.unwrap();
    }
    // And what is no request is none, wherever it is cut.
    let text =
        text.replacen("Host: globex.test\r\n", "Host: globex.test\r\nContent-Length: 0\r\n", 1);
    for at in 0..text.len() {
        check(&fixture, &server, text.as_bytes(), &[at]).await.unwrap();
    }
}

#[tokio::test]
async fn h24_h56_two_tenants_on_many_connections_never_meet() {
    let (server, address) = Server::start().await;
    let fixture = Fixture::with(|config| {
        config.upstream = Upstream::Tcp(address.to_string().parse().unwrap());
    })
    .await;
    let http = fixture.http;
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..8 {
        clients.spawn(async move {
            let mut connection = Client::connect(http).await;
            for at in 0..50 {
                // Both tenants in turn on each connection, and on what the gateway pools.
                let tenant = ["acme", "globex"][(at + client) % 2];
                let target = format!("/{tenant}-{client}-{at}");
                let body = "x".repeat(at * 97 % 500);
                connection
                    .send(format!(
                        "POST {target} HTTP/1.1\r\nHost: {tenant}.test\r\n\
                         Content-Length: {}\r\n\r\n{body}",
                        body.len()
                    ))
                    .await;
                assert!(connection.until(&target).await.starts_with("HTTP/1.1 200 "));
            }
        });
    }
    clients.join_all().await;
    let seen = server.take();
    assert_eq!(seen.len(), 400);
    for request in seen {
        let token = request.fields("septum-context").next().unwrap();
        let claim = context_keys().verify(token, &tenants(), now()).unwrap();
        let tenant = claim.tenant().to_string();
        assert_eq!(request.tenant().unwrap(), tenant);
        assert!(request.target.starts_with(&format!("/{tenant}-")), "{}", request.target);
    }
    assert!(server.nonsense.lock().unwrap().is_empty());
}

#[tokio::test]
async fn h56_a_connection_that_was_authenticated_is_used_for_nobody_else() {
    // Where tokens bind, an `Authorization` that is none is refused.
    let fixture = Fixture::with(|config| config.sources.jwt = None).await;
    let mut client = fixture.client().await;
    let mut authenticated = vec![];
    for at in 0..30 {
        let field = ["X: y", "Authorization: NTLM TlRMTVNTUAAD", "Authorization: Negotiate YII"];
        client
            .send(format!("GET / HTTP/1.1\r\nHost: acme.test\r\n{}\r\n\r\n", field[at % 3]))
            .await;
        client.until("seen").await;
        let connection = fixture.application.seen().pop().unwrap().connection;
        assert!(!authenticated.contains(&connection), "{at}");
        if at % 3 != 0 {
            authenticated.push(connection);
        }
    }
}

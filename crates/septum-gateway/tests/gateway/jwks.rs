//! Key sets that are fetched (catalogue H44).

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::RootCertStore;
use septum_bind::jwt::{Algorithm, Issuers, LiveKeys};
use septum_gateway::{Config, JwksLocation, JwksSource};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::fixture::{Answer, Fixture, PATIENCE, claims, issuer, now, raw};
use crate::tls::Certificate;

/// A time that no test waits for.
const NEVER: Duration = Duration::from_secs(600);

/// An issuer's key.
struct Signer {
    id: &'static str,
    pair: EcdsaKeyPair,
}

impl Signer {
    fn new(id: &'static str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self { id, pair }
    }

    /// The uncompressed point.
    fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn jwk(&self) -> Value {
        let digits = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (x, y) = self.public()[1..].split_at(32);
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.id,
            "x": digits(x), "y": digits(y),
        })
    }

    /// `Authorization` with a token of acme's.
    fn bearer(&self) -> String {
        self.bearer_with(self.id)
    }

    fn bearer_with(&self, id: &str) -> String {
        let signed = signed(json!({ "alg": "ES256", "kid": id }));
        let tag = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("authorization: Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    }
}

fn signed(header: Value) -> String {
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", part(header), part(claims("acme", now() + 60)))
}

fn set(signers: &[&Signer]) -> String {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({ "keys": keys }).to_string()
}

/// How the publisher of a set answers.
#[derive(Clone)]
enum Mode {
    Answers(String),
    /// Closes without an answer.
    Closes,
    /// Takes the request and never answers.
    Hangs,
}

fn ok(body: &str) -> Mode {
    Mode::Answers(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

/// Publishes a set over TLS.
struct Publisher {
    address: SocketAddr,
    certificate: Certificate,
    mode: Arc<Mutex<Mode>>,
    asked: Arc<AtomicUsize>,
    paths: Arc<Mutex<Vec<String>>>,
    /// Counts the requests that it hangs on.
    hanging: watch::Sender<usize>,
}

impl Publisher {
    async fn start(mode: Mode) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let publisher = Self {
            address: socket.local_addr().unwrap(),
            certificate: Certificate::new(&["127.0.0.1"]),
            mode: Arc::new(Mutex::new(mode)),
            asked: Arc::default(),
            paths: Arc::default(),
            hanging: watch::Sender::default(),
        };
        let acceptor = TlsAcceptor::from(Arc::new(publisher.certificate.server()));
        let (mode, asked) = (Arc::clone(&publisher.mode), Arc::clone(&publisher.asked));
        let (paths, hanging) = (Arc::clone(&publisher.paths), publisher.hanging.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                asked.fetch_add(1, Ordering::Relaxed);
                let (acceptor, mode) = (acceptor.clone(), mode.lock().unwrap().clone());
                let (paths, hanging) = (Arc::clone(&paths), hanging.clone());
                tokio::spawn(async move {
                    // A client that trusts another authority goes no further.
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut request = vec![0; 4096];
                    let length = stream.read(&mut request).await.unwrap_or(0);
                    let request = String::from_utf8_lossy(&request[..length]).into_owned();
                    paths.lock().unwrap().push(request.lines().next().unwrap_or("").to_owned());
                    match mode {
                        Mode::Closes => {}
                        Mode::Answers(answer) => {
                            let _ = stream.write_all(answer.as_bytes()).await;
                            let _ = stream.shutdown().await;
                        }
                        Mode::Hangs => {
                            hanging.send_modify(|hanging| *hanging += 1);
                            std::future::pending::<()>().await;
                        }
                    }
                });
            }
        });
        publisher
    }

    fn answer(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn source(&self) -> JwksLocation {
        self.trusting(self.certificate.roots())
    }

    fn trusting(&self, roots: RootCertStore) -> JwksLocation {
        let url = format!("https://{}/keys", self.address).parse().unwrap();
        JwksLocation::Url { url, roots: Some(Arc::new(roots)) }
    }
}

/// Takes the issuer's keys from there; nothing but an unknown key makes it fetch again.
fn fetched(location: JwksLocation, config: &mut Config) -> &mut JwksSource {
    let keys = LiveKeys::default();
    config.sources.jwt.as_mut().unwrap().issuers =
        Issuers::new(vec![issuer(keys.clone())]).unwrap();
    config.jwks.push(JwksSource {
        location,
        keys,
        algorithms: Algorithm::PUBLIC.to_vec(),
        refresh: NEVER,
        min_interval: Duration::ZERO,
        max_stale: NEVER,
    });
    config.jwks.last_mut().unwrap()
}

async fn start(location: JwksLocation) -> Fixture {
    Fixture::with(|config| {
        fetched(location, config);
    })
    .await
}

async fn answer(fixture: &Fixture, bearer: &str) -> Answer {
    fixture.get(&["host: api.test", bearer]).await
}

async fn status(fixture: &Fixture, bearer: &str) -> u16 {
    answer(fixture, bearer).await.status
}

/// Asks until the answer has this status.
async fn comes_to(fixture: &Fixture, bearer: &str, expected: u16) {
    let asking = async {
        while status(fixture, bearer).await != expected {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap();
}

async fn is_ready(fixture: &Fixture) -> bool {
    let request = "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    Answer::parse(&raw(fixture.admin, request).await).status == 200
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("jwks.json")
}

#[tokio::test]
async fn h44_a_set_in_a_file_is_read_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    std::fs::write(file(&folder), set(&[&old])).unwrap();
    let fixture = start(JwksLocation::File(file(&folder))).await;
    assert!(is_ready(&fixture).await);
    assert_eq!(status(&fixture, &old.bearer()).await, 200);
    let refused = answer(&fixture, &new.bearer()).await;
    assert_eq!((refused.status, refused.reason().as_str()), (401, "SEP-104"));
    // Rotation: both for a while, then the new one alone.
    std::fs::write(file(&folder), set(&[&old, &new])).unwrap();
    comes_to(&fixture, &new.bearer(), 200).await;
    assert_eq!(status(&fixture, &old.bearer()).await, 200);
    std::fs::write(file(&folder), set(&[&new])).unwrap();
    let unknown = new.bearer_with("makes-it-look");
    let forgotten = async {
        while status(&fixture, &old.bearer()).await != 401 {
            assert_eq!(status(&fixture, &unknown).await, 401);
        }
    };
    tokio::time::timeout(PATIENCE, forgotten).await.unwrap();
    assert_eq!(status(&fixture, &new.bearer()).await, 200);
}

#[tokio::test]
async fn h44_a_set_at_a_url_is_fetched_and_rotates() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let publisher = Publisher::start(ok(&set(&[&old]))).await;
    let fixture = start(publisher.source()).await;
    assert!(is_ready(&fixture).await);
    assert_eq!(status(&fixture, &old.bearer()).await, 200);
    // A known key makes nobody ask.
    assert_eq!(publisher.asked(), 1);
    assert_eq!(*publisher.paths.lock().unwrap(), ["GET /keys HTTP/1.1"]);
    publisher.answer(ok(&set(&[&new])));
    comes_to(&fixture, &new.bearer(), 200).await;
    assert_eq!(status(&fixture, &old.bearer()).await, 401);
}

#[tokio::test]
async fn h44_an_issuer_that_can_t_be_reached_keeps_the_gateway_unready_until_it_can() {
    let signer = Signer::new("key");
    let publisher = Publisher::start(Mode::Closes).await;
    let fixture = start(publisher.source()).await;
    assert!(!is_ready(&fixture).await);
    assert_eq!(status(&fixture, &signer.bearer()).await, 401);
    // Other sources go on.
    assert_eq!(fixture.get(&["host: acme.test"]).await.status, 200);
    publisher.answer(ok(&set(&[&signer])));
    // A failure is tried again without being asked for.
    crate::fixture::until(|| publisher.asked() >= 2).await;
    comes_to(&fixture, &signer.bearer(), 200).await;
    assert!(is_ready(&fixture).await);
}

#[tokio::test]
async fn h44_a_bad_answer_leaves_the_last_good_set_in_place() {
    let (good, other) = (&Signer::new("good"), &Signer::new("other"));
    let elsewhere = Publisher::start(ok(&set(&[other]))).await;
    let mut oversized = set(&[other]);
    oversized.push_str(&" ".repeat(256 * 1024));
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nLocation: https://{}/keys\r\nContent-Length: 0\r\n\r\n",
        elsewhere.address
    );
    let secret = json!({ "keys": [other.jwk(), { "kty": "oct", "kid": "x", "k": "c2VjcmV0" }] });
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n{}", set(&[other]));
    let cases = [
        ("oversized", ok(&oversized)),
        ("endless", Mode::Answers(format!("HTTP/1.1 200 OK\r\n\r\n{oversized}"))),
        ("a redirect", Mode::Answers(redirect)),
        ("an error", Mode::Answers("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n".into())),
        ("a shared secret", ok(&secret.to_string())),
        ("two keys of one id", ok(&set(&[other, other]))),
        ("no keys", ok(r#"{"keys":[]}"#)),
        ("no JSON", ok("<html>")),
        ("cut short", Mode::Answers(cut)),
        ("nothing", Mode::Closes),
    ];
    join_all(cases.map(|(what, bad)| async move {
        let publisher = Publisher::start(ok(&set(&[good]))).await;
        let fixture = start(publisher.source()).await;
        publisher.answer(bad);
        // An unknown key makes it look, as soon as it may.
        let looked = async {
            while publisher.paths.lock().unwrap().len() < 2 {
                assert_eq!(status(&fixture, &other.bearer()).await, 401, "{what}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, looked).await.unwrap();
        assert_eq!(status(&fixture, &other.bearer()).await, 401, "{what}");
        assert_eq!(status(&fixture, &good.bearer()).await, 200, "{what}");
    }))
    .await;
    assert_eq!(elsewhere.asked(), 0);
}

#[tokio::test]
async fn h44_only_the_named_authority_may_certify_the_url() {
    let signer = Signer::new("key");
    let publisher = Publisher::start(ok(&set(&[&signer]))).await;
    let other = Certificate::new(&["127.0.0.1"]);
    let fixture = start(publisher.trusting(other.roots())).await;
    assert!(publisher.asked() >= 1);
    assert!(publisher.paths.lock().unwrap().is_empty());
    assert_eq!(status(&fixture, &signer.bearer()).await, 401);
}

#[tokio::test]
async fn h44_the_last_good_set_is_not_kept_for_ever() {
    let signer = Signer::new("key");
    let publisher = Publisher::start(ok(&set(&[&signer]))).await;
    let fixture = Fixture::with(|config| {
        let source = fetched(publisher.source(), config);
        source.refresh = Duration::from_secs(1);
        source.max_stale = Duration::from_secs(1);
    })
    .await;
    assert_eq!(status(&fixture, &signer.bearer()).await, 200);
    publisher.answer(Mode::Closes);
    comes_to(&fixture, &signer.bearer(), 401).await;
    assert!(!is_ready(&fixture).await);
    publisher.answer(ok(&set(&[&signer])));
    comes_to(&fixture, &signer.bearer(), 200).await;
}

#[tokio::test]
async fn h44_made_up_keys_cost_one_fetch_however_many_there_are() {
    let signer = Signer::new("key");
    let publisher = Publisher::start(ok(&set(&[&signer]))).await;
    let fixture = Fixture::with(|config| {
        fetched(publisher.source(), config).min_interval = NEVER;
    })
    .await;
    for at in 0..20 {
        assert_eq!(status(&fixture, &signer.bearer_with(&format!("made-up-{at}"))).await, 401);
    }
    assert_eq!(publisher.asked(), 1);
}

#[tokio::test]
async fn h44_an_issuer_that_hangs_holds_nobody_up_and_is_asked_once() {
    let signer = Signer::new("key");
    let publisher = Publisher::start(ok(&set(&[&signer]))).await;
    let fixture = Fixture::with(|config| {
        fetched(publisher.source(), config);
        // Fewer than there are made-up keys, more than may wait.
        config.limits.requests = 60;
    })
    .await;
    publisher.answer(Mode::Hangs);
    let head = |bearer: &str| {
        format!("GET / HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n{bearer}\r\n\r\n")
    };
    // The first that comes when it may be fetched again makes it hang.
    let mut hanging = publisher.hanging.subscribe();
    let (http, first) = (fixture.http, head(&signer.bearer_with("first")));
    let begun = async {
        while *hanging.borrow_and_update() == 0 {
            // Clients that leave cancel no fetch and begin no second one.
            let mut client = crate::fixture::Client::connect(http).await;
            client.send(&first).await;
            drop(client);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, begun).await.unwrap();
    let asked = publisher.asked();
    let began = Instant::now();
    let mut waiting = tokio::task::JoinSet::new();
    for at in 0..100 {
        let request = head(&signer.bearer_with(&format!("made-up-{at}")));
        waiting.spawn(async move { Answer::parse(&raw(http, request).await).status });
    }
    // Most are refused at once, which leaves places for others.
    for _ in 0..50 {
        let status = waiting.join_next().await.unwrap().unwrap();
        assert!(status == 401 || status == 503, "{status}");
    }
    assert_eq!(status(&fixture, &signer.bearer()).await, 200);
    assert!(began.elapsed() < Duration::from_millis(1900), "{:?}", began.elapsed());
    while waiting.join_next().await.is_some() {}
    assert_eq!(publisher.asked(), asked);
    assert_eq!(*hanging.borrow(), 1);
}

#[tokio::test]
async fn h34_h36_a_public_key_is_no_shared_secret_and_a_token_brings_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::new("key");
    std::fs::write(file(&folder), set(&[&signer])).unwrap();
    let fixture = start(JwksLocation::File(file(&folder))).await;
    for secret in [signer.public().to_vec(), set(&[&signer]).into_bytes()] {
        let signed = signed(json!({ "alg": "HS256", "kid": "key" }));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), signed.as_bytes());
        let bearer = format!("authorization: Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(tag));
        assert_eq!(status(&fixture, &bearer).await, 401);
    }
    // Nor does a token bring its own key.
    let jwk = json!({ "alg": "ES256", "jwk": Signer::new("x").jwk(), "jku": "https://evil.test" });
    let bearer =
        format!("authorization: Bearer {}.{}", signed(jwk), URL_SAFE_NO_PAD.encode([1; 64]));
    assert_eq!(status(&fixture, &bearer).await, 401);
    assert_eq!(status(&fixture, &signer.bearer()).await, 200);
}

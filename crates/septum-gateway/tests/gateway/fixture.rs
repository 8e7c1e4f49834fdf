//! A gateway with two tenants, and clients that write bytes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderName;
use ring::hmac;
use septum_audit::{Event, Kind, Recorded, Sink, SinkError};
use septum_bind::api_key::{self, ApiKey, ApiKeys};
use septum_bind::context::ContextKeys;
use septum_bind::header::Peers;
use septum_bind::jwt::{Algorithm, Issuer, Issuers, Key, Keys, LiveKeys};
use septum_bind::{RootKey, Tenant, Tenants, Traces, UnixSeconds};
use septum_core::{Environment, Principal, TenantType};
use septum_gateway::{Config, Gateway, Listener, Protocols, Services, Upstream};
use septum_tower::{ApiKeySource, Counts, HeaderSource, HostSource, JwtSource, Sources};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::application::Application;

/// How long anything may take before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

const SECRET: &[u8] = b"a shared secret of the tests, long enough";

pub(crate) struct Fixture {
    pub(crate) http: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) application: Application,
    pub(crate) audit: Arc<Recorder>,
    pub(crate) traces: Traces,
    pub(crate) counts: Counts,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl Fixture {
    /// A gateway that binds by host (alone too), token, API key and header; nobody is trusted for
    /// the last.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let application = Application::start().await;
        Self::before(application, change).await
    }

    pub(crate) async fn before(application: Application, change: impl FnOnce(&mut Config)) -> Self {
        Self::build(application, |config, _| change(config)).await
    }

    pub(crate) async fn build(
        application: Application,
        change: impl FnOnce(&mut Config, &mut Services),
    ) -> Self {
        let any = "127.0.0.1:0".parse().unwrap();
        let listener = Listener { address: any, tls: None, protocols: Protocols::Alpn };
        let upstream = Upstream::Tcp(application.address.to_string().parse().unwrap());
        let mut config = Config::new(vec![listener], upstream, sources());
        config.admin = Some(any);
        let audit = Arc::new(Recorder::default());
        let traces = Traces::new();
        let mut services = Services {
            tenants: Arc::new(tenants()),
            context_keys: context_keys(),
            traces: traces.clone(),
            audit: audit.clone(),
            lockouts: Arc::new(septum_audit::Lockouts::new(septum_audit::LockoutPolicy::default())),
            environment: Environment::Test,
            clock: now,
            ready: None,
        };
        change(&mut config, &mut services);
        let gateway = Gateway::bind(config, services).await.unwrap();
        let http = gateway.addresses()[0];
        let admin = gateway.admin_address().unwrap();
        let counts = gateway.counts();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(gateway.run(async {
            let _ = stopped.await;
        }));
        Self { http, admin, application, audit, traces, counts, stop: Some(stop), running }
    }

    /// Begins the shutdown.
    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Waits for the end of the shutdown.
    pub(crate) async fn stopped(mut self) {
        tokio::time::timeout(PATIENCE, &mut self.running).await.unwrap().unwrap();
    }

    /// One request of its own connection: `GET / HTTP/1.1`, then these fields.
    pub(crate) async fn get(&self, fields: &[&str]) -> Answer {
        self.ask("GET / HTTP/1.1", fields).await
    }

    pub(crate) async fn ask(&self, line: &str, fields: &[&str]) -> Answer {
        let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        let answer = raw(self.http, format!("{line}\r\n{fields}connection: close\r\n\r\n")).await;
        Answer::parse(&answer)
    }

    /// A client that writes what it likes.
    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.http).await
    }

    /// Waits until no request is under way any more.
    pub(crate) async fn quiet(&self) {
        until(|| self.traces.is_empty()).await;
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// Waits until this holds, and fails when it doesn't come to.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

pub(crate) fn now() -> UnixSeconds {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub(crate) fn tenants() -> Tenants {
    let tenant = |name: &str| Tenant {
        id: TenantType::Text.parse(name).unwrap(),
        name: name.into(),
        hosts: vec![format!("{name}.test")],
    };
    Tenants::new(TenantType::Text, [tenant("acme"), tenant("globex")]).unwrap()
}

pub(crate) fn context_keys() -> ContextKeys {
    ContextKeys::new(Environment::Test, &RootKey::from_bytes([1; 32]), None)
}

pub(crate) fn issuer(keys: LiveKeys) -> Issuer {
    Issuer { leeway: 0, ..Issuer::new("https://id.test", vec!["septum".into()], keys) }
}

fn sources() -> Sources {
    let secret = Key::from_secret(Algorithm::Hs256, None, SECRET).unwrap();
    let keys = LiveKeys::new(Keys::new([secret]).unwrap());
    let new = api_key::generate(&[7; 38]);
    let api_key = ApiKey {
        name: new.name,
        hash: new.hash,
        tenant: TenantType::Text.parse("globex").unwrap(),
        principal: Principal::new("importer").unwrap(),
    };
    Sources {
        host: Some(HostSource { shared: ["api.test".parse().unwrap()].into(), anonymous: true }),
        jwt: Some(JwtSource {
            issuers: Issuers::new(vec![issuer(keys)]).unwrap(),
            cookie: Some("__Host-session".into()),
        }),
        api_key: Some(ApiKeySource {
            header: HeaderName::from_static("x-api-key"),
            keys: Arc::new(ApiKeys::new([api_key]).unwrap()),
        }),
        header: Some(HeaderSource {
            tenant: HeaderName::from_static("x-tenant-id"),
            principal: Some(HeaderName::from_static("x-user")),
            trusted: Peers::default(),
        }),
        required: [].into(),
    }
}

/// Globex's API key.
pub(crate) fn globex_key() -> String {
    api_key::generate(&[7; 38]).text.expose().clone()
}

/// A token of this tenant that is good for a minute.
pub(crate) fn token(tenant: &str) -> String {
    token_until(tenant, now() + 60)
}

pub(crate) fn token_until(tenant: &str, expires: UnixSeconds) -> String {
    sign(SECRET, tenant, expires)
}

pub(crate) fn forged(tenant: &str) -> String {
    sign(b"some other secret, long enough as well", tenant, now() + 60)
}

/// The claims of every token.
pub(crate) fn claims(tenant: &str, expires: UnixSeconds) -> Value {
    json!({
        "iss": "https://id.test", "aud": "septum", "sub": format!("ann@{tenant}"),
        "tenant": tenant, "exp": expires,
    })
}

fn sign(secret: &[u8], tenant: &str, expires: UnixSeconds) -> String {
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(json!({ "alg": "HS256" })), part(claims(tenant, expires)));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Keeps what is recorded; fails on demand.
#[derive(Default)]
pub(crate) struct Recorder {
    events: Mutex<Vec<Event>>,
    pub(crate) fails: std::sync::atomic::AtomicBool,
}

impl Recorder {
    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// The kind and the code of the last event.
    pub(crate) fn last(&self) -> (Kind, &'static str) {
        let event = self.events().pop().unwrap();
        (event.kind, event.reason.unwrap().code())
    }
}

impl Sink for Recorder {
    fn record(&self, event: Event) -> Recorded {
        self.events.lock().unwrap().push(event);
        let fails = self.fails.load(std::sync::atomic::Ordering::Relaxed);
        Box::pin(
            async move { if fails { Err(SinkError::Unwritable("full".into())) } else { Ok(()) } },
        )
    }
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no answer: {text:?}"));
        Self { status, head: head.to_lowercase(), body: body.into() }
    }

    /// The reason's code of a refusal.
    pub(crate) fn reason(&self) -> String {
        let body: Value = serde_json::from_str(&self.body)
            .unwrap_or_else(|_| panic!("no refusal: {} {:?}", self.status, self.body));
        body["error"]["reason"].as_str().unwrap().into()
    }
}

/// Writes these bytes and reads until the connection ends.
pub(crate) async fn raw(address: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut client = Client::connect(address).await;
    client.send(bytes).await;
    client.rest().await
}

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), read: vec![] }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // A gateway that has refused may have closed already.
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Reads until these bytes came, and returns everything up to their end.
    pub(crate) async fn until(&mut self, end: &str) -> String {
        let reading = async {
            loop {
                let text = String::from_utf8_lossy(&self.read).into_owned();
                if let Some(at) = text.find(end) {
                    self.read.drain(..at + end.len());
                    return text[..at + end.len()].to_owned();
                }
                let read = self.stream.read_buf(&mut self.read).await.unwrap();
                assert!(read > 0, "the connection ended before {end:?}: {text:?}");
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.unwrap()
    }

    /// So many bytes, or nothing when the connection ends before.
    pub(crate) async fn exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        let reading = async {
            while self.read.len() < count {
                let read = self.stream.read_buf(&mut self.read).await;
                if read.is_err() || read.is_ok_and(|read| read == 0) {
                    return None;
                }
            }
            Some(self.read.drain(..count).collect())
        };
        tokio::time::timeout(PATIENCE, reading).await.unwrap()
    }

    /// Reads for this long, or until the connection ends, which it says.
    pub(crate) async fn pending(mut self, time: Duration) -> (String, bool) {
        let reading = async {
            while self.stream.read_buf(&mut self.read).await.is_ok_and(|read| read > 0) {}
        };
        let ended = tokio::time::timeout(time, reading).await.is_ok();
        (String::from_utf8_lossy(&self.read).into_owned(), ended)
    }

    /// Reads until the connection ends.
    pub(crate) async fn rest(mut self) -> String {
        let reading = async {
            // A reset ends a connection too.
            while self.stream.read_buf(&mut self.read).await.is_ok_and(|read| read > 0) {}
            String::from_utf8_lossy(&self.read).into_owned()
        };
        tokio::time::timeout(PATIENCE, reading).await.unwrap()
    }
}

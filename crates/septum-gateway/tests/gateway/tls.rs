//! TLS that the gateway ends itself.

use std::sync::Arc;

use http_body_util::Empty;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use septum_gateway::Protocols;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::fixture::{Answer, Fixture, raw};

/// A certificate of its own authority for these names.
pub(crate) struct Certificate {
    der: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Certificate {
    pub(crate) fn new(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        Self { der: made.cert.der().clone(), key }
    }

    pub(crate) fn server(&self) -> ServerConfig {
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], self.key.clone_key())
            .unwrap()
    }

    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        roots
    }

    fn client(&self, alpn: &[&str]) -> TlsConnector {
        TlsConnector::from(Arc::new(self.config(alpn)))
    }

    fn config(&self, alpn: &[&str]) -> ClientConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots())
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }
}

async fn start(protocols: Protocols) -> (Fixture, Certificate) {
    let certificate = Certificate::new(&["acme.test", "globex.test"]);
    let tls = Arc::new(certificate.server());
    let fixture = Fixture::with(|config| {
        config.listeners[0].tls = Some(tls);
        config.listeners[0].protocols = protocols;
    })
    .await;
    (fixture, certificate)
}

async fn connect(
    fixture: &Fixture,
    certificate: &Certificate,
    name: &str,
    alpn: &[&str],
) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect(fixture.http).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    certificate.client(alpn).connect(name, stream).await.unwrap()
}

async fn ask(stream: &mut TlsStream<TcpStream>, host: &str) -> Answer {
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // The close alert may be missing after the connection's end: the answer has its length.
    let _ = stream.read_to_string(&mut answer).await;
    Answer::parse(&answer)
}

#[tokio::test]
async fn h15_a_connection_for_one_tenants_host_carries_no_other() {
    let (fixture, certificate) = start(Protocols::Alpn).await;
    let mut own = connect(&fixture, &certificate, "acme.test", &[]).await;
    assert_eq!(ask(&mut own, "acme.test").await.status, 200);
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!(seen.header("x-forwarded-proto"), Some("https"));
    for host in ["globex.test", "api.test", "unknown.test"] {
        let mut foreign = connect(&fixture, &certificate, "acme.test", &[]).await;
        let answer = ask(&mut foreign, host).await;
        assert_eq!((answer.status, answer.reason().as_str()), (421, "SEP-208"), "{host}");
    }
    assert_eq!(fixture.application.seen().len(), 1);
}

#[tokio::test]
async fn h16_http_2_coalesces_no_two_tenants() {
    let (fixture, certificate) = start(Protocols::Alpn).await;
    let stream = connect(&fixture, &certificate, "acme.test", &["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    for (host, expected) in [("acme.test", 200), ("globex.test", 421), ("acme.test", 200)] {
        let request = http::Request::get(format!("https://{host}/"));
        let request = request.body(Empty::<bytes::Bytes>::new()).unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.status(), expected, "{host}");
    }
}

#[tokio::test]
async fn h49_nothing_is_taken_before_the_handshake_is_over() {
    let certificate = Certificate::new(&["acme.test"]);
    let mut server = certificate.server();
    // Whatever the configuration came with.
    server.max_early_data_size = 16 * 1024;
    let fixture = Fixture::with(|config| config.listeners[0].tls = Some(Arc::new(server))).await;
    let mut config = certificate.config(&["http/1.1"]);
    config.enable_early_data = true;
    let config = Arc::new(config);
    let name = ServerName::try_from("acme.test").unwrap();
    let stream = TcpStream::connect(fixture.http).await.unwrap();
    let connector = TlsConnector::from(Arc::clone(&config));
    let mut first = connector.connect(name.clone(), stream).await.unwrap();
    assert_eq!(ask(&mut first, "acme.test").await.status, 200);
    // It may come back by the ticket that it got, but with nothing in its first flight.
    let mut again = rustls::ClientConnection::new(Arc::clone(&config), name.clone()).unwrap();
    assert!(again.early_data().is_none());
    let stream = TcpStream::connect(fixture.http).await.unwrap();
    let resumed = connector.connect(name, stream).await.unwrap();
    let kind = resumed.get_ref().1.handshake_kind();
    assert_eq!(kind, Some(rustls::HandshakeKind::Resumed));
}

#[tokio::test]
async fn only_what_is_configured_is_agreed_on() {
    let (fixture, certificate) = start(Protocols::Http1).await;
    let stream = TcpStream::connect(fixture.http).await.unwrap();
    let name = ServerName::try_from("acme.test").unwrap();
    assert!(certificate.client(&["h2"]).connect(name, stream).await.is_err());
    let mut both = connect(&fixture, &certificate, "acme.test", &["h2", "http/1.1"]).await;
    assert_eq!(ask(&mut both, "acme.test").await.status, 200);
}

#[tokio::test]
async fn what_is_no_tls_costs_nobody_anything() {
    let (fixture, certificate) = start(Protocols::Alpn).await;
    for bytes in [
        "GET / HTTP/1.1\r\nHost: acme.test\r\n\r\n",
        "\x16\x03\x01\x7f\x7f\x01\x7f\x7f\x7f",
        "\x16\x03\x01\0\0",
        "\0\0\0\0\0\0\0\0",
    ] {
        // At most an alert, never an answer.
        assert!(!raw(fixture.http, bytes).await.contains("HTTP"), "{bytes:?}");
    }
    let mut good = connect(&fixture, &certificate, "globex.test", &[]).await;
    assert_eq!(ask(&mut good, "globex.test").await.status, 200);
    assert_eq!(fixture.application.seen().len(), 1);
}

#[tokio::test]
async fn a_handshake_that_stands_still_is_cut_off() {
    let certificate = Certificate::new(&["acme.test"]);
    let fixture = Fixture::with(|config| {
        config.listeners[0].tls = Some(Arc::new(certificate.server()));
        config.timeouts.handshake = std::time::Duration::from_millis(200);
    })
    .await;
    for beginning in ["", "\x16\x03\x01\x02\0"] {
        assert_eq!(raw(fixture.http, beginning).await, "");
    }
}

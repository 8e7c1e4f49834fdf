//! SCRAM, held against PostgreSQL's own: its verifiers are ours, its server takes our client,
//! and its client takes our server.
#![expect(clippy::print_stdout, reason = "a test that says why it skips")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use septum_pgwire::scram::{
    ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, Verifier, client, server,
};
use septum_test_cluster::{Binaries, Cluster};
use tokio_postgres::NoTls;

const NONCE: &str = "bm90IHJhbmRvbSBoZXJl";
const TIMEOUT: Duration = Duration::from_secs(60);

fn cluster() -> anyhow::Result<Option<Cluster>> {
    if let Err(error) = Binaries::find() {
        println!("skipped: {error}");
        return Ok(None);
    }
    Cluster::start().map(Some)
}

async fn superuser(cluster: &Cluster) -> anyhow::Result<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(&cluster.dsn("postgres"), NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// One message in, one out: all that a login needs of a connection.
struct Wire<S>(S);

impl<S: Read + Write> Wire<S> {
    fn send(&mut self, tag: Option<u8>, body: &[u8]) -> anyhow::Result<()> {
        let length = u32::try_from(body.len() + 4)?.to_be_bytes();
        let tag = tag.as_slice();
        self.0.write_all(&[tag, &length, body].concat())?;
        Ok(self.0.flush()?)
    }

    fn receive(&mut self) -> anyhow::Result<(u8, Vec<u8>)> {
        let mut tag = [0];
        self.0.read_exact(&mut tag)?;
        Ok((tag[0], self.receive_body()?))
    }

    fn receive_body(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length))?;
        ensure!((4..10_000).contains(&length), "a message of {length} bytes");
        let mut body = vec![0; length - 4];
        self.0.read_exact(&mut body)?;
        Ok(body)
    }

    /// The next authentication message: its kind and its data.
    fn authentication(&mut self) -> anyhow::Result<(u32, Vec<u8>)> {
        let (tag, body) = self.receive()?;
        let text = String::from_utf8_lossy(&body).into_owned();
        ensure!(tag == b'R', "refused: {text}");
        let (kind, data) = body.split_first_chunk().context("too short")?;
        Ok((u32::from_be_bytes(*kind), data.to_vec()))
    }

    /// Logs in, as the frontend.
    fn log_in(&mut self, password: &str, binding: &ChannelBinding) -> anyhow::Result<()> {
        self.send(None, b"\0\x03\0\0user\0app\0database\0postgres\0\0")?;
        let (kind, mechanisms) = self.authentication()?;
        ensure!(kind == 10, "not SASL: {kind}");
        let mechanism = match binding {
            ChannelBinding::EndPoint(_) => SCRAM_SHA_256_PLUS,
            ChannelBinding::Unavailable | ChannelBinding::NotChosen => SCRAM_SHA_256,
        };
        let mut offered = mechanisms.split(|byte| *byte == 0);
        ensure!(offered.any(|offer| offer == mechanism.as_bytes()), "{mechanism} is not offered");
        let start = client::Start::new(password, NONCE, binding)?;
        let first = start.first();
        let length = u32::try_from(first.len())?.to_be_bytes();
        self.send(Some(b'p'), &[mechanism.as_bytes(), b"\0", &length, &first].concat())?;
        let (_, server_first) = self.authentication()?;
        let (response, awaiting) = start.respond(&server_first)?;
        self.send(Some(b'p'), &response)?;
        let (_, server_final) = self.authentication()?;
        awaiting.verify(&server_final)?;
        ensure!(self.authentication()?.0 == 0, "not AuthenticationOk");
        Ok(())
    }
}

fn connect(cluster: &Cluster) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", cluster.port()))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    Ok(stream)
}

#[tokio::test]
async fn postgresqls_verifiers_are_ours() -> anyhow::Result<()> {
    let Some(cluster) = cluster()? else { return Ok(()) };
    let superuser = superuser(&cluster).await?;
    superuser.batch_execute("CREATE ROLE app LOGIN").await?;
    let mut passwords: Vec<String> = [
        "pencil",
        " ",
        "tab\there",
        "I\u{ad}X",
        "\u{ad}",
        "a\u{a0}b",
        "\u{aa}",
        "\u{2168}",
        "\u{e9}\u{7}",
        "\u{627}1",
        "\u{627}\u{628}",
        "\u{627}a\u{628}",
        "\u{5d0}1\u{5d1}",
        "a\u{340}",
        "\u{1f130}",
        "\u{1f600}",
        "e\u{301}",
        "\u{fb01}",
        "\u{200b}",
        "\u{200c}x",
        "\u{fdfa}",
        "\u{37a}",
        "\u{e000}",
        "\u{fffd}",
        "\u{e0001}",
    ]
    .map(str::to_owned)
    .to_vec();
    // And a walk through Unicode, where the tables of both sides must say the same.
    // SEPTUM_SCRAM_STEP sets its stride.
    let step = std::env::var("SEPTUM_SCRAM_STEP").ok().map_or(Ok(1511), |step| step.parse())?;
    let walk = (0x80..0x11_0000).step_by(step).filter_map(char::from_u32);
    passwords.extend(walk.map(|c| format!("a{c}b")));
    for password in &passwords {
        let quoted = password.replace('\'', "''");
        superuser.batch_execute(&format!("ALTER ROLE app PASSWORD '{quoted}'")).await?;
        let stored = "SELECT rolpassword FROM pg_authid WHERE rolname = 'app'";
        let stored: String = superuser.query_one(stored, &[]).await?.get(0);
        let verifier: Verifier = stored.parse()?;
        ensure!(verifier.to_postgres() == stored);
        let ours = Verifier::derive(password, verifier.salt(), verifier.iterations());
        ensure!(ours == verifier, "`{}` is prepared differently", password.escape_unicode());
    }
    println!("{} passwords", passwords.len());
    Ok(())
}

#[tokio::test]
async fn our_client_logs_in_to_postgresql() -> anyhow::Result<()> {
    let Some(cluster) = cluster()? else { return Ok(()) };
    superuser(&cluster).await?.batch_execute("CREATE ROLE app LOGIN PASSWORD 'pencil'").await?;
    let plain = ChannelBinding::Unavailable;
    Wire(connect(&cluster)?).log_in("pencil", &plain)?;
    // Without TLS the server offers no binding, and a client that could bind may say so.
    Wire(connect(&cluster)?).log_in("pencil", &ChannelBinding::NotChosen)?;
    let error = Wire(connect(&cluster)?).log_in("pen", &plain).unwrap_err();
    assert!(error.to_string().contains("28P01"), "{error}");
    Ok(())
}

#[tokio::test]
async fn our_client_binds_to_postgresqls_certificate() -> anyhow::Result<()> {
    if let Err(error) = Binaries::find() {
        println!("skipped: {error}");
        return Ok(());
    }
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let cluster = Cluster::builder()
        .file("server.crt", certified.cert.pem())
        .file("server.key", certified.signing_key.serialize_pem())
        .setting("ssl", "on")
        .start()?;
    superuser(&cluster).await?.batch_execute("CREATE ROLE app LOGIN PASSWORD 'pencil'").await?;
    let mut roots = RootCertStore::empty();
    roots.add(certified.cert.der().clone())?;
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let config = Arc::new(config);
    let log_in = |binding: Option<ChannelBinding>| {
        let mut stream = connect(&cluster)?;
        stream.write_all(b"\0\0\0\x08\x04\xd2\x16\x2f")?;
        let mut answer = [0];
        stream.read_exact(&mut answer)?;
        ensure!(answer == *b"S", "no TLS");
        let name = ServerName::try_from("localhost")?;
        let mut tls = StreamOwned::new(ClientConnection::new(Arc::clone(&config), name)?, stream);
        tls.conn.complete_io(&mut tls.sock)?;
        let certificate = tls.conn.peer_certificates().and_then(<[_]>::first);
        let certificate = certificate.context("no certificate")?;
        let bound = ChannelBinding::end_point(certificate).context("nothing to bind to")?;
        Wire(tls).log_in("pencil", &binding.unwrap_or(bound))
    };
    log_in(None)?;
    log_in(Some(ChannelBinding::Unavailable))?;
    // As if somebody between us had another certificate, or had removed the offer.
    for refused in [ChannelBinding::EndPoint(vec![0; 32]), ChannelBinding::NotChosen] {
        let error = log_in(Some(refused)).unwrap_err();
        assert!(error.to_string().contains("28000"), "{error}");
    }
    Ok(())
}

/// Serves one login, as the backend, and one ReadyForQuery.
fn serve(listener: &TcpListener, verifier: &Verifier) -> anyhow::Result<()> {
    let (stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut wire = Wire(stream);
    let authentication = |kind: u32, data: &[u8]| [&kind.to_be_bytes(), data].concat();
    let startup = wire.receive_body()?;
    ensure!(startup.starts_with(b"\0\x03\0\0"), "not a startup packet");
    let offer = format!("{SCRAM_SHA_256}\0\0");
    wire.send(Some(b'R'), &authentication(10, offer.as_bytes()))?;
    let (_, choice) = wire.receive()?;
    let (_, first) = choice.split_at(SCRAM_SHA_256.len() + 1 + 4);
    let binding = ChannelBinding::Unavailable;
    let (server_first, awaiting) = server::first(verifier, first, NONCE, &binding)?;
    wire.send(Some(b'R'), &authentication(11, &server_first))?;
    let (_, client_final) = wire.receive()?;
    match awaiting.finish(&client_final) {
        Ok(server_final) => {
            wire.send(Some(b'R'), &authentication(12, &server_final))?;
            wire.send(Some(b'R'), &authentication(0, &[]))?;
            wire.send(Some(b'Z'), b"I")?;
            // Until the client hangs up.
            drop(wire.receive());
            Ok(())
        }
        Err(error) => {
            let fields = format!("SFATAL\0VFATAL\0C{}\0M{error}\0\0", error.sqlstate());
            wire.send(Some(b'E'), fields.as_bytes())?;
            bail!(error)
        }
    }
}

#[tokio::test]
async fn postgresqls_clients_log_in_to_our_server() -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    let verifier = Verifier::derive("pencil", b"some salt", 4096.try_into()?);
    let dsn = |password: &str| {
        format!(
            "host=127.0.0.1 port={port} user=app password={password} dbname=postgres \
             connect_timeout=60"
        )
    };
    let psql = Binaries::find().ok().map(|binaries| binaries.program("psql"));
    let psql = psql.filter(|psql| psql.exists());
    if psql.is_none() {
        println!("skipped: psql");
    }
    for (password, good) in [("pencil", true), ("pen", false)] {
        let (listener, verifier) = (listener.try_clone()?, verifier.clone());
        let logins = 1 + usize::from(psql.is_some());
        let server = std::thread::spawn(move || {
            (0..logins).map(|_| serve(&listener, &verifier).is_ok()).collect::<Vec<_>>()
        });
        let driver = tokio_postgres::connect(&dsn(password), NoTls).await;
        assert_eq!(driver.is_ok(), good, "{:?}", driver.err());
        drop(driver);
        if let Some(psql) = &psql {
            let output = Command::new(psql)
                .args(["-X", "-w", "-c", "\\echo in", "-d"])
                .arg(format!("{} sslmode=disable gssencmode=disable", dsn(password)))
                .output()?;
            assert_eq!(output.stdout == b"in\n", good, "{output:?}");
        }
        let served = server.join().map_err(|_| anyhow::anyhow!("the server panicked"))?;
        assert_eq!(served, vec![good; logins]);
    }
    Ok(())
}

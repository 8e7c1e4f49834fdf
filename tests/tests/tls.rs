//! TLS on both sides of the shipped `septum run`, and what hostile bytes get from it.
#![expect(clippy::unwrap_used, reason = "a panic is the report")]

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use septum_tests::{Binaries, Cluster, Config, Crm, Scratch, Septum, connect, random_hex, skip};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;

/// An authority of our own.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut ours = CertificateParams::default();
        ours.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ours.distinguished_name.push(DnType::CommonName, random_hex(4).unwrap());
        let key = KeyPair::generate().unwrap();
        let pem = ours.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(ours, key) }
    }

    /// A certificate for this machine, and its key.
    fn certify(&self) -> (String, String) {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(names).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

/// A PostgreSQL that offers TLS, and Septum's configuration before it: the first listener
/// prefers TLS, the second requires it, the third is a unix socket.
struct Fixture {
    psql: PathBuf,
    cluster: Cluster,
    scratch: Scratch,
    config: Config,
    /// The configuration without TLS towards the server.
    base: String,
}

impl Fixture {
    /// `None` where there is no psql beside the server: the test is skipped.
    async fn new(test: &str) -> Option<Self> {
        let psql = Binaries::find().unwrap().program("psql");
        if !psql.is_file() {
            skip(test, "there is no psql beside the PostgreSQL server");
            return None;
        }
        let authority = Authority::new();
        let (cert, key) = authority.certify();
        let cluster = Cluster::builder()
            .setting("ssl", "on")
            .file("server.crt", cert)
            .file("server.key", key)
            .start()
            .unwrap();
        let scratch = Scratch::new().unwrap();
        scratch.write("ca.pem", &authority.pem).unwrap();
        scratch.write("other-ca.pem", &Authority::new().pem).unwrap();
        let (cert, key) = authority.certify();
        scratch.write("proxy.pem", &cert).unwrap();
        scratch.write("proxy.key", &key).unwrap();
        let mut config = Config::new(&scratch, &cluster).unwrap();
        let files = "cert_file = \"proxy.pem\"\nkey_file = \"proxy.key\"";
        let first = format!("address = \"{}\"\n", config.proxy);
        let prefers = format!("{first}[listeners.tls]\nmode = \"prefer\"\n{files}\n");
        config.text = config.text.replacen(&first, &prefers, 1);
        let folder = scratch.path().display();
        config.text.push_str(&format!(
            "\n[[listeners]]\naddress = \"127.0.0.1:0\"\n[listeners.tls]\nmode = \"require\"\n\
             {files}\n[[listeners]]\naddress = \"{folder}/.s.PGSQL.6432\"\n"
        ));
        Crm::create(&cluster, &config.secrets.database).await.unwrap();
        let base = config.text.clone();
        Some(Self { psql, cluster, scratch, config, base })
    }

    /// Configures TLS towards the server.
    fn towards_server(&mut self, tls: &str) -> &Config {
        self.config.text = format!("{}[database.tls]\n{tls}\n", self.base);
        &self.config
    }

    /// The second listener's port.
    fn required(&self) -> u16 {
        let ready: serde_json::Value =
            serde_json::from_str(&self.scratch.read("ready.json")).unwrap();
        let address = ready.pointer("/proxy/1").and_then(|address| address.as_str()).unwrap();
        address.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// What psql says of its connection, or complains of.
    async fn psql(&self, at: &str) -> Result<String, String> {
        let mut psql = Command::new(&self.psql);
        let dsn = format!("{at} user=app.acme dbname=crm");
        let ended = psql
            .args(["--no-psqlrc", &dsn, "--command", "\\conninfo", "--command", "SELECT 40 + 2"])
            .env("PGPASSWORD", &self.config.secrets.application)
            .output()
            .await
            .unwrap();
        if !ended.status.success() {
            return Err(String::from_utf8(ended.stderr).unwrap());
        }
        let told = String::from_utf8(ended.stdout).unwrap();
        assert!(told.contains("42"), "{told}");
        Ok(told)
    }

    fn ca(&self, file: &str) -> String {
        format!("sslmode=verify-full sslrootcert={}", self.scratch.path().join(file).display())
    }

    /// How many of Septum's connections the server sees, with TLS and without.
    async fn at_the_server(&self) -> (i64, i64) {
        let admin = connect(&self.cluster.dsn("crm")).await.unwrap();
        let sql = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl)
                   FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                   WHERE usename = 'crm_app' AND application_name = 'septum'";
        let row = admin.query_one(sql, &[]).await.unwrap();
        (row.get(0), row.get(1))
    }
}

#[tokio::test]
async fn both_sides_verify_whom_they_talk_to() {
    let Some(mut fixture) = Fixture::new("TLS").await else { return };
    fixture.towards_server("mode = \"verify-full\"\nca_file = \"ca.pem\"");
    Septum::migrate(&fixture.config).unwrap();
    let _septum = Septum::start(&fixture.scratch, &fixture.config).await.unwrap();
    assert_eq!(fixture.at_the_server().await, (1, 0));

    let (prefers, requires) = (fixture.config.proxy.port(), fixture.required());
    for port in [prefers, requires] {
        let at = format!("host=localhost hostaddr=127.0.0.1 port={port}");
        let verified = fixture.psql(&format!("{at} {}", fixture.ca("ca.pem"))).await.unwrap();
        assert!(verified.contains("protocol: TLSv1.3"), "{verified}");
        let refused = fixture.psql(&format!("{at} {}", fixture.ca("other-ca.pem"))).await;
        assert!(refused.as_ref().unwrap_err().contains("certificate verify failed"), "{refused:?}");
        let by_name = fixture.ca("ca.pem");
        let elsewhere = format!("host=db.internal hostaddr=127.0.0.1 port={port} {by_name}");
        let refused = fixture.psql(&elsewhere).await;
        assert!(refused.as_ref().unwrap_err().contains("does not match host name"), "{refused:?}");
    }
    let plain = format!("host=127.0.0.1 port={prefers} sslmode=disable");
    assert!(!fixture.psql(&plain).await.unwrap().contains("SSL"));
    let socket = format!("host={} port=6432 sslmode=disable", fixture.scratch.path().display());
    let told = fixture.psql(&socket).await.unwrap();
    assert!(told.contains("via socket"), "{told}");

    let plain = format!("host=127.0.0.1 port={requires} sslmode=disable");
    let refused = fixture.psql(&plain).await.unwrap_err();
    assert!(refused.contains("SEP-404: this listener takes TLS only"), "{refused}");
    let dsn = format!("{plain} user=app.acme password=x dbname=crm");
    let refused = connect(&dsn).await.unwrap_err();
    let refused = refused.downcast::<tokio_postgres::Error>().unwrap();
    assert_eq!(refused.code().unwrap().code(), "28000");
}

#[tokio::test]
async fn a_server_that_cant_prove_itself_is_not_used() {
    let Some(mut fixture) = Fixture::new("TLS").await else { return };
    let named = "mode = \"verify-full\"\nca_file = \"ca.pem\"\nname = \"db.internal\"";
    let complaint = Septum::migrate(fixture.towards_server(named)).unwrap_err().to_string();
    assert!(complaint.contains("invalid peer certificate"), "{complaint}");
    let wrong = "mode = \"verify-full\"\nca_file = \"other-ca.pem\"";
    let complaint = Septum::migrate(fixture.towards_server(wrong)).unwrap_err().to_string();
    assert!(complaint.contains("invalid peer certificate: UnknownIssuer"), "{complaint}");
    let at = format!("host=127.0.0.1 port={}", fixture.config.proxy.port());
    {
        let septum = Septum::start(&fixture.scratch, &fixture.config).await.unwrap();
        let log = septum.process.log();
        assert!(log.contains("invalid peer certificate: UnknownIssuer"), "{log}");
        let refused = fixture.psql(&at).await.unwrap_err();
        assert!(refused.contains("SEP-502"), "{refused}");
    }
    // Who only asks for encryption gets it, from whomever.
    fixture.towards_server("mode = \"require\"");
    Septum::migrate(&fixture.config).unwrap();
    let _septum = Septum::start(&fixture.scratch, &fixture.config).await.unwrap();
    fixture.psql(&at).await.unwrap();
    assert_eq!(fixture.at_the_server().await, (1, 0));
}

const SSL_REQUEST: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x2f";
const STARTUP: &[u8] = b"\0\0\0\x24\0\x03\0\0user\0app.acme\0database\0crm\0\0";

/// Everything that comes back until the other side closes.
async fn answer(port: u16, parts: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut answer = Vec::new();
    for part in parts {
        stream.write_all(part).await.unwrap();
        answer.push(0);
        if stream.read(answer.last_mut().map(std::slice::from_mut).unwrap()).await.unwrap() == 0 {
            break;
        }
    }
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn p26_p27_hostile_bytes_before_tls_and_authentication_are_refused() {
    let Some(fixture) = Fixture::new("TLS, hostile bytes").await else { return };
    Septum::migrate(&fixture.config).unwrap();
    let _septum = Septum::start(&fixture.scratch, &fixture.config).await.unwrap();
    let at = format!("host=127.0.0.1 port={} sslmode=require", fixture.config.proxy.port());
    for port in [fixture.config.proxy.port(), fixture.required()] {
        let injected = answer(port, &[&[SSL_REQUEST, STARTUP].concat()]).await;
        assert!(injected.contains("08P01") && injected.contains("SEP-408"), "{injected}");
        for length in [0_i32, 3, -1, i32::MIN, i32::MAX, 1 << 20] {
            let mut packet = length.to_be_bytes().to_vec();
            packet.extend_from_slice(&STARTUP[4..]);
            let refused = answer(port, &[&packet]).await;
            assert!(
                refused.contains("08P01") && refused.contains("SEP-401"),
                "{length}: {refused}"
            );
        }
    }
    // The same in the message after it: the password's.
    for length in [0_i32, 3, -1, i32::MIN, i32::MAX, 1 << 20] {
        let mut message = vec![b'p'];
        message.extend_from_slice(&length.to_be_bytes());
        let port = fixture.config.proxy.port();
        let refused = answer(port, &[STARTUP, &message]).await;
        assert!(refused.contains("08P01"), "{length}: {refused}");
    }
    fixture.psql(&at).await.unwrap();
}

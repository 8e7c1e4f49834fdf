use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use septum_test_cluster::Cluster;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

pub(crate) const ROOT_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

const PROGRAM: &str = env!("CARGO_BIN_EXE_septum");

/// A running Septum before a migrated cluster with a protected table `deals`: 10 rows of tenant
/// 1, whose user is `acme`, and 20 of tenant 2, `globex`.
pub(crate) struct Septum {
    child: Running,
    folder: TempDir,
    port: u16,
    http: String,
    admin: String,
    _cluster: Cluster,
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Septum {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// With more lines of the configuration.
    pub(crate) async fn start_with(more: &str) -> Self {
        let cluster = Cluster::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let application = application();
        let write =
            |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
        write("root.key", ROOT_KEY);
        write("app", "app-password");
        write("user", "user-password");
        write("superuser", cluster.superuser_password());
        write(
            "septum.toml",
            &format!(
                "environment = 'test'\nroot_key_file = 'root.key'\n\
                 [tenant]\ntype = 'int'\n\
                 [[tenants]]\nid = '1'\nname = 'acme'\nhosts = ['acme.test']\n[[tenants]]\nid = '2'\nname = 'globex'\n\
                 [audit]\nfolder = 'audit'\n\
                 [database]\nhost = '127.0.0.1'\nport = {}\nname = 'postgres'\nuser = 'app'\n\
                 password_file = 'app'\npool_size = 2\n\
                 [migrate]\nuser = 'postgres'\npassword_file = 'superuser'\n\
                 [[listeners]]\naddress = '127.0.0.1:0'\n\
                 [[users]]\nname = 'acme'\npassword_file = 'user'\ntenant = '1'\n\
                 [[users]]\nname = 'globex'\npassword_file = 'user'\ntenant = '2'\n\
                 [http]\nupstream = '{application}'\nadmin = '127.0.0.1:0'\n[http.host]\nanonymous = true\n\
                 [[http.listeners]]\naddress = '127.0.0.1:0'\n{more}",
                cluster.port()
            ),
        );
        let admin = connect(&cluster.dsn("postgres")).await;
        admin.batch_execute("CREATE ROLE app LOGIN PASSWORD 'app-password'").await.unwrap();
        septum(&folder, &["migrate"]);
        admin
            .batch_execute(
                "CREATE TABLE deals (id int PRIMARY KEY, tenant_id int NOT NULL, note text);
                 INSERT INTO deals SELECT i, CASE WHEN i <= 10 THEN 1 ELSE 2 END, 'n'
                     FROM generate_series(1, 30) i;
                 SELECT septum.protect('deals', 'tenant_id');
                 CREATE FUNCTION score(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
                 CREATE TABLE countries (code text); GRANT SELECT ON countries TO app;
                 GRANT SELECT, INSERT, UPDATE, DELETE ON deals TO app",
            )
            .await
            .unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(PROGRAM)
            .args(["run", "--config"])
            .arg(folder.path().join("septum.toml"))
            .arg("--ready-file")
            .arg(folder.path().join("ready"))
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut septum = Self {
            child: Running(child),
            folder,
            port: 0,
            http: String::new(),
            admin: String::new(),
            _cluster: cluster,
        };
        let ready = septum.wait_for(|folder| std::fs::read(folder.join("ready")).ok()).await;
        let ready: serde_json::Value = serde_json::from_slice(&ready).unwrap();
        let text = |at: &str| ready.pointer(at).unwrap().as_str().unwrap().to_owned();
        (septum.http, septum.admin) = (text("/http/0"), text("/admin"));
        let address = text("/proxy/0");
        septum.port = address.rsplit(':').next().unwrap().parse().unwrap();
        septum
    }

    /// All that a command says, beside the running Septum, whether it succeeds or not.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = with_config(&self.folder, arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        text(&output.stdout) + &text(&output.stderr)
    }

    pub(crate) async fn client(&self, user: &str) -> Client {
        let port = self.port;
        connect(&format!(
            "host=127.0.0.1 port={port} user={user} password=user-password dbname=postgres"
        ))
        .await
    }

    /// The status line of the answer to a request for this host.
    pub(crate) fn get(&self, host: &str, path: &str) -> String {
        get(&self.http, host, path)
    }

    pub(crate) fn get_admin(&self, path: &str) -> String {
        get(&self.admin, "localhost", path)
    }

    pub(crate) fn signal(&self, name: &str) {
        septum_test_cluster::signal(self.child.0.id(), name).unwrap();
    }

    pub(crate) async fn wait_for_log(&self, text: &str) {
        self.wait_for(|folder| {
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            log.contains(text).then_some(())
        })
        .await;
    }

    pub(crate) async fn stop(self, signal: &str, code: Option<i32>) -> TempDir {
        self.signal(signal);
        self.stopped(code).await
    }

    /// Waits until it has ended with this code; its folder is left.
    pub(crate) async fn stopped(mut self, code: Option<i32>) -> TempDir {
        let deadline = Instant::now() + Duration::from_secs(30);
        let status = loop {
            if let Some(status) = self.child.0.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        assert_eq!(status.code(), code, "{}", self.log());
        self.folder
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Polls what can only be polled.
    async fn wait_for<T>(&self, look: impl Fn(&Path) -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(found) = look(self.folder.path()) {
                return found;
            }
            assert!(Instant::now() < deadline, "{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn get(address: &str, host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status).unwrap();
    status.trim_end().to_owned()
}

/// An application that says 204 to everything, until the test ends.
fn application() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = BufReader::new(stream.try_clone().unwrap());
            head.lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        }
    });
    address
}

async fn connect(dsn: &str) -> Client {
    let connecting = tokio_postgres::connect(dsn, NoTls);
    let connected = tokio::time::timeout(Duration::from_secs(20), connecting).await;
    let (client, connection) = connected.expect("a connection in time").unwrap();
    tokio::spawn(connection);
    client
}

/// Runs a command with the configuration of a folder; what it printed.
pub(crate) fn septum(folder: &TempDir, arguments: &[&str]) -> String {
    let output = with_config(folder, arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn septum_fails(folder: &TempDir, arguments: &[&str], why: &str) {
    let output = with_config(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(why), "{said}");
}

fn with_config(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .arg("--config")
        .arg(folder.path().join("septum.toml"))
        .output()
        .unwrap()
}

pub(crate) fn septum_plain(arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn septum_plain_fails(arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::template::Template;
use crate::user::ServerUser;
use crate::{Binaries, Version, Watchdog, folder, signal};

/// How long a server may take to be ready; a crash recovery on a busy machine takes seconds.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How often what can only be polled is polled.
const POLL: Duration = Duration::from_millis(10);

/// Ends the server, should we die before it, and removes its folder.
/// `$1` is the folder. The server's own file names its process, so that a restarted server is
/// found as well; the loop is bounded, as a zombie that nobody reaps answers `kill -0` for ever.
const CLEAN_UP: &str = r#"
pid=$(head -n 1 "$1/data/postmaster.pid") && kill -QUIT "$pid"
i=0; while [ $i -lt 200 ] && kill -0 "$pid"; do sleep 0.05; i=$((i+1)); done
rm -rf -- "$1"
"#;

/// A running PostgreSQL server of its own.
#[derive(Debug)]
pub struct Cluster {
    binaries: Binaries,
    user: ServerUser,
    folder: PathBuf,
    settings: Vec<(String, String)>,
    password: String,
    port: u16,
    // Declared before the watchdog, which removes the folder: fields drop in order.
    server: Server,
    _watchdog: Watchdog,
}

/// What is special about a cluster; see [`Cluster::builder`].
#[derive(Clone, Debug, Default)]
pub struct Builder {
    settings: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
    durable: bool,
}

impl Builder {
    /// A server setting, as in `postgresql.conf`.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// A file in the data folder that only the server can read: a certificate, a key.
    #[must_use]
    pub fn file(mut self, name: &str, contents: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.into(), contents.into()));
        self
    }

    /// Flushes to stable storage like a real server, for tests of crashes.
    #[must_use]
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// Starts the server and waits until it takes connections.
    ///
    /// # Errors
    /// When there is no PostgreSQL on this machine, or it does not start: the message carries
    /// the end of the server's log.
    pub fn start(self) -> Result<Cluster> {
        let binaries = Binaries::find()?;
        let user = ServerUser::current()?;
        let template = Template::of(&binaries, user)?;
        let folder = folder::private(user)?;
        let watchdog = Watchdog::new(CLEAN_UP, [&folder])?;
        template.copy_data(&folder.join("data"), user)?;
        for (name, contents) in &self.files {
            let file = folder.join("data").join(name);
            fs::write(&file, contents)?;
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
            user.own(&file)?;
        }
        let mut settings = self.settings;
        if !self.durable {
            let off = |name: &str| (name.to_owned(), "off".to_owned());
            settings.splice(0..0, ["fsync", "synchronous_commit", "full_page_writes"].map(off));
        }
        let password = template.password()?;
        let (port, server) = start_on_free_port(&binaries, user, &folder, &settings)?;
        Ok(Cluster {
            binaries,
            user,
            folder,
            settings,
            password,
            port,
            server,
            _watchdog: watchdog,
        })
    }
}

impl Cluster {
    /// Starts a server that trades durability for speed, with PostgreSQL's own settings else.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub fn start() -> Result<Self> {
        Self::builder().start()
    }

    /// A cluster to describe further.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The port on 127.0.0.1, and the number in the unix socket's name.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the unix socket.
    pub fn socket_folder(&self) -> &Path {
        &self.folder
    }

    /// The data folder.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The password of the superuser `postgres`.
    pub fn superuser_password(&self) -> &str {
        &self.password
    }

    /// Which release runs.
    pub fn version(&self) -> Version {
        self.binaries.version()
    }

    /// The server's programs: `psql`, `pgbench` and others where they are installed.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// A connection string for the superuser over TCP, in libpq's key-value form.
    pub fn dsn(&self, database: &str) -> String {
        self.dsn_of("postgres", &self.password, database)
    }

    /// A connection string for a user over TCP. No part of it may need quoting.
    pub fn dsn_of(&self, user: &str, password: &str, database: &str) -> String {
        let port = self.port;
        format!("host=127.0.0.1 port={port} user={user} password={password} dbname={database}")
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        read_log(&self.folder)
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.server.0.id()
    }

    /// Ends the server at once, without a shutdown, as a crash would.
    ///
    /// # Errors
    /// When the signal can't be sent.
    pub fn crash(&mut self) -> io::Result<()> {
        self.server.signal("QUIT")?;
        self.server.0.wait().map(drop)
    }

    /// Starts the server again on the same port after [`Cluster::crash`].
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub fn start_again(&mut self) -> Result<()> {
        self.server =
            Server::spawn(&self.binaries, self.user, &self.folder, self.port, &self.settings)?;
        self.server.wait_until_ready(&self.folder)
    }
}

/// The postmaster; ends with its handle.
#[derive(Debug)]
struct Server(Child);

impl Server {
    fn spawn(
        binaries: &Binaries,
        user: ServerUser,
        folder: &Path,
        port: u16,
        settings: &[(String, String)],
    ) -> Result<Self> {
        let log: File = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(folder.join("log"))
            .context("opening the server's log")?;
        let mut command = Command::new(binaries.program("postgres"));
        command
            .arg("-D")
            .arg(folder.join("data"))
            .arg("-k")
            .arg(folder)
            .args(["-h", "127.0.0.1", "-p"])
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .current_dir(folder)
            // Ctrl-C in a terminal is ours to handle, not the server's.
            .process_group(0);
        for (name, value) in settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let child = user.run_as(&mut command).spawn().context("starting postgres")?;
        Ok(Self(child))
    }

    /// Waits for the line `ready` that the server writes into `postmaster.pid` (`pg_ctl` waits
    /// for the same).
    fn wait_until_ready(&mut self, folder: &Path) -> Result<()> {
        let status = folder.join("data/postmaster.pid");
        let deadline = Instant::now() + START_TIMEOUT;
        let own_id = self.0.id().to_string();
        loop {
            let text = fs::read_to_string(&status).unwrap_or_default();
            // After a crash the file of the server before is still there.
            let ours = text.lines().next() == Some(own_id.as_str());
            if ours && text.lines().nth(7).is_some_and(|line| line.trim_end() == "ready") {
                return Ok(());
            }
            if let Some(status) = self.0.try_wait()? {
                bail!("postgres ended with {status}: {}", read_log(folder));
            }
            if Instant::now() > deadline {
                bail!("postgres is not ready after {START_TIMEOUT:?}: {}", read_log(folder));
            }
            std::thread::sleep(POLL);
        }
    }

    fn signal(&self, name: &str) -> io::Result<()> {
        signal(self.0.id(), name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            // An immediate shutdown: the data goes with the cluster.
            if self.signal("QUIT").is_err() {
                drop(self.0.kill());
            }
            drop(self.0.wait());
        }
    }
}

/// A port that was free a moment ago may be taken by now: then another is tried.
fn start_on_free_port(
    binaries: &Binaries,
    user: ServerUser,
    folder: &Path,
    settings: &[(String, String)],
) -> Result<(u16, Server)> {
    let mut attempts = 0;
    loop {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut server = Server::spawn(binaries, user, folder, port, settings)?;
        match server.wait_until_ready(folder) {
            Ok(()) => return Ok((port, server)),
            Err(_) if attempts < 5 && read_log(folder).contains("Address already in use") => {
                attempts += 1;
                fs::remove_file(folder.join("log"))?;
            }
            Err(error) => return Err(error),
        }
    }
}

fn read_log(folder: &Path) -> String {
    fs::read(folder.join("log"))
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

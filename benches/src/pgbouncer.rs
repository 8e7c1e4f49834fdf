use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context, Result, bail};
use septum_tests::{Cluster, Process, connect};

use crate::database::{HAND, OPEN};
use crate::system::POOL;

/// PgBouncer in transaction mode.
#[derive(Debug)]
pub(crate) struct PgBouncer {
    pub(crate) process: Process,
    pub(crate) port: u16,
    pub(crate) version: (u32, u32),
}

/// Starts the PgBouncer that is installed, as whom the server runs as: it refuses root as well.
pub(crate) async fn start(cluster: &Cluster, password: &str) -> Result<PgBouncer> {
    let version = version()?;
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let folder = cluster.socket_folder();
    let users = folder.join("pgbouncer.users");
    let server = cluster.port();
    let database = |name| format!("{name} = host=127.0.0.1 port={server} dbname={name}\n");
    let mut text = format!(
        "[databases]\n{}{}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\npool_mode = transaction\n\
         default_pool_size = {POOL}\nmax_client_conn = 500\nmax_db_connections = {POOL}\n\
         log_connections = 0\nlog_disconnections = 0\n",
        database(OPEN),
        database(HAND),
        users.display()
    );
    if version >= (1, 21) {
        text.push_str("max_prepared_statements = 500\n");
    }
    let settings = folder.join("pgbouncer.ini");
    let owner = fs::metadata(cluster.data_folder()).context("the server's user")?;
    let mut command = Command::new("pgbouncer");
    command.arg(&settings).uid(owner.uid()).gid(owner.gid());
    for (file, text) in [(&settings, text), (&users, format!("\"crm_app\" \"{password}\"\n"))] {
        fs::write(file, text)?;
        chown(file, Some(owner.uid()), Some(owner.gid()))?;
    }
    let mut process = Process::start(command, &folder.join("pgbouncer.log"))?;
    process.until("pgbouncer is up", |log| log.contains("process up")).await?;
    let dsn =
        |name| format!("host=127.0.0.1 port={port} user=crm_app password={password} dbname={name}");
    connect(&dsn(OPEN)).await.with_context(|| process.log())?;
    Ok(PgBouncer { process, port, version })
}

/// Reads `PgBouncer 1.18.0`.
fn version() -> Result<(u32, u32)> {
    let Ok(output) = Command::new("pgbouncer").arg("--version").output() else {
        bail!("pgbouncer is not installed")
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let number = text.split_whitespace().nth(1).unwrap_or_default();
    let mut parts = number.split('.').map_while(|part| part.parse().ok());
    parts.next().zip(parts.next()).with_context(|| format!("pgbouncer's version: `{text}`"))
}

//! Where operators see and lift lock-outs: a unix socket that only the user that Septum runs as,
//! and root, may open. One line of JSON asks, one answers.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use septum_audit::{Lock, Lockouts, Sink};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use crate::command::lockout::{Answer, Asked, Shown};

/// How long one conversation may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest question.
const LONGEST: u64 = 4096;

/// An open socket; dropping it closes it.
pub(super) struct Desk {
    task: JoinHandle<()>,
    path: PathBuf,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens the socket and serves operators there.
pub(super) fn open(path: &Path, lockouts: Arc<Lockouts>, audit: Arc<dyn Sink>) -> io::Result<Desk> {
    // One that nobody answers at is left from a process that was killed.
    if std::os::unix::net::UnixStream::connect(path).is_err() {
        let _ = fs::remove_file(path);
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (lockouts, audit) = (Arc::clone(&lockouts), Arc::clone(&audit));
            tokio::spawn(async move {
                let served = serve(stream, &lockouts, &*audit);
                // How it ends is the operator's affair.
                let _ = tokio::time::timeout(PATIENCE, served).await;
            });
        }
    });
    Ok(Desk { task, path: path.to_owned() })
}

async fn serve(mut stream: UnixStream, lockouts: &Lockouts, audit: &dyn Sink) -> io::Result<()> {
    let user = stream.peer_cred()?.uid();
    // The socket's mode says as much until somebody changes it.
    if user != 0 && user != rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    let (reader, mut writer) = stream.split();
    let mut line = String::new();
    BufReader::new(reader.take(LONGEST)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(asked) => answer(asked, user, lockouts, audit).await,
        Err(_) => Answer::Refused("use the `septum` of the same version".into()),
    };
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    writer.write_all(&text).await
}

async fn answer(asked: Asked, user: u32, lockouts: &Lockouts, audit: &dyn Sink) -> Answer {
    let now = Instant::now();
    match asked {
        Asked::List => Answer::Locks(shown(&lockouts.locks(now))),
        Asked::Lift { tenant, principal } => {
            let operator = format!("the operating system's user {user}");
            let same =
                |wanted: &Option<String>, one: &str| wanted.as_deref().is_none_or(|w| w == one);
            let lifted = lockouts.lift(
                |actor| {
                    actor.tenant.to_string() == tenant && same(&principal, actor.principal.as_str())
                },
                &operator,
                now,
                audit,
            );
            match lifted.await {
                Ok(lifted) => Answer::Locks(shown(&lifted)),
                Err(error) => Answer::Refused(format!("it can't be recorded: {error}")),
            }
        }
    }
}

fn shown(locks: &[Lock]) -> Vec<Shown> {
    let show = |lock: &Lock| Shown {
        tenant: lock.actor.tenant.to_string(),
        principal: lock.actor.principal.to_string(),
        source: lock.actor.source.to_string(),
        host: lock.actor.host.to_string(),
        seconds_left: lock.left.as_secs(),
        refused: lock.refused,
    };
    locks.iter().map(show).collect()
}

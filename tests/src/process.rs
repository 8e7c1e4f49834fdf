use std::env;
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use septum_test_cluster::{Watchdog, signal};

/// How long a program may take to end when it is asked to.
const STOP_TIMEOUT: Duration = Duration::from_secs(40);
/// How long a program may take to be ready.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(30);
pub(crate) const POLL: Duration = Duration::from_millis(10);

/// A program of this workspace: what is tested is what is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `septum`
    Septum,
    /// `crm-plain`
    Crm,
}

impl Program {
    /// The program's path, built by `cargo` if we are a test of `cargo`'s.
    ///
    /// # Errors
    /// When it can't be built, or was not built together with us.
    pub fn path(self) -> Result<PathBuf> {
        static BUILT: [OnceLock<std::result::Result<PathBuf, String>>; 2] =
            [const { OnceLock::new() }; 2];
        let [septum, crm] = &BUILT;
        let (name, built) = match self {
            Self::Septum => ("septum", septum),
            Self::Crm => ("crm-plain", crm),
        };
        let path = built.get_or_init(|| build(name).map_err(|error| format!("{error:#}")));
        path.clone().map_err(anyhow::Error::msg)
    }

    /// A command that runs the program.
    ///
    /// # Errors
    /// As [`Program::path`].
    pub fn command(self) -> Result<Command> {
        Ok(Command::new(self.path()?))
    }
}

fn build(name: &str) -> Result<PathBuf> {
    let ourselves = env::current_exe().context("finding the build's folder")?;
    // target/debug/septum-demo, or target/debug/deps/some_test-0123
    let folder = ourselves.ancestors().skip(1).find(|folder| !folder.ends_with("deps"));
    let folder = folder.context("finding the build's folder")?;
    if let Some(cargo) = env::var_os("CARGO") {
        // All of the workspace, as `cargo xtask demo` builds it: another selection would turn on
        // other features and build everything again. Not what `cargo test` leaves there, which
        // has the features that only tests have.
        let mut build = Command::new(cargo);
        build
            .args(["build", "--quiet", "--workspace", "--bins"])
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        // What `cargo test` tells us of our package is not the build's: `ring` would be built anew
        // for it, and everything that stands on it.
        for (name, _) in env::vars_os() {
            let of_a_package = |prefix| name.to_str().is_some_and(|name| name.starts_with(prefix));
            if of_a_package("CARGO_PKG_") || of_a_package("CARGO_MANIFEST_") {
                build.env_remove(&name);
            }
        }
        if folder.ends_with("release") {
            build.arg("--release");
        }
        let output = build.output().context("running cargo build")?;
        if !output.status.success() {
            bail!("`{name}` can't be built: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    let program = folder.join(name);
    if !program.is_file() {
        bail!("`{}` is not there: build it first", program.display());
    }
    Ok(program)
}

/// A running program; it is asked to end when it is dropped, and when this process dies.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
    watchdog: Option<Watchdog>,
}

impl Process {
    /// Starts the command with all its output in the file `log`.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(mut command: Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("making `{}`", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            // Ctrl-C in a terminal is ours to handle.
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting `{}`", command.get_program().to_string_lossy()))?;
        let watchdog = Some(Watchdog::over_process(child.id())?);
        Ok(Self { child, log: log.into(), watchdog })
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The status it ended with, if it ended.
    ///
    /// # Errors
    /// When that can't be known.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until its log shows something.
    ///
    /// # Errors
    /// When it ends before that, or doesn't within 30 s; the message carries its log.
    pub async fn until(&mut self, what: &str, shows: impl Fn(&str) -> bool) -> Result<()> {
        let deadline = Instant::now() + START_TIMEOUT;
        while !shows(&self.log()) {
            self.must_run_until(what, deadline)?;
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// # Errors
    /// When it has ended, or the deadline is over.
    pub(crate) fn must_run_until(&mut self, what: &str, deadline: Instant) -> Result<()> {
        if let Some(status) = self.ended()? {
            bail!("{what}: never, it ended with {status}: {}", self.log());
        }
        if Instant::now() > deadline {
            bail!("{what}: not in time: {}", self.log());
        }
        Ok(())
    }

    /// Sends a signal by its name, as in `TERM`.
    ///
    /// # Errors
    /// When it did not arrive.
    pub fn signal(&self, name: &str) -> Result<()> {
        signal(self.child.id(), name).context("sending a signal")
    }

    /// Waits for it to end.
    ///
    /// # Errors
    /// When it doesn't within 40 s.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let deadline = Instant::now() + STOP_TIMEOUT;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                bail!("still running after {STOP_TIMEOUT:?}: {}", self.log());
            }
            std::thread::sleep(POLL);
        }
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// As [`Process::wait`].
    pub fn terminate(&mut self) -> Result<ExitStatus> {
        self.signal("TERM")?;
        self.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) && self.terminate().is_err() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
        // Only now: until it has ended, someone must see to its end.
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.call_off();
        }
    }
}

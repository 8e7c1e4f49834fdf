//! What the build, the demo and the tests need besides Rust, and how to get it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use septum_test_cluster::Binaries;

use crate::command::{cargo, in_path, root, run, succeeds};

/// Something that this machine must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// For `ring` and PostgreSQL's parser.
    CCompiler,
    /// For PostgreSQL's parser, whose bindings are made at build time.
    LibClang,
    /// For every test of the real thing.
    PostgreSql,
    /// rustup's minimal profile leaves it out.
    Rustfmt,
    /// rustup's minimal profile leaves it out.
    Clippy,
}

pub(crate) const ALL: [Need; 5] =
    [Need::CCompiler, Need::LibClang, Need::PostgreSql, Need::Rustfmt, Need::Clippy];
/// What is enough to build and run.
pub(crate) const TO_RUN: [Need; 3] = [Need::CCompiler, Need::LibClang, Need::PostgreSql];

impl Need {
    fn name(self) -> &'static str {
        match self {
            Self::CCompiler => "a C compiler",
            Self::LibClang => "libclang",
            Self::PostgreSql => "a PostgreSQL server (15 or newer)",
            Self::Rustfmt => "rustfmt",
            Self::Clippy => "clippy",
        }
    }

    fn is_met(self) -> bool {
        match self {
            Self::CCompiler => in_path("cc").is_some() || env::var_os("CC").is_some(),
            Self::LibClang => !builds_bindings() || has_libclang(),
            Self::PostgreSql => Binaries::find().is_ok_and(|found| found.version().major >= 15),
            Self::Rustfmt => succeeds(&mut cargo(["fmt", "--version"])),
            Self::Clippy => succeeds(&mut cargo(["clippy", "--version"])),
        }
    }

    /// What to install with this manager.
    fn packages(self, manager: Manager) -> &'static [&'static str] {
        use Manager::{Apk, Apt, Brew, Dnf, Rustup};
        match (self, manager) {
            (Self::CCompiler, Apt) => &["gcc", "libc6-dev"],
            (Self::CCompiler, Dnf) => &["gcc"],
            (Self::CCompiler, Apk) => &["build-base"],
            (Self::LibClang, Apt) => &["libclang-dev"],
            (Self::LibClang, Dnf) => &["clang-devel"],
            (Self::LibClang, Apk) => &["clang-dev", "clang-libclang"],
            (Self::LibClang, Brew) => &["llvm"],
            (Self::PostgreSql, Apt) => &["postgresql"],
            (Self::PostgreSql, Dnf) => &["postgresql-server", "postgresql-contrib"],
            (Self::PostgreSql, Apk) => &["postgresql"],
            (Self::PostgreSql, Brew) => &["postgresql@17"],
            (Self::Rustfmt, Rustup) => &["rustfmt"],
            (Self::Clippy, Rustup) => &["clippy"],
            // Apple's compiler comes from `xcode-select --install`, which asks on the screen.
            (Self::CCompiler, Brew)
            | (Self::CCompiler | Self::LibClang | Self::PostgreSql, Rustup)
            | (Self::Rustfmt | Self::Clippy, Apt | Dnf | Apk | Brew) => &[],
        }
    }
}

/// Who can install things here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manager {
    Apt,
    Dnf,
    Apk,
    Brew,
    Rustup,
}

impl Manager {
    /// The system's own manager.
    pub(crate) fn of_system() -> Option<Self> {
        [Self::Apt, Self::Dnf, Self::Apk, Self::Brew]
            .into_iter()
            .find(|manager| in_path(manager.program()).is_some())
    }

    fn program(self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Apk => "apk",
            Self::Brew => "brew",
            Self::Rustup => "rustup",
        }
    }

    fn install_line(self) -> &'static [&'static str] {
        match self {
            Self::Apt => &["apt-get", "install", "--yes", "--no-install-recommends"],
            Self::Dnf => &["dnf", "install", "--assumeyes"],
            Self::Apk => &["apk", "add"],
            Self::Brew => &["brew", "install"],
            Self::Rustup => &["rustup", "component", "add"],
        }
    }

    /// Homebrew and rustup install for the user who runs them; the others need root.
    fn is_allowed(self) -> bool {
        let is_root = || {
            let id = Command::new("id").arg("-u").output();
            id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
        };
        match self {
            Self::Apt | Self::Dnf | Self::Apk => is_root(),
            Self::Brew => !is_root(),
            Self::Rustup => in_path("rustup").is_some(),
        }
    }

    /// Debian's server package makes and may start a cluster on port 5432. Nothing here uses
    /// it: every cluster of ours has a folder and a port of its own.
    pub(crate) fn install(self, packages: &[&str]) -> Result<()> {
        if self == Self::Apt {
            run(Command::new("apt-get").args(["update", "--quiet"]))?;
        }
        let (program, line) = self.install_line().split_first().unwrap_or((&"", &[]));
        run(Command::new(program)
            .args(line)
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    }

    /// Whether this manager may install here and now.
    pub(crate) fn may_install() -> Option<Self> {
        Self::of_system().filter(|manager| manager.is_allowed())
    }
}

/// Sees to it that everything in `needs` is there.
///
/// # Errors
/// When something is missing and may not be installed from here: the message is what to run.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    let missing: Vec<Need> = needs.iter().copied().filter(|need| !need.is_met()).collect();
    let mut to_do = Vec::new();
    // Someone who names a server means that one: another would not help.
    let installable = missing
        .iter()
        .filter(|need| **need != Need::PostgreSql || env::var_os("SEPTUM_PG_BIN").is_none());
    for manager in [Manager::of_system(), Some(Manager::Rustup)].into_iter().flatten() {
        let packages: Vec<&str> =
            installable.clone().flat_map(|need| need.packages(manager)).copied().collect();
        if packages.is_empty() {
            continue;
        }
        if manager.is_allowed() {
            println!("installing {} with {}", packages.join(", "), manager.program());
            manager.install(&packages)?;
        } else {
            let root = if manager == Manager::Brew { "" } else { "sudo " };
            to_do.push(format!(
                "{root}{} {}",
                manager.install_line().join(" "),
                packages.join(" ")
            ));
        }
    }
    let missing: Vec<&str> =
        missing.into_iter().filter(|need| !need.is_met()).map(Need::name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let advice = if to_do.is_empty() {
        "install it, then run this again (SEPTUM_PG_BIN names PostgreSQL's bin folder, \
         LIBCLANG_PATH libclang's; on macOS, `xcode-select --install` brings a compiler)"
            .into()
    } else {
        format!("run this, then try again:\n\n    {}\n", to_do.join("\n    "))
    };
    bail!("this machine lacks {}; {advice}", missing.join(", "));
}

/// Whether anything in the build makes bindings with libclang.
fn builds_bindings() -> bool {
    fs::read_to_string(root().join("Cargo.lock"))
        .map_or(true, |lock| lock.contains("name = \"clang-sys\""))
}

fn has_libclang() -> bool {
    let configured = env::var_os("LIBCLANG_PATH").map(PathBuf::from);
    let parents = ["/usr/lib", "/opt/homebrew/opt", "/usr/local/opt"];
    let below = parents.iter().filter_map(|parent| fs::read_dir(parent).ok()).flatten();
    // /usr/lib/llvm-14/lib, /usr/lib/x86_64-linux-gnu, /opt/homebrew/opt/llvm/lib ...
    let below = below.filter_map(Result::ok).flat_map(|entry| {
        let folder = entry.path();
        [folder.join("lib"), folder]
    });
    let fixed = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    let apple = PathBuf::from("/Library/Developer/CommandLineTools/usr/lib");
    configured.into_iter().chain(fixed).chain([apple]).chain(below).any(|f| holds_libclang(&f))
}

fn holds_libclang(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.filter_map(Result::ok).any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // The names that clang-sys looks for: not libclang-cpp.
        name == "libclang.so"
            || name == "libclang.dylib"
            || name.starts_with("libclang.so.")
            || (name.starts_with("libclang-") && name.contains(".so") && !name.contains("cpp"))
    })
}

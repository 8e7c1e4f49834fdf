use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// A PostgreSQL release, as in `15.20` (or `19beta1`, which counts as 19.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The major release.
    pub major: u32,
    /// The minor release.
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A folder with PostgreSQL's server binaries.
#[derive(Clone, Debug)]
pub struct Binaries {
    folder: PathBuf,
    version: Version,
}

impl Binaries {
    /// The newest server on this machine: `SEPTUM_PG_BIN` when it is set, else what PATH and
    /// the packages' usual folders hold.
    ///
    /// # Errors
    /// When no folder holds both `postgres` and `initdb`.
    pub fn find() -> Result<Self> {
        if let Some(folder) = env::var_os("SEPTUM_PG_BIN") {
            return Self::in_folder(Path::new(&folder)).with_context(|| {
                format!("SEPTUM_PG_BIN is `{}`: no PostgreSQL server there", folder.display())
            });
        }
        let found = candidates().into_iter().filter_map(|folder| Self::in_folder(&folder).ok());
        let Some(newest) = found.max_by_key(|binaries| binaries.version) else {
            bail!("no PostgreSQL server found: install one, or name its folder in SEPTUM_PG_BIN")
        };
        Ok(newest)
    }

    /// The program's path.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Which release this is.
    pub fn version(&self) -> Version {
        self.version
    }

    fn in_folder(folder: &Path) -> Result<Self> {
        // PATH may hold links to the server alone; the rest lies beside what they point to.
        let server = folder.join("postgres").canonicalize()?;
        let folder = server.parent().context("a program has a folder")?.to_path_buf();
        if !folder.join("initdb").is_file() {
            bail!("`{}` has no initdb", folder.display());
        }
        let output = Command::new(&server).arg("--version").output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let version = parse_version(&text).with_context(|| format!("version `{text}`"))?;
        Ok(Self { folder, version })
    }
}

fn candidates() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    // Debian and Alpine; Red Hat; Homebrew on both kinds of Mac.
    for (parent, prefix, suffix) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr/libexec", "postgresql", ""),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql", "bin"),
        ("/usr/local/opt", "postgresql", "bin"),
    ] {
        let Ok(entries) = fs::read_dir(parent) else { continue };
        let named = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        folders.extend(named.map(|entry| entry.path().join(suffix)));
    }
    folders.push("/usr/local/pgsql/bin".into());
    folders
}

/// Reads `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)`.
fn parse_version(text: &str) -> Option<Version> {
    let number =
        text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = number.split(|c: char| !c.is_ascii_digit());
    let major = parts.next()?.parse().ok()?;
    let minor = if number.contains('.') { parts.next()?.parse().ok()? } else { 0 };
    Some(Version { major, minor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_packages_write_them() {
        for (text, major, minor) in [
            ("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)", 15, 20),
            ("postgres (PostgreSQL) 18.7", 18, 7),
            ("postgres (PostgreSQL) 19beta1", 19, 0),
        ] {
            assert_eq!(parse_version(text), Some(Version { major, minor }), "{text}");
        }
        assert_eq!(parse_version("sh: not found"), None);
    }
}

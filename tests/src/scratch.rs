use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use septum_test_cluster::{Watchdog, random_hex};

/// A folder that only we can enter; it goes when it is dropped or when this process dies.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    _watchdog: Watchdog,
}

impl Scratch {
    /// A new, empty folder.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn new() -> Result<Self> {
        let folder = Path::new("/tmp").join(format!("septum-{}", random_hex(6)?));
        DirBuilder::new().mode(0o700).create(&folder).context("making a scratch folder")?;
        let watchdog = Watchdog::new(r#"rm -rf -- "$1""#, [&folder])?;
        Ok(Self { folder, _watchdog: watchdog })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes a file that only we can read, and returns its path.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, name: &str, contents: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        let mut options = OpenOptions::new();
        options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(contents.as_bytes()))
            .with_context(|| format!("writing `{}`", path.display()))?;
        Ok(path)
    }

    /// Reads a file, empty where there is none.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }
}

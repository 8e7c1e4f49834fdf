//! The folder of a journal: its lock, its files and their names.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::{JournalError, ReadError};

/// The path of a file by its number.
pub(crate) fn file_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("audit-{number:012}.jsonl"))
}

/// The numbers of the files, ascending. Other names are not the journal's.
pub(crate) fn file_numbers(folder: &Path) -> Result<Vec<u64>, ReadError> {
    let failed = |source| ReadError::Io { path: folder.into(), source };
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        numbers.extend(file_number(&entry.map_err(failed)?.file_name().to_string_lossy()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn file_number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("audit-")?.strip_suffix(".jsonl")?;
    (digits.len() >= 12 && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse().ok())?
}

/// A folder that this process alone writes, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be and locks it.
    pub(crate) fn lock(path: &Path) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Io { path: path.into(), source };
        make(path).map_err(failed)?;
        if fs::metadata(path).map_err(failed)?.mode() & 0o002 != 0 {
            return Err(JournalError::OpenToAll(path.into()));
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join("audit.lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.into(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(JournalError::Locked(path.into())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// A file of the journal, open for appending.
#[derive(Debug)]
pub(crate) struct LogFile {
    pub(crate) number: u64,
    pub(crate) path: PathBuf,
    pub(crate) len: u64,
    file: File,
    id: (u64, u64),
}

impl LogFile {
    /// Makes the file of this number, durably.
    pub(crate) fn create(folder: &Path, number: u64) -> io::Result<Self> {
        let path = file_path(folder, number);
        let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path)?;
        sync_folder(folder)?;
        Self::with(path, number, file)
    }

    /// Opens the file of this number.
    pub(crate) fn append(folder: &Path, number: u64) -> io::Result<Self> {
        let path = file_path(folder, number);
        let file = OpenOptions::new().append(true).open(&path)?;
        Self::with(path, number, file)
    }

    fn with(path: PathBuf, number: u64, file: File) -> io::Result<Self> {
        let found = file.metadata()?;
        Ok(Self { number, path, len: found.len(), file, id: (found.dev(), found.ino()) })
    }

    /// Appends the bytes and syncs them.
    ///
    /// INVARIANT: the file under this name is the one that is open, and nobody else changed its
    /// length: what is acknowledged is never in a file that was unlinked, renamed or cut.
    pub(crate) fn commit(&mut self, bytes: &[u8]) -> io::Result<()> {
        use std::io::Write as _;
        let found = fs::symlink_metadata(&self.path)?;
        if (found.dev(), found.ino()) != self.id || found.len() != self.len {
            return Err(io::Error::other("somebody else moved or changed the file"));
        }
        self.file.write_all(bytes)?;
        self.len += bytes.len() as u64;
        self.file.sync_data()
    }
}

/// Makes what is missing of the path, durably.
fn make(path: &Path) -> io::Result<()> {
    let missing: Vec<_> = path
        .ancestors()
        .take_while(|part| !part.as_os_str().is_empty() && !part.exists())
        .collect();
    for part in missing.into_iter().rev() {
        DirBuilder::new().mode(0o700).create(part)?;
        match part.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent)?,
            _ => sync_folder(Path::new("."))?,
        }
    }
    Ok(())
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_sort_and_read_back() {
        for number in [1, 42, 999_999_999_999, u64::MAX] {
            let path = file_path(Path::new("log"), number);
            let name = path.file_name().unwrap().to_str().unwrap();
            assert_eq!(file_number(name), Some(number), "{name}");
        }
        assert!(file_path(Path::new(""), 9) < file_path(Path::new(""), 10));
        for name in [
            "audit.lock",
            "audit-1.jsonl",
            "audit-000000000001.jsonl.gz",
            "audit-+00000000001.jsonl",
        ] {
            assert_eq!(file_number(name), None, "{name}");
        }
    }
}

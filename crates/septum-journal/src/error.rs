use std::io;
use std::path::PathBuf;

use septum_audit::Broken;

/// Why a journal can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Its files can't be read, or are not what was written.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The folder or a file of it can't be made, locked or written.
    #[error("the audit log can't be kept in `{path}`: {source}; see to its permissions and disk")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process keeps its log there.
    #[error("another septum keeps its audit log in `{0}`; give each its own `audit.folder`")]
    Locked(PathBuf),
    /// Anybody may write in the folder.
    #[error("anybody may write in `{0}`; take that right away (chmod o-w)")]
    OpenToAll(PathBuf),
    /// No random identity for a new log.
    #[error("the operating system gave no random bytes for a new audit log; try again")]
    NoRandomness,
}

/// Why a journal can't be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The folder or a file can't be read.
    #[error("the audit log can't be read at `{path}`: {source}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The files are not what was written.
    #[error(
        "the audit log in `{folder}` is broken at {broken}; keep the folder as evidence and give \
         septum an empty one"
    )]
    Broken {
        /// The folder.
        folder: PathBuf,
        /// Where and how.
        broken: Broken,
    },
}

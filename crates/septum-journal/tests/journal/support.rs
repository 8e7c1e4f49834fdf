//! A temporary folder with a journal's files.

use std::path::{Path, PathBuf};

use septum_audit::{Event, Kind, Record, RecordKind, Recorded, Report, SinkError};
use septum_core::Secret;
use septum_journal::{Config, Reader, Start, verify_folder};

/// A folder that is removed when this is dropped.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn config(&self) -> Config {
        config(self.path())
    }

    pub(crate) fn file(&self, number: u64) -> PathBuf {
        self.path().join(format!("audit-{number:012}.jsonl"))
    }

    pub(crate) fn bytes(&self, number: u64) -> Vec<u8> {
        std::fs::read(self.file(number)).unwrap()
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path()).unwrap();
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
            .collect();
        files.sort();
        files
    }

    pub(crate) fn verify(&self) -> Report {
        verify_folder(self.path(), &self.config().key, None).unwrap()
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        Reader::open(self.path(), &self.config().key, Start::Oldest)
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    /// The subjects of the events, in order.
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.records()
            .into_iter()
            .filter(|record| matches!(record.kind, RecordKind::Event(_)))
            .map(|record| record.subject.unwrap())
            .collect()
    }
}

pub(crate) fn config(folder: &Path) -> Config {
    Config::new(folder, Secret::new([7; 32]))
}

pub(crate) fn event(subject: &str) -> Event {
    let mut event = Event::new(Kind::Crossing);
    event.subject = Some(subject.into());
    event
}

/// Waits without a runtime of many threads: the answer needs none.
pub(crate) fn await_now(recorded: Recorded) -> Result<(), SinkError> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(recorded)
}

use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use septum_audit::{Broken, Head, MAX_LINE, Record, Report, Verifier};
use septum_core::Secret;

use crate::ReadError;
use crate::folder::{file_numbers, file_path};

/// Where reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the oldest file.
    Oldest,
    /// At the oldest of this many newest files, or the oldest there is.
    Newest(usize),
}

/// Verifies all files of a folder.
///
/// Run beside a journal that is writing, it may see the beginning of a write: the report then
/// says so as [`Report::torn`] or [`Report::unmarked`], as it would after a crash.
///
/// # Errors
/// [`ReadError::Io`] when the files can't be read. A broken log is no error but in the report.
pub fn verify_folder(
    folder: &Path,
    key: &Secret<[u8; 32]>,
    anchor: Option<Head>,
) -> Result<Report, ReadError> {
    let mut reader = Reader::open(folder, key, Start::Oldest)?;
    if let Some(head) = anchor {
        reader = reader.anchored(head);
    }
    for record in &mut reader {
        match record {
            Ok(_) => {}
            Err(ReadError::Broken { .. }) => break,
            Err(failed @ ReadError::Io { .. }) => return Err(failed),
        }
    }
    Ok(reader.finish())
}

/// Reads the records of a folder in order, verifying each, while a journal may be writing.
///
/// [`Iterator::next`] gives `None` when there is nothing more *now*; called again later it gives
/// what was written meanwhile, across rotations. After [`ReadError::Broken`] it only repeats
/// that. Memory is bounded by one line.
pub struct Reader {
    folder: PathBuf,
    verifier: Verifier,
    from: u64,
    current: Option<Current>,
    /// The beginning of a line whose end was not there yet.
    line: Vec<u8>,
}

struct Current {
    number: u64,
    file: BufReader<File>,
}

impl Reader {
    /// Begins to read.
    ///
    /// # Errors
    /// [`ReadError::Io`] when the folder can't be listed. A folder without files is empty.
    pub fn open(folder: &Path, key: &Secret<[u8; 32]>, start: Start) -> Result<Self, ReadError> {
        let numbers = file_numbers(folder)?;
        let skipped = match start {
            Start::Oldest => 0,
            Start::Newest(count) => numbers.len().saturating_sub(count.max(1)),
        };
        Ok(Self {
            folder: folder.into(),
            verifier: Verifier::new(key),
            from: numbers.get(skipped).copied().unwrap_or(0),
            current: None,
            line: Vec::new(),
        })
    }

    /// Also asks that the log contains the record that `head` names. Say it before reading.
    #[must_use]
    pub fn anchored(self, head: Head) -> Self {
        Self { verifier: self.verifier.anchored(head), ..self }
    }

    /// What was found until now, as if the log ended here.
    pub fn finish(mut self) -> Report {
        // What it would return is in the report too.
        let _ = self.verifier.torn(&self.line);
        self.verifier.finish()
    }

    /// The number of the file that is being read.
    pub(crate) fn file(&self) -> Option<u64> {
        self.current.as_ref().map(|current| current.number)
    }

    fn advance(&mut self) -> Result<Option<Record>, ReadError> {
        self.verifier.so_far().map_err(|at| self.broken(at))?;
        loop {
            if !self.read_line()? {
                let Some(next) = self.next_number()? else { return Ok(None) };
                // A file is complete once its successor is there, but what was its end a moment
                // ago may not be: look once more.
                if !self.read_line()? {
                    self.begin_file(next)?;
                    continue;
                }
            }
            let record = self.verifier.line(&self.line).map_err(|at| self.broken(at))?;
            self.line.clear();
            return Ok(Some(record));
        }
    }

    /// Whether a whole line is there; its newline is taken off.
    fn read_line(&mut self) -> Result<bool, ReadError> {
        let Some(current) = &mut self.current else { return Ok(false) };
        let room = (MAX_LINE + 1).saturating_sub(self.line.len()) as u64;
        current.file.by_ref().take(room).read_until(b'\n', &mut self.line).map_err(|source| {
            ReadError::Io { path: file_path(&self.folder, current.number), source }
        })?;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            return Ok(true);
        }
        // Too long for any line, wherever it ends: the verifier refuses it as it stands.
        Ok(self.line.len() > MAX_LINE)
    }

    /// The file after this one, if there is one by now: the next number, or a later one when
    /// that is missing.
    fn next_number(&self) -> Result<Option<u64>, ReadError> {
        let next = self.current.as_ref().map_or(self.from, |current| current.number + 1).max(1);
        let later = file_numbers(&self.folder)?.into_iter().find(|number| *number >= next);
        // A listing may show a file that was made during it and not one made before that.
        let is_there = later.is_some() && self.exists(next)?;
        Ok(if is_there { Some(next) } else { later })
    }

    fn exists(&self, number: u64) -> Result<bool, ReadError> {
        let path = file_path(&self.folder, number);
        path.try_exists().map_err(|source| ReadError::Io { path, source })
    }

    fn begin_file(&mut self, number: u64) -> Result<(), ReadError> {
        self.verifier.torn(&self.line).map_err(|at| self.broken(at))?;
        self.line.clear();
        self.verifier.begin_file(number).map_err(|at| self.broken(at))?;
        let path = file_path(&self.folder, number);
        let file = File::open(&path).map_err(|source| ReadError::Io { path, source })?;
        self.current = Some(Current { number, file: BufReader::new(file) });
        Ok(())
    }

    fn broken(&self, broken: Broken) -> ReadError {
        ReadError::Broken { folder: self.folder.clone(), broken }
    }
}

impl Iterator for Reader {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({}, file {:?})", self.folder.display(), self.file())
    }
}

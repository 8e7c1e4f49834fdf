//! Everything that is wrong with a configuration, with its place.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a part of the configuration stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Nowhere in particular: something is missing from the whole.
    Document,
    /// In the file, counted from 1.
    File { line: usize, column: usize },
    /// In an environment variable.
    Environment(String),
}

/// Collects what is wrong, so that all of it is said at once.
#[derive(Debug, Default)]
pub(crate) struct Problems(RefCell<Vec<(Place, String)>>);

impl Problems {
    /// Notes a problem.
    pub(crate) fn add(&self, at: Place, message: impl Into<String>) {
        self.0.borrow_mut().push((at, message.into()));
    }

    /// Fails with all problems, by place, if there are any.
    pub(crate) fn check(&self, file: &Path) -> Result<(), ConfigError> {
        let mut problems = self.0.borrow().clone();
        if problems.is_empty() {
            return Ok(());
        }
        problems.sort();
        problems.dedup();
        Err(ConfigError { file: file.into(), problems })
    }
}

/// The configuration can't be used.
#[derive(Debug)]
pub(crate) struct ConfigError {
    file: PathBuf,
    problems: Vec<(Place, String)>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        f.write_str(match self.problems.len() {
            1 => "the configuration has an error",
            _ => "the configuration has errors",
        })?;
        for (place, message) in &self.problems {
            match place {
                Place::Document => write!(f, "\n{file}: {message}")?,
                Place::File { line, column } => write!(f, "\n{file}:{line}:{column}: {message}")?,
                Place::Environment(name) => write!(f, "\n{name}: {message}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

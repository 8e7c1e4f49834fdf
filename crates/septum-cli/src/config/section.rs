//! Typed reading of a checked tree.
//!
//! What the check has refused reads as absent here: it has been said already.

use std::path::{Path, PathBuf};
use std::time::Duration;

use septum_core::Secret;

use super::check::join;
use super::problems::{Place, Problems};
use super::tree::{Node, Table, Value};
use super::units;

/// A section of the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Section<'a> {
    table: Option<&'a Table>,
    path: String,
    at: Place,
    context: &'a Context,
}

/// What every section needs for reading.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) problems: Problems,
    /// The file's folder: relative paths begin there.
    pub(crate) folder: PathBuf,
    /// Reads an environment variable.
    pub(crate) variable: fn(&str) -> Option<String>,
}

impl<'a> Section<'a> {
    pub(crate) fn root(table: &'a Table, context: &'a Context) -> Self {
        Self { table: Some(table), path: String::new(), at: Place::Document, context }
    }

    /// Whether the section is in the configuration at all.
    pub(crate) fn is_present(&self) -> bool {
        self.table.is_some()
    }

    /// Whether a key is there, whatever it says.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.node(name).is_some()
    }

    /// Whether it is said where a secret is.
    pub(crate) fn has_secret(&self, name: &str) -> bool {
        self.has(&format!("{name}_file")) || self.has(&format!("{name}_env"))
    }

    /// A section inside this one, empty if it is absent.
    pub(crate) fn section(&self, name: &str) -> Section<'a> {
        let node = self.node(name);
        let table = node.and_then(|node| node.value.table());
        let at = node.map_or_else(|| self.at.clone(), |node| node.key_at.clone());
        Section { table, path: join(&self.path, name), at, context: self.context }
    }

    /// The sections of a list.
    pub(crate) fn sections(&self, name: &str) -> Vec<Section<'a>> {
        let path = join(&self.path, name);
        self.list(name)
            .iter()
            .filter(|item| item.value.table().is_some())
            .map(|item| Section {
                table: item.value.table(),
                path: path.clone(),
                at: item.at.clone(),
                context: self.context,
            })
            .collect()
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.node(name)?.value.text().filter(|text| !text.is_empty())
    }

    /// A text, read as a type of Septum's; what that refuses is noted.
    pub(crate) fn parse<T, E: std::fmt::Display>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match read(self.text(name)?) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(name, error);
                None
            }
        }
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<&'a str> {
        self.list(name)
            .iter()
            .filter_map(|item| item.value.text())
            .filter(|text| !text.is_empty())
            .collect()
    }

    /// A list of texts, each read as a type of Septum's; what that refuses is noted.
    pub(crate) fn texts_as<T, E: std::fmt::Display>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let mut values = Vec::new();
        for item in self.list(name) {
            match item.value.text().map(&read) {
                Some(Ok(value)) => values.push(value),
                Some(Err(error)) => self.problem(item.at.clone(), name, &error.to_string()),
                None => {}
            }
        }
        values
    }

    /// A path, from the file's folder if it is relative.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.text(name).map(|text| self.context.folder.join(Path::new(text)))
    }

    /// A yes or no.
    pub(crate) fn bool(&self, name: &str) -> Option<bool> {
        if let Value::Bool(value) = self.node(name)?.value { Some(value) } else { None }
    }

    /// A whole number of the key's range, as whatever type holds that range.
    pub(crate) fn whole<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        if let Value::Whole(number) = self.node(name)?.value {
            T::try_from(number).ok()
        } else {
            None
        }
    }

    /// A time.
    pub(crate) fn duration(&self, name: &str) -> Option<Duration> {
        self.text(name).and_then(units::duration)
    }

    /// A size in bytes.
    pub(crate) fn size<T: TryFrom<u64>>(&self, name: &str) -> Option<T> {
        let bytes = match self.node(name)?.value.text() {
            Some(text) => units::size(text)?,
            None => self.whole(name)?,
        };
        let fits = T::try_from(bytes).ok();
        if fits.is_none() {
            self.wrong(name, format!("`{bytes}` bytes are more than this machine can count"));
        }
        fits
    }

    /// A secret out of the file or the variable that the configuration names. Surrounding
    /// white space is no part of it.
    pub(crate) fn secret(&self, name: &str) -> Option<Secret<String>> {
        let (file, variable) = (format!("{name}_file"), format!("{name}_env"));
        let (text, key) = match (self.path(&file), self.text(&variable)) {
            (Some(_), Some(_)) => {
                self.wrong(&variable, format!("`{file}` is there as well: keep one of them"));
                return None;
            }
            (Some(path), None) => match std::fs::read_to_string(&path) {
                Ok(text) => (text, file),
                Err(error) => {
                    self.wrong(&file, format!("can't read `{}`: {error}", path.display()));
                    return None;
                }
            },
            (None, Some(wanted)) => match (self.context.variable)(wanted) {
                Some(text) => (text, variable),
                None => {
                    let message = format!("the environment variable `{wanted}` is not set");
                    self.wrong(&variable, message);
                    return None;
                }
            },
            (None, None) => return None,
        };
        let text = text.trim();
        if text.is_empty() {
            self.wrong(&key, "what this names is empty".to_owned());
            return None;
        }
        Some(Secret::new(text.to_owned()))
    }

    /// Notes that a key's value is wrong, or that it is missing where it was needed.
    pub(crate) fn wrong(&self, name: &str, message: impl std::fmt::Display) {
        let at = self.node(name).map_or_else(|| self.at.clone(), |node| node.at.clone());
        self.problem(at, name, &message.to_string());
    }

    /// Notes that a secret is wrong, at the key that says where it is.
    pub(crate) fn wrong_secret(&self, name: &str, message: impl std::fmt::Display) {
        let file = format!("{name}_file");
        let key = if self.node(&file).is_some() { file } else { format!("{name}_env") };
        self.wrong(&key, message);
    }

    fn problem(&self, at: Place, name: &str, message: &str) {
        let path = join(&self.path, name);
        self.context.problems.add(at, format!("`{path}`: {message}"));
    }

    /// Notes that a key is needed here, if it is absent.
    pub(crate) fn need<T>(&self, name: &str, value: Option<T>, why: &str) -> Option<T> {
        let absent = [name.to_owned(), format!("{name}_file"), format!("{name}_env")]
            .iter()
            .all(|name| self.node(name).is_none());
        if value.is_none() && absent {
            self.wrong(name, format!("is missing: {why}"));
        }
        value
    }

    fn node(&self, name: &str) -> Option<&'a Node> {
        self.table?.get(name)
    }

    fn list(&self, name: &str) -> &'a [Node] {
        self.node(name).and_then(|node| node.value.list()).unwrap_or_default()
    }
}

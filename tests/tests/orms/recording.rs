//! The statements that an application sends, as PostgreSQL logged them, and the files in
//! `recorded/` that keep them, one of each shape.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// Names the database before each entry of the server's log.
pub(crate) const LOG_PREFIX: &str = "[%d] ";
const RECORDED: &str = "[alone] ";
/// A line of its own behind each statement.
const END: &str = "\n;\n";

/// Statements by their shape, in the order in which they came first.
#[derive(Default)]
pub(crate) struct Recording {
    statements: Vec<String>,
    by_shape: BTreeMap<String, usize>,
}

impl Recording {
    /// What the log of a server tells.
    pub(crate) fn of(log: &str) -> Self {
        // A message of several lines goes on after a tab.
        let log = log.replace("\n\t", "\u{1}");
        let statements = log.lines().filter_map(statement).map(|text| text.replace('\u{1}', "\n"));
        Self::from_iter(statements)
    }

    /// What `recorded/` keeps of an application, and what it says of whose they are.
    pub(crate) fn kept(name: &str) -> Option<(String, Self)> {
        let text = fs::read_to_string(path(name)).ok()?;
        let (title, statements) = text.split_once('\n')?;
        let statements = statements.split(END).filter(|text| !text.trim().is_empty());
        Some((title.to_owned(), statements.map(String::from).collect()))
    }

    /// Compares with what is kept. Another release, of the application's libraries or of
    /// PostgreSQL, may send others, which have passed through Septum by then. With
    /// `SEPTUM_RECORD` set, they are kept instead.
    pub(crate) fn must_be_kept(&self, name: &str, versions: &str) {
        let title = format!("-- {versions}");
        if std::env::var_os("SEPTUM_RECORD").is_some() {
            let text: String = self.statements.iter().flat_map(|text| [text, END]).collect();
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            return fs::write(path(name), format!("{title}\n{text}")).unwrap();
        }
        let (kept_title, kept) = Self::kept(name).expect("a recording: set SEPTUM_RECORD=1");
        let missing: Vec<_> =
            self.shapes().filter(|one| !kept.by_shape.contains_key(*one)).collect();
        let gone: Vec<_> = kept.shapes().filter(|one| !self.by_shape.contains_key(*one)).collect();
        let same = missing.is_empty() && gone.is_empty();
        assert!(
            same || title != kept_title,
            "record {name} anew by SEPTUM_RECORD=1: new {missing:#?}, gone {gone:#?}"
        );
    }

    pub(crate) fn statements(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(String::as_str)
    }

    fn shapes(&self) -> impl Iterator<Item = &str> {
        self.by_shape.keys().map(String::as_str)
    }
}

impl FromIterator<String> for Recording {
    fn from_iter<T: IntoIterator<Item = String>>(texts: T) -> Self {
        let mut recording = Self::default();
        for text in texts {
            recording.by_shape.entry(shape(&text)).or_insert_with(|| {
                recording.statements.push(text);
                recording.statements.len()
            });
        }
        recording
    }
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/orms/recorded/{name}.sql"))
}

/// The statement in an entry of the log: `statement: SELECT 1`, `execute s1: SELECT $1`,
/// `duration: 0.1 ms  parse s1: SELECT $1`; or one that failed.
fn statement(entry: &str) -> Option<&str> {
    let entry = entry.strip_prefix(RECORDED)?;
    if let Some(failed) = entry.strip_prefix("STATEMENT:  ") {
        return Some(failed);
    }
    let message = entry.strip_prefix("LOG:  ")?;
    let message = match message.strip_prefix("duration: ") {
        Some(timed) => timed.split_once(" ms  ")?.1,
        None => message,
    };
    let (what, text) = message.split_once(": ")?;
    let first = what.split(' ').next()?;
    matches!(first, "statement" | "execute" | "parse").then_some(text)
}

/// A statement without its constants, numbers and the names that are made up as it goes.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    for (at, part) in text.split('\'').enumerate() {
        // Every second part lies between quotes.
        if at % 2 == 1 {
            shape.push('?');
        } else {
            shape.extend(part.split_inclusive(|c| !may_be_made_up(c)).map(without_numbers));
        }
    }
    shape
}

/// `1`, `7fcd_1`, `4b1e007a-...`: hexadecimal digits and what joins them.
fn may_be_made_up(letter: char) -> bool {
    letter.is_ascii_hexdigit() || matches!(letter, '_' | '-')
}

fn without_numbers(part: &str) -> String {
    let rest = part.trim_start_matches(may_be_made_up);
    if part.contains(|c: char| c.is_ascii_digit()) { format!("0{rest}") } else { part.into() }
}

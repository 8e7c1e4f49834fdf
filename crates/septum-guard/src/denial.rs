use std::fmt;

use septum_core::Reason;
use septum_sql::{SqlError, Statement};

/// Why a text may not run. It holds no literal of the text and no value of a row, syntax
/// errors aside, which quote one word of it to the client who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The stable reason.
    pub reason: Reason,
    /// What was refused, for the log: the name of a command, function, relation or setting, of
    /// bounded length.
    pub subject: Option<String>,
    /// The shape of the statement without its literals, where it has one.
    pub fingerprint: Option<String>,
    /// What to tell the client.
    pub message: String,
    /// Where, for a syntax error: the character, counted from 1.
    pub position: Option<u32>,
    crossing: bool,
    /// Whether a configuration could allow it.
    observable: bool,
    by_look: bool,
}

impl Denial {
    /// A refusal of something that has a name.
    pub(crate) fn of(reason: Reason, what: &str, subject: &str) -> Self {
        let subject = bounded(subject);
        let message = format!("{what} `{subject}` is not allowed; {}", reason.doc().remedy);
        Self { subject: Some(subject), message, ..Self::new(reason) }
    }

    /// A refusal that is its reason.
    pub(crate) fn new(reason: Reason) -> Self {
        let doc = reason.doc();
        Self {
            reason,
            subject: None,
            fingerprint: None,
            message: format!("{}; {}", doc.title, doc.remedy),
            position: None,
            crossing: reason == Reason::BindingSetting,
            observable: false,
            by_look: false,
        }
    }

    /// Marks an attempt to change the binding, or to reach what makes it.
    pub(crate) fn crossing(self) -> Self {
        Self { crossing: true, ..self }
    }

    /// Marks what a configuration, or a command in the database, could allow.
    pub(crate) fn observable(self) -> Self {
        Self { observable: true, ..self }
    }

    /// Whether it may run where the guard only observes. INVARIANT: never what touches the
    /// binding or a session's state, runs SQL held in a string, or can't be judged.
    pub(crate) fn is_observable(&self) -> bool {
        self.observable && !self.crossing
    }

    /// Marks a key that was told by its look alone.
    pub(crate) fn by_look(self, by_look: bool) -> Self {
        Self { by_look, ..self }
    }

    /// Whether all that there was is a value that looks like another tenant's key, and meets no
    /// tenant column. Data that others sent can hold one: it is for the log, and must not count
    /// against whoever stores it.
    pub fn is_by_look(&self) -> bool {
        self.by_look
    }

    /// Says of which statement.
    pub(crate) fn in_statement(self, statement: &Statement) -> Self {
        let fingerprint = statement.fingerprint();
        let fingerprint = (!fingerprint.is_empty()).then(|| fingerprint.to_owned());
        Self { fingerprint, ..self }
    }

    /// Whether this was an attempt to reach another tenant or to change the binding, rather
    /// than something that is merely refused.
    pub fn is_crossing(&self) -> bool {
        self.crossing
    }
}

impl From<SqlError> for Denial {
    fn from(error: SqlError) -> Self {
        let position = match error {
            SqlError::Syntax { position, .. } => position,
            SqlError::TooDeep | SqlError::TooLarge | SqlError::NotCanonical => None,
        };
        Self { message: error.to_string(), position, ..Self::new(error.reason()) }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.message)
    }
}

impl std::error::Error for Denial {}

/// Names are at most 63 bytes each, but settings can be longer.
fn bounded(subject: &str) -> String {
    const LONGEST: usize = 128;
    subject.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}

use std::sync::{Arc, OnceLock};

use septum_core::Reason;

use crate::{Facts, Kind};

/// One statement: its kind, its canonical text and its facts, all of one tree.
#[derive(Clone, Debug)]
pub struct Statement {
    pub(crate) kind: Kind,
    pub(crate) refusal: Option<Reason>,
    pub(crate) refused: Option<Box<str>>,
    pub(crate) tenant_parameter: Option<u16>,
    pub(crate) canonical: Box<str>,
    pub(crate) facts: Arc<Facts>,
    pub(crate) fingerprint: OnceLock<Box<str>>,
}

impl Statement {
    /// What the statement is.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The text that a server may get: made from the judged tree, without comments, one
    /// statement.
    ///
    /// Empty for [`Kind::Other`], unless it was asked for with
    /// [`Others::Deparse`](crate::Others::Deparse).
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The shape without its literals, as 16 hexadecimal digits: safe to log.
    ///
    /// Computed when it is first asked for; empty where there is no canonical text.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| {
            if self.canonical.is_empty() {
                return Box::default();
            }
            pg_query::fingerprint(&self.canonical, 0, 0)
                .map(|fingerprint| fingerprint.hex.into_boxed_str())
                .unwrap_or_default()
        })
    }

    /// What the statement reaches.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Why this statement can never run: `Some` for every [`Kind::Other`], and for what can't be
    /// rewritten faithfully.
    pub fn refusal(&self) -> Option<Reason> {
        self.refusal
    }

    /// What in it can't be rewritten: the name of a relation or of a column.
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// The number of the one parameter that Septum supplies, behind all of the client's: the
    /// bound tenant's key, of the type of [`Tenancy::tenant_type`](septum_core::Tenancy).
    pub fn tenant_parameter(&self) -> Option<u16> {
        self.tenant_parameter
    }
}

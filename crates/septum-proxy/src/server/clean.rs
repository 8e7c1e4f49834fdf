//! What makes a connection clean again (invariant 6).
//!
//! The guard keeps clients from leaving state on a session, but a function, trigger, view or
//! default of the database's own may set a setting for good, take a lock, change the role. So
//! behind each unit of work that ends outside a transaction, in the same flight where that is
//! known beforehand, goes:
//!
//! ```text
//!  ... Sync | SELECT (forged?)  RESET ALL  DISCARD SEQUENCES  SELECT (role, locks, rest) | Sync
//! ```
//!
//! What can be taken back is; a temporary schema, a channel listened to or a held cursor can
//! only be seen, and closes the connection. So does anything but the expected answer.
//!
//! A function that runs SQL which it is given could also replace what is prepared here. So a text
//! that is parsed on the spot first looks for statements that SQL has prepared: one is enough to
//! close the connection. After a statement that calls by name anything but PostgreSQL's own
//! functions all of it is sent as text, once every answer has come, and everything that is
//! prepared must be what was prepared here, so that nobody finds a statement gone. What a
//! procedural language keeps in memory of its own (`%_SHARED`, `GD`) nobody outside of it can see.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use septum_pgwire::TransactionStatus;
use septum_pgwire::backend::{self, tag};
use septum_pgwire::frontend::Write as _;
use septum_sql::Facts;

use super::{Own, Server, connect};

/// How long cleaning may take when nobody waits for it.
const LIMIT: Duration = Duration::from_secs(10);

/// The three statements' names.
pub(crate) struct Cleaning([String; 3]);

/// The functions that the database has, by name: whether all of a name are PostgreSQL's own.
#[derive(Clone, Default)]
pub(crate) struct Functions(Arc<HashMap<Box<str>, bool>>);

impl Functions {
    /// Out of the rows of [`Own::Functions`].
    pub(super) fn new(rows: Vec<Vec<Option<String>>>) -> Self {
        let named = rows.into_iter().filter_map(|row| match row.as_slice() {
            [Some(name), Some(own)] => Some((name.as_str().into(), own == "true")),
            _ => None,
        });
        Self(Arc::new(named.collect()))
    }

    /// Whether everything that is called is PostgreSQL's own or Septum's. What is called by name
    /// must be known to be; a name after a dot is a column more often than a call, so there it
    /// must not be known as anybody else's.
    pub(crate) fn cover(&self, facts: &Facts) -> bool {
        let own = |name: &str| self.0.get(name).copied();
        let called = facts.functions.iter().all(|function| match function.name.schema.as_deref() {
            None | Some("pg_catalog") => own(&function.name.name) == Some(true),
            Some(schema) => schema == "septum",
        });
        called && facts.attributes.iter().all(|function| own(&function.name.name) != Some(false))
    }
}

impl Server {
    /// Prepares the statements that clean.
    pub(super) fn prepare_cleaning(&mut self) {
        let mut name = || self.statements.fresh_name().to_string();
        let names = [name(), name(), name()];
        for (name, own) in names.iter().zip([Own::Reset, Own::Sequences, Own::Clean]) {
            self.parse_own(name, own);
        }
        self.cleaning = Cleaning(names);
    }

    /// Writes what cleans. The answer is for [`Cleanness`].
    pub(crate) fn clean(&mut self, throughout: bool) {
        if throughout {
            // The bind, and what cleans, are not among the statements.
            let prepared = self.statements.count().saturating_add(1 + self.cleaning.0.len());
            let prepared = prepared.to_string();
            for own in [Own::Reset, Own::Sequences, Own::CleanThroughout] {
                self.parse_own("", own);
                let count = Some(prepared.as_bytes()).filter(|_| own == Own::CleanThroughout);
                self.wire.output.bind_values(
                    "",
                    "",
                    false,
                    count.as_slice().iter().copied().map(Some),
                );
                self.wire.output.execute("", 0);
            }
        } else {
            // INVARIANT: a statement's name proves nothing until a text that was just parsed has
            // said that no SQL has prepared any: an operator, a trigger, a view or a function made
            // a moment ago may have run what it was given (catalogue S87).
            self.parse_own("", Own::Forged);
            self.wire.output.bind_values("", "", false, std::iter::empty());
            self.wire.output.execute("", 0);
            for name in &self.cleaning.0 {
                self.wire.output.bind_values("", name, false, std::iter::empty());
                self.wire.output.execute("", 0);
            }
        }
        self.wire.output.sync();
    }

    /// Reads the rest of the answer to [`Server::clean`]; whether the connection is clean.
    pub(crate) async fn cleaned(&mut self, mut so_far: Cleanness) -> bool {
        let work = async {
            loop {
                let frame = connect::receive(&mut self.wire).await.ok()?;
                if let Some(clean) = so_far.take(frame.tag, &frame.body) {
                    return clean;
                }
            }
        };
        let status = tokio::time::timeout(LIMIT, work).await;
        matches!(status, Ok(Some(TransactionStatus::Idle))) && self.wire.input.is_empty()
    }
}

impl Cleaning {
    pub(super) fn unprepared() -> Self {
        Self([String::new(), String::new(), String::new()])
    }
}

/// What has been heard so far of a connection that is being cleaned.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cleanness {
    rows: u32,
    proven: bool,
    failed: bool,
}

impl Cleanness {
    /// Takes a message. At the end, `Some`: of the transaction's status where the connection is
    /// clean apart from it, `None` where it isn't.
    pub(crate) fn take(&mut self, found: u8, body: &[u8]) -> Option<Option<TransactionStatus>> {
        match found {
            tag::DATA_ROW => {
                let row = backend::data_row(body).unwrap_or_default();
                self.proven = row.last() == Some(&Some(b"true"));
                self.rows = self.rows.saturating_add(1);
            }
            tag::PARSE_COMPLETE
            | tag::BIND_COMPLETE
            | tag::COMMAND_COMPLETE
            | tag::NOTICE
            | tag::PARAMETER_STATUS => {}
            tag::READY => {
                // The one row of what cleans, and none of what is forged.
                let clean = self.proven && self.rows == 1 && !self.failed;
                return Some(backend::ready(body).ok().filter(|_| clean));
            }
            _ => self.failed = true,
        }
        None
    }
}

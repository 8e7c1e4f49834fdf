use septum_core::Secret;

use crate::CopyIn;

/// What a statement is, as far as whoever runs it must know.
#[derive(Clone, Debug)]
pub enum Kind {
    /// SELECT, VALUES, TABLE, INSERT, UPDATE, DELETE, MERGE, DECLARE without HOLD, FETCH, MOVE
    /// and CLOSE of a name: the canonical text runs as it is.
    Rows,
    /// `COPY ... TO STDOUT`: runs as it is.
    CopyOut,
    /// `COPY ... FROM STDIN`.
    CopyIn(CopyIn),
    /// BEGIN or START TRANSACTION; its modes are in the canonical text.
    Begin,
    /// COMMIT or END.
    Commit {
        /// `AND CHAIN`: a new transaction begins at once, unbound (catalogue S24).
        chain: bool,
    },
    /// ROLLBACK or ABORT.
    Rollback {
        /// `AND CHAIN`.
        chain: bool,
    },
    /// SAVEPOINT.
    Savepoint {
        /// The savepoint's name, unquoted.
        name: String,
    },
    /// RELEASE.
    Release {
        /// The savepoint's name, unquoted.
        name: String,
    },
    /// ROLLBACK TO.
    RollbackTo {
        /// The savepoint's name, unquoted.
        name: String,
    },
    /// `SET TRANSACTION` of an isolation level, an access mode or deferrability.
    SetTransaction,
    /// SET in any of its spellings, and a SELECT of nothing but `set_config` with constants.
    Set(Assignment),
    /// `SET [LOCAL] septum.token`: answered, never forwarded. The canonical text doesn't hold
    /// the token.
    Handover {
        /// The context token; `None` for DEFAULT and RESET.
        token: Option<Secret<String>>,
        /// Until the transaction's end only.
        local: bool,
    },
    /// RESET.
    Reset {
        /// The setting, lower case; `None` for ALL.
        name: Option<String>,
    },
    /// SHOW: runs as it is.
    Show {
        /// The setting, lower case.
        name: String,
    },
    /// DISCARD ALL.
    DiscardAll,
    /// DEALLOCATE of one name: some drivers close so what they prepared by the protocol.
    Deallocate {
        /// The statement's name, unquoted.
        name: String,
    },
    /// DEALLOCATE ALL.
    DeallocateAll,
    /// Clears state that a session of Septum can't have: answered without the server.
    Residue {
        /// The command tag to answer with.
        tag: &'static str,
        /// Where the answer has one row with one column of type `void`, the column's name.
        void_column: Option<&'static str>,
    },
    /// EXPLAIN of a SELECT, INSERT, UPDATE, DELETE or MERGE.
    Explain,
    /// Every other statement, by its SQL name. [`Statement::refusal`](crate::Statement::refusal)
    /// says why it never runs.
    Other(&'static str),
}

impl Kind {
    /// What to call it, in SQL's own words.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rows => "a query, a change of rows or a cursor",
            Self::CopyOut => "COPY ... TO STDOUT",
            Self::CopyIn(_) => "COPY ... FROM STDIN",
            Self::Begin => "BEGIN",
            Self::Commit { .. } => "COMMIT",
            Self::Rollback { .. } => "ROLLBACK",
            Self::Savepoint { .. } => "SAVEPOINT",
            Self::Release { .. } => "RELEASE",
            Self::RollbackTo { .. } => "ROLLBACK TO",
            Self::SetTransaction => "SET TRANSACTION",
            Self::Set(_) | Self::Handover { .. } => "SET",
            Self::Reset { .. } => "RESET",
            Self::Show { .. } => "SHOW",
            Self::DiscardAll => "DISCARD ALL",
            Self::Deallocate { .. } | Self::DeallocateAll => "DEALLOCATE",
            Self::Residue { tag, .. } => tag,
            Self::Explain => "EXPLAIN",
            Self::Other(name) => name,
        }
    }
}

/// A setting and its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The setting's name, lower case.
    pub name: String,
    /// The value as `set_config` would take it; `None` for DEFAULT.
    pub value: Option<String>,
    /// Until the transaction's end only.
    pub local: bool,
    /// Where the assignment was a SELECT, the name of its one column: the client expects one
    /// row with the new value, of type `text`.
    pub column: Option<String>,
}

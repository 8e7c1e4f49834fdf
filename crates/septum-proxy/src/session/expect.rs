//! The expectation queue: what the server will answer, in order, and what becomes of each
//! answer.
//!
//! ```text
//!  sent:    bind(seal) | Parse  Bind  Describe  Execute | Sync
//!  queue:   B x        | P      B     D         E       | Z      (x: the seal's execution)
//!  relayed:            | 1      2     T         D.. C   | Z
//! ```
//!
//! INVARIANT: the server answers in the order in which it was asked, and after an error it
//! skips to the next `Sync`. So the queue's front is what the next answer must be; anything
//! else is a protocol error that closes the connection. An error takes every entry off up to
//! `Z`, and each entry that falls is undone: what it had promised did not happen.

use std::sync::Arc;

use bytes::BytesMut;
use septum_bind::Binding;

use super::prepared::{Portal, Prepared};
use super::tripwire::{Described, Watched};
use crate::server::{Cleanness, Key};

/// One answer to come.
pub(crate) enum Expect {
    /// `ParseComplete`
    Parse { relay: bool, undo: Undo },
    /// `BindComplete`
    Bind { relay: bool, undo: Undo },
    /// `RowDescription` or `NoData`; whether each is the client's.
    Portal { rows: bool, no_data: bool, of: Described },
    /// `ParameterDescription` and then `RowDescription` or `NoData`. The last parameter is
    /// Septum's own where there is a tenant's.
    Statement { key: Arc<Key>, tenant: Option<u16> },
    /// Rows or copied data, and then the end of an `Execute`.
    Execution { rows: Rows, done: Done },
    /// `CloseComplete`
    Close { relay: bool, undo: Undo },
    /// `ReadyForQuery`
    Ready,
    /// Everything up to `ReadyForQuery`: the connection is being cleaned.
    Clean(Cleanness),
    /// Nothing from the server: what Septum itself answers at this place.
    Local { reply: BytesMut, undo: Undo },
    /// An error, which becomes this one.
    Refused { reply: BytesMut },
    /// `ParseComplete` of the insert that a copy is carried as.
    CopyPrepared,
    /// Nothing from the server: the end of a `COPY FROM`, whose rows have been counted.
    CopyEnd,
}

/// What becomes of the rows of an execution.
#[derive(Clone, Debug)]
pub(crate) enum Rows {
    /// They are the client's, once they were looked at.
    Relay(Arc<Watched>),
    /// They are ours; nobody needs them.
    Discard,
    /// They are ours, and looked at.
    Keep,
}

/// What the end of an execution means.
#[derive(Clone, Debug)]
pub(crate) enum Done {
    /// The client's statement is done.
    Relay,
    /// One of ours is done; an error of it is the client's to see.
    Own,
    /// The bind is done: from here on rows may be relayed.
    Bound(Option<Arc<Binding>>),
    /// A setting of the client's has been applied along with the bind.
    Applied,
    /// A transaction verb of the client's is done.
    Verb(Verb),
    /// The client has set this, and the kept row says to what.
    Set { name: String, local: bool, column: Option<String> },
    /// The kept rows are the columns to copy into.
    CopyColumns,
    /// A row has been copied.
    CopyRow,
}

/// What a transaction verb does to what Septum keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// `BEGIN`, `SET TRANSACTION`: nothing.
    None,
    /// `COMMIT` and `ROLLBACK`: the transaction is over, and the bind with it.
    End,
    /// `SAVEPOINT name`
    Savepoint(String),
    /// `RELEASE name`
    Release(String),
    /// `ROLLBACK TO name`: what was set since is gone, perhaps the bind.
    RollbackTo(String),
}

/// How to take back what a message had changed, when the server never gets to it (trap P13).
#[derive(Default)]
pub(crate) enum Undo {
    #[default]
    Nothing,
    /// The server has not prepared this.
    Prepared(Arc<Key>),
    /// The client's statement was this before.
    Statement(String, Option<Arc<Prepared>>),
    /// The client's portal was this before.
    Portal(String, Option<Portal>),
    /// Both of the first two.
    Both(Arc<Key>, String, Option<Arc<Prepared>>),
    /// The server still has this statement.
    Closed(Arc<str>),
}

impl Expect {
    /// Whether it is the bind's execution.
    pub(crate) fn is_bind(&self) -> bool {
        matches!(self, Self::Execution { done: Done::Bound(_), .. })
    }

    /// Whether a transaction that has failed goes on or is over behind it.
    pub(crate) fn ends_failure(&self) -> bool {
        let Self::Execution { done: Done::Verb(verb), .. } = self else { return false };
        matches!(verb, Verb::End | Verb::RollbackTo(_))
    }

    /// Whether it ends what the server was given to do: until then nothing more is begun.
    pub(crate) fn is_end(&self) -> bool {
        matches!(self, Self::Ready | Self::Clean(_))
    }
}

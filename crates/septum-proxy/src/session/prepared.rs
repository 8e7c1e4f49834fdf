use std::sync::Arc;

use septum_guard::{Guarded, Judgement};
use septum_sql::{Kind, Statement};

use super::evidence::Evidence;
use super::query::Judged;
use super::tripwire::Watched;
use crate::server::Key;

/// A statement that a client has prepared.
pub(crate) struct Prepared {
    /// What was judged and will run: one statement, or none for an empty text.
    pub(crate) statements: Arc<[Guarded<Statement>]>,
    /// The guard's word on it, which is asked for again under each binding, and in each epoch.
    pub(crate) judgement: Judgement,
    /// What a comment in the text handed over.
    pub(crate) evidence: Evidence,
    /// What it is on a server.
    pub(crate) key: Arc<Key>,
}

impl Prepared {
    pub(crate) fn new(judged: Judged, types: Box<[u32]>) -> Self {
        let Judged { statements, judgement, evidence, bound: _ } = judged;
        let canonical = statements.first().map_or("", |statement| statement.canonical());
        let key = Arc::new(Key { text: canonical.into(), types });
        Self { statements, judgement, evidence, key }
    }

    /// The bytes of the client's text.
    pub(crate) fn size(&self) -> usize {
        self.judgement.size()
    }

    /// What will run; `None` for an empty text.
    pub(crate) fn statement(&self) -> Option<&Guarded<Statement>> {
        self.statements.first()
    }

    /// Whether the server itself prepares and runs it; everything else is answered or performed
    /// by Septum.
    pub(crate) fn is_remote(&self) -> bool {
        self.statement().is_some_and(|statement| is_remote(statement.kind()))
    }
}

/// Whether statements of this kind go to the server as they are.
pub(crate) fn is_remote(kind: &Kind) -> bool {
    matches!(kind, Kind::Rows | Kind::CopyOut | Kind::Show { .. } | Kind::Explain)
}

/// A portal that a client has made.
#[derive(Clone)]
pub(crate) struct Portal {
    pub(crate) prepared: Arc<Prepared>,
    /// Whether Septum has performed it: that happens once.
    pub(crate) ran: bool,
    /// What is known of its rows.
    pub(crate) watched: Arc<Watched>,
}

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use septum_core::Reason;

use crate::Denial;

/// How many are told apart; beyond that, what is new is told each time.
const MOST: usize = 10_000;

/// What has been told of what was observed, so that a log is not filled with one thing.
#[derive(Debug, Default)]
pub(crate) struct Observations(Mutex<HashSet<Observation>>);

/// What was observed, and in what shape of statement.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Observation {
    reason: Reason,
    subject: Option<String>,
    fingerprint: Option<String>,
}

impl Observations {
    /// Whether this has not been asked for before.
    pub(crate) fn is_new(&self, denial: &Denial) -> bool {
        let one = Observation {
            reason: denial.reason,
            subject: denial.subject.clone(),
            fingerprint: denial.fingerprint.clone(),
        };
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST { !told.contains(&one) } else { told.insert(one) }
    }
}

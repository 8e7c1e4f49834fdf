use std::sync::Arc;

use septum_sql::Model;

use crate::Policy;
use crate::cache::VerdictCache;

/// What is judged by in one epoch, and the verdicts of that epoch.
#[derive(Debug)]
pub(crate) struct State {
    /// Counts the models that were adopted.
    pub(crate) epoch: u64,
    pub(crate) model: Option<Arc<Model>>,
    pub(crate) cache: VerdictCache,
}

impl State {
    pub(crate) fn without_model(policy: &Policy) -> Self {
        Self { epoch: 0, model: None, cache: VerdictCache::new(policy.cache_bytes) }
    }

    /// The epoch of another model, or of none. Its cache is empty.
    pub(crate) fn next(&self, model: Option<Arc<Model>>, policy: &Policy) -> Self {
        let cache = VerdictCache::new(policy.cache_bytes);
        Self { epoch: self.epoch.wrapping_add(1), model, cache }
    }
}

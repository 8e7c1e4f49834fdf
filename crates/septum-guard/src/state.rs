use std::sync::Arc;

use septum_sql::Model;

use crate::Policy;
use crate::cache::VerdictCache;
use crate::templates::TemplateCache;

/// What is judged by in one epoch, and what was judged in it.
#[derive(Debug)]
pub(crate) struct State {
    /// Counts the models that were adopted.
    pub(crate) epoch: u64,
    pub(crate) model: Option<Arc<Model>>,
    pub(crate) cache: VerdictCache,
    pub(crate) templates: TemplateCache,
}

impl State {
    pub(crate) fn without_model(policy: &Policy) -> Self {
        Self::new(0, None, policy)
    }

    /// The epoch of another model, or of none. Its caches are empty.
    pub(crate) fn next(&self, model: Option<Arc<Model>>, policy: &Policy) -> Self {
        Self::new(self.epoch.wrapping_add(1), model, policy)
    }

    fn new(epoch: u64, model: Option<Arc<Model>>, policy: &Policy) -> Self {
        // A template serves many texts, and is hardly larger than the verdict on one.
        let for_templates = policy.cache_bytes / 4;
        let cache = VerdictCache::new(policy.cache_bytes - for_templates);
        Self { epoch, model, cache, templates: TemplateCache::new(for_templates) }
    }
}

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use septum_sql::Statement;

use crate::{Guarded, Judgement};

/// Verdicts by whole text. The library finds an entry by a hash and compares the whole key
/// (invariant 7).
#[derive(Debug)]
pub(crate) struct VerdictCache(Cache<Arc<str>, Judgement, Weight>);

/// Texts above this are judged each time that they come.
pub(crate) const LONGEST: usize = 16 * 1024;

impl VerdictCache {
    /// A cache of about so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        const USUAL: u64 = 4 * 1024;
        let entries = usize::try_from(bytes / USUAL).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(entries, bytes, Weight))
    }

    pub(crate) fn get(&self, text: &str) -> Option<Judgement> {
        if text.len() > LONGEST { None } else { self.0.get(text) }
    }

    pub(crate) fn insert(&self, judgement: &Judgement) {
        if judgement.text().len() <= LONGEST {
            self.0.insert(Arc::clone(judgement.text()), judgement.clone());
        }
    }
}

/// An estimate of an entry's bytes: the key, the canonical text, the facts. A text of two
/// letters a name makes thirty times its length of facts.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Arc<str>, Judgement> for Weight {
    fn weight(&self, text: &Arc<str>, judgement: &Judgement) -> u64 {
        const FIXED: usize = 1024;
        const STATEMENT: usize = 512;
        const NAME: usize = 96;
        let each = |one: &Guarded<Statement>| {
            STATEMENT + 2 * one.canonical().len() + NAME * one.facts().names()
        };
        let bytes = FIXED + 2 * text.len() + judgement.statements().iter().map(each).sum::<usize>();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Guard, Policy};

    use super::*;

    #[test]
    fn what_is_kept_weighs_what_it_takes() {
        let weight = |text: &str| {
            let guard = Guard::new(Policy::default());
            Weight.weight(&text.into(), &guard.judgement(text))
        };
        let many = format!("SELECT * FROM {}", vec!["pg_am"; 1000].join(","));
        assert!(weight(&many) > 1000 * 64);
        assert!(weight("SELECT 1") < 4096);
    }
}

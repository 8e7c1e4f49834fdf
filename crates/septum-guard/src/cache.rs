use std::sync::{Arc, OnceLock};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use septum_core::TenantId;
use septum_sql::Statement;

use crate::{Denial, Guarded};

/// What one connection's state makes of a text.
pub(crate) type Verdict = Result<Arc<[Guarded<Statement>]>, Denial>;

/// Both verdicts on one text.
#[derive(Debug)]
pub(crate) struct Verdicts {
    pub(crate) bound: Verdict,
    /// The registered tenants whose keys stand in the text. They are no part of the verdict:
    /// each tenant may name itself.
    pub(crate) named: Box<[TenantId]>,
    /// Found when it is first asked for: most texts never run without a tenant.
    pub(crate) unbound: OnceLock<Verdict>,
}

/// Verdicts by whole text. The library finds an entry by a hash and compares the whole key
/// (invariant 7).
#[derive(Debug)]
pub(crate) struct VerdictCache(Cache<Box<str>, Arc<Verdicts>, Weight>);

/// Texts above this are judged each time.
const LONGEST: usize = 16 * 1024;

impl VerdictCache {
    /// A cache of about so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        const USUAL: u64 = 4 * 1024;
        let entries = usize::try_from(bytes / USUAL).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(entries, bytes, Weight))
    }

    pub(crate) fn get(&self, text: &str) -> Option<Arc<Verdicts>> {
        if text.len() > LONGEST { None } else { self.0.get(text) }
    }

    pub(crate) fn insert(&self, text: &str, verdicts: Arc<Verdicts>) {
        if text.len() <= LONGEST {
            self.0.insert(text.into(), verdicts);
        }
    }
}

/// An estimate of an entry's bytes: the key, the canonical text, the facts.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Box<str>, Arc<Verdicts>> for Weight {
    fn weight(&self, text: &Box<str>, _: &Arc<Verdicts>) -> u64 {
        const FIXED: u64 = 1024;
        FIXED + 4 * u64::try_from(text.len()).unwrap_or(u64::MAX / 8)
    }
}

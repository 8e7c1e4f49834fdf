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

/// An estimate of an entry's bytes: the key, the canonical text, the facts. A text of two
/// letters a name makes thirty times its length of facts.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Box<str>, Arc<Verdicts>> for Weight {
    fn weight(&self, text: &Box<str>, verdicts: &Arc<Verdicts>) -> u64 {
        const FIXED: usize = 1024;
        const STATEMENT: usize = 512;
        const NAME: usize = 96;
        let statements = verdicts.bound.iter().flat_map(|statements| statements.iter());
        let each = |one: &Guarded<Statement>| {
            STATEMENT + 2 * one.canonical().len() + NAME * one.facts().names()
        };
        let bytes = FIXED + 2 * text.len() + statements.map(each).sum::<usize>();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Guard, Policy};
    use septum_bind::Binding;
    use septum_core::{Principal, TenantType};

    use super::*;

    #[test]
    fn what_is_kept_weighs_what_it_takes() {
        let tenant = TenantType::Int.parse("1").unwrap();
        let binding = Binding::for_tests(tenant, Principal::new("ann").unwrap());
        let weight = |text: &str| {
            let guard = Guard::new(Policy::default());
            let bound = guard.judge(text, Some(&binding));
            let (named, unbound) = (Box::default(), OnceLock::new());
            Weight.weight(&text.into(), &Arc::new(Verdicts { bound, named, unbound }))
        };
        let many = format!("SELECT * FROM {}", vec!["x"; 1000].join(","));
        assert!(weight(&many) > 1000 * 64);
        assert!(weight("SELECT 1") < 4096);
    }
}

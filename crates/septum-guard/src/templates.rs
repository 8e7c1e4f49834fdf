use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use septum_sql::{Shape, Statement, Template};

/// What was judged of texts, for those that differ from them in values only.
///
/// An entry is found by a hash, and its whole key compared (invariant 7): every token of the text
/// but the values. It holds no value, so no tenant's is kept for another's use.
#[derive(Debug)]
pub(crate) struct TemplateCache(Cache<Box<[u8]>, Entry, Weight>);

/// Which literals are values is known when a text of the same shape was parsed.
#[derive(Clone, Debug)]
enum Entry {
    /// By all tokens but the literals: the literals that are no values.
    Pinned(Arc<[usize]>),
    /// By all tokens but the values.
    Template(Arc<Template>),
}

impl TemplateCache {
    /// A cache of about so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        const USUAL: u64 = 2 * 1024;
        let entries = usize::try_from(bytes / USUAL).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(entries, bytes, Weight))
    }

    /// The statements of a text, if it differs in values only from one that may run.
    pub(crate) fn fill(&self, shape: &Shape<'_>) -> Option<Vec<Statement>> {
        let Entry::Pinned(pinned) = self.0.get(&*pinned_key(shape))? else { return None };
        let Entry::Template(template) = self.0.get(&*template_key(shape, &pinned))? else {
            return None;
        };
        template.fill(shape)
    }

    pub(crate) fn insert(&self, shape: &Shape<'_>, template: Template) {
        let pinned: Arc<[usize]> = template.pinned().into();
        let key = template_key(shape, &pinned).into();
        self.0.insert(key, Entry::Template(Arc::new(template)));
        self.0.insert(pinned_key(shape).into(), Entry::Pinned(pinned));
    }
}

// Two kinds of keys, neither of which is ever the other.

fn pinned_key(shape: &Shape<'_>) -> Vec<u8> {
    [b"p", shape.rest()].concat()
}

fn template_key(shape: &Shape<'_>, pinned: &[usize]) -> Vec<u8> {
    [b"t", &*shape.key(pinned)].concat()
}

/// An estimate of an entry's bytes.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Box<[u8]>, Entry> for Weight {
    fn weight(&self, key: &Box<[u8]>, entry: &Entry) -> u64 {
        const FIXED: usize = 256;
        let held = match entry {
            Entry::Pinned(pinned) => size_of_val::<[usize]>(pinned),
            Entry::Template(template) => template.bytes(),
        };
        u64::try_from(FIXED + key.len() + held).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use septum_sql::parse_script_and_template;

    use super::*;

    fn insert(cache: &TemplateCache, text: &str) {
        let shape = Shape::of(text).unwrap();
        let (_, template) = parse_script_and_template(text, &shape, None).unwrap();
        cache.insert(&shape, template.unwrap());
    }

    fn serves(cache: &TemplateCache, text: &str) -> bool {
        cache.fill(&Shape::of(text).unwrap()).is_some()
    }

    #[test]
    fn texts_that_differ_in_values_are_one_entry() {
        let cache = TemplateCache::new(1 << 20);
        insert(&cache, "SELECT a FROM t WHERE b = 1");
        assert!(serves(&cache, "SELECT a FROM t WHERE b = 2"));
        for other in ["SELECT a FROM t WHERE c = 2", "SELECT a FROM t WHERE b = 'x'"] {
            assert!(!serves(&cache, other), "{other}");
        }
    }

    #[test]
    fn i07_what_is_no_value_is_compared() {
        let cache = TemplateCache::new(1 << 20);
        insert(&cache, "SELECT a::varchar(10) FROM t WHERE b = 1");
        assert!(!serves(&cache, "SELECT a::varchar(20) FROM t WHERE b = 1"));
        insert(&cache, "SELECT a::varchar(20) FROM t WHERE b = 1");
        for length in [10, 20] {
            let text = format!("SELECT a::varchar({length}) FROM t WHERE b = 3");
            let filled = cache.fill(&Shape::of(&text).unwrap()).unwrap();
            assert_eq!(filled[0].canonical(), text);
        }
    }

    #[test]
    fn what_is_kept_weighs_what_it_takes() {
        let cache = TemplateCache::new(64 << 10);
        for name in 0..1000 {
            insert(&cache, &format!("SELECT a FROM t{name} WHERE b = 1"));
        }
        assert!(cache.0.weight() <= 64 << 10, "{}", cache.0.weight());
        assert!(cache.0.weight() > 32 << 10, "{}", cache.0.weight());
    }
}

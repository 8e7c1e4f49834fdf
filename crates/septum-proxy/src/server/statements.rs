use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::session::Shape;

/// What makes two prepared statements the same: their whole canonical text and the types given
/// for their parameters (invariant 7; trap P10).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) text: Box<str>,
    pub(crate) types: Box<[u32]>,
}

/// What a server connection has prepared. Names are random for each connection, so that no SQL
/// can guess them (catalogue S87), and never used twice.
pub(crate) struct Statements {
    prefix: u64,
    next: u64,
    clock: u64,
    limit: NonZeroUsize,
    by_key: HashMap<Arc<Key>, Entry>,
    /// Names that are still to be closed.
    unclosed: Vec<Arc<str>>,
    /// Texts of the simple protocol seen once: the second time they are worth preparing.
    seen: HashMap<u64, ()>,
}

/// The most bytes that the texts prepared on a server connection may have, one text aside: the
/// server's trees of them take many times that.
const BYTES: usize = 1 << 20;

struct Entry {
    name: Arc<str>,
    used: u64,
    shape: Option<Arc<Shape>>,
}

impl Statements {
    pub(crate) fn new(prefix: u64, limit: NonZeroUsize) -> Self {
        Self {
            prefix,
            next: 0,
            clock: 0,
            limit,
            by_key: HashMap::new(),
            unclosed: Vec::new(),
            seen: HashMap::new(),
        }
    }

    /// A name that no statement of this connection has had.
    pub(crate) fn fresh_name(&mut self) -> Arc<str> {
        self.next = self.next.wrapping_add(1);
        format!("s{:016x}_{}", self.prefix, self.next).into()
    }

    /// The name under which this statement is prepared here.
    pub(crate) fn name(&mut self, key: &Key) -> Option<Arc<str>> {
        self.clock = self.clock.wrapping_add(1);
        let clock = self.clock;
        self.by_key.get_mut(key).map(|entry| {
            entry.used = clock;
            Arc::clone(&entry.name)
        })
    }

    /// What is known of a statement's result.
    pub(crate) fn shape(&self, key: &Key) -> Option<Arc<Shape>> {
        self.by_key.get(key)?.shape.clone()
    }

    /// Keeps what is known of a statement's result.
    pub(crate) fn describe(&mut self, key: &Key, shape: Arc<Shape>) {
        if let Some(entry) = self.by_key.get_mut(key) {
            entry.shape = Some(shape);
        }
    }

    /// Takes a statement up; returns its name, and those to close for it.
    pub(crate) fn insert(&mut self, key: Arc<Key>) -> (Arc<str>, Vec<Arc<str>>) {
        let mut closed = std::mem::take(&mut self.unclosed);
        let mut held = self.by_key.keys().map(|key| key.text.len()).sum::<usize>();
        while self.by_key.len() >= self.limit.get() || held.saturating_add(key.text.len()) > BYTES {
            let Some((key, name)) = self.evict() else { break };
            held = held.saturating_sub(key.text.len());
            closed.push(name);
        }
        let name = self.fresh_name();
        self.clock = self.clock.wrapping_add(1);
        self.by_key.insert(key, Entry { name: Arc::clone(&name), used: self.clock, shape: None });
        (name, closed)
    }

    /// Forgets a statement whose `Parse` did not complete (trap P13).
    pub(crate) fn remove(&mut self, key: &Key) {
        self.by_key.remove(key);
    }

    /// Whether this text of the simple protocol has been seen here before. A collision of
    /// hashes only prepares a statement early.
    pub(crate) fn is_repeated(&mut self, text: &str) -> bool {
        use std::hash::BuildHasher as _;
        const SEEN: usize = 1024;
        let hash = self.by_key.hasher().hash_one(text);
        if self.seen.len() >= SEEN {
            self.seen.clear();
        }
        self.seen.insert(hash, ()).is_some()
    }

    /// How many there are on the server, when every answer has come.
    pub(crate) fn count(&self) -> usize {
        self.by_key.len().saturating_add(self.unclosed.len())
    }

    /// A statement that was to be closed, but the server never got to it.
    pub(crate) fn not_closed(&mut self, name: Arc<str>) {
        self.unclosed.push(name);
    }

    fn evict(&mut self) -> Option<(Arc<Key>, Arc<str>)> {
        let oldest = self.by_key.iter().min_by_key(|(_, entry)| entry.used)?.0.clone();
        self.by_key.remove(&oldest).map(|entry| (oldest, entry.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(letter: char, bytes: usize) -> Arc<Key> {
        let text: String = std::iter::repeat_n(letter, bytes).collect();
        Arc::new(Key { text: text.into(), types: Box::default() })
    }

    #[test]
    fn few_long_texts_are_prepared_on_a_connection() {
        let mut statements = Statements::new(0, NonZeroUsize::new(500).unwrap());
        let (first, closed) = statements.insert(key('a', BYTES / 2));
        assert!(closed.is_empty());
        let (second, closed) = statements.insert(key('b', BYTES / 2));
        assert!(closed.is_empty());
        assert_eq!(statements.insert(key('c', 1)).1, [first]);
        // One alone may be longer.
        assert_eq!(statements.insert(key('d', BYTES + 1)).1.len(), 2);
        assert_eq!(statements.insert(key('e', 1)).1.len(), 1);
        assert_eq!(statements.count(), 1);
        assert!(statements.name(&key('b', BYTES / 2)).is_none(), "{second}");
    }
}

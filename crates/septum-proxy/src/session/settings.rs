use std::collections::BTreeMap;
use std::sync::Arc;

type Values = BTreeMap<String, String>;

/// What all settings of one client may take, in bytes: they are sent with each of its binds.
const ROOM: usize = 64 << 10;
/// What a transaction's savepoints may make Septum copy, in bytes.
const COPIES: usize = 16 << 20;

/// What a client has set, as PostgreSQL itself would keep it for a session: a transaction's
/// settings hold from its commit on, and those of a savepoint fall with it (traps P1, P3, P4).
#[derive(Default)]
pub(crate) struct Settings {
    session: Arc<Values>,
    open: Option<Open>,
}

struct Open {
    values: Arc<Values>,
    savepoints: Vec<(String, Arc<Values>)>,
    copied: usize,
}

impl Settings {
    /// What is in force now.
    pub(crate) fn current(&self) -> &Arc<Values> {
        self.open.as_ref().map_or(&self.session, |open| &open.values)
    }

    /// Whether one more fits: a client must not fill the memory with them.
    pub(crate) fn has_room_for(&self, name: &str, value: &str) -> bool {
        let others = self.current().iter().filter(|(other, _)| *other != name);
        let size = others.map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let copied = self.open.as_ref().map_or(0, |open| open.copied);
        size.saturating_add(name.len()).saturating_add(value.len()) <= ROOM && copied <= COPIES
    }

    /// Sets a name, from now to the session's end unless the transaction is rolled back.
    pub(crate) fn set(&mut self, name: String, value: String) {
        self.open().change().insert(name, value);
    }

    /// Back to the default.
    pub(crate) fn reset(&mut self, name: &str) {
        self.open().change().remove(name);
    }

    /// Everything back to its default.
    pub(crate) fn reset_all(&mut self) {
        self.open().values = Arc::default();
    }

    pub(crate) fn savepoint(&mut self, name: String) {
        let open = self.open();
        open.savepoints.push((name, Arc::clone(&open.values)));
    }

    pub(crate) fn release(&mut self, name: &str) {
        if let Some(open) = &mut self.open
            && let Some(at) = open.savepoints.iter().rposition(|(savepoint, _)| savepoint == name)
        {
            open.savepoints.truncate(at);
        }
    }

    pub(crate) fn rollback_to(&mut self, name: &str) {
        if let Some(open) = &mut self.open
            && let Some(at) = open.savepoints.iter().rposition(|(savepoint, _)| savepoint == name)
        {
            open.savepoints.truncate(at.saturating_add(1));
            if let Some((_, values)) = open.savepoints.last() {
                open.values.clone_from(values);
            }
        }
    }

    pub(crate) fn commit(&mut self) {
        if let Some(open) = self.open.take() {
            self.session = open.values;
        }
    }

    /// The transaction is gone; what it had changed is returned, with the value that is in
    /// force again.
    pub(crate) fn rollback(&mut self) -> Vec<(String, Option<String>)> {
        let Some(open) = self.open.take() else { return Vec::new() };
        let names = open.values.keys().chain(self.session.keys());
        let mut changed: Vec<_> = names
            .filter(|name| open.values.get(*name) != self.session.get(*name))
            .map(|name| (name.clone(), self.session.get(name).cloned()))
            .collect();
        changed.dedup();
        changed
    }

    fn open(&mut self) -> &mut Open {
        let session = &self.session;
        self.open.get_or_insert_with(|| Open {
            values: Arc::clone(session),
            savepoints: Vec::new(),
            copied: 0,
        })
    }
}

impl Open {
    /// The values, no longer shared with a savepoint.
    fn change(&mut self) -> &mut Values {
        if Arc::strong_count(&self.values) > 1 {
            let size = self.values.iter().map(|(name, value)| name.len() + value.len());
            self.copied = self.copied.saturating_add(size.sum());
        }
        Arc::make_mut(&mut self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(settings: &'a Settings, name: &str) -> Option<&'a str> {
        settings.current().get(name).map(String::as_str)
    }

    #[test]
    fn p03_what_a_rolled_back_transaction_set_is_gone() {
        let mut settings = Settings::default();
        settings.set("app.t".into(), "a".into());
        settings.commit();
        settings.set("app.t".into(), "b".into());
        let changed = settings.rollback();
        assert_eq!(changed, [("app.t".to_owned(), Some("a".to_owned()))]);
        assert_eq!(value(&settings, "app.t"), Some("a"));
    }

    #[test]
    fn p03_what_was_set_after_a_savepoint_falls_with_it() {
        let mut settings = Settings::default();
        settings.set("app.t".into(), "a".into());
        settings.savepoint("s".into());
        settings.set("app.t".into(), "b".into());
        settings.rollback_to("s");
        assert_eq!(value(&settings, "app.t"), Some("a"));
        settings.set("app.t".into(), "c".into());
        settings.release("s");
        settings.rollback_to("s");
        settings.commit();
        assert_eq!(value(&settings, "app.t"), Some("c"));
    }

    #[test]
    fn p04_a_reset_in_a_rolled_back_transaction_did_not_happen() {
        let mut settings = Settings::default();
        settings.set("app.t".into(), "a".into());
        settings.commit();
        settings.reset_all();
        assert_eq!(value(&settings, "app.t"), None);
        settings.rollback();
        assert_eq!(value(&settings, "app.t"), Some("a"));
    }
}

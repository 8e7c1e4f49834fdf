use std::collections::BTreeMap;

type Values = BTreeMap<String, String>;

/// What a client has set, as PostgreSQL itself would keep it for a session: a transaction's
/// settings hold from its commit on, and those of a savepoint fall with it (traps P1, P3, P4).
#[derive(Default)]
pub(crate) struct Settings {
    session: Values,
    open: Option<Open>,
}

struct Open {
    values: Values,
    savepoints: Vec<(String, Values)>,
}

impl Settings {
    /// What is in force now.
    pub(crate) fn current(&self) -> &Values {
        self.open.as_ref().map_or(&self.session, |open| &open.values)
    }

    /// Sets a name, from now to the session's end unless the transaction is rolled back.
    pub(crate) fn set(&mut self, name: String, value: String) {
        self.open().values.insert(name, value);
    }

    /// Back to the default.
    pub(crate) fn reset(&mut self, name: &str) {
        self.open().values.remove(name);
    }

    /// Everything back to its default.
    pub(crate) fn reset_all(&mut self) {
        self.open().values.clear();
    }

    pub(crate) fn savepoint(&mut self, name: String) {
        let values = self.current().clone();
        self.open().savepoints.push((name, values));
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
        self.open.get_or_insert_with(|| Open { values: session.clone(), savepoints: Vec::new() })
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

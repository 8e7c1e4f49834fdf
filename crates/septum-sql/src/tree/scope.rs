use std::collections::HashMap;

/// Names in scope, the innermost last; found at once however many there are.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    names: Vec<String>,
    times: HashMap<String, usize>,
}

impl Scope {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.times.contains_key(name)
    }

    pub(super) fn push(&mut self, name: String) {
        *self.times.entry(name.clone()).or_default() += 1;
        self.names.push(name);
    }

    pub(super) fn truncate(&mut self, length: usize) {
        for name in self.names.drain(length.min(self.names.len())..) {
            if let Some(times) = self.times.get_mut(&name) {
                *times -= 1;
                if *times == 0 {
                    self.times.remove(&name);
                }
            }
        }
    }
}

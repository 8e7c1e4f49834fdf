use std::ops::Deref;

/// What the guard has let through.
///
/// INVARIANT: only this crate makes one, out of what it has judged. What writes to a server
/// takes nothing else, so that nothing unjudged can be written.
#[derive(Clone, Debug)]
pub struct Guarded<T>(T);

impl<T> Guarded<T> {
    pub(crate) fn new(judged: T) -> Self {
        Self(judged)
    }
}

impl<T> Deref for Guarded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

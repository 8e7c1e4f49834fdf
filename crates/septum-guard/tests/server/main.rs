//! What the guard knows and sends, held against the server that runs it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's failure report")]

mod extensions;
mod functions;
mod keywords;
mod meaning;
mod support;

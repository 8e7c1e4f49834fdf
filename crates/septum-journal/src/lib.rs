//! The audit log in files.
//!
//! [`Journal`] is the [`Sink`](septum_audit::Sink) that Septum runs with: one writer thread, one
//! write and one sync for all that waits (group commit), the answer only after the sync.
//! [`Reader`] reads what it wrote, verifying as it goes; [`verify_folder`] reads all of it.
//!
//! ```text
//! record() ─┐
//! record() ─┼─► queue (bounded) ─► writer: take all ─► write ─► fdatasync ─► answer each
//! record() ─┘                          ▲                                          │
//!                                      └── what came meanwhile is the next group ◄┘
//! ```
//!
//! Files are named `audit-000000000001.jsonl` and on, hold whole groups, and are only ever
//! appended to: nothing is truncated, renamed or removed here. What may be removed, oldest
//! first, is the operator's to decide; verification then begins at what is left.
//!
//! A failed write closes the journal for good: all that waits and all that comes is refused
//! ([`SinkError`](septum_audit::SinkError)) until it is opened again. A sync that failed once
//! may have dropped the pages, so that a second one would lie.

mod config;
mod error;
mod folder;
mod journal;
mod queue;
mod reader;
mod writer;

pub use config::Config;
pub use error::{JournalError, ReadError};
pub use journal::Journal;
pub use reader::{Reader, Start, verify_folder};

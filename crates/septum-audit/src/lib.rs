//! What is recorded of attempts to cross.
//!
//! An [`Event`] says who did what and why it was refused; it never holds a row value, a secret
//! or a statement's literals. A [`Sink`] makes events durable. Nothing here knows files, clocks
//! or a runtime: times and random bytes are arguments.
//!
//! # The chain
//!
//! A log is one JSON object a line. [`Chain`] writes it, [`Verifier`] reads it.
//!
//! ```text
//! identity (32 random bytes) ──┐
//!                              ▼ prev
//! record 1   {"v":1,"seq":1,...,"prev":"…","mac":"…"}
//!            └── every byte of these ───┘        ▲
//!                └─ HMAC-SHA-256(audit key) ─────┤
//!                              ┌─────────────────┘
//!                              ▼ prev
//! record 2   {"v":1,"seq":2,...,"end":true,...,"prev":"…","mac":"…"}   written, synced,
//!                              ┌──────────────────────────────────┘    then acknowledged
//!                              ▼ prev
//! record 3   ...
//! ```
//!
//! Every link is keyed, rather than a plain hash chain with a keyed mark now and then: a plain
//! hash protects nothing that comes after the last mark, a keyed link protects each record as
//! soon as it is written, and the end mark becomes one authenticated field of a record. It costs
//! one more SHA-256 block or two a record. Who verifies needs the audit key, and who has the key
//! can forge: an auditor who may not verifies through one who does, and compares heads.
//!
//! The key is not ratcheted. That would protect records made before a theft of the key in
//! memory, but the key is derived from the root key, which lies on the same machine.
//!
//! # What someone can do who writes the files but has no key
//!
//! | done | said |
//! |---|---|
//! | a byte changed, a record made up, the chain recomputed | [`Why::NotARecord`], [`Why::NotAuthentic`] at that line |
//! | a line or a file removed from the middle, swapped, doubled | [`Why::OutOfPlace`], [`Why::MissingFile`] |
//! | a file of another log put in, of the same key and numbers | [`Why::AnotherLog`] |
//! | an incomplete line changed or removed after a restart | [`Why::TornLine`] |
//! | the oldest files removed | [`Report::first`] is not record 1 |
//! | the end cut off inside a line, or inside what was written together | [`Report::torn`], [`Report::unmarked`]; no [`Report::closed`] |
//! | the end cut off at an end mark | no [`Report::closed`]; after the next start one more of [`Report::hard_stops`] |
//! | the end cut off after an earlier `stopped`, all files put back to an older copy, or all removed | **nothing**: that is an authentic log. Only a [`Head`] kept elsewhere finds it, by [`Verifier::anchored`] |
//!
//! A sink that holds its file open notices most of the last two before its next write.
//!
//! # What a crash leaves
//!
//! A killed process leaves a prefix of its last write: complete lines, perhaps without an end
//! mark, and at most one incomplete line. Neither was acknowledged. The incomplete line stays
//! where it is, the next file begins with a `recovered` record that accounts for its bytes, and
//! verification knows it as that and not as tampering.

mod chain;
mod digest;
mod event;
mod head;
mod lockout;
mod record;
mod report;
mod sink;
mod time;
mod verify;

pub use chain::Chain;
pub use digest::{Digest, InvalidDigest};
pub use event::{Event, Kind};
pub use head::{Head, InvalidHead};
pub use lockout::{Actor, Lock, LockoutPolicy, Lockouts, Refused};
pub use record::{Entry, MAX_LINE, Record, RecordKind, Torn, UnknownKind};
pub use report::Report;
pub use sink::{Recorded, Sink, SinkError};
pub use time::{InvalidTime, Time};
pub use verify::{Broken, Verifier, Why};

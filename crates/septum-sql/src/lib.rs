//! What a SQL text means, by PostgreSQL's own parser (libpg_query).
//!
//! ```text
//! text -> parse -> normalise -> rewrite -> deparse each statement -> canonical text -> parse again
//!                                  |                                                        |
//!                                  +---- the two trees must be equal, locations aside ------+
//! ```
//!
//! The canonical text is what a server gets, and the facts are those of the tree that it
//! parses to: what runs is what was judged (invariant 2). Comments don't survive, nor does any
//! spelling that two PostgreSQL versions read differently.
//!
//! Nothing here decides: see `septum-guard`. Nothing here knows sockets, files, clocks or a
//! runtime.

mod builtin;
pub mod catalog;
mod classify;
mod constant;
mod copy;
mod error;
mod facts;
mod handover;
mod kind;
mod limits;
mod model;
mod position;
mod posture;
mod raw;
mod resolve;
mod rewrite;
mod script;
mod settings;
mod statement;
mod template;
mod tree;

pub use builtin::Standing;
pub use catalog::Catalog;
pub use copy::{CopyFormat, CopyHeader, CopyIn, ForcedColumns};
pub use error::SqlError;
pub use facts::{Facts, Function, QualifiedName, Relation, SettingUse};
pub use handover::{AmbiguousComment, Handover, handover};
pub use kind::{Assignment, Kind};
pub use model::{Class, Model};
pub use posture::{Fault, Posture, Unproven};
pub use resolve::{Callee, Meet, MeetValue, Missing, MissingKind, Reach, Reached, Via, candidates};
pub use script::{Others, parse_script, parse_script_and_template, parse_script_with};
pub use statement::Statement;
pub use template::{Shape, Template};

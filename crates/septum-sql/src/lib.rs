//! What a SQL text means, by PostgreSQL's own parser (libpg_query).
//!
//! ```text
//! text -> parse -> normalise -> deparse each statement -> canonical text -> parse again
//!                      |                                                        |
//!                      +---- the two trees must be equal, locations aside ------+
//! ```
//!
//! The canonical text is what a server gets, and the facts are those of the tree that it
//! parses to: what runs is what was judged (invariant 2). Comments don't survive, nor does any
//! spelling that two PostgreSQL versions read differently.
//!
//! Nothing here decides: see `septum-guard`. Nothing here knows sockets, files, clocks or a
//! runtime.

mod builtin;
mod classify;
mod constant;
mod copy;
mod error;
mod facts;
mod handover;
mod kind;
mod limits;
mod position;
mod raw;
mod script;
mod settings;
mod statement;
mod template;
mod tree;

pub use builtin::Standing;
pub use copy::{CopyFormat, CopyHeader, CopyIn, ForcedColumns};
pub use error::SqlError;
pub use facts::{Facts, Function, QualifiedName, Relation, SettingUse};
pub use handover::{AmbiguousComment, Handover, handover};
pub use kind::{Assignment, Kind};
pub use script::{Others, parse_script, parse_script_and_template, parse_script_with};
pub use statement::Statement;
pub use template::{Shape, Template};

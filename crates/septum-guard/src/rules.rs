//! The rules, one file each. A rule looks at one aspect of a statement and lets it pass or
//! denies it; all must let it pass.

mod catalog;
mod explain;
mod functions;
mod operators;
mod relations;
mod settings;
mod statements;
mod syntax;
mod types;
mod unbound;

use septum_core::Reason;
use septum_sql::{Model, Statement};

use crate::{Denial, Mode, Policy};

type Rule = fn(&Statement, &Policy) -> Result<(), Denial>;

/// Settings come first: an attempt on the binding is told as such, whatever surrounds it.
const RULES: [Rule; 8] = [
    settings::check,
    statements::check,
    syntax::check,
    explain::check,
    functions::check,
    operators::check,
    types::check,
    relations::check,
];

/// Whether a statement may run under a binding.
pub(crate) fn judge(
    statement: &Statement,
    policy: &Policy,
    model: Option<&Model>,
) -> Result<(), Denial> {
    match policy.mode() {
        Mode::Enforce => {
            RULES.iter().try_for_each(|rule| rule(statement, policy))?;
            catalog::check(statement, model)
        }
        Mode::Off if statement.canonical().is_empty() => Err(Denial::new(Reason::NotCanonical)),
        Mode::Off => Ok(()),
    }
}

/// Whether a statement that [`judge`] let pass may run without one.
pub(crate) fn judge_unbound(statement: &Statement, mode: Mode) -> Result<(), Denial> {
    match mode {
        Mode::Enforce => unbound::check(statement),
        Mode::Off => Ok(()),
    }
}

/// Whether a schema holds a session's temporary objects or the insides of tables: nothing that
/// a statement may name (catalogue S71, S74).
fn is_hidden_schema(schema: &str) -> bool {
    schema == "pg_temp" || schema.starts_with("pg_temp_") || schema.starts_with("pg_toast")
}

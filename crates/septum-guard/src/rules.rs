//! The rules, one file each. A rule looks at one aspect of a statement and lets it pass or
//! denies it; all must let it pass.

mod catalog;
mod explain;
mod extensions;
mod functions;
mod missing;
mod operators;
mod relations;
mod settings;
mod statements;
mod syntax;
mod system_columns;
mod types;
mod unbound;

use septum_core::Reason;
use septum_sql::{Class, Model, Statement};

use crate::{Denial, Mode, Policy};

type Rule = fn(&Statement, &Policy) -> Result<(), Denial>;

/// Settings come first: an attempt on the binding is told as such, whatever surrounds it.
const RULES: [Rule; 10] = [
    settings::check,
    statements::check,
    syntax::check,
    explain::check,
    functions::check,
    operators::check,
    types::check,
    relations::check,
    missing::check,
    system_columns::check,
];

/// Whether a statement may run under a binding; and what was observed, where it does although
/// rules are against it.
pub(crate) fn judge(
    statement: &Statement,
    policy: &Policy,
    model: Option<&Model>,
) -> Result<Vec<Denial>, Denial> {
    let mut denials = denials(statement, policy, model);
    match policy.mode() {
        Mode::Enforce | Mode::Off => denials.next().map_or(Ok(Vec::new()), Err),
        Mode::Observe => {
            let contained = is_contained(statement);
            denials
                .map(
                    |denial| {
                        if contained && is_observable(&denial) { Ok(denial) } else { Err(denial) }
                    },
                )
                .collect()
        }
    }
}

/// Every rule's word against a statement that may not run under a binding.
pub(crate) fn denials(
    statement: &Statement,
    policy: &Policy,
    model: Option<&Model>,
) -> impl Iterator<Item = Denial> {
    let judged = policy.mode() != Mode::Off;
    let rules = if judged { RULES.as_slice() } else { &[] };
    let unjudged = !judged && statement.canonical().is_empty();
    let catalog = move || judged.then(|| catalog::check(statement, model).err()).flatten();
    rules
        .iter()
        .filter_map(move |rule| rule(statement, policy).err())
        .chain(std::iter::once_with(catalog).flatten())
        .chain(unjudged.then(|| Denial::new(Reason::NotCanonical)))
}

/// Whether a configuration could allow it: what touches the binding, a session's state or what
/// can't be judged is never let through.
fn is_observable(denial: &Denial) -> bool {
    let listed = matches!(
        denial.reason,
        Reason::FunctionNotAllowed
            | Reason::OperatorNotAllowed
            | Reason::RelationNotAllowed
            | Reason::Unclassified
            | Reason::SystemColumnNotAllowed
    );
    let explain = denial.reason == Reason::StatementNotAllowed
        && denial.subject.as_deref() == Some(explain::NAME);
    (listed || explain) && !denial.is_crossing()
}

/// Whether what is judged of a statement is all that it does. A catalog that is written sets
/// what outlives the transaction (`pg_settings`), SQL held in a string and other servers do
/// anything, and a setting whose name isn't known may be the binding's.
fn is_contained(statement: &Statement) -> bool {
    let facts = statement.facts();
    let sets = facts.reach.relations.iter().any(|one| one.written && one.class == Class::System)
        || facts.relations.iter().any(|one| one.written && one.name.name.starts_with("pg_"));
    let runs = facts.functions.iter().chain(&facts.attributes).any(|called| {
        let name = &*called.name.name;
        ["_to_xml", "_to_xmlschema", "_to_xml_and_xmlschema"].iter().any(|end| name.ends_with(end))
            || ["ts_stat", "ts_rewrite"].contains(&name)
    });
    let leaves = facts
        .reach
        .callees
        .iter()
        .any(|callee| callee.extension.as_deref().is_some_and(extensions::is_dangerous));
    !sets && !runs && !leaves && facts.settings.iter().all(|used| used.name.is_some())
}

/// Whether a statement that [`judge`] let pass may run without one.
pub(crate) fn judge_unbound(statement: &Statement, mode: Mode) -> Result<(), Denial> {
    match mode {
        Mode::Enforce | Mode::Observe => unbound::check(statement),
        Mode::Off => Ok(()),
    }
}

/// Whether a schema holds a session's temporary objects or the insides of tables: nothing that
/// a statement may name (catalogue S71, S74).
fn is_hidden_schema(schema: &str) -> bool {
    schema == "pg_temp" || schema.starts_with("pg_temp_") || schema.starts_with("pg_toast")
}

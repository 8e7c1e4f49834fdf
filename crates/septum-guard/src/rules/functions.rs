//! Functions (catalogue §3, S1-S9, S27, S40, S77, S78, S96-S110, S113, S121-S134).
//!
//! PostgreSQL's own are an allowlist of what was reviewed, by name, so that one which a new
//! version adds is refused until somebody has looked at it. All others are resolved against the
//! catalog, and every candidate of a call must be listed in the policy, or belong to an
//! extension that was reviewed.

use septum_core::Reason;
use septum_sql::{Callee, Function, Standing, Statement, Via};

use super::{extensions, is_hidden_schema};
use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, policy: &Policy) -> Result<(), Denial> {
    let denied = |name: &str| Denial::of(Reason::FunctionNotAllowed, "the function", name);
    let facts = statement.facts();
    facts.functions.iter().try_for_each(|function| match judge(function, policy) {
        Ruling::Allowed => Ok(()),
        Ruling::Denied => Err(denied(&function.name.to_string())),
        Ruling::Crossing => Err(denied(&function.name.to_string()).crossing()),
    })?;
    facts.reach.callees.iter().try_for_each(|callee| check_callee(callee, policy))?;
    // `x.name` is a call of a function or a column: the catalog tells which.
    let unread = |called: &&Function| {
        !facts.reach.resolved
            && called.standing == Standing::Unreviewed
            && !is_listed(&called.name.name, policy)
    };
    match facts.attributes.iter().find(unread) {
        Some(called) => Err(denied(&called.name.name)),
        None => Ok(()),
    }
}

enum Ruling {
    Allowed,
    Denied,
    Crossing,
}

/// By the name as it stands in the statement.
fn judge(function: &Function, policy: &Policy) -> Ruling {
    let name = &*function.name.name;
    match function.name.schema.as_deref() {
        Some("septum") if function.standing == Standing::Reviewed => return Ruling::Allowed,
        Some("septum") => return Ruling::Crossing,
        // Its name and value are the settings rule's; it only ever runs until the transaction's
        // end.
        None | Some("pg_catalog") if name == "set_config" => return Ruling::Allowed,
        Some(_) if name == "set_config" => return Ruling::Crossing,
        Some(schema) if is_hidden_schema(schema) => return Ruling::Denied,
        Some(_) | None => {}
    }
    let harmless = match function.standing {
        // Of three arguments it takes queries, of two a string that it runs (S127).
        Standing::Reviewed => name != "ts_rewrite" || function.arguments == 3,
        Standing::Unreviewed => false,
        // What it is the catalog says; without one nothing of the user's is reached.
        Standing::Foreign => true,
    };
    if harmless || is_listed(name, policy) { Ruling::Allowed } else { Ruling::Denied }
}

/// By what the catalog says of a function that may be called.
fn check_callee(callee: &Callee, policy: &Policy) -> Result<(), Denial> {
    let (name, schema) = (callee.name.to_string(), callee.name.schema.as_deref());
    let reason = match callee.via {
        Via::Operator => Reason::OperatorNotAllowed,
        Via::Call | Via::Cast => Reason::FunctionNotAllowed,
    };
    let what = match callee.via {
        _ if callee.security_definer => "the function that runs by the rights of its owner,",
        Via::Call => "the function",
        Via::Operator => "the operator's function",
        Via::Cast => "the cast's function",
    };
    if schema == Some("septum") {
        return Err(Denial::of(reason, what, &name).crossing());
    }
    let extension = callee.extension.as_deref();
    let listed = is_listed(&callee.name.name, policy) || is_listed(&name, policy);
    let allowed = match extension {
        Some(extension) if extensions::is_dangerous(extension) => false,
        _ if listed => true,
        Some(extension) => {
            let known = extensions::is_harmless(extension) || is_allowed(extension, policy);
            known
                && !callee.security_definer
                && !extensions::KEEPS_STATE.contains(&&*callee.name.name)
        }
        None => false,
    };
    let denial = Denial::of(reason, what, &name);
    let keeps_state = extensions::KEEPS_STATE.contains(&&*callee.name.name);
    let never = extension
        .is_some_and(|extension| extensions::is_dangerous(extension) || keeps_state)
        || schema.is_some_and(|schema| is_hidden_schema(schema) || schema == "pg_catalog");
    match (allowed, never) {
        (true, _) => Ok(()),
        (false, true) => Err(denial),
        (false, false) => Err(denial.observable()),
    }
}

fn is_listed(name: &str, policy: &Policy) -> bool {
    policy.functions.iter().any(|allowed| allowed == name)
}

fn is_allowed(extension: &str, policy: &Policy) -> bool {
    policy.extensions.iter().any(|allowed| allowed == extension)
}

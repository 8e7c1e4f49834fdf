//! Functions, by name whatever the schema (catalogue §3, S1-S9, S77, S78, S96-S110, S113,
//! S121-S134).
//!
//! PostgreSQL's own are an allowlist of what was reviewed, so that one which a new version adds
//! is refused until somebody has looked at it. All others are a denylist until functions are
//! resolved by OID against the catalog; row-level security stands behind.

use septum_core::Reason;
use septum_sql::{Function, Standing, Statement};

use super::is_hidden_schema;
use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, policy: &Policy) -> Result<(), Denial> {
    let denied = |name: &str| Denial::of(Reason::FunctionNotAllowed, "the function", name);
    let facts = statement.facts();
    facts.functions.iter().try_for_each(|function| match judge(function, policy) {
        Ruling::Allowed => Ok(()),
        Ruling::Denied => Err(denied(&function.name.to_string())),
        Ruling::Crossing => Err(denied(&function.name.to_string()).crossing()),
    })?;
    match facts.attributes.iter().find(|called| !may_follow_a_dot(called, policy)) {
        Some(called) => Err(denied(&called.name.name)),
        None => Ok(()),
    }
}

enum Ruling {
    Allowed,
    Denied,
    Crossing,
}

fn judge(function: &Function, policy: &Policy) -> Ruling {
    let name = &*function.name.name;
    match function.name.schema.as_deref() {
        Some("septum") if function.standing == Standing::Reviewed => return Ruling::Allowed,
        Some("septum") => return Ruling::Crossing,
        // Its name and value are the settings rule's; it only ever runs until the transaction's
        // end.
        None | Some("pg_catalog") if name == "set_config" => return Ruling::Allowed,
        Some(_) if name == "set_config" => return Ruling::Crossing,
        Some(schema) if is_hidden_schema(schema) || EXTENSION_SCHEMAS.contains(&schema) => {
            return Ruling::Denied;
        }
        Some(_) | None => {}
    }
    let harmless = match function.standing {
        // Of three arguments it takes queries, of two a string that it runs (S127).
        Standing::Reviewed => name != "ts_rewrite" || function.arguments == 3,
        Standing::Unreviewed => false,
        Standing::Foreign => !is_denied(name),
    };
    if harmless || is_listed(name, policy) { Ruling::Allowed } else { Ruling::Denied }
}

/// `x.name` is a call of any function of one argument, PostgreSQL's own first of all; it is also
/// every column's name, so that what only begins like a function's name must pass.
fn may_follow_a_dot(called: &Function, policy: &Policy) -> bool {
    let name = &*called.name.name;
    let denied = called.standing == Standing::Unreviewed
        || DENIED.contains(&name)
        || ["dblink", "crosstab"].iter().any(|prefix| name.starts_with(prefix));
    !denied || is_listed(name, policy)
}

fn is_listed(name: &str, policy: &Policy) -> bool {
    policy.functions.iter().any(|allowed| allowed == name)
}

/// Functions of extensions that run SQL held in a string, read other sessions, or act on the
/// server.
fn is_denied(name: &str) -> bool {
    DENIED.contains(&name)
        || DENIED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (name.starts_with("has_") && name.ends_with("_privilege"))
}

/// Schemas of extensions whose functions act on the server.
const EXTENSION_SCHEMAS: [&str; 4] = ["cron", "net", "pglogical", "partman"];

/// Refused by name.
const DENIED: [&str; 10] = [
    "connectby",
    "get_raw_page",
    "http",
    "http_delete",
    "http_get",
    "http_head",
    "pgrowlocks",
    "pgstattuple",
    "run_command_on_workers",
    "xpath_table",
];

/// Refused by how their names begin.
const DENIED_PREFIXES: [&str; 20] = [
    "autoprewarm",
    "bt_",
    "citus_",
    "crosstab",
    "dblink",
    "gin_page",
    "hash_page",
    "heap_page",
    "http_",
    "lo_",
    "master_",
    "pg_",
    "pgrowlocks",
    "pgstat",
    "postgres_fdw_",
    "run_command_on_",
    "ssl_",
    "txid_",
    "verify_heapam",
    "worker_",
];

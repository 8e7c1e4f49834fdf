//! Settings: a fixed list by name, some of them with a fixed list of values (catalogue S5, S8,
//! S10, S80, S120, S136, S137). Septum's own settings are nobody's.

use std::borrow::Cow;

use septum_core::Reason;
use septum_sql::{Kind, SettingUse, Statement};

use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, policy: &Policy) -> Result<(), Denial> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds hold no setting")]
    match statement.kind() {
        Kind::Set(assignment) => {
            let value = assignment.value.as_deref().map_or(Value::Default, Value::Constant);
            write(&assignment.name, value, policy)?;
        }
        Kind::Reset { name: Some(name) } => write(name, Value::Default, policy)?,
        Kind::Show { name } => read(name, policy)?,
        _ => {}
    }
    statement.facts().settings.iter().try_for_each(|used| check_inside(used, policy))
}

/// A value that is written.
#[derive(Clone, Copy)]
enum Value<'a> {
    Default,
    Constant(&'a str),
    /// It is known only when the statement runs.
    Computed,
}

/// `current_setting` and `set_config` inside a query. A name that is known only at run time can
/// be any, Septum's included.
fn check_inside(used: &SettingUse, policy: &Policy) -> Result<(), Denial> {
    match (used.name.as_deref(), used.written) {
        (Some(name), true) => {
            write(name, used.value.as_deref().map_or(Value::Computed, Value::Constant), policy)
        }
        (Some(name), false) => read(name, policy),
        (None, true) => {
            Err(Denial::of(Reason::FunctionNotAllowed, "the function", "set_config").crossing())
        }
        (None, false) => {
            Err(Denial::of(Reason::FunctionNotAllowed, "the function", "current_setting"))
        }
    }
}

fn write(name: &str, value: Value<'_>, policy: &Policy) -> Result<(), Denial> {
    not_septums(name)?;
    let allowed = match values(name) {
        Some(Values::Any) => true,
        Some(Values::OneOf(values)) => match value {
            Value::Default => true,
            Value::Constant(value) => {
                let value = plain(name, value);
                values.iter().any(|one| one.eq_ignore_ascii_case(&value))
            }
            Value::Computed => false,
        },
        None => !NEVER.contains(&name) && is_listed(name, policy),
    };
    if allowed { Ok(()) } else { Err(Denial::of(Reason::SettingNotAllowed, "the setting", name)) }
}

/// A value without what PostgreSQL overlooks in it: of an encoding's name it compares letters
/// and digits alone. asyncpg names it `'utf-8'`, quotes included.
fn plain<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    if name == "client_encoding" {
        value.chars().filter(char::is_ascii_alphanumeric).collect()
    } else {
        value.into()
    }
}

fn read(name: &str, policy: &Policy) -> Result<(), Denial> {
    not_septums(name)?;
    let allowed = values(name).is_some() || READABLE.contains(&name) || is_listed(name, policy);
    if allowed { Ok(()) } else { Err(Denial::of(Reason::SettingNotAllowed, "the setting", name)) }
}

fn not_septums(name: &str) -> Result<(), Denial> {
    if name == "septum" || name.starts_with("septum.") {
        return Err(Denial::of(Reason::BindingSetting, "the setting", name));
    }
    Ok(())
}

fn is_listed(name: &str, policy: &Policy) -> bool {
    policy.settings.iter().any(|listed| listed == name)
        || policy.setting_prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
}

/// Which values a setting may have.
enum Values {
    Any,
    OneOf(&'static [&'static str]),
}

/// The settings that may be written.
fn values(name: &str) -> Option<Values> {
    Some(match name {
        "application_name"
        | "bytea_output"
        | "datestyle"
        | "extra_float_digits"
        | "idle_in_transaction_session_timeout"
        | "intervalstyle"
        | "jit"
        | "lock_timeout"
        | "statement_timeout"
        | "timezone" => Values::Any,
        // Below NOTICE the server tells of its own work, plans included.
        "client_min_messages" => Values::OneOf(&["notice", "warning", "error"]),
        // The bytes of a string must mean the same here and there (S136, S137).
        "client_encoding" => Values::OneOf(&["utf8", "unicode"]),
        "standard_conforming_strings" => Values::OneOf(&["on", "true", "yes", "1"]),
        // Settings are applied inside each transaction, where a default for the next one comes
        // too late: any other value would be taken and not kept. BEGIN takes its modes.
        "default_transaction_isolation" => Values::OneOf(&["read committed"]),
        "default_transaction_read_only" | "default_transaction_deferrable" => {
            Values::OneOf(&["off", "false", "no", "0"])
        }
        _ => return None,
    })
}

/// Never written, whatever the policy lists: these change whose rights apply, what a name
/// means, or whether policies apply at all.
const NEVER: [&str; 10] = [
    "authorization",
    "row_security",
    "role",
    "search_path",
    "session_authorization",
    "session_replication_role",
    "temp_tablespaces",
    "transaction_isolation",
    "local_preload_libraries",
    "session_preload_libraries",
];

/// Read by drivers and libraries, without anything about another tenant.
const READABLE: [&str; 28] = [
    "block_size",
    "default_tablespace",
    "default_text_search_config",
    "escape_string_warning",
    "in_hot_standby",
    "integer_datetimes",
    "is_superuser",
    "lc_collate",
    "lc_ctype",
    "lc_messages",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "max_identifier_length",
    "max_index_keys",
    "role",
    "row_security",
    "search_path",
    "server_encoding",
    "server_version",
    "server_version_num",
    "session_authorization",
    "ssl",
    "synchronous_commit",
    "transaction_deferrable",
    "transaction_isolation",
    "transaction_read_only",
    "wal_level",
];

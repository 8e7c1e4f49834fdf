//! Functions, by name whatever the schema (catalogue §3, S1-S9, S77, S78, S96-S110, S113,
//! S121-S134).
//!
//! PostgreSQL's own `pg_*` functions are an allowlist, so that one which a new version adds is
//! refused until somebody has looked at it. All others are a denylist until functions are
//! resolved by OID against the catalog; row-level security stands behind.

use septum_core::Reason;
use septum_sql::{Function, Statement};

use super::is_hidden_schema;
use crate::{Denial, Policy};

pub(super) fn check(statement: &Statement, policy: &Policy) -> Result<(), Denial> {
    statement.facts().functions.iter().try_for_each(|function| {
        let denied =
            || Denial::of(Reason::FunctionNotAllowed, "the function", &function.name.to_string());
        match judge(function, policy) {
            Judgement::Allowed => Ok(()),
            Judgement::Denied => Err(denied()),
            Judgement::Crossing => Err(denied().crossing()),
        }
    })
}

enum Judgement {
    Allowed,
    Denied,
    Crossing,
}

fn judge(function: &Function, policy: &Policy) -> Judgement {
    let name = &*function.name.name;
    match function.name.schema.as_deref() {
        Some("septum") if ABOUT_THE_BINDING.contains(&name) => return Judgement::Allowed,
        Some("septum") => return Judgement::Crossing,
        Some(schema) if is_hidden_schema(schema) || EXTENSION_SCHEMAS.contains(&schema) => {
            return Judgement::Denied;
        }
        Some(_) | None => {}
    }
    match (name, function.name.schema.as_deref()) {
        // Its name and value are the settings rule's; it only ever runs until the transaction's
        // end.
        ("set_config", None | Some("pg_catalog")) => Judgement::Allowed,
        ("set_config", Some(_)) => Judgement::Crossing,
        _ if is_harmless(name, function.arguments) => Judgement::Allowed,
        _ if policy.functions.iter().any(|allowed| allowed == name) => Judgement::Allowed,
        _ => Judgement::Denied,
    }
}

fn is_harmless(name: &str, arguments: usize) -> bool {
    if name.starts_with("pg_") {
        return HARMLESS_PG.contains(&name);
    }
    // Of three arguments it takes queries, of two a string that it runs (S127).
    if name == "ts_rewrite" {
        return arguments == 3;
    }
    // Whether a name exists, and for whom (S109).
    if name.starts_with("has_") && name.ends_with("_privilege") {
        return false;
    }
    !DENIED.contains(&name) && !DENIED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// What an application may ask Septum's schema.
const ABOUT_THE_BINDING: [&str; 3] = ["tenant", "principal", "environment"];

/// Schemas of extensions whose functions act on the server.
const EXTENSION_SCHEMAS: [&str; 4] = ["cron", "net", "pglogical", "partman"];

/// Refused by name.
const DENIED: [&str; 29] = [
    // SQL held in a string, and whole tables by name (S121-S129).
    "connectby",
    "cursor_to_xml",
    "cursor_to_xmlschema",
    "database_to_xml",
    "database_to_xml_and_xmlschema",
    "database_to_xmlschema",
    "query_to_xml",
    "query_to_xml_and_xmlschema",
    "query_to_xmlschema",
    "schema_to_xml",
    "schema_to_xml_and_xmlschema",
    "schema_to_xmlschema",
    "table_to_xml",
    "table_to_xml_and_xmlschema",
    "table_to_xmlschema",
    "ts_stat",
    "xpath_table",
    // Large objects have no tenant (S113).
    "loread",
    "lowrite",
    // Sequences: the session that they speak of was another tenant's a moment ago (S105, S133).
    "currval",
    "lastval",
    "setval",
    // Where the server is and who is connected.
    "inet_client_addr",
    "inet_client_port",
    "inet_server_addr",
    "inet_server_port",
    // Maintenance, and requests to elsewhere.
    "gin_clean_pending_list",
    "get_raw_page",
    "http",
];

/// Refused by how their names begin.
const DENIED_PREFIXES: [&str; 23] = [
    "autoprewarm",
    "binary_upgrade_",
    "brin_desummarize_",
    "brin_summarize_",
    "bt_",
    "citus_",
    "crosstab",
    "currtid",
    "dblink",
    "gin_page",
    "hash_page",
    "heap_page",
    "http_",
    "lo_",
    "master_",
    "pgrowlocks",
    "pgstat",
    "postgres_fdw_",
    "run_command_on_",
    "ssl_",
    "txid_",
    "verify_heapam",
    "worker_",
];

/// PostgreSQL's `pg_*` functions that say nothing about another tenant or session: values,
/// names and definitions that all tenants share. Drivers and mappers ask most of them when they
/// read the schema.
const HARMLESS_PG: [&str; 52] = [
    "pg_backend_pid",
    "pg_basetype",
    "pg_char_to_encoding",
    "pg_client_encoding",
    "pg_collation_for",
    "pg_collation_is_visible",
    "pg_column_compression",
    "pg_column_is_updatable",
    "pg_column_size",
    "pg_conversion_is_visible",
    "pg_describe_object",
    "pg_encoding_max_length",
    "pg_encoding_to_char",
    "pg_function_is_visible",
    "pg_get_constraintdef",
    "pg_get_expr",
    "pg_get_function_arg_default",
    "pg_get_function_arguments",
    "pg_get_function_identity_arguments",
    "pg_get_function_result",
    "pg_get_indexdef",
    "pg_get_keywords",
    "pg_get_partkeydef",
    "pg_get_serial_sequence",
    "pg_get_userbyid",
    "pg_index_column_has_property",
    "pg_index_has_property",
    "pg_indexam_has_property",
    "pg_input_error_info",
    "pg_input_is_valid",
    "pg_is_in_recovery",
    "pg_is_other_temp_schema",
    "pg_jit_available",
    "pg_my_temp_schema",
    "pg_opclass_is_visible",
    "pg_operator_is_visible",
    "pg_opfamily_is_visible",
    "pg_options_to_table",
    "pg_relation_is_publishable",
    "pg_relation_is_updatable",
    "pg_sequence_parameters",
    "pg_size_bytes",
    "pg_size_pretty",
    "pg_statistics_obj_is_visible",
    "pg_table_is_visible",
    "pg_timezone_abbrevs",
    "pg_timezone_names",
    "pg_trigger_depth",
    "pg_ts_config_is_visible",
    "pg_ts_dict_is_visible",
    "pg_type_is_visible",
    "pg_typeof",
];

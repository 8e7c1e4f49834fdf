//! Without a tenant: what touches no relation, and the type metadata that drivers read when
//! they connect (asyncpg, sqlx, tokio-postgres, node pg, psycopg, JDBC, Npgsql, ActiveRecord).

use septum_core::Reason;
use septum_sql::Statement;

use crate::Denial;

pub(super) fn check(statement: &Statement) -> Result<(), Denial> {
    let facts = statement.facts();
    if facts.writes || facts.locks {
        return Err(Denial::new(Reason::UnboundStatement));
    }
    let built_in = |schema: Option<&str>| matches!(schema, None | Some("pg_catalog"));
    let relation =
        facts.relations.iter().map(|relation| &relation.name).find(|name| {
            !(built_in(name.schema.as_deref()) && TYPE_METADATA.contains(&&*name.name))
        });
    let function = facts
        .functions
        .iter()
        .map(|function| &function.name)
        .find(|name| !(built_in(name.schema.as_deref()) && FUNCTIONS.contains(&&*name.name)));
    let foreign_type = facts.types.iter().find(|name| !built_in(name.schema.as_deref()));
    match relation.or(function).or(foreign_type) {
        Some(name) => {
            let what = "without a binding the use of";
            Err(Denial::of(Reason::UnboundStatement, what, &name.to_string()))
        }
        None => Ok(()),
    }
}

/// What describes types: names and numbers that every tenant shares.
const TYPE_METADATA: [&str; 8] = [
    "pg_attribute",
    "pg_class",
    "pg_collation",
    "pg_enum",
    "pg_namespace",
    "pg_proc",
    "pg_range",
    "pg_type",
];

/// Functions of `pg_catalog` that need no row: what drivers and health checks call.
const FUNCTIONS: [&str; 47] = [
    "array_agg",
    "array_length",
    "array_lower",
    "array_position",
    "array_upper",
    "bool_or",
    "clock_timestamp",
    "coalesce",
    "concat",
    "count",
    "current_database",
    "current_schema",
    "current_schemas",
    "current_setting",
    "date_part",
    "extract",
    "format_type",
    "generate_series",
    "generate_subscripts",
    "json_agg",
    "json_build_object",
    "jsonb_agg",
    "jsonb_build_object",
    "length",
    "lower",
    "max",
    "min",
    "now",
    "obj_description",
    "pg_backend_pid",
    "pg_encoding_to_char",
    "pg_client_encoding",
    "pg_get_expr",
    "pg_is_in_recovery",
    "pg_table_is_visible",
    "pg_type_is_visible",
    "pg_typeof",
    "quote_ident",
    "row_number",
    "set_config",
    "statement_timestamp",
    "string_agg",
    "to_regclass",
    "to_regtype",
    "transaction_timestamp",
    "unnest",
    "version",
];

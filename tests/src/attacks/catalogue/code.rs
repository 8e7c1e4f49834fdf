//! Code that runs in the server: functions that run SQL or reach files and sessions, statements
//! that make objects, settings that change what SQL means.

use crate::attacks::attack::Held::{Both, Guard};
use crate::attacks::attack::{Attack, script, statement};

pub(super) const ATTACKS: &[Attack] = &[
    statement(
        "S121",
        "query_to_xml",
        Both("SEP-303"),
        "SELECT query_to_xml('SELECT secret, weight FROM accounts', true, true, '')",
    ),
    statement(
        "S121",
        "query_to_xml_and_xmlschema",
        Both("SEP-303"),
        "SELECT query_to_xml_and_xmlschema('SELECT secret FROM accounts', true, true, '')",
    ),
    statement(
        "S122",
        "table_to_xml",
        Both("SEP-303"),
        "SELECT table_to_xml('accounts', true, true, '')",
    ),
    statement(
        "S123",
        "schema_to_xml",
        Both("SEP-303"),
        "SELECT schema_to_xml('public', true, true, '')",
    ),
    statement("S124", "database_to_xml", Both("SEP-303"), "SELECT database_to_xml(true, true, '')"),
    script(
        "S125",
        "cursor_to_xml",
        Both("SEP-303"),
        &[
            "BEGIN; DECLARE c CURSOR FOR SELECT secret FROM accounts",
            "SELECT cursor_to_xml('c', 1000, true, true, '')",
        ],
    ),
    statement(
        "S126",
        "ts_stat",
        Both("SEP-303"),
        "SELECT * FROM ts_stat('SELECT words FROM accounts')",
    ),
    statement(
        "S127",
        "ts_rewrite",
        Both("SEP-303"),
        "SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, secret::tsquery FROM accounts')",
    ),
    statement(
        "S128",
        "crosstab",
        Both("SEP-303"),
        "SELECT * FROM crosstab('SELECT id, id, secret FROM accounts') AS x (id int, a text)",
    ),
    statement(
        "S129",
        "xpath_table",
        Both("SEP-303"),
        "SELECT * FROM xpath_table('id', 'secret', 'accounts', '/', 'true') AS x (id int, a text)",
    ),
    statement(
        "S130",
        "dblink",
        Both("SEP-303"),
        "SELECT * FROM dblink('dbname=crm', 'SELECT secret FROM accounts') AS x (a text)",
    ),
    statement(
        "S131",
        "query_to_xml that forges the seal",
        Both("SEP-303"),
        "SELECT query_to_xml('SELECT secret FROM accounts, (SELECT set_config(''septum.binding'', \
         ''{stolen}'', false)) s', true, true, '')",
    ),
    statement(
        "S134",
        "a file of the server's",
        Both("SEP-303"),
        "SELECT pg_read_file('PG_VERSION')",
    ),
    statement("S134", "a folder of the server's", Both("SEP-303"), "SELECT pg_ls_dir('.')"),
    statement("S134", "a program on the server", Both("SEP-310"), "COPY accounts TO PROGRAM 'cat'"),
    statement("S134", "a file on the server", Both("SEP-310"), "COPY accounts FROM '/etc/passwd'"),
    statement("S134", "an extension", Both("SEP-302"), "CREATE EXTENSION dblink"),
    statement("S134", "a library", Guard("SEP-302"), "LOAD 'auto_explain'"),
    statement(
        "S134",
        "a replication slot",
        Both("SEP-303"),
        "SELECT pg_create_logical_replication_slot('s', 'test_decoding')",
    ),
    statement(
        "S16",
        "a function with a setting of its own",
        Both("SEP-302"),
        "CREATE FUNCTION pg_temp.f() RETURNS text LANGUAGE sql SET septum.binding = '{stolen}' \
         AS 'SELECT max(secret) FROM accounts'",
    ),
    statement(
        "S27",
        "a temporary table for functions to stumble over",
        Both("SEP-302"),
        "CREATE TEMP TABLE seal_keys AS SELECT 1",
    ),
    statement("S30", "a temporary view", Both("SEP-302"), "CREATE TEMP VIEW accounts AS SELECT 1"),
    statement(
        "S71",
        "a temporary table that catches other tenants' rows",
        Both("SEP-302"),
        "CREATE TEMP TABLE contacts (LIKE public.contacts)",
    ),
    statement(
        "S71",
        "a temporary table by its schema",
        Both("SEP-306"),
        "SELECT * FROM pg_temp.contacts",
    ),
    statement(
        "S72",
        "a cursor that outlives its transaction",
        Guard("SEP-311"),
        "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM accounts",
    ),
    statement("S73", "a statement under a shared name", Both("SEP-316"), "EXECUTE septum_s1"),
    statement(
        "S74",
        "a type that shadows another",
        Both("SEP-302"),
        "CREATE DOMAIN pg_temp.uuid AS text",
    ),
    statement(
        "S75",
        "a table that shadows the catalog",
        Both("SEP-302"),
        "CREATE TEMP TABLE pg_class (a int)",
    ),
    statement("S77", "listening to others", Guard("SEP-302"), "LISTEN crm"),
    statement("S77", "telling others", Guard("SEP-302"), "NOTIFY crm, 'payload'"),
    statement(
        "S77",
        "telling others by function",
        Guard("SEP-303"),
        "SELECT pg_notify('crm', 'payload')",
    ),
    statement("S78", "an advisory lock", Guard("SEP-303"), "SELECT pg_advisory_lock(77)"),
    statement(
        "S79",
        "the next transactions read-only",
        Guard("SEP-304"),
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    ),
    script(
        "S80",
        "another search_path",
        Both("SEP-304"),
        &["BEGIN; SET search_path = pg_temp, public, septum", "SELECT * FROM seal_keys"],
    ),
    statement("S80", "memory of everybody's", Guard("SEP-304"), "SET work_mem = '10GB'"),
    statement("S80", "plans in messages", Guard("SEP-304"), "SET client_min_messages = debug5"),
    script(
        "S118",
        "another role",
        Both("SEP-304"),
        &["SET ROLE crm_owner", "SELECT secret FROM accounts"],
    ),
    script(
        "S118",
        "another role by function",
        Both("SEP-304"),
        &["BEGIN; SELECT set_config('role', 'crm_owner', true)", "SELECT secret FROM accounts"],
    ),
    script(
        "S118",
        "another session's role",
        Both("SEP-304"),
        &["SET SESSION AUTHORIZATION postgres", "SELECT secret FROM accounts"],
    ),
    script(
        "S120",
        "row_security off",
        Both("SEP-304"),
        &["BEGIN; SET row_security = off", "SELECT secret FROM accounts"],
    ),
    script(
        "S120",
        "triggers and policies of a replica",
        Both("SEP-304"),
        &["BEGIN; SET session_replication_role = replica", "SELECT secret FROM accounts"],
    ),
    script(
        "S136",
        "strings that end elsewhere",
        Both("SEP-304"),
        &[
            "SET standard_conforming_strings = off",
            "SELECT 'a\\' , (SELECT max(secret) FROM accounts) --'",
        ],
    ),
    script(
        "S137",
        "characters that end elsewhere",
        Both("SEP-304"),
        &["SET client_encoding = 'SJIS'", "SELECT secret FROM accounts"],
    ),
    statement("S137", "SET NAMES", Both("SEP-304"), "SET NAMES 'BIG5'"),
    statement(
        "-",
        "the keys that seals are made with",
        Both("SEP-306"),
        "SELECT * FROM septum.seal_keys",
    ),
    statement(
        "-",
        "a key of one's own",
        Both("SEP-306"),
        "INSERT INTO septum.seal_keys (id, inner_pad, outer_pad) \
         VALUES ('mine', repeat('a', 64)::bytea, repeat('b', 64)::bytea)",
    ),
    statement("-", "the verification itself", Both("SEP-303"), "SELECT septum.sealed(6)"),
    statement(
        "-",
        "another septum.tenant()",
        Both("SEP-302"),
        "CREATE OR REPLACE FUNCTION septum.tenant() RETURNS uuid LANGUAGE sql \
         AS $$ SELECT '{globex}'::uuid $$",
    ),
    statement(
        "-",
        "a table without its policies",
        Both("SEP-303"),
        "SELECT septum.protect('accounts', 'id')",
    ),
];

//! What a connection without a tenant may do: connect, as drivers do, and nothing else.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

mod model;

use septum_core::Reason;
use septum_guard::{Guard, Policy};

/// The statements that drivers and mappers send before any of the application's: real in
/// shape, shortened where columns repeat.
const START_UP: [&str; 26] = [
    "",
    "SELECT 1",
    "select version()",
    "SELECT pg_catalog.version()",
    "select current_schema(), current_database(), current_user",
    "SELECT pg_is_in_recovery()",
    "show transaction_read_only",
    "show standard_conforming_strings",
    "SHOW max_identifier_length",
    "SET extra_float_digits = 3",
    "SET application_name = 'PostgreSQL JDBC Driver'",
    "SET client_min_messages TO 'warning'; SET standard_conforming_strings = on",
    "SELECT set_config('TimeZone', 'UTC', false)",
    "SET septum.token = 'x'",
    "BEGIN; SELECT 1; ROLLBACK",
    // Reset queries.
    "SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL",
    "DISCARD ALL",
    "SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; DISCARD SEQUENCES",
    // tokio-postgres, by OID.
    "SELECT t.typname, t.typtype, t.typelem, r.rngsubtype, t.typbasetype, n.nspname, t.typrelid
     FROM pg_catalog.pg_type t
     LEFT OUTER JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
     INNER JOIN pg_catalog.pg_namespace n ON t.typnamespace = n.oid WHERE t.oid = $1",
    "SELECT enumlabel FROM pg_catalog.pg_enum WHERE enumtypid = $1 ORDER BY enumsortorder",
    // psycopg, by name.
    "SELECT typname AS name, oid, typarray AS array_oid, oid::regtype::text AS regtype, typdelim
     FROM pg_type t WHERE t.oid = to_regtype($1) ORDER BY t.oid",
    // asyncpg, twice nested.
    "SELECT current_setting('jit') AS cur, set_config('jit', 'off', false) AS new",
    "WITH RECURSIVE tree(oid, ns, name, kind, elem, attrs, depth) AS (
       SELECT i.oid, i.ns, i.name, i.kind, i.elem, i.attrs, 0 FROM (
         SELECT t.oid AS oid, ns.nspname AS ns, t.typname AS name, t.typtype AS kind,
           (CASE WHEN t.typtype = 'd' THEN
             (WITH RECURSIVE bases(oid, depth) AS (
                SELECT t2.typbasetype AS oid, 0 AS depth FROM pg_type t2 WHERE t2.oid = t.oid
                UNION ALL
                SELECT t2.typbasetype AS oid, b.depth + 1 AS depth FROM pg_type t2, bases b
                WHERE b.oid = t2.oid AND t2.typbasetype != 0
              ) SELECT oid FROM bases ORDER BY depth DESC LIMIT 1) END) AS elem,
           (CASE WHEN t.typtype = 'c' THEN
             (SELECT array_agg(a.atttypid ORDER BY a.attnum) FROM pg_attribute a
              INNER JOIN pg_class c ON (a.attrelid = c.oid)
              WHERE a.attnum > 0 AND NOT a.attisdropped AND c.reltype = t.oid) END) AS attrs
         FROM pg_catalog.pg_type AS t
         INNER JOIN pg_catalog.pg_namespace ns ON (ns.oid = t.typnamespace)
         LEFT JOIN pg_range r ON (t.oid = r.rngtypid)
       ) AS i WHERE i.oid = any($1::oid[])
       UNION ALL
       SELECT i.oid, i.ns, i.name, i.kind, i.elem, i.attrs, tree.depth + 1
       FROM (SELECT oid, typname AS name, '' AS ns, typtype AS kind, 0::oid AS elem,
                    NULL::oid[] AS attrs FROM pg_type) i, tree
       WHERE tree.elem IS NOT NULL AND i.oid = tree.elem
     )
     SELECT DISTINCT *, elem::regtype::text AS elem_name FROM tree ORDER BY depth DESC",
    // ActiveRecord.
    "SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype
     FROM pg_type as t LEFT JOIN pg_range as r ON oid = rngtypid
     WHERE t.typname IN ('int2', 'int4') OR t.typtype IN ('r', 'e', 'd')
       OR t.typinput = 'array_in(cstring,oid,integer)'::regprocedure OR t.typelem != 0",
    // JDBC.
    "SELECT typinput='pg_catalog.array_in'::regproc as is_array, typtype, typname, pg_type.oid
     FROM pg_catalog.pg_type LEFT JOIN (
       select ns.oid as nspoid, ns.nspname, r.r from pg_namespace as ns
       join ( select s.r, (current_schemas(false))[s.r] as nspname
              from generate_series(1, array_upper(current_schemas(false), 1)) as s(r) ) as r
       using ( nspname )
     ) as sp ON sp.nspoid = typnamespace
     WHERE pg_type.oid = $1 ORDER BY sp.r, pg_type.oid DESC",
    // Npgsql.
    "SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid
     FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typnotnull,
             CASE WHEN proc.proname='array_recv' THEN typ.typelem
                  WHEN typ.typtype='r' THEN rngsubtype END AS elemtypoid
           FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid)
           LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive
           LEFT JOIN pg_range ON (pg_range.rngtypid = typ.oid)) AS t
     JOIN pg_namespace AS ns ON (ns.oid = t.typnamespace)
     WHERE t.typtype IN ('b', 'r', 'm', 'e', 'd') OR t.elemtypoid IS NOT NULL",
];

#[test]
fn drivers_can_connect_without_a_tenant_whether_the_catalog_is_known_or_not() {
    for guard in [model::guard(Policy::default()), Guard::new(Policy::default())] {
        for text in START_UP {
            if let Err(denial) = guard.judge(text, None) {
                panic!("{text}: {denial:?}");
            }
        }
    }
}

#[test]
fn nothing_that_could_be_a_tenants_is_reached_without_one() {
    let mut policy = Policy::default();
    policy.functions = vec!["all_accounts".into()];
    let guard = model::guard(policy);
    for text in [
        "SELECT * FROM accounts",
        "TABLE crm.accounts",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM accounts)",
        "INSERT INTO accounts VALUES (1)",
        "UPDATE accounts SET a = 1",
        "DELETE FROM accounts",
        "MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE",
        "COPY accounts TO STDOUT",
        "COPY accounts FROM STDIN",
        "DECLARE c CURSOR FOR SELECT * FROM accounts",
        "SELECT * FROM pg_type FOR UPDATE",
        "SELECT crm.all_accounts()",
        "SELECT all_accounts()",
        "SELECT septum.tenant()",
        "SELECT nextval('s')",
        "SELECT * FROM pg_indexes",
        "SELECT * FROM information_schema.tables",
        "SELECT 'x'::crm.some_domain",
        "WITH pg_type AS (SELECT * FROM accounts) SELECT * FROM pg_type",
        "WITH accounts AS (SELECT 1) SELECT * FROM accounts, crm.accounts",
        "WITH a AS (SELECT * FROM accounts), accounts AS (SELECT 1) SELECT * FROM a",
        "SELECT * FROM public.types",
    ] {
        let denial = guard.judge(text, None);
        let reason = denial.err().map(|denial| denial.reason);
        assert_eq!(reason, Some(Reason::UnboundStatement), "{text}");
    }
}

#[test]
fn what_is_refused_with_a_tenant_is_refused_without_one_for_the_same_reason() {
    let guard = model::guard(Policy::default());
    for (text, reason) in [
        ("SET septum.tenant = '2'", Reason::BindingSetting),
        ("SELECT pg_sleep(1)", Reason::FunctionNotAllowed),
        ("LISTEN x", Reason::StatementNotAllowed),
        ("SELEC", Reason::SyntaxError),
    ] {
        assert_eq!(guard.judge(text, None).err().map(|denial| denial.reason), Some(reason));
    }
}

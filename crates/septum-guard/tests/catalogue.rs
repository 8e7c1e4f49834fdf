//! The entries of the isolation catalogue that this depth decides, each by its id: what is
//! refused, with which reason, and that nothing gets around it by spelling.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

mod model;

use septum_bind::Binding;
use septum_core::{Principal, Reason, TenantType};
use septum_guard::Policy;

fn binding() -> Binding {
    let tenant = TenantType::Text.parse("acme").unwrap();
    Binding::for_tests(tenant, Principal::new("ann").unwrap())
}

/// The application's own functions are listed.
fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.functions = ["f", "public.g", "full_name", "crm.lower"].map(String::from).into();
    policy
}

fn reason(text: &str) -> Option<Reason> {
    let guard = model::guard(policy());
    guard.judge(text, Some(&binding())).err().map(|denial| denial.reason)
}

/// Texts that are refused under a binding, and why.
macro_rules! denied {
    ($($name:ident: $reason:ident = [$($text:expr),+ $(,)?];)+) => { $(
        #[test]
        fn $name() {
            for text in [$($text),+] {
                assert_eq!(reason(text), Some(Reason::$reason), "{text}");
            }
        }
    )+ };
}

/// Texts that run.
macro_rules! allowed {
    ($($name:ident = [$($text:expr),+ $(,)?];)+) => { $(
        #[test]
        fn $name() {
            let guard = model::guard(policy());
            for text in [$($text),+] {
                if let Err(denial) = guard.judge(text, Some(&binding())) {
                    panic!("{text}: {denial:?}");
                }
            }
        }
    )+ };
}

denied! {
    s01_set_config_in_the_same_select: BindingSetting = [
        "SELECT count(*),min(tenant_id) FROM (SELECT set_config('septum.tenant','2',false)) s, accounts",
        "SELECT set_config('septum.tenant', '2', false)",
        "SELECT pg_catalog.set_config('septum.token'::text, 'x', true)",
    ];
    s02_a_lateral_tenant_sweep: BindingSetting = [
        "SELECT t,x.* FROM generate_series(1,3) t, LATERAL (SELECT set_config('septum.tenant',t::text,false) c OFFSET 0) c, LATERAL (SELECT count(*),min(secret) FROM accounts WHERE c.c IS NOT NULL) x",
    ];
    s04_a_switch_in_the_middle_of_a_scan: BindingSetting = [
        "SELECT tenant_id,count(*) FROM accounts WHERE set_config('septum.tenant',(CASE WHEN id>=100 THEN 2 ELSE 1 END)::text,false) IS NOT NULL GROUP BY 1",
    ];
    s05_every_form_of_set_on_septums_settings: BindingSetting = [
        "SET septum.tenant = '2'",
        "SET SESSION septum.tenant = '2'",
        "SET LOCAL septum.tenant TO 2",
        "SET septum.tenant TO DEFAULT",
        "RESET septum.tenant",
        "SHOW septum.tenant",
        "SELECT current_setting('septum.tenant', true)",
        "SET septum.token = 'a', 'b'",
    ];
    s05_set_from_current: SettingNotAllowed = ["SET septum.tenant FROM CURRENT"];
    s08_every_spelling_of_the_settings_name: BindingSetting = [
        "SET SEPTUM.Tenant = '2'",
        "SET \"Septum\".\"TENANT\" = '2'",
        "SET septum . tenant = '2'",
        "SET septum/*x*/./**/tenant = '2'",
        "SET U&\"septu\\006D\".tenant = '2'",
        "SELECT U&\"set\\005fconfig\"('septum.tenant', '2', false)",
        "SELECT set_config(U&'septum\\002etenant', '2', false)",
        "SELECT set_config(E'septum\\x2etenant', '2', false) FROM t",
        "SELECT set_config($$septum.tenant$$, '2', false)",
        "SELECT set_config('septum.'\n'tenant', '2', false)",
        "SELECT SET_CONFIG('SEPTUM.TENANT'::varchar, '2', false), 1",
    ];
    s08_a_name_that_only_the_server_would_know: FunctionNotAllowed = [
        "SELECT set_config('sep'||'tum.tenant', '2', false)",
        "SELECT set_config($1, '2', false)",
        "SELECT set_config(name, '2', false) FROM pg_settings",
        "SELECT set_config(setting_name => 'app.x', new_value => '2', is_local => false)",
        "SELECT set_config(VARIADIC ARRAY['septum.tenant', '2'])",
        "SELECT set_config('app.x', '2')",
        "SELECT current_setting($1 || $2)",
        "SELECT app.current_setting($1)",
        "SELECT current_setting(setting_name => $1)",
        "SELECT current_setting(regexp_replace($1, '^septum', 'not septum', 'i'))",
        "SELECT current_setting(pg_catalog.regexp_replace($1, '^septum', 'septum', 'i'))",
        "SELECT current_setting(pg_catalog.regexp_replace('septum' || $1, '^septum', 'not septum', 'i'))",
        "SELECT current_setting('septum'||'.seal')",
        "SELECT app.set_config('app.x', '2', false)",
    ];
    s09_operators_that_hide_functions: OperatorNotAllowed = [
        "SELECT 'septum.tenant' OPERATOR(pg_temp.<~) '3'",
        "SELECT 1 WHERE 1 OPERATOR(public.=) ANY (SELECT 2)",
        "SELECT a FROM t ORDER BY a USING OPERATOR(pg_temp.<)",
        "INSERT INTO t (a) VALUES (1) ON CONFLICT (a pg_temp.my_ops) DO NOTHING",
    ];
    s09_aggregates_that_hide_functions: FunctionNotAllowed = ["SELECT pg_temp.ag('2') FROM t"];
    s09_casts_that_hide_functions: TypeNotAllowed = [
        "SELECT CAST(row('2')::pg_temp.tt AS int)",
        "SELECT pg_temp.tt '2'",
        "SELECT x::pg_temp_3.tt[] FROM t",
        "SELECT * FROM f() AS r(a pg_temp.tt)",
        "SELECT 'a' COLLATE pg_temp.c",
    ];
    s09_calls_that_are_written_like_columns: FunctionNotAllowed = [
        "SELECT (NULL::int).pg_stat_get_activity",
        "SELECT (77::bigint).pg_advisory_lock",
        "SELECT ('septum.binding'::text).current_setting",
        "SELECT (1234).pg_terminate_backend",
        "SELECT l.lo_get FROM unnest(ARRAY[1::oid]) l",
        "SELECT u.setseed FROM unnest(ARRAY[0.5::float8]) u",
        "SELECT c.oid FROM pg_class c ORDER BY (c.oid::regclass).pg_relation_size",
        "SELECT (ARRAY[1000])[1].pg_sleep",
        "SELECT ('select secret from plain'::text).dblink",
        "SELECT ('select 1'::text).\"ts_stat\"",
        "SELECT 1 FROM t JOIN LATERAL (SELECT 1) x ON s.t.pg_sleep IS NULL",
        "INSERT INTO t VALUES (1) RETURNING (t.id).lo_unlink",
    ];
    s10_a_set_without_the_word_set: RelationNotAllowed = [
        "UPDATE pg_settings SET setting='off' WHERE name='row_security'",
        "UPDATE pg_catalog.pg_settings SET setting='off'",
        "WITH x AS (UPDATE pg_settings SET setting='off' RETURNING *) SELECT * FROM x",
        "MERGE INTO pg_settings USING t ON true WHEN MATCHED THEN UPDATE SET setting = 'off'",
        "DELETE FROM pg_class",
        "INSERT INTO information_schema.tables VALUES (1)",
        "COPY pg_settings FROM STDIN",
    ];
    s13_s14_s15_a_role_or_database_that_configures_itself: StatementNotAllowed = [
        "ALTER ROLE CURRENT_USER SET search_path = evil",
        "ALTER USER app SET row_security = off",
        "ALTER ROLE app PASSWORD 'x'",
        "ALTER DATABASE crm SET septum.tenant = '2'",
        "ALTER SYSTEM SET septum.tenant = '2'",
    ];
    s16_functions_with_settings: StatementNotAllowed = [
        "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SET septum.tenant='2' AS 'SELECT 1'",
    ];
    s17_code_in_a_string: StatementNotAllowed = [
        "DO $$BEGIN PERFORM set_config('septum.tenant','2',false); END$$",
        "do language plpgsql 'begin end'",
    ];
    s26_procedures_may_end_transactions: StatementNotAllowed = ["CALL p()"];
    s27_s30_s71_s75_objects_of_a_session: StatementNotAllowed = [
        "CREATE TEMP TABLE cfg AS SELECT 1",
        "CREATE TEMP VIEW cfg AS SELECT 1",
        "CREATE TEMP TABLE contacts (LIKE crm.contacts)",
        "CREATE TEMP TABLE pg_class (a int)",
        "CREATE UNLOGGED TABLE x (a int)",
        "SELECT * INTO TEMP x FROM t",
        "SELECT 1 INTO x UNION SELECT 2",
        "CREATE SCHEMA pg_temp_x",
    ];
    s36_partition_trees: FunctionNotAllowed = [
        "SELECT * FROM pg_partition_tree('acts')",
        "SELECT pg_get_partition_constraintdef(1)",
    ];
    s40_leaky_functions_of_a_session: FunctionNotAllowed = [
        "SELECT * FROM plain WHERE pg_temp.leak(secret)",
        "SELECT * FROM pg_temp.leak()",
        "SELECT pg_temp_7.leak(secret) FROM plain",
    ];
    s50_other_carriers: StatementNotAllowed = [
        "EXPLAIN SELECT * FROM accounts",
        "CREATE TABLE x AS SELECT * FROM accounts",
        "CREATE MATERIALIZED VIEW x AS SELECT * FROM accounts",
        "CREATE VIEW x AS SELECT * FROM accounts",
    ];
    s53a_an_operator_of_a_schema: OperatorNotAllowed = ["SELECT 1 WHERE tenant_id OPERATOR(crm.=) '1'"];
    s64_truncate: StatementNotAllowed = ["TRUNCATE accounts", "TRUNCATE ONLY crm.accounts CASCADE"];
    s65_triggers_and_s67_rules: StatementNotAllowed = [
        "CREATE TRIGGER t AFTER INSERT ON contacts EXECUTE FUNCTION pg_temp.tf()",
        "CREATE RULE r AS ON UPDATE TO accounts DO ALSO SELECT 1",
        "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON accounts USING (true)",
        "DROP POLICY p ON accounts",
        "GRANT ALL ON accounts TO PUBLIC",
        "COMMENT ON TABLE accounts IS 'x'",
    ];
    s68_deferred_constraints: StatementNotAllowed = ["SET CONSTRAINTS ALL DEFERRED"];
    s72_cursors_that_outlive_their_transaction: CursorNotAllowed = [
        "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM contacts",
    ];
    s73_s87_statements_prepared_in_sql: PreparedNotAllowed = [
        "PREPARE septum_s1 AS SELECT 'attacker text'",
        "EXECUTE septum_s1",
    ];
    s74_types_of_a_session: StatementNotAllowed = [
        "CREATE DOMAIN pg_temp.uuid AS text CHECK (pg_temp.spy(value))",
    ];
    s77_notifications: StatementNotAllowed = ["LISTEN x", "NOTIFY x, 'payload'"];
    s77_notifications_by_function: FunctionNotAllowed = [
        "SELECT pg_notify('x', 'y')",
        "SELECT * FROM pg_listening_channels()",
        "SELECT pg_notification_queue_usage()",
    ];
    s78_advisory_locks: FunctionNotAllowed = [
        "SELECT pg_advisory_lock(77)",
        "SELECT pg_try_advisory_lock(77)",
        "SELECT pg_advisory_xact_lock(1, 2)",
        "SELECT pg_advisory_unlock(77)",
        "SELECT pg_advisory_unlock_all(), 1",
    ];
    s79_defaults_that_would_come_too_late: SettingNotAllowed = [
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET default_transaction_read_only = on",
    ];
    s80_s118_s120_settings_that_change_meaning_or_rights: SettingNotAllowed = [
        "SET search_path = evil",
        "SET SCHEMA 'evil'",
        "SET role = crm_owner",
        "SET ROLE crm_owner",
        "SET LOCAL ROLE t_acme",
        "SET SESSION AUTHORIZATION postgres",
        "SELECT set_config('role', 't_acme', true)",
        "SELECT set_config('search_path', 'evil', false), 1",
        "SET row_security = off",
        "SET session_replication_role = replica",
        "SET work_mem = '10GB'",
        "SET lc_messages = 'C'",
        "SET client_min_messages = debug5",
        "SET client_min_messages = log",
        "SHOW ALL",
        "SHOW data_directory",
        "SET default_transaction_isolation = serializable",
    ];
    s96_s99_plans_show_all_tenants_statistics: StatementNotAllowed = [
        "EXPLAIN SELECT * FROM accounts WHERE amount > 3096",
        "EXPLAIN (ANALYZE, FORMAT json) SELECT 1",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN EXECUTE x",
    ];
    s100_s103_other_sessions_and_statistics: RelationNotAllowed = [
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM pg_catalog.pg_stat_activity",
        "TABLE pg_stat_statements",
        "SELECT * FROM public.pg_stat_statements",
        "SELECT * FROM pg_stats",
        "SELECT * FROM ext.pg_buffercache",
        "SELECT * FROM pg_catalog.something_new",
        "SELECT * FROM pg_toast.pg_toast_1",
        "SELECT * FROM pg_temp.contacts",
        "INSERT INTO pg_temp.contacts VALUES (1)",
        "SELECT * FROM pg_stats_ext",
        "SELECT * FROM pg_statistic",
        "SELECT * FROM pg_locks",
        "SELECT * FROM pg_cursors",
        "SELECT * FROM pg_prepared_statements",
        "SELECT * FROM pg_stat_user_tables",
        "SELECT (SELECT max(query) FROM pg_stat_activity)",
    ];
    s100_other_sessions_by_function: FunctionNotAllowed = [
        "SELECT * FROM pg_stat_get_activity(NULL)",
        "SELECT pg_stat_get_backend_activity(1)",
        "SELECT pg_blocking_pids(1)",
        "SELECT inet_client_addr()",
    ];
    s104_row_counts_by_size: FunctionNotAllowed = [
        "SELECT pg_relation_size('accounts')",
        "SELECT pg_total_relation_size('accounts')",
        "SELECT pg_database_size('crm')",
        "SELECT pg_table_size('accounts')",
    ];
    s105_s133_sequences_of_other_sessions: FunctionNotAllowed = [
        "SELECT lastval()",
        "SELECT currval('s')",
        "SELECT setval('s', 1)",
        "SELECT pg_sequence_last_value('s')",
    ];
    s105_the_random_numbers_of_the_next_tenant: FunctionNotAllowed = [
        "SELECT setseed(0.5)",
        "SELECT pg_catalog.setseed(0.5)",
    ];
    what_postgresql_has_and_nobody_has_reviewed: FunctionNotAllowed = [
        "SELECT amvalidate(1)",
        "SELECT textin('x')",
        "SELECT pg_catalog.of_a_later_version()",
        "SELECT information_schema._pg_truetypid(a, t) FROM a, t",
        "SELECT to_regrole('acme')",
        "SELECT crm.lo_get(1)",
    ];
    s105_sequences_by_view: RelationNotAllowed = ["SELECT * FROM pg_sequences"];
    s106_transaction_ids: FunctionNotAllowed = [
        "SELECT txid_current()",
        "SELECT pg_current_xact_id()",
        "SELECT pg_current_snapshot()",
        "SELECT pg_export_snapshot()",
    ];
    s106_snapshots_of_others: StatementNotAllowed = ["SET TRANSACTION SNAPSHOT '1-1'"];
    s107_s108_roles_policies_databases: RelationNotAllowed = [
        "SELECT * FROM pg_policies",
        "SELECT * FROM pg_policy",
        "SELECT * FROM pg_db_role_setting",
        "SELECT rolconfig FROM pg_roles",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_shadow",
        "SELECT * FROM pg_user",
        "SELECT * FROM pg_user_mappings",
        "SELECT * FROM pg_database",
        "SELECT * FROM pg_hba_file_rules",
        "SELECT * FROM pg_file_settings",
        "SELECT * FROM information_schema.user_mapping_options",
    ];
    s107_definitions_that_hold_tenants: FunctionNotAllowed = [
        "SELECT pg_get_functiondef(1)",
        "SELECT pg_get_triggerdef(1)",
        "SELECT pg_get_viewdef('v')",
    ];
    s109_privilege_oracles: FunctionNotAllowed = [
        "SELECT has_table_privilege('x', 'SELECT')",
        "SELECT pg_catalog.has_schema_privilege('x', 'USAGE')",
        "SELECT pg_has_role('x', 'USAGE')",
    ];
    s110_backend_control: FunctionNotAllowed = [
        "SELECT pg_cancel_backend(1)",
        "SELECT pg_terminate_backend(1)",
        "SELECT pg_reload_conf()",
        "SELECT pg_rotate_logfile()",
        "SELECT pg_log_backend_memory_contexts(1)",
        "SELECT pg_promote()",
        "SELECT pg_switch_wal()",
    ];
    s111_table_locks: StatementNotAllowed = ["LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE"];
    s112_two_phase_commit: StatementNotAllowed = [
        "PREPARE TRANSACTION 'x'",
        "COMMIT PREPARED 'x'",
        "ROLLBACK PREPARED 'x'",
    ];
    s112_prepared_transactions: RelationNotAllowed = ["SELECT * FROM pg_prepared_xacts"];
    s113_large_objects: FunctionNotAllowed = [
        "SELECT lo_get(1)",
        "SELECT lo_put(1, 0, 'x')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_unlink(1)",
        "SELECT loread(1, 2)",
        "SELECT lowrite(1, 'x')",
    ];
    s113_large_objects_by_relation: RelationNotAllowed = [
        "SELECT * FROM pg_largeobject",
        "SELECT * FROM pg_largeobject_metadata",
    ];
    s114_s116_s117_the_rest_of_what_a_shared_role_may: StatementNotAllowed = [
        "DROP OWNED BY CURRENT_USER",
        "REASSIGN OWNED BY a TO b",
        "VACUUM",
        "ANALYZE accounts",
        "CLUSTER",
        "REINDEX TABLE accounts",
        "CHECKPOINT",
        "LOAD 'x'",
        "REFRESH MATERIALIZED VIEW m",
        "CREATE EXTENSION dblink",
        "SECURITY LABEL ON TABLE t IS 'x'",
        "IMPORT FOREIGN SCHEMA s FROM SERVER x INTO y",
    ];
    s121_s133_sql_inside_strings: FunctionNotAllowed = [
        "SELECT query_to_xml('select 1', true, true, '')",
        "SELECT pg_catalog.query_to_xml_and_xmlschema('select 1', true, true, '')",
        "SELECT table_to_xml('accounts', true, true, '')",
        "SELECT schema_to_xml('crm', true, true, '')",
        "SELECT database_to_xml(true, true, '')",
        "SELECT cursor_to_xml('c', 1, true, true, '')",
        "SELECT query_to_xmlschema('select 1', true, true, '')",
        "SELECT * FROM ts_stat('select vector from t')",
        "SELECT ts_rewrite('a'::tsquery, 'select t, s from x')",
        "SELECT * FROM crosstab('select 1') AS x(a int)",
        "SELECT * FROM crosstab4('select 1')",
        "SELECT * FROM connectby('t', 'a', 'b', 'c', 1) AS x(a int)",
        "SELECT * FROM xpath_table('a', 'b', 'c', 'd', 'e') AS x(a int)",
        "SELECT * FROM dblink('dbname=x', 'select 1') AS x(a int)",
        "SELECT ext.dblink_exec('delete from t')",
        "SELECT pg_background_launch('x')",
        "SELECT cron.schedule('* * * * *', 'delete from t')",
        "SELECT * FROM http_get('http://x')",
        "SELECT run_command_on_workers('x')",
    ];
    s134_files_programs_slots: FunctionNotAllowed = [
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_read_binary_file('/etc/passwd')",
        "SELECT * FROM pg_ls_dir('.')",
        "SELECT pg_stat_file('x')",
        "SELECT pg_create_logical_replication_slot('a', 'b')",
        "SELECT pg_logical_emit_message(true, 'a', 'b')",
        "SELECT pg_drop_replication_slot('a')",
        "SELECT pg_sleep(1000)",
        "SELECT binary_upgrade_set_next_pg_type_oid(1)",
    ];
    s134_s135_copy_of_files_and_programs: CopyNotAllowed = [
        "COPY accounts TO '/tmp/x'",
        "COPY accounts TO PROGRAM 'curl x'",
        "COPY accounts FROM '/tmp/x'",
        "COPY accounts FROM STDIN (FREEZE)",
    ];
    s136_s137_settings_of_the_lexer: SettingNotAllowed = [
        "SET standard_conforming_strings = off",
        "SET backslash_quote = on",
        "SET client_encoding = 'SJIS'",
        "SET NAMES 'BIG5'",
        "SELECT set_config('client_encoding', 'GBK', false)",
        "SELECT set_config('client_encoding', $1, false)",
        "SELECT set_config('standard_conforming_strings', 'o' || 'ff', false)",
    ];
    septums_own_schema_is_reached_by_its_three_functions_only: RelationNotAllowed = [
        "SELECT * FROM septum.keys",
        "SELECT * FROM \"septum\".tenants",
        "DELETE FROM septum.audit",
        "COPY septum.keys TO STDOUT",
        "SELECT 1 FROM t WHERE EXISTS (TABLE septum.keys)",
    ];
    septums_own_functions_are_three: FunctionNotAllowed = [
        "SELECT septum.bind('x')",
        "SELECT septum.seal_key()",
    ];
}

allowed! {
    what_the_application_may_ask_of_the_binding = [
        "SELECT septum.tenant(), septum.principal(), septum.environment()",
    ];
    s20_s24_s84_transaction_verbs_are_understood = [
        "BEGIN; COMMIT AND CHAIN; ROLLBACK",
        "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY; SAVEPOINT a; ROLLBACK TO a; RELEASE a; END",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    ];
    s51_data_modifying_statements_of_every_shape = [
        "WITH d AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM d",
        "UPDATE a SET x = b.y FROM b WHERE a.id = b.id RETURNING a.*",
        "DELETE FROM a USING b WHERE a.id = b.id",
        "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE",
        "INSERT INTO a (x) VALUES ($1) ON CONFLICT (x) DO UPDATE SET x = EXCLUDED.x RETURNING id",
    ];
    s135_copy_between_client_and_table = [
        "COPY accounts TO STDOUT",
        "COPY (SELECT * FROM accounts) TO STDOUT (FORMAT csv, HEADER)",
        "COPY accounts (a, b) FROM STDIN (FORMAT binary)",
    ];
    columns_that_are_named_like_some_functions = [
        "SELECT t.worker_id, t.http_status, t.lo_revenue, t.name, t.version, t.length FROM t",
        "SELECT (t.address).city, (x).f.g, a.full_name FROM t a",
    ];
    functions_of_the_application = [
        "SELECT full_name(a), crm.full_name(a), crm.lower(a.name) FROM accounts a",
    ];
    settings_that_only_shape_the_answer = [
        "SET TIME ZONE 'Europe/Zurich'",
        "SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE",
        "SET DateStyle = ISO, DMY",
        "SET intervalstyle TO iso_8601",
        "SET extra_float_digits = 3",
        "SET client_encoding = 'UTF8'",
        "SET NAMES 'utf8'",
        "SET client_encoding = 'UTF-8'",
        // asyncpg's start-up packet.
        "SET client_encoding = '''utf-8'''",
        "SET standard_conforming_strings = on",
        "SET client_min_messages TO warning",
        "SET statement_timeout = '5s'",
        "SET application_name = 'x'",
        "SET app.user_id = '42'",
        "SELECT set_config('app.user_id', $1, true)",
        "SELECT set_config('TimeZone', 'UTC', false)",
        "SELECT current_setting('jit') AS cur, set_config('jit', 'off', false) AS new",
        "RESET ALL; RESET timezone",
        "SHOW transaction isolation level",
        "SHOW search_path",
        "SHOW server_version",
    ];
    what_clears_state_that_a_session_cant_have = [
        "SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL",
        "SET SESSION AUTHORIZATION DEFAULT; RESET ROLE; DISCARD SEQUENCES; DISCARD TEMP",
        "DISCARD ALL",
        "DEALLOCATE ALL",
        // Of the client's own names, which no server ever sees.
        "DEALLOCATE septum_s1",
        "DEALLOCATE PREPARE \"x\"",
    ];
    the_schema_that_all_tenants_share_may_be_read = [
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid WHERE c.oid = 'contacts'::regclass",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint",
        "SELECT * FROM information_schema.columns",
        "SELECT nextval('s'), pg_get_serial_sequence('t', 'id')",
        "SELECT ts_rewrite('a'::tsquery, 'b'::tsquery, 'c'::tsquery)",
    ];
}

/// Every place in which an expression may stand: what is in it is found there (catalogue S49).
#[test]
fn s49_no_position_hides_a_function_or_a_relation() {
    for position in [
        "SELECT ({})",
        "SELECT a FROM t WHERE ({}) IS NOT NULL",
        "VALUES (({}))",
        "SELECT 1 LIMIT ({})",
        "SELECT 1 OFFSET ({})",
        "SELECT 1 FETCH FIRST (({})) ROWS ONLY",
        "SELECT a FROM t ORDER BY ({})",
        "SELECT a FROM t ORDER BY a USING <, ({})",
        "SELECT a FROM t GROUP BY ({})",
        "SELECT a FROM t GROUP BY GROUPING SETS ((a), (({})))",
        "SELECT a FROM t GROUP BY a HAVING ({}) IS NULL",
        "SELECT DISTINCT ON (({})) a FROM t",
        "SELECT count(*) FILTER (WHERE ({}) IS NULL) FROM t",
        "SELECT sum(a) OVER (PARTITION BY ({}))",
        "SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN ({}) PRECEDING AND CURRENT ROW)",
        "SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN CURRENT ROW AND ({}) FOLLOWING)",
        "SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY ({}))",
        "SELECT array_agg(a ORDER BY ({})) FROM t",
        "SELECT percentile_cont(({})) WITHIN GROUP (ORDER BY a) FROM t",
        "SELECT * FROM t TABLESAMPLE bernoulli (({}))",
        "SELECT * FROM t TABLESAMPLE bernoulli (1) REPEATABLE (({}))",
        "SELECT ARRAY({})",
        "SELECT ARRAY[({})]",
        "SELECT a[({})] FROM t",
        "SELECT a[({}):2] FROM t",
        "SELECT EXISTS({})",
        "SELECT 1 IN ({})",
        "SELECT (1, 2) IN (SELECT 1, ({}))",
        "SELECT 1 = ANY ({})",
        "SELECT 1 < ALL (ARRAY[({})])",
        "SELECT ROW(({}), 1)",
        "SELECT CASE WHEN ({}) IS NULL THEN 1 END",
        "SELECT CASE ({}) WHEN 1 THEN 1 END",
        "SELECT CASE WHEN a THEN ({}) END FROM t",
        "SELECT CASE WHEN a THEN 1 ELSE ({}) END FROM t",
        "SELECT COALESCE(a, ({})) FROM t",
        "SELECT GREATEST(1, ({}))",
        "SELECT NULLIF(1, ({}))",
        "SELECT ({})::text",
        "SELECT (({})) COLLATE \"C\"",
        "SELECT NOT ({}) IS TRUE",
        "SELECT a BETWEEN 1 AND ({}) FROM t",
        "SELECT a LIKE 'x' ESCAPE ({}) FROM t",
        "SELECT f(x => ({}))",
        "SELECT f(VARIADIC ({}))",
        "SELECT (f(({}))).x",
        "SELECT EXTRACT(year FROM ({}))",
        "SELECT XMLELEMENT(NAME x, XMLATTRIBUTES(({}) AS y))",
        "SELECT XMLELEMENT(NAME x, ({}))",
        "SELECT XMLPARSE(CONTENT ({}))",
        "SELECT XMLSERIALIZE(CONTENT ({}) AS text)",
        "SELECT JSON_OBJECT('a': ({}))",
        "SELECT JSON_ARRAY(({}))",
        "SELECT JSON_ARRAY({})",
        "SELECT JSON_OBJECTAGG('a': ({})) FROM t",
        "SELECT JSON_ARRAYAGG(({})) FROM t",
        "SELECT JSON_VALUE(({}), '$')",
        "SELECT JSON_VALUE(j, '$' PASSING ({}) AS x) FROM t",
        "SELECT JSON_VALUE(j, '$' DEFAULT ({}) ON EMPTY) FROM t",
        "SELECT JSON_SCALAR(({}))",
        "SELECT ({}) IS JSON",
        "SELECT * FROM JSON_TABLE(({}), '$' COLUMNS (a int))",
        "SELECT * FROM JSON_TABLE(j, '$' COLUMNS (a int DEFAULT ({}) ON ERROR))",
        "SELECT * FROM generate_series(1, ({}))",
        "SELECT * FROM ROWS FROM (f(1), g(({})))",
        "SELECT * FROM XMLTABLE('/a' PASSING ({}) COLUMNS b int)",
        "SELECT * FROM XMLTABLE('/a' PASSING x COLUMNS b int PATH ({}))",
        "SELECT * FROM XMLTABLE('/a' PASSING x COLUMNS b int DEFAULT ({}))",
        "SELECT * FROM XMLTABLE(XMLNAMESPACES(({}) AS x), '/a' PASSING y COLUMNS b int)",
        "SELECT * FROM ({}) s",
        "SELECT * FROM t, LATERAL ({}) s",
        "SELECT * FROM a JOIN b ON ({}) IS NULL",
        "SELECT * FROM a JOIN (b JOIN ({}) c ON true) ON true",
        "SELECT 1 UNION {}",
        "({}) EXCEPT SELECT 1",
        "WITH x AS ({}) SELECT 1",
        "WITH RECURSIVE x AS (SELECT 1 UNION ALL ({})) SELECT 1",
        "WITH x AS (DELETE FROM t WHERE a = ({}) RETURNING 1) SELECT 1",
        "INSERT INTO t VALUES (({}))",
        "INSERT INTO t {}",
        "INSERT INTO t (a[({})]) VALUES (1)",
        "INSERT INTO t VALUES (1) RETURNING ({})",
        "INSERT INTO t VALUES (1) ON CONFLICT ((({}))) DO NOTHING",
        "INSERT INTO t VALUES (1) ON CONFLICT (a) WHERE ({}) IS NULL DO NOTHING",
        "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = ({})",
        "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 1 WHERE ({}) IS NULL",
        "UPDATE t SET a = ({})",
        "UPDATE t SET (a, b) = ({})",
        "UPDATE t SET a[({})] = 1",
        "UPDATE t SET a = 1 FROM ({}) s",
        "UPDATE t SET a = 1 WHERE ({}) IS NULL",
        "UPDATE t SET a = 1 RETURNING ({})",
        "DELETE FROM t USING ({}) s",
        "DELETE FROM t WHERE ({}) IS NULL RETURNING 1",
        "MERGE INTO t USING ({}) s ON true WHEN MATCHED THEN DELETE",
        "MERGE INTO t USING s ON ({}) IS NULL WHEN MATCHED THEN DELETE",
        "MERGE INTO t USING s ON true WHEN MATCHED AND ({}) IS NULL THEN DELETE",
        "MERGE INTO t USING s ON true WHEN MATCHED THEN UPDATE SET a = ({})",
        "MERGE INTO t USING s ON true WHEN NOT MATCHED THEN INSERT VALUES (({}))",
        "MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE RETURNING ({})",
        "DECLARE c CURSOR FOR {}",
        "COPY ({}) TO STDOUT",
        "COPY (UPDATE t SET a = ({}) RETURNING 1) TO STDOUT",
    ] {
        for (attack, expected) in [
            ("SELECT set_config('septum.tenant', '2', false) FROM t", Reason::BindingSetting),
            (
                "SELECT a.query_to_xml FROM t, query_to_xml('x', true, true, '') a",
                Reason::FunctionNotAllowed,
            ),
            ("SELECT query FROM pg_stat_activity", Reason::RelationNotAllowed),
            ("SELECT x::pg_temp.t FROM t", Reason::TypeNotAllowed),
            ("SELECT x OPERATOR(evil.+) y FROM t", Reason::OperatorNotAllowed),
        ] {
            let text = position.replace("{}", attack);
            assert_eq!(reason(&text), Some(expected), "{text}");
        }
    }
}

#[test]
fn s89_nothing_of_a_text_runs_when_one_statement_may_not() {
    assert_eq!(reason("SELECT 1; SELECT 2; DO 'x'"), Some(Reason::StatementNotAllowed));
    assert_eq!(reason("COMMIT; SET septum.tenant='2'; BEGIN"), Some(Reason::BindingSetting));
    assert_eq!(reason("SELECT 1; SELEC 2"), Some(Reason::SyntaxError));
}

#[test]
fn s136_s145_texts_are_read_by_one_grammar_and_sent_as_another_text() {
    let guard = model::guard(Policy::default());
    let sent = |text: &str| -> Vec<String> {
        let statements = guard.judge(text, Some(&binding())).unwrap();
        statements.iter().map(|one| one.canonical().to_owned()).collect()
    };
    // With standard_conforming_strings off this would be one string, with the rest in it.
    let two = sent(r"select 'a\' , (select count(*)::text from plain) --'");
    assert_eq!(two, [r"SELECT E'a\\', (SELECT count(*)::text FROM plain)"]);
    assert_eq!(sent("select 1_000, 0x10"), ["SELECT 1000, 16"]);
}

#[test]
fn s150_a_text_over_the_limit_is_not_even_parsed() {
    let mut policy = Policy::default();
    policy.max_statement_bytes = 100;
    let guard = model::guard(policy);
    let long = format!("SELECT '{}'", "x".repeat(100));
    let denial = guard.judge(&long, Some(&binding())).unwrap_err();
    assert_eq!(denial.reason, Reason::StatementTooLarge);
}

#[test]
fn attempts_on_the_binding_are_crossings_and_mistakes_are_not() {
    let guard = model::guard(Policy::default());
    let crossing = |text: &str| guard.judge(text, Some(&binding())).unwrap_err().is_crossing();
    for text in [
        "SET septum.tenant = '2'",
        "SELECT set_config('septum.tenant', '2', true), * FROM t",
        "SELECT set_config('sep' || 'tum.tenant', '2', true)",
        "SELECT * FROM septum.keys",
        "SELECT septum.bind('x')",
    ] {
        assert!(crossing(text), "{text}");
    }
    for text in ["SELEC 1", "LOCK t", "SET search_path = x", "SELECT pg_sleep(1)"] {
        assert!(!crossing(text), "{text}");
    }
}

#[test]
fn a_denial_names_what_was_refused_and_no_literal() {
    let guard = model::guard(Policy::default());
    let text = "SELECT Query_To_Xml('select secret', true, true, 'hunter2') FROM t WHERE a = 'x'";
    let denial = guard.judge(text, Some(&binding())).unwrap_err();
    assert_eq!(denial.subject.as_deref(), Some("query_to_xml"));
    assert_eq!(denial.fingerprint.as_ref().map(String::len), Some(16));
    assert!(!format!("{denial:?}").contains("hunter2"));
    let syntax = guard.judge("SELECT 1 FORM t", Some(&binding())).unwrap_err();
    assert_eq!((syntax.reason, syntax.position), (Reason::SyntaxError, Some(15)));
}

#[test]
fn the_policy_adds_settings_and_functions_but_never_the_binding() {
    let mut policy = Policy::default();
    policy.settings = vec!["work_mem".into(), "role".into(), "septum.tenant".into()];
    policy.setting_prefixes = vec!["crm.".into(), "septum.".into()];
    policy.functions = vec!["pg_advisory_xact_lock".into(), "set_config".into(), "lo_get".into()];
    policy.explain = true;
    let guard = model::guard(policy);
    let judge = |text: &str| guard.judge(text, Some(&binding())).err().map(|denial| denial.reason);
    assert_eq!(judge("SET work_mem = '4MB'"), None);
    assert_eq!(judge("SET crm.x = '1'"), None);
    assert_eq!(judge("SET app.x = '1'"), Some(Reason::SettingNotAllowed));
    assert_eq!(judge("SELECT pg_advisory_xact_lock(1)"), None);
    assert_eq!(judge("EXPLAIN SELECT 1"), None);
    assert_eq!(judge("EXPLAIN SELECT pg_sleep(1)"), Some(Reason::FunctionNotAllowed));
    assert_eq!(judge("SET role = x"), Some(Reason::SettingNotAllowed));
    assert_eq!(judge("SET septum.tenant = '2'"), Some(Reason::BindingSetting));
    assert_eq!(
        judge("SELECT set_config('septum.tenant', '2', true)"),
        Some(Reason::BindingSetting)
    );
    assert_eq!(judge("SELECT x.set_config('crm.a', 'b', true)"), Some(Reason::FunctionNotAllowed));
}

/// In whatever column it stands; what meets the tenant column itself is seen by `reach.rs`.
#[test]
fn s158_another_tenants_key_in_a_value_is_an_attempt_to_cross() {
    const OWN: &str = "acacacac-0000-4000-8000-000000000001";
    const OTHER: &str = "60be0e00-0000-4000-8000-000000000002";
    const NOBODY: &str = "00000000-0000-4000-8000-000000000009";
    let key = |text| TenantType::Uuid.parse(text).unwrap();
    let mut policy = Policy::default();
    policy.tenants = [key(OWN), key(OTHER)].into_iter().collect();
    let guard = model::guard(policy);
    let own = Binding::for_tests(key(OWN), Principal::new("ann").unwrap());
    let noticed =
        |text: &str| guard.crossing(&guard.judgement(text), std::iter::empty(), &own).is_some();
    // Whether a key that nobody has is an attempt as well: it is where it meets the column.
    for (text, guess) in [
        ("SELECT * FROM t WHERE tenant_id = '{}'", true),
        ("SELECT * FROM t WHERE tenant_id <> '{}'::uuid", true),
        ("SELECT * FROM t WHERE tenant_id IN ('{}')", true),
        ("SELECT * FROM t WHERE tenant_id = ANY('{{}, null}')", true),
        ("SELECT * FROM t WHERE (tenant_id, id) = ('{}', 1)", true),
        ("SELECT * FROM t JOIN (VALUES ('{}')) v (tenant_id) USING (tenant_id)", false),
        ("SELECT * FROM t WHERE tenant_id::text LIKE '{}'", false),
        ("INSERT INTO t (tenant_id) VALUES ('{}')", true),
        ("UPDATE t SET tenant_id = U&'{}'", true),
        ("INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET tenant_id = '{}'", true),
        ("SELECT 1; SELECT * FROM t WHERE tenant_id = '{}'", true),
        ("SET app.tenant = '{}'", false),
        ("SELECT set_config('app.tenant', '{}', true)", false),
    ] {
        for (name, expected) in [(OTHER, true), (OWN, false), (NOBODY, guess)] {
            for name in [name.to_owned(), name.to_uppercase(), name.replace('-', "")] {
                let text = text.replace("{}", &name);
                assert_eq!(noticed(&text), expected, "{text}");
                // It runs all the same: a refusal would tell which tenants exist.
                assert!(guard.judge(&text, Some(&own)).is_ok(), "{text}");
            }
        }
    }
    let query = guard.judgement("SELECT $1");
    let in_value = |value: &[u8]| {
        let value = septum_guard::Parameter { value: Some(value), binary: false, type_oid: 0 };
        guard.crossing(&query, [value], &own).is_some()
    };
    assert!(in_value(OTHER.as_bytes()) && !in_value(OWN.as_bytes()) && !in_value(b"17"));
    assert!(in_value(&u128::from_str_radix(&OTHER.replace('-', ""), 16).unwrap().to_be_bytes()));
}

//! Row-level security alone, with any SQL at all under tenant 1's binding: what the guard would
//! refuse gets this far here. The seal is tenant 1's own; the attacker can read it and knows
//! how seals look.

use tokio_postgres::Client;

use crate::support::{Database, bind, count, sqlstate};

/// Tenant 1's session inside a bound transaction.
async fn attacker(database: &Database) -> Client {
    let app = database.app().await;
    app.batch_execute("BEGIN").await.unwrap();
    let seal = database.seal(&app, "1").await;
    bind(&app, &seal).await;
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 10);
    app
}

/// Seals that the attacker can make up: foreign tenant, own everything else.
const FORGED: &str = "replace(current_setting('septum.binding'), '.31.', '.32.')";

#[tokio::test]
async fn s01_set_config_in_the_same_select_reads_nothing_foreign() {
    let database = Database::with_deals().await;
    for value in [FORGED, "'2'", "''", "'.32.'", "repeat('2', 100)"] {
        let app = attacker(&database).await;
        let sql = format!(
            "SELECT count(*) FROM (SELECT set_config('septum.binding', {value}, true) OFFSET 0) s,
                 deals WHERE tenant_id <> 1"
        );
        assert_eq!(count(&app, &sql).await, 0, "{value}");
        assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 0, "{value}");
    }
}

#[tokio::test]
async fn s02_a_lateral_sweep_reads_nothing_foreign() {
    let database = Database::with_deals().await;
    let app = attacker(&database).await;
    let sql = format!(
        "SELECT coalesce(sum(x.n), 0)::bigint FROM generate_series(1, 3) t,
             LATERAL (SELECT set_config('septum.binding', replace({FORGED}, '.32.', '.3' || t || '.'),
                 true) c OFFSET 0) c,
             LATERAL (SELECT count(*) n FROM deals WHERE c.c IS NOT NULL AND tenant_id <> 1) x"
    );
    assert_eq!(count(&app, &sql).await, 0);
}

#[tokio::test]
async fn s04_a_switch_in_the_middle_of_a_scan_reads_nothing_foreign() {
    let database = Database::with_deals().await;
    let app = attacker(&database).await;
    let sql = format!(
        "SELECT count(*) FILTER (WHERE tenant_id <> 1) FROM deals WHERE set_config('septum.binding',
             CASE WHEN id >= 5 THEN {FORGED} ELSE current_setting('septum.binding') END, true)
             IS NOT NULL"
    );
    assert_eq!(count(&app, &sql).await, 0);
}

#[tokio::test]
async fn s05_set_reset_and_do_read_nothing_foreign() {
    let database = Database::with_deals().await;
    for attack in [
        "SET septum.binding = '2'",
        "SET LOCAL septum.binding = '1.00000000.1.99999999999.test.32.32.00'",
        "RESET septum.binding",
        "RESET ALL",
        "SET septum.binding TO DEFAULT",
        "SET \"Septum\".\"BINDING\" = '2'",
        "DO $$ BEGIN PERFORM set_config('septum.binding',
             replace(current_setting('septum.binding'), '.31.', '.32.'), false); END $$",
        "SET row_security = on",
    ] {
        let app = attacker(&database).await;
        app.batch_execute(attack).await.unwrap();
        let sql = "SELECT count(*) FROM deals WHERE tenant_id <> 1";
        assert_eq!(count(&app, sql).await, 0, "{attack}");
    }
}

#[tokio::test]
async fn s20_after_a_commit_nothing_is_bound() {
    let database = Database::with_deals().await;
    for end in ["COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "ROLLBACK AND CHAIN"] {
        let app = attacker(&database).await;
        app.batch_execute(end).await.unwrap();
        assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 0, "{end}");
    }
}

#[tokio::test]
async fn s27_nothing_temporary_shadows_what_the_functions_read() {
    let database = Database::with_deals().await;
    let app = attacker(&database).await;
    app.batch_execute(
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT 'x'::bytea $$;
         CREATE FUNCTION pg_temp.pg_backend_pid() RETURNS int LANGUAGE sql AS 'SELECT 1';
         CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '1970-01-01'::timestamptz $$;
         CREATE FUNCTION pg_temp.tenant() RETURNS int LANGUAGE sql AS 'SELECT 2';
         CREATE TEMP TABLE seal_keys AS SELECT 'x' AS id, ''::bytea AS inner_pad, ''::bytea AS outer_pad;
         CREATE TEMP VIEW pg_class AS SELECT 1 AS one;
         CREATE DOMAIN pg_temp.int4 AS text;
         CREATE DOMAIN pg_temp.text AS int;
         CREATE DOMAIN pg_temp.float8 AS text;
         SET search_path = pg_temp, pg_catalog, public",
    )
    .await
    .unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 10);
    assert_eq!(count(&app, "SELECT septum.tenant()::bigint").await, 1);
    assert_eq!(count(&app, "SELECT count(*) FROM deals WHERE tenant_id <> 1").await, 0);
}

#[tokio::test]
async fn s53a_operators_of_another_schema_are_not_used() {
    let database = Database::with_deals().await;
    let admin = database.admin().await;
    let name = &database.app;
    let schema = format!("CREATE SCHEMA evil AUTHORIZATION {name}");
    admin.batch_execute(&schema).await.unwrap();
    let app = attacker(&database).await;
    app.batch_execute(
        "CREATE FUNCTION evil.yes(int, int) RETURNS bool LANGUAGE sql AS 'SELECT true';
         CREATE FUNCTION evil.no(bytea, bytea) RETURNS bool LANGUAGE sql AS 'SELECT false';
         CREATE FUNCTION evil.yes(timestamptz, timestamptz) RETURNS bool LANGUAGE sql AS 'SELECT true';
         CREATE OPERATOR evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.yes);
         CREATE OPERATOR evil.<> (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = evil.no);
         CREATE OPERATOR evil.> (LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = evil.yes);
         SET search_path = evil, pg_catalog, public",
    )
    .await
    .unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 10);
    let forge = format!("SELECT count(set_config('septum.binding', {FORGED}, true))");
    count(&app, &forge).await;
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 0);
}

#[tokio::test]
async fn the_session_settings_of_an_attacker_change_nothing() {
    let database = Database::with_deals().await;
    for setting in [
        "standard_conforming_strings = off",
        "bytea_output = escape",
        "DateStyle = 'Postgres, DMY'",
        "TimeZone = 'Pacific/Kiritimati'",
        "IntervalStyle = sql_standard",
        "transform_null_equals = on",
        "plpgsql.extra_errors = 'all'",
        "plan_cache_mode = force_generic_plan",
        "plan_cache_mode = force_custom_plan",
        "array_nulls = off",
        "row_security = off",
        "jit_above_cost = 0",
    ] {
        // Before the functions are first used in the session, and after.
        let app = database.app().await;
        app.batch_execute(&format!("SET {setting}; BEGIN")).await.unwrap();
        let seal = database.seal(&app, "1").await;
        bind(&app, &seal).await;
        assert_eq!(count(&app, "SELECT septum.tenant()::bigint").await, 1, "{setting}");
        if !setting.starts_with("row_security") {
            assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 10, "{setting}");
        } else {
            assert_eq!(sqlstate(&app, "SELECT count(*) FROM deals").await, "42501");
        }
    }
}

#[tokio::test]
async fn s40_a_leaky_function_sees_no_foreign_row() {
    let database = Database::with_deals().await;
    let app = attacker(&database).await;
    app.batch_execute(
        "CREATE TEMP TABLE seen (id int);
         CREATE FUNCTION pg_temp.leak(id int) RETURNS bool LANGUAGE plpgsql COST 0.0001 AS
             $$ BEGIN INSERT INTO seen VALUES (id); RETURN true; END $$;
         SELECT count(*) FROM deals WHERE pg_temp.leak(id)",
    )
    .await
    .unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM seen WHERE id > 10").await, 0);
}

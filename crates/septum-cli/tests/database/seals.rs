use septum_core::TenantType;

use crate::support::{Database, bind, count, now, sqlstate, tenant_of};

#[tokio::test]
async fn every_type_of_tenant_key_comes_back_as_it_was_sealed() {
    for (tenant_type, key) in [
        (TenantType::Uuid, "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        (TenantType::BigInt, "-9223372036854775808"),
        (TenantType::Int, "2147483647"),
        (TenantType::Text, "Ünïted; 'DROP' \\ TABLE %"),
    ] {
        let database = Database::migrated(tenant_type).await;
        let app = database.app().await;
        let seal = database.seal(&app, key).await;
        assert_eq!(tenant_of(&app, &seal).await.as_deref(), Some(key));
    }
}

#[tokio::test]
async fn the_longest_tenant_and_principal_still_verify() {
    let database = Database::migrated(TenantType::Text).await;
    let app = database.app().await;
    let (tenant, principal) = ("t".repeat(255), "p".repeat(255));
    let seal = database.seal_at(&app, &tenant, &principal, now()).await;
    app.batch_execute("BEGIN").await.unwrap();
    bind(&app, &seal).await;
    let sql = "SELECT septum.tenant(), septum.principal(), septum.environment()";
    let row = app.query_one(sql, &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), tenant);
    assert_eq!(row.get::<_, String>(1), principal);
    assert_eq!(row.get::<_, String>(2), "test");
}

#[tokio::test]
async fn s18_s19_fresh_and_used_sessions_are_unbound_alike() {
    let database = Database::with_deals().await;
    let app = database.app().await;
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 0);
    let seal = database.seal(&app, "1").await;
    assert_eq!(tenant_of(&app, &seal).await.as_deref(), Some("1"));
    let raw = app.query_one("SELECT current_setting('septum.binding', true)", &[]).await.unwrap();
    assert_eq!(raw.get::<_, Option<&str>>(0), Some(""));
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 0);
}

#[tokio::test]
async fn s19_s154_no_text_is_an_error_and_none_that_was_changed_verifies() {
    let database = Database::migrated(TenantType::Int).await;
    let app = database.app().await;
    let seal = database.seal(&app, "1").await;
    let mut texts: Vec<String> = [
        "",
        ".",
        ".......",
        "1",
        "NULL",
        "1.....",
        "\\x00",
        "''",
        "é",
        "1.2.3.4.5.6.7.8",
        "{1,2}",
        "1.é.0.0.test.zz.zz.00",
        "%s%n",
        "\u{1f600}\u{10ffff}",
    ]
    .map(str::to_owned)
    .into();
    texts.extend([80, 81, 500, 1299, 1300, 1301, 100_000].map(|length| ".".repeat(length)));
    texts.extend([80, 500, 1300].map(|length| "é".repeat(length)));
    texts.push(seal.to_uppercase());
    texts.push(format!("{seal} "));
    texts.push(format!(" {seal}"));
    texts.push(format!("{seal}{seal}"));
    texts.push(seal.replacen("1.", "2.", 1));
    // Every prefix, and every character changed into one that is legal in its place.
    for at in 0..seal.len() {
        texts.push(seal[..at].to_owned());
        let mut changed: Vec<char> = seal.chars().collect();
        changed[at] = match changed[at] {
            '0' => '1',
            '.' => 'a',
            _ => '0',
        };
        texts.push(changed.into_iter().collect());
    }
    for text in texts {
        assert_eq!(tenant_of(&app, &text).await, None, "{text}");
    }
    assert_eq!(tenant_of(&app, &seal).await.as_deref(), Some("1"));
}

#[tokio::test]
async fn a_seal_of_another_key_binds_nothing() {
    let mut database = Database::migrated(TenantType::Int).await;
    let app = database.app().await;
    let good = database.seal(&app, "1").await;
    database.root = septum_bind::RootKey::from_bytes([9; 32]);
    let foreign = database.seal(&app, "1").await;
    assert_eq!(tenant_of(&app, &foreign).await, None);
    // Nor does it under the known key's name.
    let id = |seal: &str| seal.split('.').nth(1).unwrap().to_owned();
    assert_eq!(tenant_of(&app, &foreign.replace(&id(&foreign), &id(&good))).await, None);
}

#[tokio::test]
async fn a_seal_copied_to_another_session_binds_nothing() {
    let database = Database::migrated(TenantType::Int).await;
    let (one, other) = (database.app().await, database.app().await);
    let seal = database.seal(&one, "1").await;
    assert_eq!(tenant_of(&other, &seal).await, None);
    assert_eq!(tenant_of(&one, &seal).await.as_deref(), Some("1"));
}

#[tokio::test]
async fn an_expired_seal_binds_no_new_transaction() {
    let database = Database::migrated(TenantType::Int).await;
    let app = database.app().await;
    let long_ago = database.seal_at(&app, "1", "ann", now() - 3600).await;
    assert_eq!(tenant_of(&app, &long_ago).await, None);
}

#[tokio::test]
async fn a_transaction_that_began_in_time_stays_bound_to_its_end() {
    let database = Database::migrated(TenantType::Int).await;
    let app = database.app().await;
    app.batch_execute("BEGIN").await.unwrap();
    // Good for one second more than the transaction's start: seals live for 30 seconds.
    let seal = database.seal_at(&app, "1", "ann", now() - 28).await;
    bind(&app, &seal).await;
    let expires: f64 = seal.split('.').nth(3).unwrap().parse().unwrap();
    app.execute(
        "SELECT pg_sleep(greatest(0, $1::float8 + 0.1 - extract(epoch FROM clock_timestamp())::float8))",
        &[&expires],
    )
    .await
    .unwrap();
    let row = app.query_one("SELECT septum.tenant()", &[]).await.unwrap();
    assert_eq!(row.get::<_, Option<i32>>(0), Some(1));
    app.batch_execute("COMMIT").await.unwrap();
    assert_eq!(tenant_of(&app, &seal).await, None);
}

#[tokio::test]
async fn s170_rows_are_the_same_in_parallel_workers() {
    let database = Database::with_deals().await;
    let admin = database.admin().await;
    admin
        .batch_execute(
            "INSERT INTO deals SELECT i, i % 3, 'n' FROM generate_series(1001, 21000) i;
             ANALYZE deals",
        )
        .await
        .unwrap();
    let app = database.app().await;
    app.batch_execute(
        "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
         SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2",
    )
    .await
    .unwrap();
    let newer: bool = admin
        .query_one("SELECT current_setting('server_version_num')::int >= 160000", &[])
        .await
        .unwrap()
        .get(0);
    let force = if newer { "debug_parallel_query" } else { "force_parallel_mode" };
    for forced in ["off", "on"] {
        app.batch_execute(&format!("SET {force} = {forced}; BEGIN")).await.unwrap();
        let seal = database.seal(&app, "1").await;
        bind(&app, &seal).await;
        let serial = "SELECT count(*) FROM generate_series(1001, 21000) i WHERE i % 3 = 1";
        let expected = 10 + count(&admin, serial).await;
        assert_eq!(count(&app, "SELECT count(*) FROM deals").await, expected, "{forced}");
        let row = app.query_one("SELECT septum.tenant(), septum.principal()", &[]).await.unwrap();
        assert_eq!(row.get::<_, Option<i32>>(0), Some(1), "{forced}");
        let plan = app.query("EXPLAIN SELECT count(*) FROM deals", &[]).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        assert!(plan.iter().any(|line| line.contains("Gather")), "{plan:#?}");
        app.batch_execute("COMMIT").await.unwrap();
    }
}

#[tokio::test]
async fn s28_s171_a_cached_plan_never_keeps_a_tenant() {
    let database = Database::with_deals().await;
    let app = database.app().await;
    app.batch_execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
    let statement = app.prepare("SELECT min(tenant_id), count(*) FROM deals").await.unwrap();
    for round in 0..8 {
        let (tenant, rows) = if round % 2 == 0 { (1, 10_i64) } else { (2, 20) };
        app.batch_execute("BEGIN").await.unwrap();
        let seal = database.seal(&app, &tenant.to_string()).await;
        bind(&app, &seal).await;
        let row = app.query_one(&statement, &[]).await.unwrap();
        assert_eq!((row.get::<_, i32>(0), row.get::<_, i64>(1)), (tenant, rows));
        app.batch_execute("COMMIT").await.unwrap();
        let row = app.query_one(&statement, &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(1), 0);
    }
}

#[tokio::test]
async fn nothing_is_written_so_a_read_only_transaction_can_be_bound() {
    let database = Database::with_deals().await;
    let app = database.app().await;
    app.batch_execute("BEGIN READ ONLY").await.unwrap();
    let seal = database.seal(&app, "2").await;
    bind(&app, &seal).await;
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 20);
    let sql = "SELECT count(pg_current_xact_id_if_assigned()::text)";
    assert_eq!(count(&app, sql).await, 0);
}

#[tokio::test]
async fn nobody_but_the_owner_reads_or_writes_a_key() {
    let database = Database::migrated(TenantType::Int).await;
    let (admin, name) = (database.admin().await, &database.app);
    let app = database.app().await;
    for sql in [
        "SELECT * FROM septum.seal_keys",
        "SELECT count(*) FROM septum.seal_keys",
        "COPY septum.seal_keys TO STDOUT",
        "DELETE FROM septum.seal_keys",
        "SELECT septum.sealed(6)",
        "SELECT septum.protect('pg_class', 'oid')",
        "SELECT * FROM septum.migrations",
        "CREATE TABLE septum.mine ()",
        "CREATE OR REPLACE FUNCTION septum.tenant() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER FUNCTION septum.tenant() RESET ALL",
        "DROP SCHEMA septum CASCADE",
        "SET ROLE septum_owner",
    ] {
        assert_eq!(sqlstate(&app, sql).await, "42501", "{sql}");
    }
    // The roles that read and write everything need no grant, but see no row here.
    let grant = format!("GRANT pg_read_all_data, pg_write_all_data TO {name}");
    admin.batch_execute(&grant).await.unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM septum.seal_keys").await, 0);
    let plant = "INSERT INTO septum.seal_keys VALUES ('x', decode(repeat('00', 64), 'hex'), decode(repeat('00', 64), 'hex'))";
    assert_eq!(sqlstate(&app, plant).await, "42501");
    admin.batch_execute("ANALYZE septum.seal_keys").await.unwrap();
    let statistics =
        "SELECT count(*) FROM pg_stats WHERE tablename = 'seal_keys' AND attname LIKE '%pad'";
    assert_eq!(count(&admin, statistics).await, 0);
}

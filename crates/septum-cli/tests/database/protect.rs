use septum_core::TenantType;

use crate::support::{Database, bind, count, now, sqlstate};

async fn partitioned() -> Database {
    let database = Database::migrated(TenantType::Int).await;
    let app = &database.app;
    database
        .admin()
        .await
        .batch_execute(&format!(
            "CREATE TABLE acts (id int, tenant_id int NOT NULL) PARTITION BY LIST (tenant_id);
             CREATE TABLE acts_1 PARTITION OF acts FOR VALUES IN (1);
             CREATE TABLE acts_2 PARTITION OF acts FOR VALUES IN (2) PARTITION BY RANGE (id);
             CREATE TABLE acts_2_low PARTITION OF acts_2 FOR VALUES FROM (0) TO (100);
             CREATE TABLE notes (id int, tenant_id int NOT NULL);
             CREATE TABLE \"Old Notes\" () INHERITS (notes);
             INSERT INTO acts SELECT i, 1 + i % 2 FROM generate_series(1, 20) i;
             INSERT INTO \"Old Notes\" SELECT * FROM acts;
             SELECT septum.protect('acts', 'tenant_id'), septum.protect('notes', 'tenant_id');
             GRANT ALL ON ALL TABLES IN SCHEMA public TO {app}"
        ))
        .await
        .unwrap();
    database
}

#[tokio::test]
async fn s33_s34_partitions_and_children_are_protected_under_their_own_names() {
    let database = partitioned().await;
    let app = database.app().await;
    for table in ["acts", "acts_1", "acts_2", "acts_2_low", "notes", "\"Old Notes\""] {
        let all = format!("SELECT count(*) FROM {table}");
        assert_eq!(count(&app, &all).await, 0, "{table}");
        app.batch_execute("BEGIN").await.unwrap();
        let seal = database.seal(&app, "1").await;
        bind(&app, &seal).await;
        let foreign = format!("SELECT count(*) FROM {table} WHERE tenant_id <> 1");
        assert_eq!(count(&app, &foreign).await, 0, "{table}");
        let own = if table.contains("_2") { 0 } else { 10 };
        assert_eq!(count(&app, &all).await, own, "{table}");
        let plant = format!("INSERT INTO {table} VALUES (1, 2)");
        assert_eq!(sqlstate(&app, &plant).await, "42501", "{table}");
        app.batch_execute("ROLLBACK").await.unwrap();
    }
}

#[tokio::test]
async fn s32_no_command_reaches_a_foreign_row() {
    let database = Database::with_deals().await;
    let app = database.app().await;
    app.batch_execute("BEGIN").await.unwrap();
    let seal = database.seal(&app, "1").await;
    bind(&app, &seal).await;
    assert_eq!(app.execute("UPDATE deals SET note = 'x'", &[]).await.unwrap(), 10);
    assert_eq!(app.execute("DELETE FROM deals WHERE id > 10", &[]).await.unwrap(), 0);
    assert_eq!(app.execute("DELETE FROM deals", &[]).await.unwrap(), 10);
    app.batch_execute("SAVEPOINT here").await.unwrap();
    for sql in [
        "INSERT INTO deals VALUES (100, 2, 'planted')",
        "INSERT INTO deals VALUES (100, 1, ''); UPDATE deals SET tenant_id = 2",
    ] {
        assert_eq!(sqlstate(&app, sql).await, "42501", "{sql}");
        app.batch_execute("ROLLBACK TO here").await.unwrap();
    }
}

#[tokio::test]
async fn s31_a_permissive_policy_added_later_widens_nothing() {
    let database = Database::with_deals().await;
    let admin = database.admin().await;
    admin.batch_execute("CREATE POLICY everybody ON deals USING (true)").await.unwrap();
    let app = database.app().await;
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 0);
}

#[tokio::test]
async fn s119_the_owner_of_the_table_is_held_too() {
    let database = Database::with_deals().await;
    let admin = database.admin().await;
    let own = format!("ALTER TABLE deals OWNER TO {}", database.app);
    admin.batch_execute(&own).await.unwrap();
    let app = database.app().await;
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 0);
}

#[tokio::test]
async fn protecting_twice_leaves_the_same_two_policies() {
    let database = partitioned().await;
    let admin = database.admin().await;
    let policies =
        "SELECT string_agg(p::text, ';' ORDER BY tablename, policyname) FROM pg_policies p";
    let before: String = admin.query_one(policies, &[]).await.unwrap().get(0);
    admin.batch_execute("SELECT septum.protect('acts', 'tenant_id')").await.unwrap();
    let after: String = admin.query_one(policies, &[]).await.unwrap().get(0);
    assert_eq!(before, after);
    let two_each = "SELECT count(*) FROM pg_class c WHERE relkind IN ('r', 'p')
        AND relnamespace = 'public'::regnamespace AND (SELECT count(*) FROM pg_policy
            WHERE polrelid = c.oid) = 2 AND relrowsecurity AND relforcerowsecurity";
    assert_eq!(count(&admin, two_each).await, 6);
}

#[tokio::test]
async fn names_are_quoted_and_never_run() {
    let database = Database::migrated(TenantType::Int).await;
    let admin = database.admin().await;
    admin
        .batch_execute(
            r#"CREATE SCHEMA "a.b; DROP";
               CREATE TABLE "a.b; DROP"."x""; SELECT '" ("te'n;ant" int, "true OR true" int);
               SELECT septum.protect('"a.b; DROP"."x""; SELECT ''"', 'te''n;ant');
               SELECT septum.protect('"a.b; DROP"."x""; SELECT ''"', 'true OR true')"#,
        )
        .await
        .unwrap();
    let shown = "SELECT count(*) FROM pg_policies WHERE qual LIKE '(\"true OR true\" = %'";
    assert_eq!(count(&admin, shown).await, 2);
}

#[tokio::test]
async fn s37_s69_what_can_have_no_policy_is_refused() {
    let database = Database::with_deals().await;
    let admin = database.admin().await;
    admin
        .batch_execute(
            "CREATE VIEW seen AS SELECT * FROM deals;
             CREATE MATERIALIZED VIEW kept AS SELECT * FROM deals",
        )
        .await
        .unwrap();
    for relation in ["seen", "kept"] {
        let sql = format!("SELECT septum.protect('{relation}', 'tenant_id')");
        assert_eq!(sqlstate(&admin, &sql).await, "P0001");
    }
    let missing = "SELECT septum.protect('deals', 'no_such_column')";
    assert_eq!(sqlstate(&admin, missing).await, "42703");
}

#[tokio::test]
async fn losing_either_policy_opens_nothing_whatever_the_seal() {
    for (lost, own) in [("nothing", 10), ("septum_tenant", 10), ("septum_rows", 0)] {
        let database = Database::with_deals().await;
        let admin = database.admin().await;
        admin.batch_execute(&format!("DROP POLICY IF EXISTS {lost} ON deals")).await.unwrap();
        admin.batch_execute("ALTER TABLE deals SET (parallel_workers = 2)").await.unwrap();
        let (app, elsewhere) = (database.app().await, database.app().await);
        let good = database.seal(&app, "1").await;
        let wrong = [
            good.replace(".31.", ".32."),
            database.seal(&elsewhere, "2").await,
            database.seal_at(&app, "2", "ann", now() - 3600).await,
            "2".into(),
            String::new(),
        ];
        for parallel in ["off", "on"] {
            let force = format!(
                "SET force_parallel_mode = {parallel}; SET parallel_setup_cost = 0;
                 SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0"
            );
            app.batch_execute(&force).await.unwrap();
            for seal in &wrong {
                app.batch_execute("BEGIN").await.unwrap();
                bind(&app, seal).await;
                let shown = count(&app, "SELECT count(*) FROM deals").await;
                assert_eq!(shown, 0, "without {lost}: {seal}");
                let plant = "INSERT INTO deals VALUES (100, 2, '')";
                assert_eq!(sqlstate(&app, plant).await, "42501", "without {lost}: {seal}");
                app.batch_execute("ROLLBACK; BEGIN").await.unwrap();
                bind(&app, &good).await;
                assert_eq!(count(&app, "SELECT count(*) FROM deals").await, own, "without {lost}");
                app.batch_execute("COMMIT").await.unwrap();
            }
        }
    }
}

/// PostgreSQL drops a condition that it has already: the two policies must stay equal.
#[tokio::test]
async fn a_read_verifies_the_seal_once() {
    let database = Database::with_deals().await;
    let app = database.app().await;
    for read in ["SELECT * FROM deals", "SELECT note FROM deals WHERE id = 1"] {
        let plan = app.query(&format!("EXPLAIN (VERBOSE) {read}"), &[]).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        let calls = plan.iter().filter(|line| line.contains("septum.tenant()")).count();
        assert_eq!(calls, 1, "{plan:#?}");
    }
}

#[tokio::test]
async fn s35_a_partition_attached_later_is_covered_through_its_table_and_then_by_itself() {
    let database = partitioned().await;
    let (admin, app) = (database.admin().await, database.app().await);
    admin
        .batch_execute(&format!(
            "CREATE TABLE acts_3 PARTITION OF acts FOR VALUES IN (3);
             CREATE TABLE acts_rest (tenant_id int NOT NULL, id int);
             INSERT INTO acts_rest VALUES (4, 1);
             ALTER TABLE acts ATTACH PARTITION acts_rest DEFAULT;
             INSERT INTO acts VALUES (1, 3), (1, 4);
             GRANT SELECT ON acts_3, acts_rest TO {}",
            database.app
        ))
        .await
        .unwrap();
    app.batch_execute("BEGIN").await.unwrap();
    let seal = database.seal(&app, "1").await;
    bind(&app, &seal).await;
    let foreign = "SELECT count(*) FROM acts WHERE tenant_id > 2";
    assert_eq!(count(&app, foreign).await, 0);
    app.batch_execute("COMMIT").await.unwrap();
    admin.batch_execute("SELECT septum.protect('acts', 'tenant_id')").await.unwrap();
    app.batch_execute("BEGIN").await.unwrap();
    let seal = database.seal(&app, "1").await;
    bind(&app, &seal).await;
    for partition in ["acts_3", "acts_rest"] {
        let rows = format!("SELECT count(*) FROM {partition}");
        assert_eq!(count(&app, &rows).await, 0, "{partition}");
    }
}

#[tokio::test]
async fn s33_a_child_is_not_protected_instead_of_its_table() {
    let database = partitioned().await;
    let admin = database.admin().await;
    for (child, parent) in
        [("acts_1", "acts"), ("acts_2_low", "acts_2"), ("\"Old Notes\"", "notes")]
    {
        let sql = format!("SELECT septum.protect('{child}', 'tenant_id')");
        let error = admin.batch_execute(&sql).await.unwrap_err();
        let error = error.as_db_error().unwrap();
        assert!(
            error.hint().unwrap().starts_with(&format!("protect public.{parent}:")),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn s69_s70_a_foreign_partition_stops_the_whole() {
    let database = partitioned().await;
    let admin = database.admin().await;
    admin
        .batch_execute(
            "CREATE FOREIGN DATA WRAPPER elsewhere; CREATE SERVER there FOREIGN DATA WRAPPER elsewhere;
             CREATE TABLE far (tenant_id int NOT NULL) PARTITION BY LIST (tenant_id);
             CREATE TABLE far_1 PARTITION OF far FOR VALUES IN (1);
             CREATE FOREIGN TABLE far_2 PARTITION OF far FOR VALUES IN (2) SERVER there",
        )
        .await
        .unwrap();
    let sql = "SELECT septum.protect('far', 'tenant_id')";
    assert_eq!(sqlstate(&admin, sql).await, "P0001");
    let touched = "SELECT count(*) FROM pg_class WHERE relname LIKE 'far%' AND relrowsecurity";
    assert_eq!(count(&admin, touched).await, 0);
}

#[tokio::test]
async fn s153_a_column_that_compares_loosely_is_refused() {
    for (tenant_type, good, bad) in [
        (
            TenantType::Int,
            vec!["bigint", "smallint", "dom"],
            vec!["text", "numeric", "oid", "float8"],
        ),
        (
            TenantType::Text,
            vec!["varchar(9)", "dom", "text COLLATE \"C\""],
            vec!["char(9)", "name", "int", "text COLLATE loose"],
        ),
        (TenantType::Uuid, vec!["uuid", "dom"], vec!["text", "bytea"]),
    ] {
        let database = Database::migrated(tenant_type).await;
        let admin = database.admin().await;
        admin
            .batch_execute(&format!(
                "CREATE DOMAIN inner_dom AS {tenant_type}; CREATE DOMAIN dom AS inner_dom;
                 CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
            ))
            .await
            .unwrap();
        let protect = "SELECT septum.protect('t', 'tenant_id')";
        for column in good {
            let create = format!("DROP TABLE IF EXISTS t; CREATE TABLE t (tenant_id {column})");
            admin.batch_execute(&create).await.unwrap();
            admin.batch_execute(protect).await.expect(column);
        }
        for column in bad {
            let create = format!("DROP TABLE IF EXISTS t; CREATE TABLE t (tenant_id {column})");
            admin.batch_execute(&create).await.unwrap();
            assert_eq!(sqlstate(&admin, protect).await, "42804", "{column}");
        }
    }
}

#[tokio::test]
async fn s157_a_row_without_a_tenant_is_nobody_s() {
    let database = Database::with_deals().await;
    let (admin, app) = (database.admin().await, database.app().await);
    let orphan = "ALTER TABLE deals ALTER tenant_id DROP NOT NULL;
         INSERT INTO deals VALUES (100, NULL, 'orphan')";
    admin.batch_execute(orphan).await.unwrap();
    app.batch_execute("BEGIN").await.unwrap();
    let seal = database.seal(&app, "1").await;
    bind(&app, &seal).await;
    assert_eq!(count(&app, "SELECT count(*) FROM deals WHERE tenant_id IS NULL").await, 0);
    let plant = "INSERT INTO deals VALUES (101, NULL, 'planted')";
    assert_eq!(sqlstate(&app, plant).await, "42501");
    app.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 0);
}

#[tokio::test]
async fn an_owner_with_the_grant_can_protect_its_table_and_no_other() {
    let database = Database::with_deals().await;
    let admin = database.admin().await;
    let owner = format!("owner_{}", database.app);
    admin
        .batch_execute(&format!(
            "CREATE ROLE {owner} LOGIN PASSWORD 'o';
             CREATE TABLE mine (tenant_id int); ALTER TABLE mine OWNER TO {owner};
             GRANT EXECUTE ON FUNCTION septum.protect(regclass, name) TO {owner}"
        ))
        .await
        .unwrap();
    let client = database.connect_as(&owner, "o").await;
    client.batch_execute("SELECT septum.protect('mine', 'tenant_id')").await.unwrap();
    let other = "SELECT septum.protect('deals', 'tenant_id')";
    assert_eq!(sqlstate(&client, other).await, "42501");
}

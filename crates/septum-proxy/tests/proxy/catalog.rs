//! The guard's model of the database: known before anybody is served, true while the database
//! changes, and what happens while it can't be asked.

use std::time::Duration;

use septum_guard::Mode;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::fixture::{Fixture, connect, refusal};

async fn admin(fixture: &Fixture) -> Client {
    connect(&fixture.cluster.dsn("postgres")).await.unwrap()
}

/// The code of the refusal, or that there is none.
async fn outcome(client: &Client, text: &str) -> String {
    match client.simple_query(text).await {
        Ok(_) => "runs".into(),
        Err(error) => refusal(&error).1.chars().take(7).collect(),
    }
}

/// Until it is so; the model is looked at every second.
async fn becomes(client: &Client, text: &str, expected: &str) {
    for _ in 0..200 {
        if outcome(client, text).await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("`{text}` never became {expected}: {}", outcome(client, text).await);
}

async fn every_second() -> Fixture {
    Fixture::with(Mode::Enforce, |config| config.catalog.interval = Duration::from_secs(1)).await
}

#[tokio::test]
async fn s29_a_table_that_loses_its_policies_is_refused_and_once_protected_served_again() {
    let fixture = every_second().await;
    let (acme, admin) = (fixture.client("acme").await, admin(&fixture).await);
    let look = "SELECT count(*) FROM accounts";
    let prepared = acme.prepare(look).await.unwrap();
    assert_eq!(acme.query_one(&prepared, &[]).await.unwrap().get::<_, i64>(0), 100);
    for (breach, mend) in [
        (
            "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY",
            "SELECT septum.protect('accounts', 'tenant_id')",
        ),
        ("DROP POLICY septum_tenant ON accounts", "SELECT septum.protect('accounts', 'tenant_id')"),
        (
            "ALTER TABLE accounts OWNER TO app",
            "ALTER TABLE accounts OWNER TO postgres; GRANT ALL ON accounts TO app",
        ),
    ] {
        admin.batch_execute(breach).await.unwrap();
        becomes(&acme, look, "SEP-511").await;
        // What was prepared before is judged again.
        let error = acme.query(&prepared, &[]).await.unwrap_err();
        assert!(refusal(&error).1.starts_with("SEP-511"), "{breach}");
        admin.batch_execute(mend).await.unwrap();
        // At once: the denial itself asks for a newer look.
        assert_eq!(outcome(&acme, look).await, "runs", "{mend}");
        assert_eq!(acme.query_one(&prepared, &[]).await.unwrap().get::<_, i64>(0), 100);
    }
    assert!(fixture.recorded().contains(&"SEP-511"));
    fixture.stop().await;
}

#[tokio::test]
async fn what_a_migration_has_just_protected_is_served_without_waiting_for_the_interval() {
    let fixture = Fixture::with(Mode::Enforce, |config| {
        config.catalog.interval = Duration::from_secs(3600);
    })
    .await;
    let (acme, admin) = (fixture.client("acme").await, admin(&fixture).await);
    admin
        .batch_execute(
            "CREATE TABLE fresh (id int, tenant_id int NOT NULL DEFAULT septum.tenant());
             GRANT ALL ON fresh TO app",
        )
        .await
        .unwrap();
    // Somebody has the guard see the table as it is, without policies.
    admin.batch_execute("ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY").await.unwrap();
    fixture.services.guard.forget();
    assert_eq!(outcome(&acme, "SELECT * FROM fresh").await, "SEP-511");
    admin.batch_execute("SELECT septum.protect('fresh', 'tenant_id')").await.unwrap();
    let rows = acme.query("SELECT * FROM fresh", &[]).await.unwrap();
    assert!(rows.is_empty());
    assert_eq!(outcome(&acme, "SELECT * FROM accounts").await, "SEP-511");
    fixture.stop().await;
}

#[tokio::test]
async fn s29_the_database_tells_of_a_change_long_before_the_next_look() {
    let fixture = Fixture::with(Mode::Enforce, |config| {
        config.catalog.interval = Duration::from_secs(3600);
    })
    .await;
    let (acme, admin) = (fixture.client("acme").await, admin(&fixture).await);
    let before = fixture.services.guard.judgement("SELECT 1");
    admin.batch_execute("CREATE TEMP TABLE quiet (id int)").await.unwrap();
    admin.batch_execute("ALTER TABLE accounts DISABLE ROW LEVEL SECURITY").await.unwrap();
    // Without the tenant column: the tripwire would end the connection in between.
    becomes(&acme, "SELECT secret FROM accounts", "SEP-511").await;
    assert!(!fixture.services.guard.is_current(&before));
    fixture.stop().await;
}

#[tokio::test]
async fn s28_a_cursor_that_is_open_goes_on_and_nothing_new_begins_on_what_became_unproven() {
    let fixture = every_second().await;
    let (mut acme, admin) = (fixture.client("acme").await, admin(&fixture).await);
    let transaction = acme.transaction().await.unwrap();
    let statement = transaction.prepare("SELECT secret FROM accounts").await.unwrap();
    let portal = transaction.bind(&statement, &[]).await.unwrap();
    assert_eq!(transaction.query_portal(&portal, 10).await.unwrap().len(), 10);
    let epoch = fixture.services.guard.judgement("SELECT 1");
    // It waits for nobody: no lock that the reader holds is in its way.
    admin.batch_execute("CREATE TABLE another (id int)").await.unwrap();
    while fixture.services.guard.is_current(&epoch) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let more = transaction.query_portal(&portal, 0).await.unwrap();
    assert_eq!(more.len(), 90);
    assert!(more.iter().all(|row| row.get::<_, &str>(0) == "secret of 1"));
    drop(transaction);
    fixture.stop().await;
}

#[tokio::test]
async fn while_the_catalog_is_unknown_what_needs_it_is_refused_and_the_rest_runs() {
    let fixture = Fixture::start().await;
    let (acme, admin) = (fixture.client("acme").await, admin(&fixture).await);
    // The database takes no connection that would look, and ends the one that does.
    admin.batch_execute("ALTER ROLE app CONNECTION LIMIT 1").await.unwrap();
    let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity \
               WHERE application_name = 'septum catalog'";
    admin.query_one(end, &[]).await.unwrap();
    fixture.services.guard.forget();
    assert_eq!(outcome(&acme, "SELECT * FROM accounts").await, "SEP-510");
    assert_eq!(outcome(&acme, "SELECT 1").await, "runs");
    let error = acme.simple_query("TABLE accounts").await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::CANNOT_CONNECT_NOW));
    admin.batch_execute("ALTER ROLE app CONNECTION LIMIT -1").await.unwrap();
    becomes(&acme, "SELECT * FROM accounts", "runs").await;
    fixture.health.check().await.unwrap();
    fixture.stop().await;
}

#[tokio::test]
async fn nobody_under_a_tenants_binding_may_speak_on_the_catalogs_channel() {
    let fixture = Fixture::start().await;
    let acme = fixture.client("acme").await;
    for text in [
        "NOTIFY septum_catalog",
        "SELECT pg_notify('septum_catalog', '')",
        "SELECT pg_catalog.pg_notify('septum_catalog', 'x') FROM accounts",
        "LISTEN septum_catalog",
    ] {
        assert!(outcome(&acme, text).await.starts_with("SEP-3"), "{text}");
    }
    fixture.stop().await;
}

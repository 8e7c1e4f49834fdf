//! What comes back is held against the binding, whatever let it through: here row-level security
//! is broken on purpose, behind the guard's back.

use std::collections::HashSet;
use std::time::Duration;

use septum_audit::Kind;
use septum_core::TenantType;
use septum_guard::Mode;
use septum_proxy::{Canaries, Config};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::fixture::{ACME, Fixture, GLOBEX, refusal};
use crate::wire::Wire;

/// Nobody looks at the catalog again: what is broken stays unnoticed.
fn look_away(config: &mut Config) {
    config.catalog.interval = Duration::from_secs(3600);
}

async fn start() -> Fixture {
    Fixture::with(Mode::Enforce, look_away).await
}

/// From here on every tenant sees every row of `accounts`, and no event trigger tells of it.
async fn break_policies(fixture: &Fixture) {
    let script = "UPDATE pg_catalog.pg_class SET relrowsecurity = false
        WHERE oid = 'public.accounts'::regclass";
    fixture.behind_the_guard(script).await;
}

/// Ways to another tenant's row whose tenant column shows.
const LEAKS: [&str; 8] = [
    "SELECT * FROM accounts",
    "SELECT x.tenant_id, x.id FROM (SELECT * FROM accounts) x",
    "WITH w AS (SELECT id, tenant_id AS t FROM accounts) SELECT * FROM w",
    "SELECT a.id, b.tenant_id FROM accounts a JOIN accounts b USING (id)",
    "SELECT (SELECT max(id) FROM accounts), tenant_id FROM accounts WHERE id = 3",
    "UPDATE accounts SET name = name WHERE id = 3 RETURNING tenant_id, id",
    "DELETE FROM accounts WHERE id = 3 RETURNING *",
    "INSERT INTO accounts (id, tenant_id, name) VALUES (5000, 2, 'x') RETURNING id, tenant_id",
];

async fn assert_leak(fixture: &Fixture, error: &tokio_postgres::Error, what: &str) {
    let (code, message) = refusal(error);
    assert_eq!(code, "58000", "{what}: {message}");
    assert!(message.starts_with("SEP-341"), "{what}: {message}");
    let event = fixture.events().pop().unwrap();
    assert_eq!((event.kind, event.reason.unwrap().code()), (Kind::Crossing, "SEP-341"), "{what}");
    assert_eq!(event.tenant.unwrap().to_string(), ACME, "{what}");
    assert_eq!(event.principal.unwrap().as_str(), "acme", "{what}");
    assert!(event.subject.unwrap().contains("accounts"), "{what}");
}

#[tokio::test]
async fn s159_a_row_of_another_tenants_is_held_back_and_the_connection_ends() {
    let fixture = start().await;
    // With row-level security in place all of them are as they were.
    let client = fixture.client("acme").await;
    for leak in &LEAKS[..7] {
        assert!(!client.query(*leak, &[]).await.unwrap().is_empty(), "{leak}");
        client.simple_query(leak).await.unwrap();
    }
    break_policies(&fixture).await;
    for leak in LEAKS {
        let client = fixture.client("acme").await;
        let error = client.query(leak, &[]).await.expect_err(leak);
        assert_leak(&fixture, &error, leak).await;
        assert!(client.simple_query("SELECT 1").await.is_err(), "{leak}: it goes on");
        let client = fixture.client("acme").await;
        // What ends with the connection may have been done by then: other rows.
        let leak = leak.replace("id = 3", "id = 4").replace("5000", "5001");
        let error = client.simple_query(&leak).await.expect_err(&leak);
        assert_leak(&fixture, &error, &leak).await;
    }
    fixture.stop().await;
}

#[tokio::test]
async fn s159_not_one_byte_of_the_row_reaches_the_client() {
    let fixture = start().await;
    break_policies(&fixture).await;
    let mut wire = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let look = "SELECT tenant_id, secret FROM accounts WHERE id = 1 ORDER BY tenant_id";
    let heard = wire.query(look).await;
    assert_eq!(heard, ["T", "D 1 secret of 1", "E 58000 SEP-341", "closed"]);
    fixture.stop().await;
}

async fn fetched(
    client: &Client,
    statement: &str,
) -> Result<Vec<SimpleQueryMessage>, tokio_postgres::Error> {
    client.batch_execute("BEGIN").await?;
    let declare = "DECLARE c CURSOR FOR SELECT id, tenant_id FROM accounts ORDER BY tenant_id DESC";
    client.batch_execute(declare).await?;
    client.simple_query(statement).await
}

#[tokio::test]
async fn s159_cursors_portals_and_statements_prepared_before_are_looked_at_too() {
    let fixture = start().await;
    let client = fixture.client("acme").await;
    let mut limited = fixture.client("acme").await;
    let statement =
        client.prepare("SELECT id, tenant_id FROM accounts WHERE id = $1").await.unwrap();
    assert_eq!(client.query(&statement, &[&1]).await.unwrap().len(), 1);
    assert_eq!(fetched(&client, "FETCH 2 FROM c").await.unwrap().len(), 4);
    client.batch_execute("COMMIT").await.unwrap();
    // A server connection that has never described it to anybody.
    fixture
        .behind_the_guard(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'",
        )
        .await;
    while client.query(&statement, &[&1]).await.is_err() {}
    let transaction = limited.transaction().await.unwrap();
    let portal = transaction.bind("SELECT tenant_id FROM accounts", &[]).await.unwrap();
    let mut rows = HashSet::new();
    for _ in 0..3 {
        let some = transaction.query_portal(&portal, 10).await.unwrap();
        rows.extend(some.iter().map(|row| row.get::<_, i32>(0)));
    }
    assert_eq!(rows, HashSet::from([1]));
    transaction.commit().await.unwrap();

    break_policies(&fixture).await;
    let error = client.query(&statement, &[&1]).await.unwrap_err();
    assert_leak(&fixture, &error, "prepared before").await;
    let client = fixture.client("acme").await;
    let error = fetched(&client, "FETCH 1 FROM c").await.unwrap_err();
    assert_leak(&fixture, &error, "FETCH").await;
    let transaction = limited.transaction().await.unwrap();
    let all = "SELECT tenant_id FROM accounts ORDER BY tenant_id";
    let portal = transaction.bind(all, &[]).await.unwrap();
    assert_eq!(transaction.query_portal(&portal, 60).await.unwrap().len(), 60);
    let error = transaction.query_portal(&portal, 60).await.unwrap_err();
    assert_leak(&fixture, &error, "a portal's second part").await;
    drop(transaction);
    fixture.stop().await;
}

#[tokio::test]
async fn s160_what_has_no_column_of_origin_is_not_seen_and_null_is_nobodys() {
    let fixture = start().await;
    break_policies(&fixture).await;
    let client = fixture.client("acme").await;
    for unseen in [
        "SELECT tenant_id::text FROM accounts",
        "SELECT abs(tenant_id) FROM accounts",
        "SELECT tenant_id FROM accounts UNION SELECT tenant_id FROM accounts",
        "SELECT name FROM accounts",
        "SELECT b.tenant_id FROM accounts a LEFT JOIN accounts b ON false",
    ] {
        assert!(!client.query(unseen, &[]).await.unwrap().is_empty(), "{unseen}");
    }
    assert!(fixture.recorded().is_empty(), "{:?}", fixture.events());
    fixture.stop().await;
}

const CANARY: &str = "canary-of-globex-4711";

#[tokio::test]
async fn s159_another_tenants_canary_ends_the_connection_wherever_it_comes_back() {
    let fixture = Fixture::with(Mode::Enforce, |config| {
        look_away(config);
        let globex = TenantType::Int.parse(GLOBEX).unwrap();
        config.canaries = Canaries::new([(globex, CANARY.to_owned())]).unwrap();
    })
    .await;
    let plant = format!("UPDATE accounts SET secret = '{CANARY}' WHERE tenant_id = 2 AND id = 9");
    fixture.behind_the_guard(&plant).await;
    let looks = [
        "SELECT secret FROM accounts",
        "SELECT upper(name), 'x' || secret FROM accounts",
        "SELECT array_agg(secret) FROM accounts",
        "SELECT count(*) FROM accounts WHERE secret::int = 1 AND id = 9 AND tenant_id > 1",
        "COPY (SELECT secret FROM accounts) TO STDOUT",
    ];
    let client = fixture.client("acme").await;
    for look in &looks[..4] {
        client.simple_query(look).await.unwrap();
    }
    let globex = fixture.client("globex").await;
    assert_eq!(globex.query(looks[0], &[]).await.unwrap().len(), 100);
    break_policies(&fixture).await;
    for look in looks {
        let mut wire = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
        let heard = wire.query(look).await;
        let end = &heard[heard.len() - 2..];
        assert_eq!(end, ["E 58000 SEP-341", "closed"], "{look}: {heard:?}");
        assert!(heard.iter().all(|message| !message.contains(CANARY)), "{look}: {heard:?}");
    }
    assert_eq!(fixture.recorded(), ["SEP-341"; 5]);
    fixture.stop().await;
}

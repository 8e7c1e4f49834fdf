//! Attempts to cross that are answered like anything else stand in the log as well.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

use std::time::{Duration, Instant};

use futures_util::SinkExt as _;
use septum_tests::{Customer, Record, Septum, Stack, connect};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

/// The crossings in the log, once there are this many.
async fn crossings(stack: &Stack, wanted: usize) -> Vec<Record> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let records = Septum::records(&stack.config).unwrap();
        let found = |record: &Record| {
            record.text("kind") == "crossing" && record.text("reason") == "SEP-317"
        };
        let found: Vec<Record> = records.into_iter().filter(found).collect();
        if found.len() >= wanted || Instant::now() > deadline {
            return found;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn s158_another_tenants_key_is_recorded_and_finds_nothing() {
    let stack = Stack::start().await.unwrap();
    let client = connect(&stack.config.dsn("app.acme")).await.unwrap();
    let (own, other) = (Customer::Acme.id(), Customer::Globex.id());
    let by_text = "SELECT count(*) FROM accounts WHERE tenant_id = $1::text::uuid";

    // Its own key is anybody's to name.
    let all: i64 = client.query_one(by_text, &[&own]).await.unwrap().get(0);
    assert_eq!(all, 5000);
    assert_eq!(crossings(&stack, 0).await.len(), 0);

    let sql = format!("SELECT count(*) FROM accounts WHERE tenant_id = '{other}'");
    let none: i64 = client.query_one(&sql, &[]).await.unwrap().get(0);
    assert_eq!(none, 0);
    let none: i64 = client.query_one(by_text, &[&other]).await.unwrap().get(0);
    assert_eq!(none, 0);
    let binary = u128::from_str_radix(&other.replace('-', ""), 16).unwrap().to_be_bytes();
    let by_bytes = "SELECT count(*) FROM accounts WHERE tenant_id = encode($1, 'hex')::uuid";
    let by_bytes = client.prepare_typed(by_bytes, &[Type::BYTEA]).await.unwrap();
    let none: i64 = client.query_one(&by_bytes, &[&binary.as_slice()]).await.unwrap().get(0);
    assert_eq!(none, 0);
    let insert = format!(
        "INSERT INTO accounts (tenant_id, name, industry, city) VALUES ('{other}', 'a', 'b', 'c')"
    );
    let refused = client.simple_query(&insert).await.unwrap_err();
    assert_eq!(refused.code().map(SqlState::code), Some("42501"));
    let copy = "COPY accounts (tenant_id, name, industry, city) FROM STDIN";
    let mut sink = Box::pin(client.copy_in(copy).await.unwrap());
    let row = format!("{other}\ta\tb\tc\n");
    sink.send(bytes::Bytes::from(row.clone() + &row)).await.unwrap();
    let refused = sink.as_mut().finish().await.unwrap_err();
    assert_eq!(refused.code().map(SqlState::code), Some("42501"));

    let found = crossings(&stack, 5).await;
    assert_eq!(found.len(), 5, "{found:?}");
    for record in found {
        assert_eq!(record.text("reason"), "SEP-317");
        assert_eq!(record.text("tenant"), own);
        assert_eq!(record.text("principal"), "app.acme");
    }
    let database = connect(&stack.cluster.dsn("crm")).await.unwrap();
    let theirs = format!("SELECT count(*) FROM accounts WHERE tenant_id = '{other}'");
    let theirs: i64 = database.query_one(&theirs, &[]).await.unwrap().get(0);
    assert_eq!(theirs, 3000);
}

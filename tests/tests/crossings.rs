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

fn lockout(stack: &Stack, arguments: &[&str]) -> (bool, String) {
    let all = [&["lockout"], arguments].concat();
    let output = Septum::command(&stack.config, &all).unwrap().output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn h63_who_crosses_again_and_again_is_locked_out_until_an_operator_lifts_it() {
    let stack = Stack::start_with(|config| {
        config.text = config.text.replace("after = 0", "after = 3\nwithin = \"10m\"");
    })
    .await
    .unwrap();
    // In SQL: the credential of Acme's application.
    let client = connect(&stack.config.dsn("app.acme")).await.unwrap();
    let read = "SELECT count(*) FROM accounts";
    for _ in 0..3 {
        client.simple_query("SET septum.binding = 'x'").await.unwrap_err();
    }
    let refused = client.simple_query(read).await.unwrap_err();
    assert_eq!(refused.code().map(SqlState::code), Some("28000"));
    assert!(connect(&stack.config.dsn("app.acme")).await.is_err());
    let globex = connect(&stack.config.dsn("app.globex")).await.unwrap();
    globex.simple_query(read).await.unwrap();

    // In HTTP: Ann of Acme at Globex's host, who is refused at her own then, as Bob is not.
    let bearer =
        |person: &str| format!("Bearer {}", stack.config.secrets.token(Customer::Acme, person));
    let (ann, bob) = (bearer("ann"), bearer("bob"));
    let gateway = stack.gateway();
    let ask = async |host: &str, token: &str| {
        gateway.get(host, "/api/summary", &[("authorization", token)]).await.unwrap()
    };
    for _ in 0..3 {
        assert_eq!(ask(&Customer::Globex.host(), &ann).await.status, 403);
    }
    let refused = ask(&Customer::Acme.host(), &ann).await;
    assert_eq!((refused.status, refused.code()), (429, Some("SEP-340")));
    assert_eq!(ask(&Customer::Acme.host(), &bob).await.status, 200);

    let (listed, locks) = lockout(&stack, &["list"]);
    assert!(listed, "{locks}");
    for who in ["principal=app.acme source=credential", "principal=ann source=jwt"] {
        assert!(locks.contains(who), "{locks}");
    }
    let acme = Customer::Acme.id();
    let (lifted, shown) = lockout(&stack, &["lift", "--tenant", acme, "--principal", "app.acme"]);
    assert!(lifted && shown.starts_with("lifted: ") && !shown.contains("ann"), "{shown}");
    client.simple_query(read).await.unwrap();
    assert_eq!(ask(&Customer::Acme.host(), &ann).await.status, 429);
    assert!(!lockout(&stack, &["lift", "--tenant", Customer::Globex.id()]).0);
    assert!(lockout(&stack, &["lift", "--tenant", acme]).0);
    assert_eq!(ask(&Customer::Acme.host(), &ann).await.status, 200);

    let records = Septum::records(&stack.config).unwrap();
    let said = |subject: &str| {
        let lockouts = records.iter().filter(|record| record.text("kind") == "lockout");
        lockouts.filter(|record| record.text("subject").starts_with(subject)).count()
    };
    assert_eq!(said("locked for 300 s after 3 attempts"), 2);
    assert_eq!(said("lifted by the operating system's user"), 2);
}

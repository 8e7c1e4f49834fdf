//! The operators' way in.

use septum_audit::Kind;
use septum_guard::Mode;
use septum_proxy::{Database, Operator};

use crate::fixture::{Fixture, connect};
use crate::wire::Wire;

async fn start() -> Fixture {
    Fixture::with(Mode::Enforce, |config| {
        let password = Some(septum_core::Secret::new("owner".into()));
        config.operator = Some(Operator {
            listener: config.listeners[0].clone(),
            database: Database { role: "owner".into(), password, ..config.database.clone() },
            users: config.users.clone(),
        });
    })
    .await
}

async fn open(fixture: &Fixture) -> Wire {
    Wire::open(fixture.operators.unwrap(), "app", "pw", &[]).await.unwrap()
}

#[tokio::test]
async fn an_operators_session_and_statements_are_recorded() {
    let fixture = start().await;
    let mut operator = open(&fixture).await;
    assert_eq!(operator.query("SELECT 1").await, ["T", "D 1", "C SELECT 1", "Z I"]);
    drop(operator);
    while fixture.events().len() < 3 {
        tokio::task::yield_now().await;
    }
    let events = fixture.events();
    let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [Kind::OperatorSession, Kind::OperatorStatement, Kind::OperatorSession]);
    assert_eq!(events[2].subject.as_deref(), Some("disconnected"));
    fixture.stop().await;
}

#[tokio::test]
async fn an_operators_statement_and_end_that_cant_be_recorded_are_told_as_that() {
    let fixture = start().await;
    let (mut works, mut ends) = (open(&fixture).await, open(&fixture).await);
    fixture.audit.break_down();
    assert_eq!(works.query("SELECT 1").await, ["E 58000 SEP-601", "closed"]);
    let admin = connect(&fixture.cluster.dsn("postgres")).await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'owner'";
    admin.batch_execute(end).await.unwrap();
    assert_eq!(ends.answers(1).await, ["E 57P01", "E 58000 SEP-601", "closed"]);
    fixture.stop().await;
}

#[tokio::test]
async fn an_operators_message_that_is_not_for_operators_is_recorded() {
    let fixture = start().await;
    let mut operator = open(&fixture).await;
    crate::wire::message(&mut operator.out, b'F', b"");
    assert_eq!(operator.ask(1).await, ["E 08P01 SEP-406", "closed"]);
    let recorded = fixture.recorded();
    assert_eq!(recorded, ["SEP-406"]);
    fixture.stop().await;
}

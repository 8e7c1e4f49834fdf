use std::process::Stdio;
use std::time::Duration;

use septum_tests::{Binaries, Customer, connect, skip};
use tokio::process::Command;

use crate::place::{By, Place, Sidecar, is_told_the_same};

/// A program of PostgreSQL's own; some packages of the server come without it, and then the
/// test is skipped.
pub(crate) fn program(name: &'static str) -> Option<impl Fn() -> Command> {
    let path = Binaries::find().unwrap().program(name);
    if !path.is_file() {
        skip(name, "it is not beside the PostgreSQL server");
        return None;
    }
    Some(move || Command::new(&path))
}

#[tokio::test]
async fn psql_is_told_what_postgresql_tells() {
    let Some(psql) = program("psql") else { return };
    is_told_the_same(By::Credential, async |place| {
        let mut psql = psql();
        psql.args(["--no-psqlrc", "--set", &format!("mark={}", place.mark)]);
        let rows: Vec<_> = (1000..11000).map(|id| format!("{id}\t{}\t0.50", place.mark)).collect();
        let script = include_str!("use_psql.sql").replace("{{rows}}", &rows.join("\n"));
        let (told, complaints) = place.tell_after(psql, "\\echo ready\n", &script).await;
        told + &complaints
    })
    .await;
}

#[tokio::test]
async fn a_psql_that_is_interrupted_ends_its_own_query_alone() {
    let Some(psql) = program("psql") else { return };
    let sidecar = Sidecar::start().await;
    let admin = connect(&sidecar.cluster.dsn("postgres")).await.unwrap();
    let start = |place: &Place| {
        let query = format!(
            "SELECT '{}', count(*) FROM generate_series(1, 1000000) a, \
             generate_series(1, 1000000) b",
            place.mark
        );
        let mut psql = psql();
        psql.args(["--no-psqlrc", "--command", &query]);
        place.environment(&mut psql).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [Customer::Acme, Customer::Globex].map(|customer| sidecar.of(customer));
    let mut waiting: Vec<_> = both.iter().map(|place| (&place.mark, start(place))).collect();
    while !waiting.is_empty() {
        // One of them has the only connection, and the other waits for it.
        let sql = "SELECT query FROM pg_stat_activity WHERE datname = 'crm' AND state = 'active'";
        let active = admin.query(sql, &[]).await.unwrap();
        let is_active =
            |mark: &str| active.iter().any(|row| row.get::<_, String>(0).contains(mark));
        let Some(at) = waiting.iter().position(|(mark, _)| is_active(mark)) else { continue };
        let (mark, psql) = waiting.remove(at);
        // PostgreSQL overlooks a cancel that comes between two messages: then again.
        let id = psql.id().unwrap().to_string();
        let interrupt = async {
            loop {
                let mut kill = Command::new("sh");
                kill.args(["-c", "kill -INT \"$0\"", &id]).stderr(Stdio::null());
                kill.status().await.unwrap();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let ended = tokio::select! {
            ended = psql.wait_with_output() => ended.unwrap(),
            () = interrupt => unreachable!(),
        };
        let complaint = String::from_utf8(ended.stderr).unwrap();
        assert!(
            complaint.contains("canceling statement due to user request"),
            "{mark}: {complaint}"
        );
        assert_eq!(ended.status.code(), Some(1), "{mark}");
        assert!(waiting.iter_mut().all(|(_, psql)| psql.try_wait().unwrap().is_none()));
    }
}

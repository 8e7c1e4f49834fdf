use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use septum_test_cluster::Cluster;
use tokio_postgres::{Client, NoTls};

/// One server for all tests, which ends with the process.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start().unwrap())
}

/// The superuser in a database of its own.
pub(crate) async fn server() -> Client {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!("guard{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let postgres = connect("postgres").await;
    postgres.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    connect(&name).await
}

async fn connect(database: &str) -> Client {
    let (client, connection) =
        tokio_postgres::connect(&cluster().dsn(database), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// What the server makes of a statement: the text that PostgreSQL writes for its analysed tree,
/// names resolved; or why it refuses it.
pub(crate) async fn meaning(server: &Client, statement: &str) -> Result<String, String> {
    // PostgreSQL 15 can't write the tree of a MERGE; its plan holds all of it.
    if statement.starts_with("MERGE") {
        let plan = server.simple_query(&format!("EXPLAIN (VERBOSE, COSTS OFF) {statement}")).await;
        return plan.map(|plan| format!("{plan:?}")).map_err(|error| told(&error));
    }
    let probe = format!(
        "CREATE OR REPLACE FUNCTION probe(int, text, int[]) RETURNS void LANGUAGE sql
         BEGIN ATOMIC {statement}\n; END"
    );
    match server.batch_execute(&probe).await {
        Ok(()) => {
            let row = server.query_one("SELECT pg_get_function_sqlbody('probe'::regproc)", &[]);
            Ok(row.await.unwrap().get(0))
        }
        Err(error) => Err(told(&error)),
    }
}

fn told(error: &tokio_postgres::Error) -> String {
    let error = error.as_db_error().unwrap();
    format!("{} {}", error.code().code(), error.message())
}

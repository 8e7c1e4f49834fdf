//! The harness itself.

use septum_tests::{Cluster, connect, run_script};

#[tokio::test]
async fn a_cluster_takes_scripts_and_refuses_a_wrong_password() {
    let cluster = Cluster::start().unwrap();
    let dsn = cluster.dsn("postgres");
    run_script(&dsn, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2);").await.unwrap();
    let client = connect(&dsn).await.unwrap();
    let sum: i64 = client.query_one("SELECT sum(a) FROM t", &[]).await.unwrap().get(0);
    assert_eq!(sum, 3);
    assert!(connect(&cluster.dsn_of("postgres", "wrong", "postgres")).await.is_err());
}

//! `/readyz` follows the database.

use septum_tests::{Cluster, Config, Crm, Http, Scratch, Septum, run_script};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_database_that_dies_turns_readyz_to_503_and_back() {
    let mut cluster = Cluster::start().unwrap();
    let scratch = Scratch::new().unwrap();
    let config = Config::new(&scratch, &cluster).unwrap();
    Crm::create(&cluster, &config.secrets.database).await.unwrap();
    Septum::migrate(&config).unwrap();
    // A crash may take along what no checkpoint has kept.
    run_script(&cluster.dsn("postgres"), "CHECKPOINT").await.unwrap();
    // The application is there, as far as anybody can tell.
    let _application = TcpListener::bind(config.application).await.unwrap();
    let _septum = Septum::start(&scratch, &config).await.unwrap();
    let admin = Http::new(config.admin);
    let readiness = async || {
        let answer = admin.get("localhost", "/readyz", &[]).await.unwrap();
        (answer.status, answer.body)
    };
    for _ in 0..2 {
        assert_eq!(readiness().await, (200, "ready\n".into()));
        cluster.crash().unwrap();
        assert_eq!(readiness().await.0, 503);
        cluster.start_again().unwrap();
    }
    assert_eq!(readiness().await, (200, "ready\n".into()));
}

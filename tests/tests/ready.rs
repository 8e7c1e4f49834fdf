//! `/readyz` follows the database.

use septum_tests::{Cluster, Config, Crm, Http, Scratch, Septum};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_database_that_dies_turns_readyz_to_503_and_back() {
    let mut cluster = Cluster::start().unwrap();
    let scratch = Scratch::new().unwrap();
    let config = Config::new(&scratch, &cluster).unwrap();
    Crm::create(&cluster, &config.secrets.database).await.unwrap();
    Septum::migrate(&config).unwrap();
    // The application is there, as far as anybody can tell.
    let _application = TcpListener::bind(config.application).await.unwrap();
    let _septum = Septum::start(&scratch, &config).await.unwrap();
    let admin = Http::new(config.admin);
    let readiness = async || {
        let answer = admin.get("localhost", "/readyz", &[]).await.unwrap();
        let log = std::fs::read_to_string(scratch.path().join("septum.log")).unwrap();
        (answer.status, log)
    };
    for _ in 0..2 {
        let (status, log) = readiness().await;
        assert_eq!(status, 200, "{log}");
        cluster.crash().unwrap();
        assert_eq!(readiness().await.0, 503);
        cluster.start_again().unwrap();
    }
    assert_eq!(readiness().await.0, 200);
}

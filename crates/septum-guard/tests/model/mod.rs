use std::sync::{Arc, OnceLock};

use septum_core::{Tenancy, TenantType};
use septum_guard::{Guard, Policy};
use septum_sql::{Catalog, Model};
use septum_test_cluster::Cluster;
use tokio_postgres::{Error, NoTls};

/// A guard that knows the tables of `fixtures/schema.sql`.
pub(crate) fn guard(policy: Policy) -> Guard {
    let guard = Guard::new(policy);
    guard.adopt(model());
    guard
}

/// What a real server makes of `fixtures/schema.sql`, asked once.
pub(crate) fn model() -> Arc<Model> {
    static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
    let load = || {
        let cluster = Cluster::start().unwrap();
        let answer = answer(&cluster.dsn("postgres"));
        let tenancy = Tenancy::new(TenantType::Text);
        Arc::new(Model::new(Arc::new(Catalog::read(&answer).unwrap()), Arc::new(tenancy)))
    };
    Arc::clone(MODEL.get_or_init(load))
}

/// On a thread of its own: the test may be in a runtime already.
fn answer(dsn: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ask = || runtime.block_on(ask(dsn)).unwrap();
    std::thread::scope(|scope| scope.spawn(ask).join().unwrap())
}

async fn ask(dsn: &str) -> Result<String, Error> {
    let (client, connection) = tokio_postgres::connect(dsn, NoTls).await?;
    let connection = tokio::spawn(connection);
    client.batch_execute(include_str!("../fixtures/schema.sql")).await?;
    let row = client.query_one(Catalog::QUERY, &[]).await?;
    drop(client);
    let _ = connection.await;
    row.try_get(0)
}

use std::sync::{Arc, OnceLock};

use septum_core::{RelationName, Scope, Tenancy, TenantType};
use septum_guard::{Guard, Policy};
use septum_sql::{Catalog, Model};
use septum_test_cluster::Cluster;
use tokio_postgres::{Client, Error, NoTls};

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
        let application = cluster.dsn_of("app", "app", "postgres");
        let answer = answer(&cluster.dsn("postgres"), &application);
        let mut tenancy = Tenancy::new(TenantType::Text);
        for name in ["countries", "listed"] {
            let name = RelationName { schema: "public".into(), name: name.into() };
            tenancy.relations.insert(name, Scope::Shared);
        }
        Arc::new(Model::new(Arc::new(Catalog::read(&answer).unwrap()), Arc::new(tenancy)))
    };
    Arc::clone(MODEL.get_or_init(load))
}

/// On a thread of its own: the test may be in a runtime already.
fn answer(owner: &str, application: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ask = || runtime.block_on(ask(owner, application)).unwrap();
    std::thread::scope(|scope| scope.spawn(ask).join().unwrap())
}

async fn ask(owner: &str, application: &str) -> Result<String, Error> {
    for script in [
        include_str!("../../../../migrations/0001_schema.up.sql"),
        include_str!("../../../../migrations/0002_readers.up.sql"),
        include_str!("../../../../migrations/0003_protect.up.sql"),
        include_str!("../fixtures/schema.sql"),
    ] {
        connect(owner).await?.batch_execute(&script.replace("{{tenant_type}}", "text")).await?;
    }
    connect(application).await?.query_one(Catalog::QUERY, &[]).await?.try_get(0)
}

async fn connect(dsn: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(dsn, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

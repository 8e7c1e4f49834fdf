use anyhow::{Context, Result};
use septum_tests::{Cluster, Config, Customer, Septum, run_script};

const TABLES: &str = include_str!("database.sql");
const BY_HAND: &str = include_str!("by_hand.sql");
const SEPTUM: &str = include_str!("septum.sql");

/// The database without row-level security.
pub(crate) const OPEN: &str = "open";
/// The one that a setting binds, which the application sets.
pub(crate) const HAND: &str = "hand";
/// The one that Septum binds.
pub(crate) const BOUND: &str = "crm";

/// A server whose disk is of no account: a commit does not wait for it.
pub(crate) fn start() -> Result<Cluster> {
    let settings = [
        ("shared_buffers", "512MB"),
        ("max_wal_size", "8GB"),
        ("checkpoint_timeout", "1h"),
        ("max_connections", "200"),
        ("autovacuum", "off"),
        ("jit", "off"),
    ];
    let builder = settings
        .iter()
        .fold(Cluster::builder(), |builder, (name, value)| builder.setting(name, value));
    builder.start()
}

/// The same rows three times.
pub(crate) async fn fill(cluster: &Cluster, config: &Config) -> Result<()> {
    let password = &config.secrets.database;
    let server = cluster.dsn("postgres");
    run_script(&server, &format!("CREATE ROLE crm_app LOGIN PASSWORD '{password}'")).await?;
    run_script(&server, &format!("CREATE DATABASE {OPEN}")).await?;
    let tenants: Vec<String> =
        Customer::ALL.iter().map(|customer| format!("'{}'", customer.id())).collect();
    let tables = TABLES.replace("{tenants}", &format!("[{}]", tenants.join(", ")));
    run_script(&cluster.dsn(OPEN), &tables).await.context("the rows")?;
    for copy in [HAND, BOUND] {
        run_script(&server, &format!("CREATE DATABASE {copy} TEMPLATE {OPEN}")).await?;
    }
    run_script(&cluster.dsn(HAND), BY_HAND).await.context("policies by hand")?;
    Septum::migrate(config)?;
    run_script(&cluster.dsn(BOUND), SEPTUM).await.context("Septum's policies")?;
    for database in [OPEN, HAND, BOUND] {
        run_script(&cluster.dsn(database), "VACUUM (ANALYZE)").await?;
    }
    run_script(&server, "CHECKPOINT").await
}

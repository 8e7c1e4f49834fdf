use anyhow::{Context, Result};
use tokio_postgres::{Client, NoTls};

/// Connects with a libpq connection string, and keeps the connection going in a task of its own.
///
/// # Errors
/// When the server can't be reached or refuses.
pub async fn connect(dsn: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(dsn, NoTls).await?;
    // Its error reaches whoever uses the client.
    tokio::spawn(connection);
    Ok(client)
}

/// Runs a script of several statements, as `psql -f` would, on a connection of its own.
///
/// # Errors
/// The server's first complaint.
pub async fn run_script(dsn: &str, script: &str) -> Result<()> {
    let client = connect(dsn).await?;
    client.batch_execute(script).await.context("running a SQL script")
}

//! A small CRM, as a team that never thought of tenants would write it: no statement in here
//! has a condition on one, and there is even a SQL injection. Behind Septum, each customer sees
//! its own rows all the same.

mod accounts;
mod activities;
mod db;
mod deals;
mod error;
mod page;

use std::net::SocketAddr;

use anyhow::{Context, Result};
use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};
use clap::Parser;
use tokio::net::TcpListener;

/// A small CRM that knows nothing of tenants.
#[derive(Parser)]
struct Options {
    /// Where to listen.
    #[arg(long, env = "CRM_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The database: a libpq URL or key-value string.
    #[arg(long, env = "CRM_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// The most database connections at a time.
    #[arg(long, env = "CRM_POOL_SIZE", default_value_t = 8)]
    pool_size: usize,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let pool = db::pool(&options.database_url, options.pool_size)?;
    let application = Router::new()
        .route("/", get(|| async { Redirect::to("/accounts") }))
        .route("/accounts", get(accounts::page))
        .route("/accounts/{id}", get(accounts::detail_page))
        .route("/accounts/{id}/contacts", post(accounts::create_contact_form))
        .route("/deals", get(deals::page))
        .route("/deals/{id}/stage", post(deals::move_stage_form))
        .route("/activities", get(activities::page))
        .route("/api/summary", get(deals::summary))
        .route("/api/accounts", get(accounts::list))
        .route("/api/accounts/{id}", get(accounts::detail))
        .route("/api/accounts/{id}/contacts", post(accounts::create_contact))
        .route("/api/deals/{id}/stage", post(deals::move_stage))
        .route("/api/activities", get(activities::list))
        .with_state(pool);
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("listening on `{}`", options.listen))?;
    announce(listener.local_addr()?);
    axum::serve(listener, application).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "with port 0, this is how the port is known")]
fn announce(address: SocketAddr) {
    println!("crm-plain listens on http://{address}");
}

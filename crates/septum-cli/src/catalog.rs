//! The catalog of the configured database, for commands that look at it.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use septum_sql::{Catalog, Model};

use crate::config::Settings;
use crate::migrate;

/// Reads the catalog as the application's role sees it, with the search path of the pool.
///
/// Must be called inside a runtime.
pub(crate) async fn load(settings: &Settings) -> Result<Arc<Model>> {
    let login = Some(&settings.database.login);
    let client = migrate::connect(None, &settings.database, login).await?;
    let path = &settings.proxy.database.search_path;
    let set = "SELECT pg_catalog.set_config('search_path', $1, false)";
    client.query_one(set, &[path]).await.map_err(migrate::explain)?;
    let answer = client.query_one(Catalog::QUERY, &[]).await.map_err(migrate::explain)?;
    let catalog = Catalog::read(answer.get(0)).context("the database's catalog")?;
    let tenancy = settings.proxy.catalog.tenancy.clone();
    Ok(Arc::new(Model::new(Arc::new(catalog), Arc::new(tenancy))))
}

use std::net::SocketAddr;

use anyhow::Result;
use septum_test_cluster::Cluster;

use crate::{Config, Crm, Http, Scratch, Septum};

/// PostgreSQL with three customers in one database, `septum run`, and the CRM behind it.
#[derive(Debug)]
pub struct Stack {
    // Fields drop in this order: nobody loses what it stands on.
    /// The sidecar.
    pub septum: Septum,
    /// The application.
    pub crm: Crm,
    /// The server.
    pub cluster: Cluster,
    /// Addresses and secrets.
    pub config: Config,
    /// Configuration, keys, logs, the audit log.
    pub scratch: Scratch,
}

impl Stack {
    /// Starts everything.
    ///
    /// # Errors
    /// What could not be started, and why.
    pub async fn start() -> Result<Self> {
        Self::start_with(|_| ()).await
    }

    /// Starts everything with a changed configuration.
    ///
    /// # Errors
    /// As [`Stack::start`].
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Result<Self> {
        let cluster = Cluster::start()?;
        let scratch = Scratch::new()?;
        let mut config = Config::new(&scratch, &cluster)?;
        change(&mut config);
        Crm::create(&cluster, &config.secrets.database).await?;
        Septum::migrate(&config)?;
        Crm::protect(&cluster).await?;
        Crm::seed(&cluster).await?;
        let crm = Crm::start(&scratch, config.application, &config.database_url()).await?;
        let septum = Septum::start(&scratch, &config).await?;
        Ok(Self { septum, crm, cluster, config, scratch })
    }

    /// Starts the application once more, as another user of Septum's.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start_crm(&self, user: &str) -> Result<Crm> {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Crm::start(&self.scratch, anywhere, &self.config.dsn(user)).await
    }

    /// The application, by way of Septum's gateway.
    pub fn gateway(&self) -> Http {
        Http::new(self.config.gateway)
    }
}

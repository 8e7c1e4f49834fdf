use std::net::SocketAddr;

use anyhow::{Context, Result};
use septum_test_cluster::{Cluster, random_hex};

use crate::{Process, Program, Scratch, connect, run_script};

const SCHEMA: &str = include_str!("../../examples/crm-plain/sql/schema.sql");
const SEPTUM: &str = include_str!("../../examples/crm-plain/sql/septum.sql");
const SEED: &str = include_str!("../../examples/crm-plain/sql/seed.sql");

/// One of the sample's three customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Customer {
    /// The largest.
    Acme,
    /// The middle one.
    Globex,
    /// The smallest.
    Initech,
}

impl Customer {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Acme, Self::Globex, Self::Initech];

    /// The name; it is in every account's name too, as in `Amber Bakery AG (acme 17)`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Acme => "acme",
            Self::Globex => "globex",
            Self::Initech => "initech",
        }
    }

    /// The key in the database.
    pub fn id(self) -> &'static str {
        match self {
            Self::Acme => "acacacac-0000-4000-8000-000000000001",
            Self::Globex => "60be0e00-0000-4000-8000-000000000002",
            Self::Initech => "1217ec40-0000-4000-8000-000000000003",
        }
    }

    /// The host whose requests are this customer's.
    pub fn host(self) -> String {
        format!("{}.crm.test", self.name())
    }
}

/// The sample CRM.
#[derive(Debug)]
pub struct Crm {
    /// The running application.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Crm {
    /// Makes the database `crm` with the application's own schema. The role `crm_app` gets
    /// this password, which must need no quoting.
    ///
    /// # Errors
    /// The server's complaint.
    pub async fn create(cluster: &Cluster, password: &str) -> Result<()> {
        run_script(&cluster.dsn("postgres"), "CREATE DATABASE crm").await?;
        let dsn = cluster.dsn("crm");
        run_script(&dsn, SCHEMA).await.context("the CRM's schema")?;
        run_script(&dsn, &format!("ALTER ROLE crm_app PASSWORD '{password}'")).await
    }

    /// Puts its tables under row-level security; after `septum migrate`.
    ///
    /// # Errors
    /// The server's complaint.
    pub async fn protect(cluster: &Cluster) -> Result<()> {
        run_script(&cluster.dsn("crm"), SEPTUM).await.context("protecting the CRM's tables")
    }

    /// Loads the three customers' 114,000 rows, and returns how many there are.
    ///
    /// # Errors
    /// The server's complaint.
    pub async fn seed(cluster: &Cluster) -> Result<i64> {
        let dsn = cluster.dsn("crm");
        run_script(&dsn, SEED).await.context("the CRM's rows")?;
        let count = "SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM contacts) \
                     + (SELECT count(*) FROM deals) + (SELECT count(*) FROM activities) \
                     + (SELECT count(*) FROM notes)";
        Ok(connect(&dsn).await?.query_one(count, &[]).await?.get(0))
    }

    /// Starts the application at this address (port 0 takes a free one) with this database.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn start(scratch: &Scratch, listen: SocketAddr, database_url: &str) -> Result<Self> {
        let mut command = Program::Crm.command()?;
        command.env("CRM_LISTEN", listen.to_string()).env("CRM_DATABASE_URL", database_url);
        let log = scratch.path().join(format!("crm-plain-{}.log", random_hex(4)?));
        let mut process = Process::start(command, &log)?;
        process.until("crm-plain listens", |log| address(log).is_some()).await?;
        let address = address(&process.log()).context("crm-plain's address")?;
        Ok(Self { process, address })
    }
}

/// Reads `crm-plain listens on http://127.0.0.1:41234`, once the line is complete.
fn address(log: &str) -> Option<SocketAddr> {
    let (lines, _) = log.rsplit_once('\n')?;
    lines.lines().find_map(|line| line.strip_prefix("crm-plain listens on http://"))?.parse().ok()
}

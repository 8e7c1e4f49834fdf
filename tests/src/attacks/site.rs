use std::net::SocketAddr;

use anyhow::Result;
use septum_test_cluster::{Cluster, random_hex};
use tokio_postgres::Client;

use super::attack::Layers;
use super::catalogue;
use super::knowledge::Knowledge;
use super::reply::Reply;
use crate::{Config, Customer, Record, Scratch, Septum, connect, run_script};

const TABLES: &str = include_str!("fixture.sql");
const STATE: &str = include_str!("state.sql");
/// As `septum_bind::seal` makes them.
const SEAL: &str = "SELECT message || '.' || encode(sha256(outer_pad || sha256(inner_pad \
     || convert_to(message, 'UTF8'))), 'hex') FROM septum.seal_keys, \
     concat_ws('.', 1, id, $1::text, 4000000000, 'production', \
     encode(convert_to($2::text, 'UTF8'), 'hex'), encode('ann', 'hex')) message";
/// No sum over rows of Acme's is above this; any one row of Globex's is.
const OWN: i128 = 1_000_000_000_000;
/// Which tables have policies: children have their own.
const PROTECTED: [&str; 7] =
    ["accounts", "contacts", "acts", "acts_acme", "acts_globex", "old_acts", "older_acts"];

/// A database with what attackers are after, and the configuration of a Septum before it.
#[derive(Debug)]
pub struct Site {
    pub(super) canary: String,
    database: Client,
    config: Config,
    scratch: Scratch,
    cluster: Cluster,
}

impl Site {
    /// Starts the database.
    ///
    /// # Errors
    /// What could not be started, and why.
    pub async fn start() -> Result<Self> {
        let cluster = Cluster::start()?;
        let scratch = Scratch::new()?;
        let mut config = Config::new(&scratch, &cluster)?;
        // Whatever an attack leaves on a server connection, the next user gets.
        config.text = config.text.replace("pool_size = 4", "pool_size = 1");
        run_script(&cluster.dsn("postgres"), "CREATE DATABASE crm").await?;
        Septum::migrate(&config)?;
        let canary = format!("canary{}", random_hex(8)?);
        let tables = TABLES
            .replace("{password}", &config.secrets.database)
            .replace("{acme}", Customer::Acme.id())
            .replace("{globex}", Customer::Globex.id())
            .replace("{canary}", &canary);
        run_script(&cluster.dsn("crm"), &tables).await?;
        let database = connect(&cluster.dsn("crm")).await?;
        Ok(Self { canary, database, config, scratch, cluster })
    }

    /// The server, whose database is `crm`.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Every statement of the attacks, filled in with what attackers know.
    ///
    /// # Errors
    /// When the database can't be asked for that.
    pub async fn statements(&self) -> Result<Vec<String>> {
        let known = Knowledge::new(&self.key_name().await?, None)?;
        let texts = catalogue::all().flat_map(|attack| attack.how.texts());
        Ok(texts.map(|text| known.fill_in(text)).collect())
    }

    /// The public name of the key that seals are made with: as much of it as anybody ever sees.
    pub(super) async fn key_name(&self) -> Result<String> {
        Ok(self.database.query_one("SELECT id FROM septum.seal_keys", &[]).await?.get(0))
    }

    /// Switches layers on and off, by configuration alone, and starts Septum if it has a part.
    pub(super) async fn switch(&self, layers: Layers) -> Result<Option<Septum>> {
        let policies = if layers == Layers::GuardAlone { "DISABLE" } else { "ENABLE" };
        for table in PROTECTED {
            let alter = format!("ALTER TABLE {table} {policies} ROW LEVEL SECURITY");
            self.database.batch_execute(&alter).await?;
        }
        let mut config = self.config.clone();
        match layers {
            Layers::Both => {}
            // In any other mode the guard refuses what has no policies.
            Layers::GuardAlone => {
                config.text =
                    config.text.replace("type = \"uuid\"", "type = \"uuid\"\nmode = \"rewrite\"");
            }
            Layers::DatabaseAlone => {
                config.text = config.text.replace("\"production\"", "\"test\"");
                config.text.push_str("\n[guard]\nmode = \"off\"\n");
            }
            Layers::PastSeptum => return Ok(None),
        }
        Septum::start(&self.scratch, &config).await.map(Some)
    }

    pub(super) fn server(&self, layers: Layers) -> SocketAddr {
        match layers {
            Layers::PastSeptum => SocketAddr::from(([127, 0, 0, 1], self.cluster.port())),
            Layers::Both | Layers::GuardAlone | Layers::DatabaseAlone => self.config.proxy,
        }
    }

    pub(super) fn password(&self, layers: Layers) -> &str {
        let secrets = &self.config.secrets;
        match layers {
            Layers::PastSeptum => &secrets.database,
            Layers::Both | Layers::GuardAlone | Layers::DatabaseAlone => &secrets.application,
        }
    }

    /// A true seal for this backend, made with the key that nobody but Septum has.
    pub(super) async fn seal(&self, customer: Customer, pid: &str) -> Result<String> {
        Ok(self.database.query_one(SEAL, &[&pid, &customer.id()]).await?.get(0))
    }

    /// Whether anything in an answer is Globex's.
    pub(super) fn is_foreign(&self, reply: &Reply) -> bool {
        reply.shows(&self.canary, OWN)
    }

    /// The audit log that all its Septums write, verified.
    pub(super) fn records(&self) -> Result<Vec<Record>> {
        if !self.scratch.path().join("audit").exists() {
            return Ok(Vec::new());
        }
        Septum::verify(&self.config, None)?;
        Septum::records(&self.config)
    }

    /// A digest of all that Acme's attacks must leave as it is.
    pub(super) async fn state(&self) -> Result<String> {
        let row = self.database.query_one(STATE, &[&Customer::Acme.id()]).await?;
        Ok(row.get(0))
    }
}

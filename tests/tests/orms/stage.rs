//! Where an application runs: by way of Septum for two tenants at once, on one server connection,
//! and alone in a database like theirs.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use septum_core::{RelationName, Scope, Tenancy, TenantType};
use septum_sql::{Catalog, Model};
use septum_tests::{Cluster, Config, Customer, Scratch, Septum, connect, run_script};
use tokio::process::Command;

use crate::recording::{LOG_PREFIX, Recording};

const SCHEMA: &str = include_str!("schema.sql");
const PROTECTED: [&str; 4] = ["accounts", "contacts", "deals", "activities"];
/// What migration tools keep; the harness has `currencies` listed already.
const SHARED: [&str; 3] = ["django_migrations", "schema_migrations", "ar_internal_metadata"];
/// How long a program may take, its start included.
const LIMIT: Duration = Duration::from_secs(120);

/// A database as a program sees it.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) database: &'static str,
    /// The tenant whose program it is.
    pub(crate) tenant: &'static str,
}

impl Place {
    /// The words for the application's own row: none of another tenant's bears them.
    pub(crate) fn mark(&self) -> String {
        format!("row-of-{}", self.user)
    }

    /// Runs a program to its end and returns what it told, its own mark made the same for all.
    pub(crate) async fn tell(&self, mut program: Command) -> String {
        program
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", &self.user)
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", self.database)
            .env("MARK", self.mark())
            .env("TENANT", self.tenant)
            .env("ALONE", if self.database == "alone" { "1" } else { "" })
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(LIMIT, program.output()).await;
        let output = output.expect("a program that hangs").unwrap();
        let [told, complaints] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(output.status.success(), "{}: {told}\n{complaints}", self.user);
        self.without_mark(&told)
    }

    pub(crate) fn without_mark(&self, told: &str) -> String {
        told.replace(&self.mark(), "MARK").replace(self.tenant, "TENANT")
    }
}

/// Septum with a pool of one before the database `crm`, whose tables are protected; beside it
/// the database `alone`, which has the same tables without policies and records what it is asked.
pub(crate) struct Stage {
    // Fields drop in this order: nobody loses what it stands on.
    _septum: Septum,
    cluster: Cluster,
    config: Config,
    _scratch: Scratch,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let cluster = Cluster::builder().setting("log_line_prefix", LOG_PREFIX).start().unwrap();
        let scratch = Scratch::new().unwrap();
        let mut config = Config::new(&scratch, &cluster).unwrap();
        let shared = SHARED.map(|table| {
            format!("[[relations]]\nname = \"public.{table}\"\nscope = \"shared\"\n\n")
        });
        config.text = config.text.replace("pool_size = 4", "pool_size = 1").replacen(
            "[[relations]]",
            &format!("{}[[relations]]", shared.concat()),
            1,
        );
        let password = &config.secrets.database;
        let roles = format!(
            "CREATE ROLE crm_app LOGIN PASSWORD '{password}' NOSUPERUSER NOBYPASSRLS NOCREATEROLE"
        );
        for sql in [&*roles, "CREATE DATABASE crm", "CREATE DATABASE alone"] {
            run_script(&cluster.dsn("postgres"), sql).await.unwrap();
        }
        for database in ["crm", "alone"] {
            let close = format!(
                "REVOKE ALL ON DATABASE {database} FROM PUBLIC;
                 GRANT CONNECT ON DATABASE {database} TO crm_app;
                 REVOKE CREATE ON SCHEMA public FROM PUBLIC"
            );
            run_script(&cluster.dsn(database), &close).await.unwrap();
        }
        Septum::migrate(&config).unwrap();
        let protect =
            PROTECTED.map(|table| format!("SELECT septum.protect('{table}', 'tenant_id');"));
        let protected = format!("{SCHEMA}{}", protect.concat());
        run_script(&cluster.dsn("crm"), &protected).await.unwrap();
        run_script(&cluster.dsn("alone"), &format!("{}{SCHEMA}", one_tenant())).await.unwrap();
        let septum = Septum::start(&scratch, &config).await.unwrap();
        Self { _septum: septum, cluster, config, _scratch: scratch }
    }

    /// What Septum makes of the database: which relations are a tenant's, which are shared.
    pub(crate) async fn model(&self) -> Model {
        let password = &self.config.secrets.database;
        let client = connect(&self.cluster.dsn_of("crm_app", password, "crm")).await.unwrap();
        client.batch_execute("SET search_path = public").await.unwrap();
        let answer: String = client.query_one(Catalog::QUERY, &[]).await.unwrap().get(0);
        let shared = |table: &str| {
            (RelationName { schema: "public".into(), name: table.into() }, Scope::Shared)
        };
        let mut tenancy = Tenancy::new(TenantType::Uuid);
        tenancy.relations = SHARED.into_iter().chain(["currencies"]).map(shared).collect();
        Model::new(Arc::new(Catalog::read(&answer).unwrap()), Arc::new(tenancy))
    }

    /// The database by way of Septum, bound by the credential.
    fn of(&self, customer: Customer) -> Place {
        Place {
            port: self.config.proxy.port(),
            user: format!("app.{}", customer.name()),
            password: self.config.secrets.application.clone(),
            database: "crm",
            tenant: customer.id(),
        }
    }

    /// PostgreSQL itself.
    fn alone(&self) -> Place {
        Place {
            port: self.cluster.port(),
            user: "crm_app".into(),
            password: self.config.secrets.database.clone(),
            database: "alone",
            tenant: Customer::Initech.id(),
        }
    }
}

/// What stands in for Septum's schema where there is one tenant only: defaults look the same.
fn one_tenant() -> String {
    let id = Customer::Initech.id();
    format!(
        "CREATE SCHEMA septum;
         CREATE FUNCTION septum.tenant() RETURNS uuid STABLE LANGUAGE sql
             RETURN '{id}'::uuid;
         GRANT USAGE ON SCHEMA septum TO crm_app;
         GRANT TEMPORARY ON DATABASE alone TO crm_app;
         ALTER DATABASE alone SET search_path = public;
         ALTER DATABASE alone SET log_statement = 'all';
         ALTER DATABASE alone SET log_min_duration_statement = 0;"
    )
}

/// Runs the same application for two tenants at once, and once more alone: all three are told
/// the same. Returns that, the statements that the application sent, and PostgreSQL's release.
pub(crate) async fn is_told_the_same(
    work: impl AsyncFn(Place) -> String,
) -> (String, Recording, u32) {
    let stage = Stage::set().await;
    let alone = work(stage.alone()).await;
    let recording = Recording::of(&stage.cluster.log());
    let (acme, globex) =
        tokio::join!(work(stage.of(Customer::Acme)), work(stage.of(Customer::Globex)));
    for (tenant, told) in [("acme", &acme), ("globex", &globex)] {
        let differs: Vec<_> =
            alone.lines().zip(told.lines()).filter(|(alone, told)| alone != told).collect();
        assert!(*told == alone, "{told}\n{tenant} was told otherwise than alone: {differs:#?}");
    }
    (alone, recording, stage.cluster.version().major)
}

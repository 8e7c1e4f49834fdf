use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use septum_bind::context::ContextKeys;
use septum_bind::{Binding, RootKey, Tenant, Tenants, credential};
use septum_core::{Environment, TenantType};
use septum_tests::{Cluster, Config, Crm, Customer, Scratch, Septum, connect, run_script};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use tokio::sync::Barrier;

const SCHEMA: &str = include_str!("schema.sql");

/// How one of the two tenants is bound; the other is by its credential.
pub(crate) enum By {
    Credential,
    /// The work hands the place's token over.
    Token,
}

/// A query that ends when it is cancelled.
pub(crate) const ENDLESS: &str =
    "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b";

/// Queries that fail, each in a way of its own.
pub(crate) const FAILING: [&str; 8] = [
    "SELEC 1",
    "SELECT 1 / 0",
    "SELECT nothing FROM things",
    "SELECT * FROM nowhere",
    "INSERT INTO things (id, mark, share) VALUES (40, 'x', 101)",
    "INSERT INTO things (id) VALUES (40)",
    "SELECT 'x'::int",
    "SELECT now(1)",
];

/// How long a program may take: a hang must be told, not waited for.
const LIMIT: Duration = Duration::from_secs(30);

/// A database as a program sees it: where it is, who the program is, and the mark that its rows
/// bear.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) database: &'static str,
    pub(crate) mark: String,
    /// What to hand over where the credential names no tenant.
    pub(crate) token: Option<String>,
    together: Arc<Barrier>,
}

impl Place {
    /// Waits until everybody who runs at once is ready.
    pub(crate) async fn ready(&self) {
        self.together.wait().await;
    }

    /// A connection string in libpq's form.
    pub(crate) fn dsn(&self) -> String {
        let Self { port, user, password, database, .. } = self;
        format!("host=127.0.0.1 port={port} user={user} password={password} dbname={database}")
    }

    /// Tells a program where the database is, as every driver takes it.
    pub(crate) fn environment<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        program
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", &self.user)
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", self.database)
            .env("MARK", &self.mark)
            .env("TOKEN", self.token.as_deref().unwrap_or_default())
            .kill_on_drop(true)
    }

    /// Runs a program that says `ready` when it is, and works once it reads on. Returns what it
    /// tells, with its own mark made the same for all.
    pub(crate) async fn tell(&self, program: Command) -> String {
        self.tell_after(program, "", "go\n").await.0
    }

    /// The same with a program that reads what to do; returns its complaints as well.
    pub(crate) async fn tell_after(
        &self,
        mut program: Command,
        before: &str,
        after: &str,
    ) -> (String, String) {
        let mut child = self
            .environment(&mut program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let (mut first, mut told, mut complaints) = Default::default();
        let run = async {
            let out = async {
                stdin.write_all(before.as_bytes()).await.unwrap();
                stdout.read_line(&mut first).await.unwrap();
                self.ready().await;
                let write = async {
                    // A program that has ended says why on standard error.
                    let _ = stdin.write_all(after.as_bytes()).await;
                    drop(stdin);
                };
                tokio::join!(write, stdout.read_to_string(&mut told)).1.unwrap();
            };
            tokio::join!(out, stderr.read_to_string(&mut complaints)).1.unwrap();
            child.wait().await.unwrap()
        };
        let status = tokio::time::timeout(LIMIT, run).await;
        let ended_well = status.as_ref().is_ok_and(std::process::ExitStatus::success);
        let good = ended_well && first == "ready\n";
        assert!(good, "{}: {status:?} {first}{told}{complaints}", self.user);
        (told.replace(&self.mark, "MARK"), complaints.replace(&self.mark, "MARK"))
    }
}

/// Septum with a pool of one, before a database with a protected table `things`; and beside it
/// a database `alone` with the same table, for one program to itself.
pub(crate) struct Sidecar {
    // Fields drop in this order: nobody loses what it stands on.
    _septum: Septum,
    pub(crate) cluster: Cluster,
    pub(crate) config: Config,
    pub(crate) scratch: Scratch,
    together: Arc<Barrier>,
}

impl Sidecar {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_, _, _| ()).await
    }

    /// Starts with a changed configuration.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config, &Cluster, &Scratch)) -> Self {
        let cluster = Cluster::start().unwrap();
        let scratch = Scratch::new().unwrap();
        let mut config = Config::new(&scratch, &cluster).unwrap();
        config.text = config.text.replace("pool_size = 4", "pool_size = 1");
        change(&mut config, &cluster, &scratch);
        Crm::create(&cluster, &config.secrets.database).await.unwrap();
        Septum::migrate(&config).unwrap();
        let protect = "SELECT septum.protect('things', 'tenant_id')";
        let schema = SCHEMA.replace("{{tenant}}", "septum.tenant()");
        run_script(&cluster.dsn("crm"), &format!("{schema}; {protect}")).await.unwrap();
        run_script(&cluster.dsn("postgres"), "CREATE DATABASE alone").await.unwrap();
        let schema = SCHEMA.replace("{{tenant}}", &format!("'{}'", Customer::Acme.id()));
        run_script(&cluster.dsn("alone"), &schema).await.unwrap();
        let septum = Septum::start(&scratch, &config).await.unwrap();
        let together = Arc::new(Barrier::new(2));
        Self { _septum: septum, cluster, config, scratch, together }
    }

    /// The database by way of Septum, bound by the credential.
    pub(crate) fn of(&self, customer: Customer) -> Place {
        Place {
            port: self.config.proxy.port(),
            user: format!("app.{}", customer.name()),
            password: self.config.secrets.application.clone(),
            database: "crm",
            // All are of one length: lengths are compared.
            mark: format!("row-of-{:7}", customer.name()).replace(' ', "-"),
            token: None,
            together: Arc::clone(&self.together),
        }
    }

    /// The same for a program that hands over a context token, as the gateway mints it.
    pub(crate) fn by_token(&self, customer: Customer) -> Place {
        let root = RootKey::from_base64(self.scratch.read("root.key").trim()).unwrap();
        let id = TenantType::Uuid.parse(customer.id()).unwrap();
        let tenant = Tenant { id: id.clone(), name: customer.name().into(), hosts: vec![] };
        let tenants = Tenants::new(TenantType::Uuid, [tenant]).unwrap();
        let claim = credential::claim(&tenants, &id, "ann").unwrap();
        let binding = Binding::agree([claim], Environment::Production).unwrap();
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let keys = ContextKeys::new(Environment::Production, &root, None);
        let token = Some(keys.mint(&binding, now + 300));
        Place { user: "crm_app".into(), token, ..self.of(customer) }
    }

    /// PostgreSQL itself.
    pub(crate) fn alone(&self) -> Place {
        Place {
            port: self.cluster.port(),
            user: "crm_app".into(),
            password: self.config.secrets.database.clone(),
            database: "alone",
            mark: "row-of-nobody-".into(),
            token: None,
            together: Arc::new(Barrier::new(1)),
        }
    }

    /// Every row lies in the tenant whose program wrote it, as PostgreSQL's superuser sees it.
    pub(crate) async fn assert_kept_apart(&self) {
        let client = connect(&self.cluster.dsn("crm")).await.unwrap();
        let sql = "SELECT DISTINCT tenant_id::text, mark FROM things ORDER BY mark";
        let rows = client.query(sql, &[]).await.unwrap();
        let rows: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let expected = [Customer::Acme, Customer::Globex]
            .map(|customer| (customer.id().to_owned(), self.of(customer).mark));
        assert_eq!(rows, expected);
    }
}

/// Runs the same work for two tenants at once, and once more in a database of its own: all
/// three must be told the same.
pub(crate) async fn is_told_the_same(by: By, work: impl AsyncFn(Place) -> String) {
    let sidecar = Sidecar::start().await;
    let globex = match by {
        By::Credential => sidecar.of(Customer::Globex),
        By::Token => sidecar.by_token(Customer::Globex),
    };
    let (acme, globex) = tokio::join!(work(sidecar.of(Customer::Acme)), work(globex));
    let alone = work(sidecar.alone()).await;
    for (tenant, told) in [("acme", &acme), ("globex", &globex)] {
        let differs: Vec<_> =
            alone.lines().zip(told.lines()).filter(|(alone, told)| alone != told).collect();
        assert!(*told == alone, "{told}\n{tenant} was told otherwise than alone: {differs:#?}");
    }
    sidecar.assert_kept_apart().await;
}

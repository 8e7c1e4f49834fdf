use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use septum_bind::seal::SealKey;
use septum_bind::{Binding, RootKey};
use septum_core::{Principal, TenantType};
use septum_test_cluster::Cluster;
use tokio_postgres::{Client, NoTls};

/// One server for all tests; each has a database and an application role of its own.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start().expect("PostgreSQL should start"))
}

/// A database, an application role and a configuration for it.
pub(crate) struct Database {
    pub(crate) cluster: &'static Cluster,
    pub(crate) name: String,
    pub(crate) app: String,
    pub(crate) root: RootKey,
    pub(crate) tenant_type: TenantType,
    pub(crate) folder: tempfile::TempDir,
}

impl Database {
    /// An empty database.
    pub(crate) async fn empty(tenant_type: TenantType) -> Self {
        Self::empty_on(cluster(), tenant_type).await
    }

    async fn empty_on(cluster: &'static Cluster, tenant_type: TenantType) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (name, app) = (format!("db{number}"), format!("app{number}"));
        let admin = connect(&cluster.dsn("postgres")).await;
        admin.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        admin.batch_execute(&format!("CREATE ROLE {app} LOGIN PASSWORD 'app'")).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database =
            Self { cluster, name, app, root: RootKey::from_bytes([7; 32]), tenant_type, folder };
        database.configure(&database.root, None);
        database
    }

    /// A migrated database.
    pub(crate) async fn migrated(tenant_type: TenantType) -> Self {
        let database = Self::empty(tenant_type).await;
        database.migrate(&[]).succeeds();
        database
    }

    /// A migrated database with a protected table `deals` of two tenants, 10 and 20 rows.
    pub(crate) async fn with_deals() -> Self {
        Self::with_deals_on(cluster()).await
    }

    /// The same on a server of its own.
    pub(crate) async fn with_deals_on(cluster: &'static Cluster) -> Self {
        let database = Self::empty_on(cluster, TenantType::Int).await;
        database.migrate(&[]).succeeds();
        database
            .admin()
            .await
            .batch_execute(&format!(
                "CREATE TABLE deals (id int PRIMARY KEY, tenant_id int NOT NULL, note text);
                 INSERT INTO deals SELECT i, CASE WHEN i <= 10 THEN 1 ELSE 2 END, 'n' || i
                     FROM generate_series(1, 30) i;
                 SELECT septum.protect('deals', 'tenant_id');
                 GRANT SELECT, INSERT, UPDATE, DELETE ON deals TO {}",
                database.app
            ))
            .await
            .unwrap();
        database
    }

    /// Writes `septum.toml` with these root keys.
    pub(crate) fn configure(&self, root: &RootKey, previous: Option<&RootKey>) {
        let write = |file: &str, text: &str| {
            std::fs::write(self.folder.path().join(file), text).unwrap();
        };
        write("root.key", root.to_base64().expose());
        let mut second = "";
        if let Some(previous) = previous {
            write("previous.key", previous.to_base64().expose());
            second = "previous_root_key_file = 'previous.key'\n";
        }
        let Self { name, app, tenant_type, .. } = self;
        let port = self.cluster.port();
        write(
            "septum.toml",
            &format!(
                "environment = 'test'\nroot_key_file = 'root.key'\n{second}\
                 [tenant]\ntype = '{tenant_type}'\n\
                 [audit]\nfolder = 'audit'\n\
                 [database]\nhost = '127.0.0.1'\nport = {port}\nname = '{name}'\nuser = '{app}'\n",
            ),
        );
    }

    /// Runs `septum migrate` as the superuser.
    pub(crate) fn migrate(&self, arguments: &[&str]) -> Outcome {
        self.migrate_as("postgres", self.cluster.superuser_password(), arguments)
    }

    /// Runs `septum migrate` as somebody.
    pub(crate) fn migrate_as(&self, user: &str, password: &str, arguments: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_septum"))
            .args(["migrate", "--config"])
            .arg(self.folder.path().join("septum.toml"))
            .args(["--dsn", &self.cluster.dsn_of(user, password, &self.name)])
            .args(arguments)
            .output()
            .unwrap();
        Outcome(output)
    }

    pub(crate) async fn admin(&self) -> Client {
        connect(&self.cluster.dsn(&self.name)).await
    }

    pub(crate) async fn app(&self) -> Client {
        self.connect_as(&self.app, "app").await
    }

    pub(crate) async fn connect_as(&self, user: &str, password: &str) -> Client {
        connect(&self.cluster.dsn_of(user, password, &self.name)).await
    }

    /// The seal of a tenant for this connection, good now.
    pub(crate) async fn seal(&self, client: &Client, tenant: &str) -> String {
        self.seal_at(client, tenant, "ann", now()).await
    }

    pub(crate) async fn seal_at(
        &self,
        client: &Client,
        tenant: &str,
        principal: &str,
        now: u64,
    ) -> String {
        let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
        self.seal_for(pid.unsigned_abs(), tenant, principal, now)
    }

    pub(crate) fn seal_for(&self, pid: u32, tenant: &str, principal: &str, now: u64) -> String {
        let tenant = self.tenant_type.parse(tenant).unwrap();
        let binding = Binding::for_tests(tenant, Principal::new(principal).unwrap());
        SealKey::new(&self.root).seal(&binding, pid, now)
    }
}

/// Binds the transaction, as the proxy does.
pub(crate) async fn bind(client: &Client, seal: &str) {
    client.execute("SELECT set_config('septum.binding', $1, true)", &[&seal]).await.unwrap();
}

/// What `septum.tenant()` says for a text in the setting.
pub(crate) async fn tenant_of(client: &Client, seal: &str) -> Option<String> {
    client.batch_execute("BEGIN").await.unwrap();
    bind(client, seal).await;
    let row = client.query_one("SELECT septum.tenant()::text", &[]).await.unwrap();
    client.batch_execute("COMMIT").await.unwrap();
    row.get(0)
}

pub(crate) async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// The SQLSTATE with which a statement fails.
pub(crate) async fn sqlstate(client: &Client, sql: &str) -> String {
    let error = client.batch_execute(sql).await.expect_err(sql);
    error.code().map(|code| code.code().to_owned()).unwrap_or_default()
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// What the program said.
pub(crate) struct Outcome(Output);

impl Outcome {
    pub(crate) fn succeeds(self) -> String {
        let (out, err) = self.text();
        assert_eq!(self.0.status.code(), Some(0), "{out}{err}");
        out
    }

    /// The program fails for this reason.
    pub(crate) fn fails(self, why: &str) -> String {
        let (out, err) = self.text();
        assert_eq!(self.0.status.code(), Some(1), "{out}{err}");
        assert!(err.contains(why), "{err}");
        err
    }

    fn text(&self) -> (String, String) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&self.0.stdout), text(&self.0.stderr))
    }
}

pub(crate) async fn connect(dsn: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(dsn, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

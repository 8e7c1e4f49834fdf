use septum_tests::attacks::{Step, Wire};
use septum_tests::{Cluster, Config, Customer, Scratch, Septum, connect, run_script};

use crate::canary;

const SCHEMA: &str = include_str!("schema.sql");
/// Leaves Acme alone, with every page and every statistic as it was: the planner must not see
/// another database than before.
const ALONE: &str = "
    DELETE FROM accounts WHERE tenant_id <> '{acme}';
    DELETE FROM activities WHERE tenant_id <> '{acme}';
    DELETE FROM notes WHERE tenant_id <> '{acme}'";
const BARE: &str = "
    DO $$ DECLARE each regclass; BEGIN
        FOR each IN SELECT oid FROM pg_class WHERE relrowsecurity AND relname <> 'seal_keys' LOOP
            EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', each);
        END LOOP;
    END $$";
/// As if PostgreSQL had no such functions and operators: sqlsmith leaves out what returns
/// `internal` or nothing. It is older than multiranges and makes no sense of them.
const HIDE: &str = "
    SET allow_system_table_mods = on;
    DROP SCHEMA septum CASCADE;
    UPDATE pg_proc SET prorettype = 'internal'::regtype
        WHERE pronamespace = 'pg_catalog'::regnamespace
            AND (proname IN ({refused}) OR provolatile = 'v'
                OR 'anymultirange'::regtype = prorettype
                OR 'anymultirange'::regtype = ANY (proargtypes));
    UPDATE pg_operator SET oprresult = 0
        WHERE 'anymultirange'::regtype IN (oprleft, oprright)";

/// A server with a database of three customers, and more databases made from it.
pub(crate) struct Site {
    pub(crate) cluster: Cluster,
    scratch: Scratch,
    config: Config,
}

/// Whether the guard decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guarding {
    On,
    /// In the environment `test`, which alone allows it.
    Off,
}

/// A Septum before one of the databases.
pub(crate) struct Door {
    septum: Septum,
    config: Config,
    database: &'static str,
    _scratch: Scratch,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let cluster = Cluster::builder()
            .setting("statement_timeout", "1s")
            // Nobody waits for a lock: another customer's would be a channel too.
            .setting("lock_timeout", "500ms")
            // Pages and statistics change when a statement changes them, and not else.
            .setting("autovacuum", "off")
            .setting("max_locks_per_transaction", "256")
            .start()
            .unwrap();
        let scratch = Scratch::new().unwrap();
        let config = Config::new(&scratch, &cluster).unwrap();
        run_script(&cluster.dsn("postgres"), "CREATE DATABASE crm").await.unwrap();
        Septum::migrate(&config).unwrap();
        let site = Self { cluster, scratch, config };
        site.script("crm", SCHEMA).await;
        site.copy().await;
        site
    }

    /// Copies of the database, page for page, while nobody is connected to it. `again` is one more
    /// of it, in `alone` there is nobody but Acme, `bare` has no policies, and sqlsmith reads
    /// `wild` and `tame`.
    async fn copy(&self) {
        for copy in ["again", "alone", "bare", "wild", "tame"] {
            self.script("postgres", &format!("CREATE DATABASE {copy} TEMPLATE crm")).await;
        }
        self.script("alone", ALONE).await;
        self.script("bare", BARE).await;
    }

    /// Leaves in `tame` neither a function that the guard refuses by name nor one of random
    /// answers, and not Septum's own schema: so more of what is made of it runs, and can be
    /// compared.
    pub(crate) async fn tame(&self, refused: &[String]) {
        let names: Vec<String> = refused.iter().map(|name| format!("'{name}'")).collect();
        self.script("tame", &HIDE.replace("{refused}", &names.join(", "))).await;
    }

    /// The functions of PostgreSQL that the guard refuses by name.
    pub(crate) async fn what_the_guard_refuses(&self, door: &Door) -> Vec<String> {
        let database = connect(&self.cluster.dsn("crm")).await.unwrap();
        let names = "SELECT DISTINCT proname::text FROM pg_proc
            WHERE pronamespace = 'pg_catalog'::regnamespace ORDER BY 1";
        let names = database.query(names, &[]).await.unwrap();
        let mut wire = door.enter().await;
        let mut refused = Vec::new();
        for name in names.iter().map(|row| row.get::<_, String>(0)) {
            let call = Step::query(&format!("SELECT 1, pg_catalog.\"{name}\"()")).unwrap();
            if wire.send(&call).await.unwrap().codes() == ["SEP-303"] {
                refused.push(name);
            }
        }
        refused
    }

    /// Starts a Septum before a database.
    pub(crate) async fn open(&self, database: &'static str, guarding: Guarding) -> Door {
        let scratch = Scratch::new().unwrap();
        let mut config = Config::new(&scratch, &self.cluster).unwrap();
        // The same role and the same keys as the first one, whose database it is a copy of.
        for secret in ["root.key", "database.password"] {
            scratch.write(secret, &self.scratch.read(secret)).unwrap();
        }
        config.text = config.text.replace("name = \"crm\"\n", &format!("name = \"{database}\"\n"));
        // Each customer has a connection of its own here; one suffices.
        config.text = config.text.replace("pool_size = 4", "pool_size = 2");
        // Thousands of refusals are one run's, and none of them may silence what follows.
        config.text = config.text.replace("after = 10000", "after = 0");
        assert!(config.text.contains("after = 0\n"), "{}", config.text);
        if guarding == Guarding::Off {
            config.text = config.text.replace("\"production\"", "\"test\"");
            config.text.push_str("\n[guard]\nmode = \"off\"\n");
        }
        let septum = Septum::start(&scratch, &config).await.unwrap();
        Door { septum, config, database, _scratch: scratch }
    }

    /// Ends a Septum, which has run until now and complained of nothing.
    pub(crate) fn close(&self, mut door: Door) {
        assert!(door.septum.process.ended().unwrap().is_none(), "{}", door.septum.process.log());
        assert!(door.septum.process.terminate().unwrap().success());
        let log = door.septum.process.log();
        assert!(!log.contains("panicked"), "{log}");
        Septum::verify(&door.config, None).unwrap();
    }

    /// No server process has ended but by a session's end.
    pub(crate) fn assert_nothing_crashed(&self) {
        let log = self.cluster.log();
        for sign in ["terminated by signal", "PANIC", "TRAP:", "terminating any other active"] {
            let line = log.lines().find(|line| line.contains(sign));
            assert!(line.is_none(), "{line:?}");
        }
    }

    async fn script(&self, database: &str, script: &str) {
        let script = script
            .replace("{password}", &self.config.secrets.database)
            .replace("{acme}", Customer::Acme.id())
            .replace("{globex}", Customer::Globex.id())
            .replace("{initech}", Customer::Initech.id())
            .replace("{mark}", canary::MARK)
            .replace("{small}", &canary::SMALL.to_string())
            .replace("{large}", &canary::LARGE.to_string())
            .replace("{year}", &canary::YEAR.to_string());
        run_script(&self.cluster.dsn(database), &script).await.unwrap();
    }
}

impl Door {
    /// As libpq takes it.
    pub(crate) fn dsn(&self) -> String {
        self.config.dsn("app.acme").replace("dbname=crm", &format!("dbname={}", self.database))
    }

    /// A connection of Acme's.
    pub(crate) async fn enter(&self) -> Wire {
        let user = [("user", "app.acme"), ("database", self.database)];
        let password = &self.config.secrets.application;
        Wire::connect(self.config.proxy, &user, password).await.unwrap().unwrap()
    }
}

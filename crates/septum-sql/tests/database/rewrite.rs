//! The three table modes: what becomes of a statement, and what a server without any row-level
//! security makes of it.

use std::fmt::Write as _;
use std::sync::Arc;

use septum_core::{Reason, RelationName, Scope, TableMode, Tenancy, TenantType};
use septum_sql::{Catalog, Model, Others, Statement, parse_script, parse_script_with};
use septum_test_cluster::Cluster;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

const SCHEMA: &str = include_str!("../fixtures/rewrite_schema.sql");

pub(crate) async fn connect(cluster: &Cluster) -> Client {
    let (client, connection) =
        tokio_postgres::connect(&cluster.dsn("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("SET search_path = crm, public").await.unwrap();
    client
}

/// What `septum migrate` would have made, as far as a rewritten statement calls it.
async fn migrate(client: &Client) {
    let hold = include_str!("../../../../migrations/0005_hold.up.sql");
    let hold = hold.replace("{{tenant_type}}", "int");
    let tenant = "CREATE FUNCTION septum.tenant() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1'";
    client.batch_execute(&format!("CREATE SCHEMA septum; {tenant}; {hold}")).await.unwrap();
}

fn listed(tenancy: &mut Tenancy, name: &str, scope: Scope) {
    let name = RelationName { schema: "crm".into(), name: name.into() };
    tenancy.relations.insert(name, scope);
}

fn tenancy() -> Tenancy {
    let mut tenancy = Tenancy::new(TenantType::Int);
    tenancy.mode = TableMode::Rewrite;
    let mode = |mode| Scope::Tenant { column: None, mode: Some(mode) };
    listed(&mut tenancy, "currencies", Scope::Shared);
    listed(&mut tenancy, "notes", mode(TableMode::Rls));
    listed(&mut tenancy, "logged", mode(TableMode::RlsPredicate));
    listed(&mut tenancy, "account_names", mode(TableMode::Rewrite));
    tenancy
}

pub(crate) async fn model(client: &Client) -> Model {
    client.batch_execute(SCHEMA).await.unwrap();
    let row = client.query_one(Catalog::QUERY, &[]).await.unwrap();
    Model::new(Arc::new(Catalog::read(row.get(0)).unwrap()), Arc::new(tenancy()))
}

fn rewritten(text: &str, model: &Model) -> Statement {
    let mut script = parse_script_with(text, Others::Refuse, Some(model)).unwrap();
    assert_eq!(script.len(), 1);
    script.remove(0)
}

/// What a server gets reads as it was written; and where it is written by a client, its tables
/// are rewritten again, whatever predicate they have.
fn stays_scoped(statement: &Statement, model: &Model) {
    let text = statement.canonical();
    assert_eq!(parse_script(text).unwrap()[0].canonical(), text);
    let Ok(again) = parse_script_with(text, Others::Refuse, Some(model)) else { return };
    let number = again[0].tenant_parameter();
    // A key that is inserted is held by the policy there.
    let by_policy = text.starts_with("INSERT INTO crm.logged") && number.is_none();
    assert!(
        by_policy || again[0].refusal().is_some() || number > statement.tenant_parameter(),
        "{text}"
    );
}

#[tokio::test]
async fn what_becomes_of_a_table_of_statements() {
    let cluster = Cluster::start().unwrap();
    let client = connect(&cluster).await;
    let model = model(&client).await;
    let mut told = String::new();
    for text in include_str!("../fixtures/rewrite.sql").lines() {
        let parsed = parse_script_with(text, Others::Refuse, Some(&model));
        writeln!(told, "{text}").unwrap();
        let said = match &parsed {
            Err(error) => format!("! {error}"),
            Ok(script) => match (script[0].refusal(), script[0].tenant_parameter()) {
                (Some(reason), _) => {
                    format!("! {reason} {}", script[0].refused().unwrap_or_default())
                }
                (None, None) => format!("= {}", script[0].canonical()),
                (None, Some(number)) => format!("{number} {}", script[0].canonical()),
            },
        };
        writeln!(told, "  {said}\n").unwrap();
        if let Some(one) = parsed.iter().flatten().find(|one| one.tenant_parameter().is_some()) {
            stays_scoped(one, &model);
        }
    }
    insta::assert_snapshot!(told);
}

/// A server without row-level security, and tenant 1 or 2 before it.
struct Bench {
    _cluster: Cluster,
    client: Client,
    model: Model,
}

impl Bench {
    async fn start() -> Self {
        let cluster = Cluster::start().unwrap();
        let client = connect(&cluster).await;
        migrate(&client).await;
        let model = model(&client).await;
        Self { _cluster: cluster, client, model }
    }

    /// A statement without parameters of its own, and the value for the tenant's.
    fn prepared(&self, text: &str) -> (Statement, bool) {
        let statement = rewritten(text, &self.model);
        assert_eq!(statement.refusal(), None, "{text}");
        let scoped = statement.tenant_parameter().is_some();
        (statement, scoped)
    }

    /// The rows of a query as text, whatever their types, sorted.
    async fn query(&self, tenant: i32, text: &str) -> Vec<String> {
        let (statement, scoped) = self.prepared(text);
        let key: [&(dyn ToSql + Sync); 1] = [&tenant];
        let sql = format!("WITH q AS ({}) SELECT q::text FROM q", statement.canonical());
        let rows = self.client.query(&sql, if scoped { &key } else { &[] }).await;
        let rows = rows.unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let mut rows: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        rows.sort();
        rows
    }

    /// How many rows a statement touches.
    async fn touched(&self, tenant: i32, text: &str) -> Result<u64, Error> {
        let (statement, scoped) = self.prepared(text);
        let key: [&(dyn ToSql + Sync); 1] = [&tenant];
        self.client.execute(statement.canonical(), if scoped { &key } else { &[] }).await
    }

    async fn fails(&self, tenant: i32, text: &str) -> String {
        let error = self.touched(tenant, text).await.expect_err(text);
        error.as_db_error().unwrap_or_else(|| panic!("{error}")).code().code().to_owned()
    }

    /// What the whole database holds, past any rewriting.
    async fn all(&self, text: &str) -> String {
        let messages = self.client.simple_query(text).await.unwrap();
        let row = messages.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        row.unwrap_or_default()
    }
}

#[tokio::test]
async fn s40_s41_s42_s43_no_condition_of_the_clients_is_evaluated_on_another_tenants_row() {
    let bench = Bench::start().await;
    // Row 2 is of tenant 1; every condition below fails on some row of tenant 2.
    bench
        .client
        .batch_execute("UPDATE crm.accounts SET name = id WHERE tenant_id = 1")
        .await
        .unwrap();
    let leaks = "CREATE FUNCTION crm.leak(t text) RETURNS bool COST 0.0001 LANGUAGE plpgsql
        AS $$ BEGIN IF t LIKE 'a%' THEN RAISE EXCEPTION 'leak: %', t; END IF; RETURN true; END $$";
    bench.client.batch_execute(leaks).await.unwrap();
    for condition in [
        "leak(name)",
        "name::int > 0",
        "1 / (id % 2 - 1) <> 0",
        "CASE WHEN leak(name) THEN true END",
        "name::int > 0 AND id = 2 OR name::int = 3",
        "name::int IN (SELECT id FROM accounts b WHERE leak(b.name) AND b.id = accounts.id)",
    ] {
        let select = format!("SELECT id FROM accounts WHERE {condition}");
        let own = bench.query(1, &select).await;
        assert!(own.len() <= 5 && !own.is_empty(), "{condition}: {own:?}");
        for text in [
            format!("{select} ORDER BY id LIMIT 100 FOR UPDATE"),
            format!("SELECT id FROM accounts JOIN (SELECT 1) o ON {condition} LIMIT 1"),
            format!("UPDATE accounts SET name = name WHERE {condition} RETURNING id"),
            format!("UPDATE notes SET body = body FROM accounts a WHERE a.id IN ({select})"),
            format!("DELETE FROM accounts USING (SELECT 1) o WHERE {condition} AND id = 99"),
            format!(
                "MERGE INTO accounts USING (SELECT 1 AS one) s ON {condition}
                 WHEN MATCHED THEN UPDATE SET name = name"
            ),
        ] {
            bench.touched(1, &text).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
        }
    }
    assert_eq!(bench.all("SELECT count(*) FROM crm.accounts WHERE name LIKE 'a%'").await, "5");
}

#[tokio::test]
async fn s43_s103_no_condition_is_tried_on_the_commonest_values_of_all_tenants() {
    let bench = Bench::start().await;
    let common = "INSERT INTO crm.accounts SELECT i, 2, 'initech' FROM generate_series(11, 99) i;
        INSERT INTO crm.acts SELECT 2, i, 'initech' FROM generate_series(11, 99) i; ANALYZE";
    bench.client.batch_execute(common).await.unwrap();
    // The pattern fails on a value that matches so far.
    let fails = "SELECT FROM crm.accounts WHERE name LIKE '%init\\'";
    assert!(bench.client.batch_execute(fails).await.is_err());
    for text in [
        "SELECT 1 FROM accounts WHERE name LIKE '%init\\'",
        "SELECT 1 FROM accounts WHERE id = 2 AND name LIKE '%init\\' FOR UPDATE",
        "SELECT 1 FROM acts WHERE note LIKE '%init\\'",
        "SELECT 1 FROM acts_2 x WHERE x.note LIKE '%init\\'",
        "SELECT 1 FROM accounts a JOIN deals d ON a.name LIKE '%init\\' AND d.id = a.id",
        "UPDATE accounts SET name = name WHERE name LIKE '%init\\'",
    ] {
        bench.touched(1, text).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
    }
}

#[tokio::test]
async fn s44_s53_joins_sets_and_subqueries_see_the_tenants_rows_alone() {
    let bench = Bench::start().await;
    for text in [
        "SELECT a.id, d.id FROM accounts a FULL JOIN deals d ON a.id = d.account_id AND a.id > 4",
        "SELECT a.id, d.id FROM accounts a LEFT JOIN deals d ON a.id = d.account_id + 1",
        "SELECT a.id, d.id FROM deals d RIGHT JOIN accounts a ON a.tenant_id = 2",
        "SELECT * FROM accounts NATURAL JOIN deals",
        "SELECT * FROM accounts JOIN deals USING (tenant_id, id)",
        "SELECT * FROM accounts x, (SELECT 2 AS tenant_id) accounts",
        "SELECT * FROM accounts WHERE id = 5 OR id = 1 AND tenant_id = 1",
        "WITH accounts AS (SELECT * FROM deals) SELECT id, title FROM accounts",
        "WITH deals AS (SELECT * FROM crm.deals) SELECT deals.id, title FROM deals, crm.accounts",
        "SELECT id FROM accounts UNION SELECT id FROM deals EXCEPT SELECT 3",
        "SELECT id, rank() OVER (ORDER BY id), count(*) OVER () FROM accounts",
        "SELECT tenant_id, count(*) FROM accounts GROUP BY ROLLUP (tenant_id)",
        "SELECT DISTINCT ON (tenant_id) tenant_id, id FROM accounts ORDER BY tenant_id, id",
        "SELECT (SELECT count(*) FROM deals), ARRAY(SELECT id FROM accounts), EXISTS (TABLE deals)",
        "SELECT 1 LIMIT (SELECT count(*) FROM accounts WHERE tenant_id <> 1)",
        "SELECT count(*) FILTER (WHERE id IN (SELECT id FROM deals)) FROM accounts",
        "SELECT x FROM generate_series(1, (SELECT max(id) FROM accounts)) x",
        "SELECT * FROM ROWS FROM (unnest(ARRAY(SELECT name FROM accounts))) r",
        "SELECT l.id FROM accounts a, LATERAL (SELECT * FROM deals d WHERE d.id = a.id) l",
        "SELECT array_agg(name ORDER BY (SELECT max(id) FROM deals)) FROM accounts",
        "SELECT a FROM accounts a",
        "SELECT row_to_json(a), (a).name, a.* FROM accounts a",
        "SELECT crm.accounts.id FROM crm.accounts",
        "SELECT x FROM accounts AS a(x, y)",
        "SELECT tenant_id, id FROM acts",
        "SELECT tenant_id, id FROM acts_1",
        "SELECT tenant_id, id FROM acts_2",
        "SELECT tenant_id, id FROM ONLY acts",
        "SELECT a.id, d.id FROM accounts a LEFT JOIN deals d ON d.id = a.id AND d.id < 5 WHERE a.id IN (2, 3, 4, 9)",
        "SELECT a.id, d.id FROM accounts a LEFT JOIN deals d ON d.id = a.id + 1 WHERE d.id = 4",
        "SELECT a.id, d.id FROM accounts a RIGHT JOIN deals d ON d.id = a.id + 1 WHERE d.id = 4 AND 'a' <> upper(d.title)",
        "SELECT id FROM accounts WHERE id > 2 AND (id = ANY ('{2,4,6}'::int[]) AND (name = 'a4' AND id < 9))",
        "SELECT o.id FROM (SELECT id, max(name) AS name FROM accounts GROUP BY id) o WHERE o.id < 5",
        "SELECT * FROM (SELECT true FROM accounts ORDER BY 1) o",
        "SELECT * FROM (SELECT id, 1 AS name FROM accounts LIMIT 3) accounts WHERE id < 9 AND name = 1",
        "SELECT * FROM (SELECT 7 AS id, name FROM accounts FOR UPDATE) accounts WHERE id = 7",
        "SELECT a.*, count(d.id) FROM accounts a LEFT JOIN deals d ON d.account_id = a.id GROUP BY a.id",
        "SELECT name, count(*) FROM accounts GROUP BY id HAVING max(name) > 'a' ORDER BY upper(name)",
        "SELECT d.title, a.name FROM deals d, accounts a WHERE a.id = d.id GROUP BY d.tenant_id, d.id, a.id",
        "SELECT ctid, tableoid::regclass, id FROM accounts",
        "SELECT id FROM account_names",
        "SELECT id FROM accounts TABLESAMPLE bernoulli (100)",
        "SELECT id FROM accounts TABLESAMPLE bernoulli ((SELECT 100 FROM deals LIMIT 1))",
        "WITH RECURSIVE t AS (SELECT id FROM accounts WHERE id < 4 UNION ALL SELECT d.id FROM t JOIN \
         deals d ON d.account_id = t.id + 2) SELECT * FROM t",
    ] {
        for tenant in [1, 2] {
            let found = bench.query(tenant, text).await;
            let own = bench.under_policies(tenant, text).await;
            assert_eq!(found, own, "{tenant}: {text}");
        }
    }
}

impl Bench {
    /// What PostgreSQL's own row-level security makes of the same.
    async fn under_policies(&self, tenant: i32, text: &str) -> Vec<String> {
        let mut script = String::from("BEGIN; CREATE ROLE app; GRANT USAGE ON SCHEMA crm TO app;");
        for table in ["accounts", "deals", "acts", "acts_1", "acts_2"] {
            write!(
                script,
                "ALTER TABLE crm.{table} ENABLE ROW LEVEL SECURITY;
                 CREATE POLICY p ON crm.{table} USING (tenant_id = {tenant});"
            )
            .unwrap();
        }
        script.push_str(
            "ALTER VIEW crm.account_names SET (security_invoker = true);
             GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA crm TO app; SET ROLE app;",
        );
        self.client.batch_execute(&script).await.unwrap();
        let text = format!("WITH q AS ({text}) SELECT q::text FROM q");
        let rows = self.client.query(&text, &[]).await;
        self.client.batch_execute("ROLLBACK").await.unwrap();
        let mut rows: Vec<String> = rows.unwrap().iter().map(|row| row.get(0)).collect();
        rows.sort();
        rows
    }
}

#[tokio::test]
async fn s51_s53b_writes_touch_the_tenants_rows_alone_and_make_no_other() {
    let bench = Bench::start().await;
    let foreign = "SELECT md5(string_agg(r::text, ',' ORDER BY r::text)) FROM (
        SELECT a::text FROM crm.accounts a WHERE tenant_id <> 1
        UNION ALL SELECT d::text FROM crm.deals d WHERE tenant_id <> 1
        UNION ALL SELECT x::text FROM crm.acts x WHERE tenant_id <> 1) r";
    let before = bench.all(foreign).await;
    for (text, rows) in [
        ("INSERT INTO accounts (id, name) VALUES (101, 'x'), (102, DEFAULT)", 2),
        ("INSERT INTO accounts VALUES (103, 1, 'x')", 1),
        ("INSERT INTO accounts VALUES (104)", 1),
        ("INSERT INTO accounts (tenant_id, id) VALUES (DEFAULT, 105), (1, 106)", 2),
        ("INSERT INTO notes (id, tenant_id) VALUES (1, 1)", 1),
        ("INSERT INTO acts DEFAULT VALUES", 1),
        ("INSERT INTO acts (id, note) SELECT id, name FROM accounts WHERE id < 5", 2),
        ("INSERT INTO acts (id, note) SELECT 1, 'x' UNION ALL SELECT 2, name FROM accounts", 12),
        (
            "INSERT INTO acts (note, tenant_id, id) SELECT name, tenant_id, id FROM accounts ORDER BY id LIMIT 2",
            2,
        ),
        ("INSERT INTO acts (id, tenant_id, note) SELECT * FROM accounts WHERE id < 5", 2),
        ("WITH s AS (SELECT 5 AS id) INSERT INTO acts (id) SELECT id FROM s", 1),
        (
            "INSERT INTO deals (id, title) VALUES (2, 'x') ON CONFLICT (tenant_id, id) DO UPDATE SET title = excluded.title WHERE deals.amount = 2",
            1,
        ),
        ("INSERT INTO deals (id, title) VALUES (1, 'x') ON CONFLICT DO NOTHING", 1),
        ("UPDATE accounts SET name = 'y' WHERE id < 5", 2),
        ("UPDATE accounts SET name = 'y' WHERE id < 5 OR true", 11),
        ("UPDATE accounts SET tenant_id = 1, name = 'z' WHERE id = 2", 1),
        ("UPDATE accounts a SET name = d.title FROM deals d WHERE d.account_id = a.id", 5),
        ("UPDATE acts_2 SET note = 'y'", 0),
        ("UPDATE acts SET note = (SELECT max(name) FROM accounts) WHERE id = 2", 15),
        ("DELETE FROM deals d USING accounts a WHERE d.account_id = a.id AND a.id = 2", 1),
        ("DELETE FROM ONLY accounts WHERE id = 1", 0),
        ("WITH gone AS (DELETE FROM deals RETURNING *) SELECT * FROM gone", 5),
        (
            "MERGE INTO deals d USING accounts a ON d.id = a.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED AND a.id < 9 THEN INSERT (id, title) VALUES (a.id, 'm')",
            4,
        ),
        ("DELETE FROM accounts", 11),
    ] {
        let touched = bench.touched(1, text).await;
        assert_eq!(touched.unwrap_or_else(|error| panic!("{text}: {error:?}")), rows, "{text}");
        assert_eq!(bench.all(foreign).await, before, "{text}");
    }
}

#[tokio::test]
async fn s53b_another_tenants_key_is_refused_as_by_a_policy() {
    let bench = Bench::start().await;
    for text in [
        "INSERT INTO accounts (id, tenant_id) VALUES (101, 2)",
        "INSERT INTO accounts (id, tenant_id) VALUES (101, NULL)",
        "INSERT INTO accounts VALUES (101, 2, 'x')",
        "INSERT INTO accounts (id, tenant_id) SELECT 101, 2",
        "INSERT INTO accounts (id, tenant_id) SELECT 101, tenant_id + 1 FROM accounts WHERE id = 2",
        "INSERT INTO accounts (id, tenant_id) SELECT 101, 1 UNION SELECT 102, 2",
        "INSERT INTO accounts (id, tenant_id, name) SELECT a.id + 200, b.*  FROM accounts a, (SELECT 2, 'x') b",
        "INSERT INTO deals (id) VALUES (2) ON CONFLICT (tenant_id, id) DO UPDATE SET tenant_id = 2",
        "UPDATE accounts SET tenant_id = 2",
        "UPDATE accounts SET tenant_id = (SELECT 2)",
        "UPDATE accounts SET tenant_id = NULL WHERE id = 2",
        "MERGE INTO deals d USING (SELECT 99 AS id) s ON d.id = s.id WHEN NOT MATCHED THEN INSERT (id, tenant_id) VALUES (s.id, 2)",
        "MERGE INTO deals d USING (SELECT 2 AS id) s ON d.id = s.id WHEN MATCHED THEN UPDATE SET tenant_id = 2",
    ] {
        assert_eq!(bench.fails(1, text).await, "42501", "{text}");
    }
    assert_eq!(bench.all("SELECT count(*) FROM crm.accounts WHERE tenant_id = 2").await, "5");
}

#[tokio::test]
async fn s53b_values_that_are_many_columns_hide_no_key() {
    let bench = Bench::start().await;
    let from = "MERGE INTO deals d USING (SELECT 99 AS id, 2 AS tenant) s ON false
        WHEN NOT MATCHED THEN INSERT";
    for text in [
        "INSERT INTO accounts (id, tenant_id, name) VALUES ((ROW(101, 2, 'x')::accounts).*)",
        "INSERT INTO accounts (id, tenant_id, name) VALUES (1, 1, 'x'), (('(101,2,x)'::accounts).*)",
        "INSERT INTO acts (id, tenant_id, note) VALUES (('(101,2)'::crm.logged).*, 1)",
        &format!("{from} (id, tenant_id) VALUES (s.*)"),
        &format!("{from} (id, tenant_id, account_id) VALUES (s.*, 1)"),
    ] {
        let statement = rewritten(text, &bench.model);
        assert_eq!(statement.refusal(), Some(Reason::ColumnsUnknown), "{text}");
    }
    // Where the key is Septum's to supply, it stands behind all of them.
    let own = "INSERT INTO accounts (id, name) VALUES (((101, 'x')::pair).*)";
    bench.client.batch_execute("CREATE TYPE crm.pair AS (id int, name text)").await.unwrap();
    assert_eq!(bench.touched(1, own).await.unwrap(), 1);
    assert_eq!(bench.all("SELECT tenant_id FROM crm.accounts WHERE id = 101").await, "1");
}

#[tokio::test]
async fn s36_s104_no_catalog_tells_of_partitions_or_of_all_tenants_rows() {
    let bench = Bench::start().await;
    bench.client.batch_execute("ANALYZE; CREATE INDEX ON crm.acts (id)").await.unwrap();
    let views = "SELECT string_agg(table_name, ' ') FROM information_schema.tables
        WHERE table_schema = 'information_schema' AND table_name NOT LIKE '\\_%'";
    let views = bench.all(views).await;
    let views = views.split(' ').map(|view| format!("information_schema.{view}"));
    let catalogs = READABLE.iter().map(|name| (*name).to_owned());
    for relation in catalogs.chain(views) {
        let seen = bench.query(1, &format!("SELECT * FROM {relation}")).await;
        let of_children = |row: &&String| row.contains("acts_1") || row.contains("acts_2");
        let told: Vec<_> = seen.iter().filter(of_children).collect();
        assert!(told.is_empty(), "{relation}: {told:?}");
    }
    for (text, wanted) in [
        ("SELECT count(*) FROM pg_class WHERE reltuples <> -1 OR relpages <> 0", "(0)"),
        ("SELECT count(*) FROM pg_class c WHERE c.relname = 'acts'", "(1)"),
        ("SELECT count(*) FROM pg_class WHERE relpartbound IS NOT NULL", "(0)"),
        ("SELECT count(*) FROM pg_inherits", "(0)"),
        (
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'crm.acts'::regclass AND attnum > 0",
            "(3)",
        ),
        ("SELECT typname FROM pg_type WHERE oid = 'int4'::regtype", "(int4)"),
        ("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'act%'", "(acts)"),
        ("SELECT indexname FROM pg_indexes WHERE tablename LIKE 'act%'", "(acts_id_idx)"),
        (
            "SELECT c.relname::text FROM pg_class c JOIN pg_inherits i ON i.inhparent = c.oid UNION SELECT 'none'",
            "(none)",
        ),
        (
            "SELECT pg_get_expr(relpartbound, oid) IS NULL FROM pg_class WHERE relname = 'acts'",
            "(t)",
        ),
        (
            "SELECT tableoid = 'pg_class'::regclass, oid = 'crm.acts'::regclass FROM pg_class WHERE relname = 'acts'",
            "(t,t)",
        ),
    ] {
        assert_eq!(bench.query(1, text).await, [wanted], "{text}");
    }
    // No condition is evaluated on what is left out, so that none can show it by its error.
    let shown = bench
        .query(1, "SELECT 1 FROM pg_class WHERE relname LIKE 'acts_1' AND relname::int = 1")
        .await;
    assert!(shown.is_empty());
}

/// What the guard lets be read of `pg_catalog`.
const READABLE: [&str; 24] = [
    "pg_attrdef",
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_depend",
    "pg_description",
    "pg_foreign_table",
    "pg_index",
    "pg_indexes",
    "pg_inherits",
    "pg_init_privs",
    "pg_language",
    "pg_matviews",
    "pg_namespace",
    "pg_opclass",
    "pg_partitioned_table",
    "pg_proc",
    "pg_range",
    "pg_sequence",
    "pg_tables",
    "pg_tablespace",
    "pg_trigger",
    "pg_type",
    "pg_views",
];

#[tokio::test]
async fn a_predicate_prunes_partitions_and_an_index_finds_the_row() {
    let bench = Bench::start().await;
    let mut of_policies = tenancy();
    of_policies.mode = TableMode::RlsPredicate;
    let row = bench.client.query_one(Catalog::QUERY, &[]).await.unwrap();
    let catalog = Arc::new(Catalog::read(row.get(0)).unwrap());
    let of_policies = Model::new(catalog, Arc::new(of_policies));
    bench.client.batch_execute("SET enable_seqscan = off").await.unwrap();
    for (model, text, told, untold) in [
        (&bench.model, "SELECT * FROM acts", "acts_1", "acts_2"),
        (&of_policies, "SELECT * FROM acts", "acts_1", "acts_2"),
        (&of_policies, "SELECT * FROM deals d LEFT JOIN acts a ON a.id = d.id", "acts_1", "acts_2"),
        (&bench.model, "UPDATE acts SET note = 'x'", "acts_1", "acts_2"),
        (&of_policies, "DELETE FROM acts WHERE id = 1", "acts_1", "acts_2"),
        (&bench.model, "SELECT * FROM accounts WHERE id = 2", "Index Cond: (id = 2)", "Seq"),
        (
            &bench.model,
            "UPDATE accounts SET name = 'x' WHERE id = 2",
            "Index Cond: (id = 2)",
            "Seq",
        ),
        (
            &bench.model,
            "SELECT * FROM accounts WHERE id = 2 FOR UPDATE",
            "Index Cond: (id = 2)",
            "Seq",
        ),
    ] {
        let statement = rewritten(text, model);
        let explain = format!("EXPLAIN {}", statement.canonical());
        let plan: Vec<String> = bench
            .client
            .query(&explain, &[&1])
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        let plan = plan.join("\n");
        assert!(plan.contains(told) && !plan.contains(untold), "{text}: {plan}");
    }
}

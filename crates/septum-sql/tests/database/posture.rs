//! Row-level security that is proven, and that is not: each fault on a real server.

use std::sync::Arc;

use septum_core::{RelationName, Scope, TableMode, Tenancy, TenantType};
use septum_sql::{Catalog, Class, Fault, Model};
use septum_test_cluster::Cluster;
use tokio_postgres::{Client, NoTls};

const MIGRATIONS: [&str; 3] = [
    include_str!("../../../../migrations/0001_schema.up.sql"),
    include_str!("../../../../migrations/0002_readers.up.sql"),
    include_str!("../../../../migrations/0003_protect.up.sql"),
];

/// Everything belongs to `keeper`, as an application's schema does to its owner.
const SCHEMA: &str = "
    CREATE ROLE keeper; CREATE ROLE app LOGIN PASSWORD 'app';
    GRANT CREATE, USAGE ON SCHEMA public TO keeper;
    GRANT EXECUTE ON FUNCTION septum.protect(regclass, name) TO keeper;
    CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE DOMAIN slug AS text;
    CREATE DOMAIN short AS varchar(9); CREATE DOMAIN key AS uuid;
    SET ROLE keeper;
    CREATE TABLE countries (code text);
    CREATE TABLE accounts (id int, tenant_id TYPE NOT NULL);
    CREATE TABLE acts (id int, tenant_id TYPE NOT NULL) PARTITION BY RANGE (id);
    CREATE TABLE acts_low PARTITION OF acts FOR VALUES FROM (0) TO (10);
    CREATE TABLE \"Odd 'Name\" (\"Tenant \"\"Id\" TYPE NOT NULL);
    SELECT septum.protect('accounts', 'tenant_id');
    SELECT septum.protect('acts', 'tenant_id');
    SELECT septum.protect('\"Odd ''Name\"', 'Tenant \"Id');";

struct Site {
    cluster: Cluster,
    tenancy: Tenancy,
}

impl Site {
    async fn start(tenant_type: TenantType, column_type: &str) -> Self {
        let mut tenancy = Tenancy::new(tenant_type);
        let name = |name: &str| RelationName { schema: "public".into(), name: name.into() };
        tenancy.relations.insert(name("countries"), Scope::Shared);
        let odd = Scope::Tenant { column: Some("Tenant \"Id".into()), mode: None };
        tenancy.relations.insert(name("Odd 'Name"), odd);
        let site = Self { cluster: Cluster::start().unwrap(), tenancy };
        for script in MIGRATIONS {
            site.run(&script.replace("{{tenant_type}}", tenant_type.sql_name())).await;
        }
        site.run(&SCHEMA.replace("TYPE", column_type)).await;
        site
    }

    async fn run(&self, script: &str) {
        let client = connect(&self.cluster.dsn("postgres")).await;
        client.batch_execute(script).await.unwrap_or_else(|error| panic!("{script}: {error:?}"));
    }

    async fn model(&self, search_path: &str) -> Model {
        let client = connect(&self.cluster.dsn_of("app", "app", "postgres")).await;
        client.batch_execute(&format!("SET search_path = {search_path}")).await.unwrap();
        let answer: String = client.query_one(Catalog::QUERY, &[]).await.unwrap().get(0);
        let catalog = Arc::new(Catalog::read(&answer).unwrap());
        Model::new(catalog, Arc::new(self.tenancy.clone()))
    }

    async fn fault(&self, name: &str) -> Option<Fault> {
        fault(&self.model("public, pg_temp").await, name)
    }
}

async fn connect(dsn: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(dsn, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn fault(model: &Model, name: &str) -> Option<Fault> {
    let relation = model.catalog().relation_named(Some("public"), name).unwrap();
    Some(model.posture().of(relation.oid)?.fault.clone())
}

#[tokio::test]
async fn what_protect_makes_is_proven_for_every_type_of_a_tenant_column() {
    for (tenant_type, column_types) in [
        (TenantType::Int, &["int", "bigint", "smallint", "positive"][..]),
        (TenantType::BigInt, &["bigint", "int"]),
        (TenantType::Text, &["text", "varchar", "varchar(20)", "slug", "short"]),
        (TenantType::Uuid, &["uuid", "key"]),
    ] {
        for column_type in column_types {
            let site = Site::start(tenant_type, column_type).await;
            let model = site.model("public, pg_temp").await;
            for name in ["accounts", "acts", "acts_low"] {
                assert_eq!(fault(&model, name), None, "{column_type}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn s27_s36_what_looks_right_and_is_not_is_unproven() {
    let site = Site::start(TenantType::Int, "int").await;
    assert_eq!(site.model("public, pg_temp").await.posture().unproven().count(), 0);
    let exact = "USING (tenant_id = (SELECT septum.tenant())) \
                 WITH CHECK (tenant_id = (SELECT septum.tenant()))";
    let own = |what: &str| format!("CREATE POLICY own ON accounts {what}");
    let replaced = |what: &str| format!("DROP POLICY septum_tenant ON accounts; {}", own(what));
    site.run(
        "CREATE SCHEMA other; GRANT USAGE ON SCHEMA other TO PUBLIC; CREATE FUNCTION other.tenant() RETURNS int LANGUAGE sql AS 'SELECT 2';
         CREATE FUNCTION public.tenant() RETURNS int LANGUAGE sql AS 'SELECT 2';
         CREATE FUNCTION other.yes(int, int) RETURNS bool LANGUAGE sql AS 'SELECT true';
         CREATE OPERATOR other.= (LEFTARG = int, RIGHTARG = int, FUNCTION = other.yes);
         CREATE DOMAIN padded AS char(5);",
    )
    .await;
    for (change, expected) in [
        ("ALTER TABLE accounts DISABLE ROW LEVEL SECURITY".into(), Some(Fault::Disabled)),
        ("ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY".into(), Some(Fault::NotForced)),
        ("DROP POLICY septum_tenant ON accounts".into(), Some(Fault::NoPolicy)),
        (replaced(&format!("AS PERMISSIVE {exact}")), Some(Fault::NoPolicy)),
        (replaced(&format!("AS RESTRICTIVE TO app {exact}")), Some(Fault::NoPolicy)),
        (replaced(&format!("AS RESTRICTIVE FOR UPDATE {exact}")), Some(Fault::NoPolicy)),
        (
            replaced("AS RESTRICTIVE FOR SELECT USING (tenant_id = (SELECT septum.tenant()))"),
            Some(Fault::NoPolicy),
        ),
        (replaced(&format!("AS RESTRICTIVE {exact}")), None),
        (
            replaced(&format!("AS RESTRICTIVE {}", exact.replace("tenant()))", "tenant()) OR id > 0)"))),
            Some(Fault::NoPolicy),
        ),
        (
            replaced(&format!("AS RESTRICTIVE {}", exact.replace("septum.", "other."))),
            Some(Fault::NoPolicy),
        ),
        (
            replaced(&format!("AS RESTRICTIVE {}", exact.replace("septum.", "public."))),
            Some(Fault::NoPolicy),
        ),
        (
            replaced(&format!("AS RESTRICTIVE {}", exact.replace(" = ", " OPERATOR(other.=) "))),
            Some(Fault::NoPolicy),
        ),
        (
            replaced(&format!("AS RESTRICTIVE {}", exact.replace(" = ", " >= "))),
            Some(Fault::NoPolicy),
        ),
        (
            replaced(&format!("AS RESTRICTIVE {}", exact.replace("(tenant_id", "(id"))),
            Some(Fault::NoPolicy),
        ),
        (
            replaced("AS RESTRICTIVE USING (tenant_id = (SELECT septum.tenant())) WITH CHECK (true)"),
            Some(Fault::NoPolicy),
        ),
        (own("AS PERMISSIVE USING (true) WITH CHECK (true)"), None),
        (
            "CREATE RULE away AS ON INSERT TO accounts DO INSTEAD INSERT INTO countries VALUES ('x')"
                .into(),
            Some(Fault::Rules),
        ),
        ("GRANT keeper TO app".into(), Some(Fault::Owner)),
        ("ALTER TABLE accounts OWNER TO app".into(), Some(Fault::Owner)),
        ("ALTER ROLE app BYPASSRLS".into(), Some(Fault::Role)),
        ("ALTER FUNCTION septum.tenant() SECURITY INVOKER".into(), Some(Fault::Reader)),
        ("ALTER FUNCTION septum.tenant() OWNER TO app".into(), Some(Fault::Reader)),
        (
            "CREATE FUNCTION septum.tenant(x int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 2'"
                .into(),
            Some(Fault::Reader),
        ),
        (
            "DROP TABLE accounts; CREATE TABLE accounts (id int, tenant_id int NOT NULL)".into(),
            Some(Fault::Disabled),
        ),
        (
            "CREATE TABLE bent (tenant_id numeric); ALTER TABLE bent ENABLE ROW LEVEL SECURITY, \
             FORCE ROW LEVEL SECURITY; DROP TABLE accounts; ALTER TABLE bent RENAME TO accounts; \
             CREATE POLICY p ON accounts AS RESTRICTIVE USING (tenant_id = (SELECT septum.tenant())) \
             WITH CHECK (tenant_id = (SELECT septum.tenant()))"
                .into(),
            Some(Fault::Column),
        ),
    ] as [(String, Option<Fault>); _]
    {
        // Each change is taken back with its own transaction: the catalog is asked inside it.
        let client = connect(&site.cluster.dsn("postgres")).await;
        client.batch_execute(&format!("BEGIN; {change}")).await.unwrap_or_else(|error| panic!("{change}: {error:?}"));
        client
            .batch_execute("SET LOCAL SESSION AUTHORIZATION app; SET LOCAL search_path = public, pg_temp")
            .await
            .unwrap();
        let answer: String = client.query_one(Catalog::QUERY, &[]).await.unwrap().get(0);
        let catalog = Arc::new(Catalog::read(&answer).unwrap());
        let model = Model::new(catalog, Arc::new(site.tenancy.clone()));
        assert_eq!(fault(&model, "accounts"), expected, "{change}");
        client.batch_execute("ROLLBACK").await.unwrap();
    }
    // Where another schema comes first, `=` may be its operator, and `tenant()` its function.
    let model = site.model("other, public, pg_catalog").await;
    assert!(fault(&model, "accounts").is_some());
    let model = site.model("septum, public").await;
    assert_eq!(fault(&model, "accounts"), Some(Fault::NoPolicy));
}

#[tokio::test]
async fn a_key_that_compares_loosely_is_unproven() {
    let site = Site::start(TenantType::Text, "text").await;
    let policy = "ENABLE ROW LEVEL SECURITY; ALTER TABLE loose FORCE ROW LEVEL SECURITY;
        CREATE POLICY p ON loose AS RESTRICTIVE USING (tenant_id = (SELECT septum.tenant()))
        WITH CHECK (tenant_id = (SELECT septum.tenant()))";
    for column in ["char(9)", "citext_like", "text COLLATE blind"] {
        site.run(&format!(
            "CREATE COLLATION IF NOT EXISTS blind (provider = icu, locale = 'und-u-ks-level2',
                deterministic = false);
             DROP DOMAIN IF EXISTS citext_like CASCADE;
             CREATE DOMAIN citext_like AS text COLLATE blind;
             DROP TABLE IF EXISTS loose; CREATE TABLE loose (tenant_id {column});
             ALTER TABLE loose OWNER TO keeper; ALTER TABLE loose {policy}"
        ))
        .await;
        assert_eq!(site.fault("loose").await, Some(Fault::Column), "{column}");
    }
}

#[tokio::test]
async fn s33_s34_a_child_is_not_laxer_than_its_root() {
    let mut site = Site::start(TenantType::Int, "int").await;
    site.run(
        "SET ROLE keeper;
         CREATE TABLE acts_high PARTITION OF acts FOR VALUES FROM (10) TO (20);
         CREATE TABLE older (more text) INHERITS (accounts);",
    )
    .await;
    assert_eq!(site.fault("acts").await, None);
    assert_eq!(site.fault("acts_high").await, Some(Fault::Disabled));
    assert_eq!(site.fault("older").await, Some(Fault::Disabled));
    let model = site.model("public, pg_temp").await;
    let high = model.catalog().relation_named(None, "acts_high").unwrap().oid;
    let remedy = model.posture().of(high).unwrap().remedy.as_deref();
    assert_eq!(remedy, Some("SELECT septum.protect('public.acts', 'tenant_id')"));

    let name = |name: &str| RelationName { schema: "public".into(), name: name.into() };
    let rewritten = || Scope::Tenant { column: None, mode: Some(TableMode::Rewrite) };
    let elsewhere = || Scope::Tenant { column: Some("id".into()), mode: None };
    for (listed, scope) in [
        ("acts_high", Scope::Shared),
        ("acts", Scope::Shared),
        ("acts_high", rewritten()),
        ("acts_high", elsewhere()),
        ("older", Scope::Shared),
    ] {
        site.tenancy.relations.insert(name(listed), scope.clone());
        let model = site.model("public, pg_temp").await;
        let relation = model.catalog().relation_named(None, listed).unwrap();
        assert_eq!(model.class(relation.oid), Class::Unclassified, "{listed} {scope:?}");
        site.tenancy.relations.remove(&name(listed));
    }
}

#[tokio::test]
async fn s35_a_view_is_what_it_reaches_and_whose_it_is() {
    let mut site = Site::start(TenantType::Int, "int").await;
    let name = |name: &str| RelationName { schema: "public".into(), name: name.into() };
    for shared in ["codes", "cached", "counted"] {
        site.tenancy.relations.insert(name(shared), Scope::Shared);
    }
    site.run(
        "CREATE VIEW supers AS SELECT * FROM accounts;
         CREATE VIEW invoked WITH (security_invoker = true) AS SELECT * FROM accounts;
         CREATE TABLE bare (tenant_id int);
         CREATE VIEW over_bare WITH (security_invoker = true) AS SELECT * FROM bare;
         CREATE FUNCTION hidden() RETURNS SETOF int LANGUAGE sql AS 'SELECT 1';
         CREATE VIEW called WITH (security_invoker = true) AS SELECT hidden() AS tenant_id;
         CREATE VIEW nested WITH (security_invoker = true) AS
            SELECT a.* FROM accounts a WHERE EXISTS (SELECT FROM over_bare);
         CREATE VIEW sessions WITH (security_invoker = true) AS
            SELECT a.tenant_id, s.query FROM accounts a, pg_stat_activity s;
         CREATE MATERIALIZED VIEW cached AS SELECT count(*) FROM accounts;
         CREATE MATERIALIZED VIEW copied AS SELECT * FROM accounts;
         CREATE VIEW codes AS SELECT code FROM countries;
         CREATE VIEW counted WITH (security_invoker = true) AS SELECT count(*) FROM accounts;
         ALTER VIEW codes OWNER TO keeper;
         GRANT ALL ON accounts, acts, countries TO keeper;
         SET ROLE keeper; CREATE VIEW owned AS SELECT * FROM accounts JOIN countries ON true;",
    )
    .await;
    let reaches = |what: &str| Some(Fault::ViewReaches(what.into()));
    for (view, expected) in [
        ("supers", Some(Fault::ViewOwner)),
        ("invoked", None),
        ("owned", None),
        ("codes", None),
        ("counted", None),
        ("over_bare", reaches("bare")),
        ("nested", reaches("over_bare")),
        ("called", reaches("hidden")),
        ("sessions", reaches("pg_stat_activity")),
        ("cached", reaches("accounts")),
        ("copied", Some(Fault::Kind)),
    ] {
        assert_eq!(site.fault(view).await, expected, "{view}");
    }
}

#[tokio::test]
async fn the_command_that_mends_a_table_mends_it() {
    let site = Site::start(TenantType::Int, "int").await;
    site.run(
        "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY;
         ALTER TABLE \"Odd 'Name\" NO FORCE ROW LEVEL SECURITY; DROP POLICY septum_tenant ON acts_low",
    )
    .await;
    let model = site.model("public, pg_temp").await;
    assert_eq!(model.posture().unproven().count(), 3);
    for unproven in model.posture().unproven() {
        site.run(unproven.remedy.as_deref().unwrap()).await;
    }
    assert_eq!(site.model("public, pg_temp").await.posture().unproven().count(), 0);
}

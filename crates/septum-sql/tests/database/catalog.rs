use septum_sql::Catalog;
use septum_sql::catalog::{FunctionKind, Oid, PolicyCommand, RelationKind, TypeKind};
use septum_test_cluster::Cluster;
use tokio_postgres::{Client, NoTls};

const SCHEMA: &str = "
    CREATE SCHEMA crm;
    CREATE TABLE crm.accounts (id int PRIMARY KEY, gone int, tenant_id int NOT NULL, name text);
    ALTER TABLE crm.accounts DROP COLUMN gone;
    ALTER TABLE crm.accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON crm.accounts AS RESTRICTIVE FOR SELECT USING (tenant_id = 1);
    CREATE TABLE acts (tenant_id int, id int) PARTITION BY LIST (tenant_id);
    CREATE TABLE acts_1 PARTITION OF acts FOR VALUES IN (1) PARTITION BY RANGE (id);
    CREATE TABLE acts_1_low PARTITION OF acts_1 FOR VALUES FROM (0) TO (10);
    CREATE VIEW crm.names WITH (security_invoker = on) AS SELECT name FROM crm.accounts;
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE FUNCTION crm.both(a int, b int DEFAULT 1, OUT c int) LANGUAGE sql AS 'SELECT 1';";

async fn client(cluster: &Cluster) -> Client {
    let (client, connection) =
        tokio_postgres::connect(&cluster.dsn("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn text(client: &Client, query: &str) -> String {
    client.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_snapshot_holds_what_the_database_holds() {
    let cluster = Cluster::start().unwrap();
    let client = client(&cluster).await;
    client.batch_execute(SCHEMA).await.unwrap();
    client.batch_execute("SET search_path = crm, public, pg_temp").await.unwrap();
    let catalog = Catalog::read(&text(&client, Catalog::QUERY).await).unwrap();

    assert_eq!(catalog.version() / 10_000, cluster.version().major);
    assert!(catalog.role().unwrap().bypasses);
    let accounts = catalog.relation_named(None, "accounts").unwrap();
    assert_eq!((&*accounts.schema, accounts.kind), ("crm", RelationKind::Table));
    assert!(accounts.row_security && accounts.forced);
    let columns: Vec<_> = accounts.columns.iter().map(|c| (c.number, &*c.name)).collect();
    assert_eq!(columns, [(1, "id"), (3, "tenant_id"), (4, "name")]);
    let [policy] = accounts.policies.as_slice() else { panic!("one policy") };
    assert_eq!((policy.command, policy.permissive), (PolicyCommand::Select, false));
    assert_eq!(&*policy.roles, [Oid::NONE]);
    assert!(accounts.keys.iter().any(|key| key.primary && *key.columns == [1]));

    assert!(catalog.relation_named(Some("public"), "accounts").is_none());
    let acts = catalog.relation_named(Some("public"), "acts").unwrap();
    let under: Vec<_> = catalog.descendants(acts.oid).iter().map(|one| &*one.name).collect();
    assert_eq!(under, ["acts_1", "acts_1_low"]);
    let names = catalog.relation_named(None, "names").unwrap();
    assert!(names.is_invoker() && names.definition.as_deref().unwrap().contains("accounts"));

    let both: Vec<_> = catalog.functions_named(None, "both").collect();
    assert_eq!((both.len(), both[0].defaults, both[0].kind), (1, 1, FunctionKind::Plain));
    assert!(catalog.functions_named(Some("public"), "both").next().is_none());
    assert!(catalog.functions_named(None, "lower").count() >= 2);
    let int = catalog.type_named(Some("pg_catalog"), "int4").unwrap();
    let domain = catalog.type_named(None, "positive").unwrap();
    assert_eq!((domain.kind, domain.base), (TypeKind::Domain, int.oid));
    let equal = catalog.operators_named(None, "=");
    assert!(equal.filter(|one| (one.left, one.right) == (int.oid, int.oid)).count() == 1);
}

#[tokio::test]
async fn a_signature_changes_with_the_catalog_and_with_nothing_else() {
    let cluster = Cluster::start().unwrap();
    let client = client(&cluster).await;
    client.batch_execute(SCHEMA).await.unwrap();
    let mut before = text(&client, Catalog::SIGNATURE).await;
    for quiet in ["INSERT INTO acts VALUES (1, 1)", "ANALYZE", "VACUUM", "SELECT 1"] {
        client.batch_execute(quiet).await.unwrap();
        assert_eq!(text(&client, Catalog::SIGNATURE).await, before, "{quiet}");
    }
    for change in [
        "CREATE TABLE more (id int)",
        "ALTER TABLE more ADD COLUMN name text",
        "ALTER TABLE more RENAME COLUMN name TO label",
        "ALTER TABLE crm.accounts DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE crm.accounts NO FORCE ROW LEVEL SECURITY",
        "ALTER POLICY own ON crm.accounts USING (tenant_id = 2)",
        "ALTER TABLE acts DETACH PARTITION acts_1",
        "CREATE OR REPLACE VIEW crm.names AS SELECT 'x'::text AS name FROM acts",
        "ALTER FUNCTION crm.both SECURITY DEFINER",
        "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
        "CREATE CAST (int AS point) WITH INOUT",
        "CREATE UNIQUE INDEX ON more (id)",
        "CREATE ROLE other BYPASSRLS",
        "ALTER ROLE other NOBYPASSRLS",
        "GRANT other TO postgres",
        "SET search_path = crm",
        "DROP TABLE public.more",
    ] {
        client.batch_execute(change).await.unwrap();
        let after = text(&client, Catalog::SIGNATURE).await;
        assert_ne!(after, before, "{change}");
        before = after;
    }
}

#[test]
fn what_is_no_catalog_is_refused_with_the_place() {
    let error = Catalog::read(r#"{"version": 150018}"#).unwrap_err();
    assert!(error.to_string().contains("missing field `search_path`"), "{error}");
}

//! The three table modes: what becomes of a statement, and what a server without any row-level
//! security makes of it.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use septum_core::{RelationName, Scope, TableMode, Tenancy, TenantType};
use septum_sql::{Catalog, Model, Others, Statement, parse_script_with};
use septum_test_cluster::Cluster;
use tokio_postgres::{Client, NoTls};

const SCHEMA: &str = include_str!("../fixtures/rewrite_schema.sql");

async fn connect(cluster: &Cluster) -> Client {
    let (client, connection) =
        tokio_postgres::connect(&cluster.dsn("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("SET search_path = crm, public").await.unwrap();
    client
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

async fn model(client: &Client) -> Model {
    client.batch_execute(SCHEMA).await.unwrap();
    let row = client.query_one(Catalog::QUERY, &[]).await.unwrap();
    Model::new(Arc::new(Catalog::read(row.get(0)).unwrap()), Arc::new(tenancy()))
}

fn rewritten(text: &str, model: &Model) -> Statement {
    let mut script = parse_script_with(text, Others::Refuse, Some(model)).unwrap();
    assert_eq!(script.len(), 1);
    script.remove(0)
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
    }
    insta::assert_snapshot!(told);
}

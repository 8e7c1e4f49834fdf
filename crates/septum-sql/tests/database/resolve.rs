//! What a statement may call is what the server really calls, or more: each function and operator
//! of the tree that the server makes must be among the candidates (catalogue S9, S49, S53a).

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use septum_core::{Tenancy, TenantType};
use septum_sql::catalog::Oid;
use septum_sql::{Catalog, Model, candidates};
use septum_test_cluster::Cluster;
use tokio_postgres::{Client, NoTls};

struct Server {
    client: Client,
    model: Model,
    _cluster: Cluster,
}

async fn server() -> Server {
    let cluster = Cluster::start().unwrap();
    let (client, connection) =
        tokio_postgres::connect(&cluster.dsn("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(include_str!("../fixtures/hostile.sql")).await.unwrap();
    client.batch_execute("SET search_path = public, late").await.unwrap();
    let row = client.query_one(Catalog::QUERY, &[]).await.unwrap();
    let catalog = Arc::new(Catalog::read(row.get(0)).unwrap());
    let tenancy = Arc::new(Tenancy::new(TenantType::Int));
    Server { client, model: Model::new(catalog, tenancy), _cluster: cluster }
}

/// The functions that the server calls for a statement: those of the analysed tree; or why it
/// refuses the statement.
async fn called(client: &Client, statement: &str) -> Result<Vec<u32>, String> {
    let probe = format!(
        "CREATE OR REPLACE FUNCTION probe(int, text, int[]) RETURNS void LANGUAGE sql
         BEGIN ATOMIC {statement}\n; END"
    );
    let told = |error: tokio_postgres::Error| error.as_db_error().unwrap().message().to_owned();
    client.batch_execute(&probe).await.map_err(told)?;
    let row = client
        .query_one("SELECT prosqlbody::text FROM pg_proc WHERE oid = 'probe'::regproc", &[])
        .await
        .unwrap();
    let tree: String = row.get(0);
    let mut found = Vec::new();
    let mut words = tree.split_ascii_whitespace().peekable();
    while let Some(word) = words.next() {
        let number = words.peek().and_then(|word| word.parse::<u32>().ok()).filter(|n| *n != 0);
        match (word, number) {
            (":funcid" | ":aggfnoid" | ":winfnoid", Some(oid)) => found.push(oid),
            (":opno", Some(oid)) => {
                let row = client
                    .query_one("SELECT oprcode::oid FROM pg_operator WHERE oid = $1", &[&oid])
                    .await
                    .unwrap();
                found.push(row.get(0));
            }
            _ => {}
        }
    }
    Ok(found)
}

/// The name of a function that the server calls and that is no candidate.
async fn overlooked(server: &Server, statement: &str) -> Option<String> {
    let called = called(&server.client, statement).await.ok()?;
    let known = candidates(statement, &server.model).unwrap();
    let known: HashSet<Oid> = known.into_iter().collect();
    let catalog = server.model.catalog();
    called.into_iter().map(Oid).find_map(|oid| {
        let function = catalog.function(oid).unwrap();
        // Casts of PostgreSQL's own are implied anywhere, and may be.
        let own_cast =
            &*function.schema == "pg_catalog" && catalog.casts().any(|cast| cast.function == oid);
        (!known.contains(&oid) && !own_cast).then(|| format!("{}", function.name))
    })
}

#[tokio::test]
async fn s49_every_function_that_the_server_calls_is_a_candidate() {
    let server = server().await;
    let (mut refused, mut wrong) = (Vec::new(), Vec::new());
    for text in include_str!("../fixtures/hostile_statements.sql").lines() {
        if let Err(error) = called(&server.client, text).await {
            refused.push(format!("{error}: {text}"));
        }
        if let Some(name) = overlooked(&server, text).await {
            wrong.push(format!("{name}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}\n{refused:#?}");
    assert!(refused.is_empty(), "the server refuses, so that nothing is compared: {refused:#?}");
}

/// What is narrowed by types is narrowed: no user's operator or function stands in the way of what
/// surely means PostgreSQL's own.
#[tokio::test]
async fn s53a_a_users_operator_is_no_candidate_where_types_rule_it_out() {
    let server = server().await;
    for (text, users) in [
        ("SELECT id = 1 FROM t", &[][..]),
        ("SELECT id = 'x' FROM t", &[]),
        ("SELECT id = big, s = 'x', s || v, c = c FROM t", &["citext_eq"]),
        ("SELECT lower(s), upper(s), abs(id), length('x'::text) FROM t", &[]),
        ("SELECT x.total FROM (SELECT 1 AS total) x", &[]),
        ("SELECT id FROM t WHERE id IN (1, 2) AND id BETWEEN 1 AND 2 ORDER BY s", &[]),
        ("SELECT * FROM t JOIN u USING (id)", &[]),
        ("SELECT id = s FROM t", &["op_it"]),
        ("SELECT f(id) FROM t", &["f"]),
        ("SELECT t.total FROM t", &["total"]),
        ("SELECT m::json FROM t", &["coin_json"]),
        ("SELECT 1 FROM t WHERE m", &["coin_bool"]),
        ("SELECT $1 = id", &["op_mm", "op_it"]),
    ] {
        let script =
            septum_sql::parse_script_with(text, septum_sql::Others::Refuse, Some(&server.model))
                .unwrap();
        let reach = &script.first().unwrap().facts().reach;
        let called: Vec<&str> = reach.callees.iter().map(|one| &*one.name.name).collect();
        let all = users.iter().all(|name| called.contains(name));
        assert!(all && (!users.is_empty() || called.is_empty()), "{text}: {called:?}");
    }
}

fn expression() -> BoxedStrategy<String> {
    let leaf = prop::sample::select(vec![
        "t.id",
        "t.big",
        "t.small",
        "t.n",
        "t.s",
        "t.v",
        "t.c",
        "t.p",
        "t.l",
        "t.m",
        "t.e",
        "t.arr",
        "t.tarr",
        "t.marr",
        "t.ok",
        "t.d",
        "u.s",
        "u.m",
        "u.id",
        "x",
        "t",
        "u",
        "1",
        "2.5",
        "5000000000",
        "'1'",
        "'x'",
        "NULL",
        "true",
        "$1",
        "$2",
        "$3",
        "t.total",
        "u.total",
        "w.k",
        "w.m",
        "(SELECT 7)",
        "'sad'::mood",
        "'x'::citext",
        "(1, 'x')::coin",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let operator = prop::sample::select(vec![
            "=", "<>", "<", "<=", ">=", "+", "-", "*", "||", "~~", "~~*", "<~",
            "OPERATOR(late.<~)", "OPERATOR(public.=)", "IS DISTINCT FROM", "AND", "OR",
        ]);
        let function = prop::sample::select(vec![
            "f", "g", "h", "lower", "upper", "abs", "length", "weight", "unit", "total", "sum",
            "firsts", "max", "count", "to_json", "late.f", "text", "int4", "coin", "array_agg",
        ]);
        let name = prop::sample::select(vec![
            "int", "text", "coin", "posint", "label", "numeric", "json", "bool", "int[]", "coin[]",
            "citext", "mood", "varchar",
        ]);
        let after = prop::sample::select(vec!["weight", "unit", "total", "amount", "lower", "f"]);
        prop_oneof![
            4 => (two.clone(), operator).prop_map(|((l, r), op)| format!("({l}) {op} ({r})")),
            3 => (inner.clone(), function.clone()).prop_map(|(x, f)| format!("{f}({x})")),
            1 => (two.clone(), function).prop_map(|((x, y), f)| format!("{f}({x}, {y})")),
            2 => (inner.clone(), name).prop_map(|(x, name)| format!("({x})::{name}")),
            2 => (inner.clone(), after).prop_map(|(x, name)| format!("({x}).{name}")),
            1 => two.clone().prop_map(|(x, y)| format!("coalesce({x}, {y})")),
            1 => two.clone().prop_map(|(x, y)| format!("CASE ({x}) WHEN ({y}) THEN {x} ELSE {y} END")),
            1 => two.clone().prop_map(|(x, y)| format!("CASE WHEN ({x}) THEN {y} END")),
            1 => two.clone().prop_map(|(x, y)| format!("({x}) IN ({y}, {x})")),
            1 => two.clone().prop_map(|(x, y)| format!("({x}) = ANY ({y})")),
            1 => two.clone().prop_map(|(x, y)| format!("({x}, 1) = ({y}, {x})")),
            1 => two.clone().prop_map(|(x, y)| format!("(ARRAY[{x}, {y}])")),
            1 => two.clone().prop_map(|(x, y)| format!("({x})[{y}]")),
            1 => two.clone().prop_map(|(x, y)| format!("({x}) BETWEEN ({y}) AND 3")),
            1 => two.clone().prop_map(|(x, y)| format!("NULLIF({x}, {y})")),
            1 => two.clone().prop_map(|(x, y)| format!("(SELECT z.a = z.b FROM (SELECT {x}, {y}) z(a, b))")),
            1 => two.prop_map(|(x, y)| format!("({x}) IN (SELECT {y} UNION SELECT {x})")),
            1 => inner.clone().prop_map(|x| format!("(- ({x}))")),
            1 => inner.prop_map(|x| format!("g(a => {x})")),
        ]
    })
    .boxed()
}

/// The same for random expressions, each of which stands where one may be.
#[test]
fn s50_every_function_that_the_server_calls_in_a_random_expression_is_a_candidate() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(server());
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases())
    });
    let places = prop::sample::select(vec![
        "SELECT § FROM t, u, pairs(1) p, (SELECT id AS k, m FROM t) w",
        "SELECT 1 FROM t, u, pairs(1) p, (SELECT id AS k, m FROM t) w WHERE §",
        "SELECT z.a = z.a FROM (SELECT § AS a FROM t, u, pairs(1) p, (SELECT s AS k, m FROM t) w) z",
        "INSERT INTO t (id, s, m) SELECT §, NULL, NULL FROM t, u, pairs(1) p, (SELECT 1 AS k, m FROM t) w",
    ]);
    let understood = std::cell::Cell::new(0_u32);
    let texts = (expression(), places).prop_map(|(x, place)| place.replace('§', &x));
    runner
        .run(&texts, |text| {
            if runtime.block_on(called(&server.client, &text)).is_ok() {
                understood.set(understood.get() + 1);
                prop_assert_eq!(runtime.block_on(overlooked(&server, &text)), None, "{}", text);
            } else {
                // It must not panic either.
                let _ = candidates(&text, &server.model);
            }
            Ok(())
        })
        .unwrap();
    assert!(understood.get() > cases() / 10, "{} of {}", understood.get(), cases());
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(600)
}

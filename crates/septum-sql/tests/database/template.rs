//! What a template makes of a text by a model is what the text's own tree would have made of it.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use septum_sql::Model;
use septum_test_cluster::Cluster;

use crate::literals::{mutated, picks, serves, template, with_values};
use crate::rewrite::{connect, model};

/// Functions, operators and casts that differ in nothing but the types of numbers and strings.
const OVERLOADS: &str = "
    CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION f(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
    CREATE FUNCTION f(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT 1.5';
    CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'SELECT ''x''::text';
    CREATE FUNCTION same(int, text) RETURNS bool LANGUAGE sql AS 'SELECT true';
    CREATE FUNCTION same(bigint, text) RETURNS bool LANGUAGE sql AS 'SELECT true';
    CREATE OPERATOR === (LEFTARG = int, RIGHTARG = text, FUNCTION = same);
    CREATE OPERATOR === (LEFTARG = bigint, RIGHTARG = text, FUNCTION = same);
    CREATE TYPE coin AS (amount int);
    CREATE FUNCTION to_coin(bigint) RETURNS coin LANGUAGE sql AS 'SELECT ROW(1)::coin';
    CREATE CAST (bigint AS coin) WITH FUNCTION to_coin(bigint) AS IMPLICIT;
    CREATE SEQUENCE numbers;
";

/// A place for a value; `?` is one.
const PLACES: [&str; 38] = [
    // Under row-level security alone.
    "SELECT id FROM notes WHERE id = ? AND body = ?",
    "SELECT id FROM notes WHERE tenant_id = ? AND id = ?",
    "SELECT id FROM notes WHERE tenant_id = $1 AND id = ? AND body LIKE ?",
    "SELECT id FROM notes WHERE (tenant_id, id) IN ((?, ?), (?, ?))",
    "SELECT id FROM notes WHERE tenant_id = ANY(?) OR tenant_id IN (?, ?)",
    "SELECT id FROM notes WHERE tenant_id = ANY($1) AND id = ?",
    "SELECT id FROM notes WHERE tenant_id = ANY(?::int[]) AND id = ?",
    "SELECT id FROM notes WHERE ?::text = tenant_id::text AND id > -?",
    "WITH n AS (SELECT tenant_id AS k, id FROM notes) SELECT id FROM n WHERE k = ? AND id = ?",
    "INSERT INTO notes (id, tenant_id, body) VALUES (?, ?, ?)",
    "INSERT INTO notes (id, tenant_id, body) VALUES (?, $1, ?), (-?, $1, ?)",
    "INSERT INTO notes (id, body) SELECT ?, ?",
    "UPDATE notes SET body = ?, tenant_id = ? WHERE id = ?",
    "UPDATE notes SET (body, tenant_id) = (?, ?) WHERE id = ?",
    "UPDATE notes SET body = ? WHERE id = ? AND tenant_id = $2",
    "DELETE FROM notes WHERE id BETWEEN ? AND -?",
    "MERGE INTO notes n USING currencies c ON n.id = ? WHEN MATCHED THEN UPDATE SET body = ?",
    "MERGE INTO notes n USING currencies c ON n.tenant_id = ? WHEN MATCHED AND n.id = ? THEN DELETE",
    "SELECT x FROM (SELECT ? AS x, id FROM notes UNION SELECT ?, ? LIMIT ?) s ORDER BY x",
    "DECLARE c CURSOR FOR SELECT id FROM notes WHERE body = ?",
    "COPY (SELECT id FROM notes WHERE body = ?) TO STDOUT",
    // Of nobody.
    "SELECT code FROM currencies WHERE code = ? OFFSET ?",
    "SELECT nextval(?), nextval(?::regclass), code = ? FROM currencies",
    "SELECT relname FROM pg_class WHERE relname = ?",
    "SELECT set_config(?::text, ?::text, true), current_setting(?::text) FROM notes WHERE id = ?",
    "SELECT nothing FROM nowhere WHERE id = ?",
    // By the types of values.
    "SELECT f(?), f(-?), f(? + ?), f(coalesce(?, ?))",
    "SELECT ? === ?, -? === ?, (? + ?) === 'x', CASE WHEN true THEN ? ELSE -? END === 'x'",
    "SELECT f(x), x === 'x' FROM (VALUES (?), (-?)) v(x)",
    "SELECT f(nullif(-?, ?)), f((SELECT -? UNION SELECT ?)), ARRAY[?, -?], ?::coin, -? + id FROM notes",
    // What is rewritten.
    "SELECT * FROM logged WHERE id = ?",
    "SELECT l.ctid, ? = l.id FROM logged l TABLESAMPLE system (?)",
    "INSERT INTO logged (id, tenant_id) VALUES (?, $1)",
    "SELECT name FROM accounts WHERE id = ? AND name = ?",
    "UPDATE accounts SET name = ? WHERE id = ?",
    "INSERT INTO accounts (id, name) VALUES (?, ?), (?, ?)",
    "BEGIN; SELECT id FROM notes WHERE id = ?; SELECT name FROM accounts WHERE id = $1; COMMIT",
    "SELECT id, ? FROM accounts GROUP BY id, ? ORDER BY ? LIMIT ?",
];

async fn with_model(test: impl FnOnce(&Model)) {
    let cluster = Cluster::start().unwrap();
    let client = connect(&cluster).await;
    client.batch_execute("SET search_path = public").await.unwrap();
    client.batch_execute(OVERLOADS).await.unwrap();
    client.batch_execute("SET search_path = crm, public").await.unwrap();
    test(&model(&client).await);
}

#[tokio::test]
async fn s145_a_template_judges_by_a_model_as_the_tree_does() {
    with_model(|model| {
        let served = Cell::new(0);
        let config = Config { cases: 3000, failure_persistence: None, ..Config::default() };
        let texts = (prop::sample::select(&PLACES[..]), picks(), prop::collection::vec(picks(), 6));
        let judged = TestRunner::new(config).run(&texts, |(place, first, then)| {
            let of = with_values(place, &first);
            for picks in then {
                let does = serves(&of, &mutated(&of, &picks), Some(model));
                served.set(served.get() + u32::from(does));
            }
            Ok(())
        });
        judged.unwrap();
        assert!(served.get() > 1000, "{}", served.get());
    })
    .await;
}

#[tokio::test]
async fn s145_no_number_is_resolved_by_the_type_of_another() {
    const EDGES: [&str; 10] = [
        "0",
        "1",
        "2147483647",
        "2147483648",
        "2147483649",
        "999999999999999999",
        "9223372036854775807",
        "9223372036854775808",
        "1.5",
        "1e3",
    ];
    with_model(|model| {
        let mut served = 0;
        for place in
            ["SELECT f(1 + ?)", "SELECT f(1 * -?)", "SELECT (-?)::int === 'x', 1 = ?, -? === 'x'"]
        {
            let text = |value: &str| format!("{}, 1 = -{value}", place.replace('?', value));
            for (one, other) in EDGES.iter().flat_map(|one| EDGES.map(|other| (*one, other))) {
                served += u32::from(serves(&text(one), &text(other), Some(model)));
            }
        }
        assert!(served >= 30, "{served}");
    })
    .await;
}

#[tokio::test]
async fn i07_a_template_holds_no_value_that_meets_a_tenant_column() {
    with_model(|model| {
        for text in [
            "SELECT id FROM notes WHERE tenant_id = 31337 AND id = 1",
            "SELECT id FROM notes WHERE '31337' = tenant_id::text AND id = 1",
            "SELECT id FROM notes WHERE (tenant_id, id) IN ((31337, 2))",
            "SELECT id FROM notes WHERE tenant_id = ANY('{1,31337}') AND id = 1",
            // No key is among these, and may be in the next one's.
            "SELECT id FROM notes WHERE tenant_id = ANY('{}') AND id = 31337",
            "SELECT id FROM notes WHERE tenant_id <> ALL('{null}'::int[]) AND id = 31337",
            "INSERT INTO notes (id, tenant_id) VALUES (1, 31337)",
            "INSERT INTO notes (id, tenant_id) SELECT 1, 31337",
            "UPDATE notes SET tenant_id = 31337 WHERE id = 1",
            "DELETE FROM notes WHERE id = 1 AND tenant_id <> -31337",
            "SELECT 1 = 1; SELECT id FROM notes WHERE tenant_id = 31337",
        ] {
            assert!(template(text, Some(model)).is_none(), "{text}");
        }
        for text in [
            "SELECT id FROM notes WHERE tenant_id = $1 AND id = 31337",
            "SELECT id FROM notes WHERE tenant_id = ANY($1) AND id = 31337",
            "INSERT INTO notes (id, tenant_id) VALUES (31337, $1)",
            "UPDATE notes SET body = 'x31337' WHERE id = 31337",
        ] {
            let shown = format!("{:?}", template(text, Some(model)).unwrap());
            assert!(!shown.contains("31337"), "{shown}");
        }
    })
    .await;
}

#[tokio::test]
async fn s171_what_is_rewritten_keeps_its_constants() {
    with_model(|model| {
        for (one, other) in [
            ("SELECT name FROM accounts WHERE id = 1", "SELECT name FROM accounts WHERE id = 2"),
            ("SELECT id FROM logged WHERE id = 1", "SELECT id FROM logged WHERE id = 2"),
        ] {
            assert!(!serves(one, other, Some(model)), "{one}");
        }
        // Beside another statement it has its parameter.
        let beside = |id: u32| {
            format!("SELECT id FROM notes WHERE id = {id}; SELECT name FROM accounts WHERE id = $1")
        };
        assert!(serves(&beside(1), &beside(2), Some(model)));
        // And what can't be rewritten is refused each time.
        let refused = "SELECT *, ctid FROM accounts WHERE id = 1";
        assert!(template(refused, Some(model)).is_none());
    })
    .await;
}

//! Where a tree is read from JSON, it is the tree that protobuf carries.

use proptest::prelude::*;

/// Whether a tree was read; if it was, it must be the right one.
fn reads(text: &str) -> bool {
    let Some(read) = super::parse(text) else { return false };
    let parsed = pg_query::parse(text, 0).unwrap().protobuf.stmts;
    let parsed: Vec<_> = parsed.into_iter().filter_map(|raw| raw.stmt.map(|tree| *tree)).collect();
    assert_eq!(read, parsed, "{text}");
    true
}

#[test]
fn what_applications_ask_is_read() {
    for text in [
        "SELECT a.name, d.title FROM accounts a JOIN deals d ON d.account_id = a.id \
         WHERE a.id BETWEEN 7 AND 7 + 9 ORDER BY d.amount_cents DESC LIMIT 20;",
        "INSERT INTO notes (account_id, body) VALUES (17, 'called'), ($1, NULL) \
         ON CONFLICT (id) DO UPDATE SET body = excluded.body RETURNING *",
        "UPDATE deals SET stage = $2::text::deal_stage, at = now() WHERE id = $1 RETURNING id",
        "DELETE FROM a USING b WHERE a.x = b.x AND NOT EXISTS (SELECT 1 FROM c)",
        "SELECT (SELECT count(*) FROM a), CASE WHEN b THEN 1.5 ELSE -2 END FROM c GROUP BY 1",
        "WITH x AS (SELECT 1) SELECT * FROM x, (VALUES (true)) y UNION ALL SELECT 2 FOR UPDATE",
        "SELECT a[1], b::varchar(10)[], c COLLATE \"C\", row_number() OVER (PARTITION BY d) FROM t",
        "BEGIN; SELECT coalesce(a, '\"\\<>/\u{7f}\u{1}ä\n'); COMMIT",
        "SELECT 1 WHERE a IN (1, 2) AND b IS NULL AND c IS TRUE OR d LIKE 'x%' ORDER BY 1 NULLS LAST",
    ] {
        assert!(reads(text), "{text}");
    }
}

#[test]
fn every_fixture_that_is_read_is_read_right() {
    let fixtures = include_str!("../../tests/fixtures/canonical.sql").split("\n--\n");
    let guard = include_str!("../../../septum-guard/tests/fixtures/statements.sql").lines();
    assert!(fixtures.chain(guard).filter(|text| reads(text)).count() > 50);
}

#[test]
fn s143_a_name_that_is_cut_is_read_as_it_is_cut() {
    assert!(reads(&format!("SELECT \"{}ä\"", "x".repeat(62))));
}

#[test]
fn s149_s150_what_protobuf_refuses_is_not_read() {
    let deep = format!("SELECT {}a", "NOT ".repeat(60));
    for text in ["SELECT 1 FORM t", "SELECT 1\0", &deep] {
        assert!(super::parse(text).is_none(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn any_string_is_read_right(value in any::<String>(), name in any::<String>()) {
        let (value, name) = (value.replace('\'', "''"), name.replace('"', "\"\""));
        reads(&format!("SELECT '{value}' AS \"x{name}\""));
        reads(&format!("SELECT E'{value}'"));
    }

    #[test]
    fn any_number_is_read_right(value in any::<i64>(), more in any::<f64>()) {
        reads(&format!("SELECT {value}, {more}, a::numeric({}) LIMIT {}", value & 0xFF, value & 0xFFFF));
    }
}

//! What a template makes of a text is what the text's own tree would have made of it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's failure report")]

mod literals;

use proptest::prelude::*;
use septum_sql::{Shape, Template};

use literals::{mutated, picks, with_values};

fn template(text: &str) -> Option<Template> {
    literals::template(text, None)
}

fn serves(of: &str, text: &str) -> bool {
    literals::serves(of, text, None)
}

#[test]
fn texts_that_differ_in_values_share_a_template() {
    const ACME: &str = "'7c9e6679-7425-40de-944b-e07fc1f90ae7'";
    const OTHER: &str = "'5b0e8a7c-0d6e-4c53-9d0f-2f1f2c1c3b11'";
    for (one, other) in [
        ("SELECT a FROM t WHERE id = 1", "select a /* x */ from t\nwhere id=2"),
        ("SELECT a FROM t WHERE id = 1.5", "SELECT a FROM t WHERE id = .25"),
        ("SELECT a FROM t WHERE id = -1", "SELECT a FROM t WHERE id = - 2"),
        ("SELECT a FROM t WHERE id = 3000000000", "SELECT a FROM t WHERE id = 4000000000"),
        ("SELECT a FROM t WHERE s = 'a'", "SELECT a FROM t WHERE s = 'it''s'"),
        ("SELECT a FROM t WHERE s = 'a'", "SELECT a FROM t WHERE s = 'b\\'"),
        ("SELECT a FROM t WHERE s = 'a'", "SELECT a FROM t WHERE s = E'b\\\\\\'c'"),
        ("SELECT a FROM t WHERE s = $$a$$", "SELECT a FROM t WHERE s = $ü$it's$ü$"),
        ("SELECT a FROM t WHERE s ILIKE '%a%' LIMIT 5", "SELECT a FROM t WHERE s ILIKE '' LIMIT 7"),
        ("SELECT a FROM t WHERE id IN (1, 2)", "SELECT a FROM t WHERE id IN (3, 4)"),
        ("SELECT a FROM t WHERE id BETWEEN 1 AND 2", "SELECT a FROM t WHERE id BETWEEN 3 AND 4"),
        ("INSERT INTO t (a, b) VALUES (1, 'x')", "INSERT INTO t (a, b) VALUES (2, 'y')"),
        ("UPDATE t SET a = a + 1, b = 'x'", "UPDATE t SET a = a + 2, b = 'y'"),
        ("BEGIN; DELETE FROM t WHERE a = 1; COMMIT", "BEGIN; DELETE FROM t WHERE a = 2; COMMIT"),
        ("SELECT date '2026-01-01'", "SELECT date '2027-01-01'"),
        (
            "SELECT coalesce(a, 0), CASE WHEN a THEN 'x' END",
            "SELECT coalesce(a, 1), CASE WHEN a THEN 'y' END",
        ),
        (
            &format!("SELECT a FROM t WHERE k = {ACME}"),
            &format!("SELECT a FROM t WHERE k = {OTHER}"),
        ),
        (&format!("SELECT {ACME} = f({ACME})"), &format!("SELECT {OTHER} = f({ACME})")),
        ("SELECT a FROM t WHERE k = 'x'::uuid", &format!("SELECT a FROM t WHERE k = {ACME}::uuid")),
    ] {
        assert!(serves(one, other), "{one} => {other}");
    }
}

#[test]
fn s145_a_number_of_another_type_is_another_shape() {
    for (one, other) in [
        ("SELECT 1 = a", "SELECT 1.5 = a"),
        ("SELECT 1 = a", "SELECT 2147483648 = a"),
        ("SELECT 2147483648 = a", "SELECT 9223372036854775808 = a"),
        ("SELECT 1 = a", "SELECT 'x' = a"),
        ("SELECT 1 = a", "SELECT -1 = a"),
        ("SELECT -1 = a", "SELECT -0 = a"),
        ("SELECT -3000000000 = a", "SELECT -2147483648 = a"),
        ("SELECT -2147483648 = a", "SELECT -3000000000 = a"),
        ("SELECT -3000000000 = a", "SELECT -9223372036854775808 = a"),
        ("SELECT 999999999999999999 = a", "SELECT 9999999999999999999 = a"),
        ("SELECT 1e3 = a", "SELECT 1000 = a"),
        ("SELECT 1 = a", "SELECT 0x1F = a"),
        ("SELECT 1.5 = a", "SELECT 1_0.5 = a"),
    ] {
        assert!(!serves(one, other), "{one} => {other}");
    }
}

#[test]
fn what_is_no_value_is_a_part_of_the_text() {
    for (one, other) in [
        ("SELECT 1 = a ORDER BY 1", "SELECT 1 = a ORDER BY 2"),
        ("SELECT 1 = a GROUP BY 1", "SELECT 1 = a GROUP BY 2"),
        ("SELECT 1 = a, b::varchar(10)", "SELECT 1 = a, b::varchar(20)"),
        ("SELECT 1 = a, b::float(10)", "SELECT 1 = a, b::float(50)"),
        ("SELECT 1 = a, '1 day'::interval(1)", "SELECT 1 = a, '2 day'::interval(1)"),
        ("SELECT 1 = a, 't'::bool", "SELECT 1 = a, 'f'::bool"),
        ("SELECT 1 = a, 'x'::bool", "SELECT 1 = a, 't'::bool"),
        ("SELECT 1 = a, 'x'::regclass", "SELECT 1 = a, 'y'::regclass"),
        ("SELECT 1 = a, nextval('x')", "SELECT 1 = a, nextval('y')"),
        ("SELECT 1 = a, current_setting('x.a')", "SELECT 1 = a, current_setting('x.b')"),
        (
            "SELECT 1 = a, set_config('x.a', 'b', true)",
            "SELECT 1 = a, set_config('x.a', 'c', true)",
        ),
        (
            "SELECT 1 = a, current_setting('x.a'::text)",
            "SELECT 1 = a, current_setting('x.b'::text)",
        ),
        (
            "SELECT 1 = a, set_config('x.a'::text, 'b', true)",
            "SELECT 1 = a, set_config('septum.tenant'::text, 'b', true)",
        ),
        (
            "SELECT 1 = a, pg_catalog.set_config('x.a', CAST('b' AS varchar)::text, true)",
            "SELECT 1 = a, pg_catalog.set_config('x.a', CAST('c' AS varchar)::text, true)",
        ),
        ("SELECT set_config('x.a'::text, 'b', true)", "SELECT set_config('x.b'::text, 'b', true)"),
        ("SET TIME ZONE INTERVAL '1'; SELECT 1 = a", "SET TIME ZONE INTERVAL '2'; SELECT 1 = a"),
        ("SELECT 1 = a, to_regclass('x')", "SELECT 1 = a, to_regclass('y')"),
        ("SELECT 1 = a, 'x'::oid", "SELECT 1 = a, 'y'::oid"),
        ("SELECT 1 = a, '(1)'::place", "SELECT 1 = a, '(2)'::place"),
        ("SELECT 1 = a, extract('year' FROM b)", "SELECT 1 = a, extract('month' FROM b)"),
        ("SELECT 1 = a, b[1]", "SELECT 1 = a, b[2]"),
        ("SELECT 1 = a, $1", "SELECT 1 = a, $2"),
        ("SET app.x = 'a'; SELECT 1 = a", "SET app.x = 'b'; SELECT 1 = a"),
        ("SELECT 1 = a, U&'a'", "SELECT 1 = a, U&'b'"),
        ("SELECT 1 = a, X'1F'", "SELECT 1 = a, X'1E'"),
        ("SELECT 1 = a, N'x'", "SELECT 1 = a, N'y'"),
        ("FETCH 1 FROM c", "FETCH 2 FROM c"),
    ] {
        assert!(!serves(one, other), "{one} => {other}");
    }
}

#[test]
fn s139_to_s144_what_the_scanner_joins_or_decodes_is_parsed() {
    for other in ["'a'\n'b'", "E'\\x41'", "E'\\n'", "E'\\u0041'", "U&'\\0041'", "B'1'"] {
        assert!(!serves("SELECT a = 'x'", &format!("SELECT a = {other}")), "{other}");
        // And the other way round.
        assert!(!serves(&format!("SELECT a = {other}"), "SELECT a = 'x'"), "{other}");
    }
    for nothing in ["", " \t\r\n\u{b}\u{c}", "SELECT a = 'x"] {
        assert!(Shape::of(nothing).is_none());
    }
    assert!(Shape::of("-- x").is_some());
    assert!(Shape::of("SELECT a = 'x'\0").is_none());
}

#[test]
fn i07_a_template_holds_no_value() {
    let of = "SELECT a FROM t WHERE s = 'hunter2' AND n = 31337 AND \
              k = '7c9e6679-7425-40de-944b-e07fc1f90ae7'";
    let shown = format!("{:?}", template(of).unwrap());
    for value in ["hunter2", "31337", "7c9e6679"] {
        assert!(!shown.contains(value), "{shown}");
    }
}

#[test]
fn s150_a_text_of_many_literals_makes_no_template() {
    let list = |n: usize| format!("SELECT a IN ({})", vec!["1"; n].join(","));
    assert!(template(&list(256)).is_some());
    assert!(template(&list(257)).is_none());
}

/// A place for a value; `?` is one.
const PLACES: [&str; 35] = [
    "SELECT ?",
    "SELECT a FROM t WHERE b = ?",
    "SELECT a FROM t WHERE b = -?",
    "SELECT a FROM t WHERE b IN (?, ?, -?)",
    "SELECT - ? - -? + +?",
    "SELECT a LIKE ? ESCAPE ?",
    "SELECT a FROM t LIMIT ? OFFSET ?",
    "SELECT a FROM t FETCH FIRST ? ROWS ONLY",
    "SELECT a FROM t ORDER BY a FETCH FIRST ? ROWS WITH TIES",
    "INSERT INTO t VALUES (?, ?), (?, -?)",
    "UPDATE t SET a = ?, (b, c) = (?, ?) WHERE d = ?",
    "DELETE FROM t WHERE a BETWEEN ? AND -?",
    "SELECT (?)::int, (-?)::numeric, ?::text, ?::uuid, ?::bool",
    "SELECT date ?, interval ?, timestamp ?",
    "SELECT CAST(? AS text), CAST(? AS varchar(5)), ?::interval",
    "SELECT a = ANY(?), b = ALL(ARRAY[?, ?])",
    "SELECT ROW(?, ?) = (?, ?)",
    "SELECT coalesce(?, a, ?), greatest(?, ?), nullif(?, ?)",
    "SELECT CASE ? WHEN ? THEN ? ELSE ? END",
    "SELECT f(?, -?), lower(?), count(*) FILTER (WHERE a = ?)",
    "SELECT a->?, a->>?, a#>>?, a @> ?::jsonb",
    "SELECT a AT TIME ZONE ?, extract(? FROM a)",
    "SELECT a[?], (b)[?:?]",
    "SELECT ? COLLATE \"C\" < a",
    "SELECT ? IS DISTINCT FROM ?, ? IS NULL",
    "SELECT a FROM t GROUP BY a, ? HAVING count(*) > ? ORDER BY ?, a + ?",
    "WITH x AS (SELECT ? AS a) SELECT a + ? FROM x UNION SELECT ?",
    "INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO UPDATE SET a = ? WHERE t.a <> ? RETURNING a + ?",
    "MERGE INTO t USING s ON t.a = s.a AND s.b = ? WHEN MATCHED AND a = ? THEN UPDATE SET a = ? \
     WHEN NOT MATCHED THEN INSERT VALUES (?)",
    "DECLARE c CURSOR FOR SELECT a = ?",
    "EXPLAIN SELECT a = ?",
    "COPY (SELECT a = ?) TO STDOUT",
    "SELECT set_config('app.x', ?, ?), current_setting(?)",
    "SELECT set_config(?::text, ?::text, ?), current_setting(CAST(? AS varchar)), a = ?",
    "BEGIN; SELECT a = ?; SELECT b = ?; COMMIT",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn a_template_makes_of_any_values_what_their_own_tree_makes(
        place in prop::sample::select(&PLACES[..]),
        first in picks(),
        then in prop::collection::vec(picks(), 6),
    ) {
        let of = with_values(place, &first);
        for picks in then {
            if Shape::of(&of).is_some() {
                serves(&of, &mutated(&of, &picks));
            }
        }
    }
}

/// Each production of the grammar that a judged statement may use, with other literals in it.
#[test]
fn a_template_of_every_fixture_makes_what_the_tree_makes() {
    let mut served = 0;
    for text in include_str!("fixtures/canonical.sql").split("\n--\n") {
        for round in 0..40_usize {
            let picks: Vec<_> = (0..7).map(|at| Some(round * 31 + at * 17)).collect();
            served += usize::from(serves(text, &mutated(text, &picks)));
        }
    }
    assert!(served > 100, "{served}");
}

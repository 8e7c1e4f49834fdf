//! What holds for any text.

use proptest::prelude::*;
use septum_sql::{Kind, handover, parse_script};

/// Pieces of SQL that combine into texts of which many parse.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "SELECT",
        "FROM",
        "WHERE",
        "t",
        "a",
        "b.c",
        "\"Q q\"",
        "1",
        "0x1F",
        "1_0",
        "'s'",
        "E'\\n'",
        "$1",
        "$$x$$",
        "U&'\\0041'",
        "(",
        ")",
        ",",
        ";",
        "*",
        "=",
        "<>",
        "||",
        "::",
        "int",
        "text",
        "AND",
        "OR",
        "NOT",
        "IS NULL",
        "IN (1, 2)",
        "(SELECT 1)",
        "JOIN u ON true",
        "AS",
        "x",
        "ORDER BY",
        "GROUP BY",
        "LIMIT 1",
        "UNION",
        "WITH x AS (SELECT 1)",
        "INSERT INTO t",
        "VALUES (1)",
        "UPDATE t SET a = 1",
        "DELETE FROM t",
        "RETURNING *",
        "SET a.b = 'c'",
        "RESET ALL",
        "BEGIN",
        "COMMIT",
        "f(1)",
        "count(*)",
        "CASE WHEN a THEN b END",
        "ARRAY[1]",
        "-- c\n",
        "/* c */",
        "/*",
        "*/",
        "-",
        "+",
        "COPY t FROM STDIN",
        "EXPLAIN",
        "\n",
        "''",
        "set_config('a.b', 'c', false)",
        "now()",
        "INTERVAL '1 day'",
        "COLLATE \"C\"",
        "FOR UPDATE",
    ]);
    prop_oneof![8 => fixed.prop_map(str::to_owned), 1 => any::<String>()]
}

fn texts() -> impl Strategy<Value = String> {
    let combined = prop::collection::vec(piece(), 0..14).prop_map(|pieces| pieces.join(" "));
    prop_oneof![9 => combined, 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn canonical_text_is_one_statement_and_its_own_canonical_text(text in texts()) {
        let Ok(script) = parse_script(&text) else { return Ok(()) };
        for statement in script {
            let canonical = statement.canonical();
            if canonical.is_empty() {
                let refused = statement.refusal().is_some() || !statement.facts().unknown.is_empty();
                prop_assert!(refused, "{text}");
                continue;
            }
            let again = parse_script(canonical).unwrap();
            prop_assert_eq!(again.len(), 1, "{}", &text);
            prop_assert_eq!(again[0].canonical(), canonical);
            prop_assert!(!matches!(again[0].kind(), Kind::Other(_)));
        }
    }

    #[test]
    fn reading_comments_never_fails_on_a_text_without_keys(text in texts()) {
        let found = handover(&text).unwrap();
        prop_assert_eq!(&*found.text, text.as_str());
    }
}

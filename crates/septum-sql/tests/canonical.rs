//! The canonical text: one tree, one text, whatever the spelling.
#![expect(clippy::panic, reason = "a test's failure report")]

use septum_sql::{Kind, SqlError, Statement, parse_script};

fn one(text: &str) -> Statement {
    let mut script = parse_script(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(script.len(), 1, "{text}");
    script.remove(0)
}

fn canonical(text: &str) -> String {
    one(text).canonical().to_owned()
}

/// Every production of the grammar that a judged statement may use, one or more times.
#[test]
fn every_fixture_has_a_canonical_text_that_is_its_own() {
    for text in include_str!("fixtures/canonical.sql").split("\n--\n") {
        for statement in parse_script(text).unwrap_or_else(|error| panic!("{text}: {error:?}")) {
            assert!(statement.facts().unknown.is_empty(), "{text}: {:?}", statement.facts());
            assert_eq!(statement.refusal(), None, "{text}");
            let again = one(statement.canonical());
            assert_eq!(again.canonical(), statement.canonical(), "{text}");
            assert_eq!(again.facts(), statement.facts(), "{text}");
        }
    }
}

#[test]
fn a_time_zone_is_an_interval_only_where_its_fields_change_nothing() {
    let zone = canonical("SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE");
    assert_eq!(zone, "SET \"timezone\" TO 'INTERVAL ''+02:00'''");
    assert_eq!(zone, canonical("SET TIME ZONE INTERVAL '+02:00'"));
    for text in ["'2' HOUR TO MINUTE", "'02:00' HOUR"] {
        assert!(one(&format!("SET TIME ZONE INTERVAL {text}")).refusal().is_some(), "{text}");
    }
}

#[test]
fn s139_comments_nest_end_at_either_line_end_and_never_survive() {
    assert_eq!(canonical("SELECT /* /* */ , 2 */ 1"), "SELECT 1");
    assert_eq!(canonical("select 1 --x\r, 2"), "SELECT 1, 2");
    assert_eq!(canonical("select 1 --x\n, 2"), "SELECT 1, 2");
    assert_eq!(canonical("select 1 --x\u{c}, 2"), "SELECT 1");
    assert_eq!(canonical("select 1 --x\u{85}, 2"), "SELECT 1");
    assert_eq!(canonical("select 1 --x\u{2028}, 2"), "SELECT 1");
}

#[test]
fn s140_what_one_server_takes_for_a_space_and_another_doesn_t_is_gone_from_the_text() {
    assert_eq!(canonical("SELECT\u{c}1"), "SELECT 1");
    assert_eq!(canonical("SELECT\u{b}1"), "SELECT 1");
    assert_eq!(canonical("SELECT a\u{a0}b"), "SELECT \"a\u{a0}b\"");
}

#[test]
fn s141_strings_join_over_a_line_end_only() {
    assert_eq!(canonical("SELECT 'sel'\n'ect'"), "SELECT 'select'");
    assert_eq!(canonical("SELECT 'sel' -- x\n'ect'"), "SELECT 'select'");
    assert!(parse_script("SELECT 'sel' 'ect'").is_err());
    assert!(parse_script("SELECT 'sel' /**/ 'ect'").is_err());
}

#[test]
fn s142_escapes_are_read_before_anything_is_judged() {
    let statement = one("SELECT U&\"set\\005fconfig\"(U&'a!002eb' UESCAPE '!', E'\\x41', true), 1");
    assert_eq!(statement.canonical(), "SELECT set_config('a.b', 'A', true), 1");
    assert_eq!(&*statement.facts().functions[0].name.name, "set_config");
    assert_eq!(canonical("SELECT * FROM U&\"\\0070lain\""), "SELECT * FROM plain");
}

#[test]
fn s143_a_long_name_is_judged_as_the_name_that_it_is_cut_to() {
    let long = "x".repeat(64);
    let statement = one(&format!("SELECT * FROM {long}"));
    assert_eq!(&*statement.facts().relations[0].name.name, &long[..63]);
    assert_eq!(statement.canonical(), format!("SELECT * FROM {}", &long[..63]));
}

#[test]
fn s144_dollar_quotes_take_any_tag_and_become_plain_strings() {
    assert_eq!(canonical("SELECT $ü$a'b$$c$ü$"), "SELECT 'a''b$$c'");
    assert_eq!(canonical("SELECT a$b$ FROM t"), "SELECT \"a$b$\" FROM t");
}

#[test]
fn s145_numbers_are_spelled_as_every_server_reads_them() {
    assert_eq!(canonical("SELECT 0x10, 1_000, 0b11, 0o17"), "SELECT 16, 1000, 3, 15");
    assert_eq!(canonical("SELECT 0xFFFFFFFFFF, 9_999_999_999"), "SELECT 1099511627775, 9999999999");
    assert_eq!(canonical("SELECT 1_000.5, 1_0e1_0"), "SELECT 1000.5, 10e10");
    assert!(parse_script("SELECT 1from t").is_err());
    let enormous = format!("SELECT 0x{}", "F".repeat(40));
    assert!(!one(&enormous).facts().unknown.is_empty());
}

#[test]
fn s146_operators_and_comments_are_told_apart_as_postgresql_does() {
    assert_eq!(canonical("SELECT 1--1"), "SELECT 1");
    assert_eq!(canonical("SELECT 1 - -1"), "SELECT 1 - -1");
    assert_eq!(canonical("SELECT 2/-1"), "SELECT 2 / -1");
    assert_eq!(canonical("SELECT a <--x\n b"), "SELECT a < b");
}

#[test]
fn s147_case_is_folded_and_quotes_stand_where_they_must() {
    let statement = one("SELECT A.B FROM \"Crm\".ACCOUNTS A");
    assert_eq!(statement.canonical(), "SELECT a.b FROM \"Crm\".accounts a");
    assert_eq!(statement.facts().relations[0].name.to_string(), "Crm.accounts");
}

#[test]
fn s148_empty_statements_are_none() {
    for text in ["", ";;", " ; \n;", "-- x", "/* x */", "\t"] {
        assert!(parse_script(text).unwrap().is_empty(), "{text:?}");
    }
}

#[test]
fn s89_a_text_of_several_statements_becomes_several_texts_of_one() {
    let script = parse_script("BEGIN; SELECT 1; /*;*/ SELECT ';'; COMMIT").unwrap();
    let texts: Vec<&str> = script.iter().map(Statement::canonical).collect();
    assert_eq!(texts, ["BEGIN", "SELECT 1", "SELECT ';'", "COMMIT"]);
}

#[test]
fn s149_a_zero_byte_is_a_syntax_error() {
    assert!(matches!(parse_script("SELECT 1\0; x"), Err(SqlError::Syntax { .. })));
}

#[test]
fn a_backslash_means_itself_whatever_the_server_s_setting() {
    assert_eq!(canonical(r"SELECT 'a\'"), r"SELECT E'a\\'");
}

#[test]
fn s150_what_nests_too_deeply_is_refused_and_nothing_overflows() {
    let deep = |n: usize| {
        [
            format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n)),
            format!("SELECT 1{}", "+1".repeat(n)),
            format!("SELECT {}1{}", "(SELECT ".repeat(n), ")".repeat(n)),
            format!("SELECT 1{}", " UNION SELECT 1".repeat(n)),
            format!("SELECT {}a", "NOT ".repeat(n)),
            format!("SELECT * FROM {}t{}", "(SELECT * FROM ".repeat(n), ") x".repeat(n)),
            format!("SELECT * FROM t{}", " JOIN t ON true".repeat(n)),
            format!("SELECT {}1{}", "CASE WHEN a THEN ".repeat(n), " END".repeat(n)),
            format!("SELECT 1{}", "::int".repeat(n)),
            format!("SELECT {}1{}", "ARRAY[".repeat(n), "]".repeat(n)),
            format!("{}SELECT 1{}", "WITH x AS (".repeat(n), ") SELECT 1".repeat(n)),
        ]
    };
    // A worker of tokio has 2 MiB of stack; optimised, a quarter of it is enough.
    let kib = if cfg!(debug_assertions) { 2048 } else { 512 };
    let small = std::thread::Builder::new().stack_size(kib * 1024);
    let run = move || {
        for n in [10, 50, 100, 1_000, 10_000] {
            for text in deep(n) {
                match parse_script(&text) {
                    Ok(_) | Err(SqlError::TooDeep) => {}
                    Err(error) => panic!("{n}: {error:?}"),
                }
            }
        }
    };
    small.spawn(run).unwrap().join().unwrap();
}

#[test]
fn s150_what_has_too_many_parts_to_be_judged_in_time_is_refused() {
    let list = |n: usize| format!("SELECT {}", vec!["1"; n].join(","));
    assert!(matches!(parse_script(&list(80_000)), Err(SqlError::TooLarge)));
    assert!(parse_script(&list(1_000)).is_ok());
    let rows: Vec<String> = (1..=65_535).map(|at| format!("(${at})")).collect();
    assert!(parse_script(&format!("INSERT INTO t VALUES {}", rows.join(","))).is_ok());
}

#[test]
fn s150_a_text_of_too_many_statements_is_refused() {
    assert_eq!(parse_script(&"SELECT 1;".repeat(10_000)).unwrap().len(), 10_000);
    assert!(matches!(parse_script(&"SELECT 1;".repeat(10_001)), Err(SqlError::TooLarge)));
    assert!(matches!(parse_script(&"BEGIN;".repeat(10_001)), Err(SqlError::TooLarge)));
}

#[test]
fn a_syntax_error_says_where() {
    let at = |text: &str| match parse_script(text) {
        Err(SqlError::Syntax { position, .. }) => position,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(at("SELECT 1 FORM t"), Some(15));
    assert_eq!(at("SELECT 'ä' FROM FROM t"), Some(17));
    assert_eq!(at("SELECT a, FROM"), Some(11));
    assert_eq!(at("SELECT ("), Some(9));
}

#[test]
fn names_of_common_table_expressions_hide_relations_in_their_scope_only() {
    let relations = |text: &str| -> Vec<String> {
        one(text).facts().relations.iter().map(|relation| relation.name.to_string()).collect()
    };
    assert_eq!(relations("WITH x AS (SELECT * FROM t) SELECT * FROM x, y"), ["t", "y"]);
    // Without RECURSIVE a name isn't in scope inside itself, nor before itself.
    assert_eq!(relations("WITH x AS (SELECT * FROM x) SELECT * FROM x"), ["x"]);
    assert_eq!(relations("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a"), ["b"]);
    assert!(
        relations("WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT 1) SELECT 1").is_empty()
    );
    // A scope ends with its query.
    assert_eq!(relations("SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) s, x"), ["x"]);
    // A schema names a relation.
    assert_eq!(relations("WITH x AS (SELECT 1) SELECT * FROM s.x"), ["s.x"]);
    // The target of a write never is one.
    assert_eq!(relations("WITH x AS (SELECT 1) INSERT INTO x SELECT * FROM x"), ["x"]);
    assert_eq!(relations("WITH x AS (SELECT 1) UPDATE x SET a = 1"), ["x"]);
}

#[test]
fn a_set_config_inside_a_query_ends_with_the_transaction() {
    for third in ["false", "true", "$1", "NOT true", "(SELECT false)", "NULL"] {
        let text = format!("SELECT set_config('app.x', 'y', {third}) FROM t");
        assert_eq!(canonical(&text), "SELECT set_config('app.x', 'y', true) FROM t");
    }
}

#[test]
fn a_select_of_nothing_but_a_constant_set_config_is_a_set() {
    let Kind::Set(set) = one("SELECT set_config('App.X', 'y', false) AS z").kind().clone() else {
        panic!("a SET");
    };
    assert_eq!((set.name.as_str(), set.value.as_deref(), set.local), ("app.x", Some("y"), false));
    assert_eq!(set.column.as_deref(), Some("z"));
    for more in [
        "SELECT set_config('app.x', 'y', false), 1",
        "SELECT set_config('app.x', 'y', false) FROM t",
        "SELECT set_config('app.x', 'y', false) WHERE false",
        "SELECT set_config('app.x', $1, false)",
        "SELECT set_config('app.x', 'y', false) LIMIT 0",
        "SELECT set_config('app.x', 'y', false) UNION SELECT 'a'",
        "SELECT s.set_config('app.x', 'y', false)",
    ] {
        assert!(matches!(one(more).kind(), Kind::Rows), "{more}");
    }
}

#[test]
fn a_context_token_is_not_in_the_canonical_text() {
    let statement = one("SET LOCAL Septum . \"TOKEN\" = 'hunter2'");
    let Kind::Handover { token: Some(token), local: true } = statement.kind() else {
        panic!("a handover");
    };
    assert_eq!(token.expose(), "hunter2");
    assert!(!format!("{statement:?}").contains("hunter2"));
    for none in ["SET septum.token TO DEFAULT", "RESET septum.token"] {
        assert!(matches!(one(none).kind(), Kind::Handover { token: None, local: false }));
    }
}

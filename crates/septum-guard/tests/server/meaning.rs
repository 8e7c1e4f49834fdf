//! What runs means what was written: the server resolves the canonical text to the tree to which
//! it resolves the client's own text. (That both parse alike is checked for each statement as it
//! is judged; here another version of the grammar reads them, and names are resolved.)

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use septum_sql::parse_script;
use tokio_postgres::Client;

use crate::support::{meaning, server};

const SETUP: &str = include_str!("../fixtures/meaning.setup.sql");

fn canonical(text: &str) -> Option<String> {
    let script = parse_script(text).ok()?;
    let [statement] = script.as_slice() else { return None };
    let canonical = statement.canonical();
    (!canonical.is_empty()).then(|| canonical.to_owned())
}

/// Whether the server understands the statement, in both texts alike.
async fn same(server: &Client, text: &str) -> bool {
    let canonical = canonical(text).unwrap_or_else(|| panic!("no canonical text: {text}"));
    let (theirs, ours) = (meaning(server, text).await, meaning(server, &canonical).await);
    let of_another_version = theirs.as_ref().is_err_and(|error| error.starts_with("42601"));
    assert!(ours == theirs || of_another_version, "{text}\n{canonical}\n{ours:?}\n{theirs:?}");
    theirs.is_ok()
}

#[tokio::test]
async fn canonical_texts_mean_to_the_server_what_was_written() {
    let server = server().await;
    server.batch_execute(SETUP).await.unwrap();
    let mut refused = Vec::new();
    for text in include_str!("../fixtures/meaning.sql").lines() {
        if !same(&server, text).await {
            refused.push(text);
        }
    }
    // One is there to be refused, so that errors are compared too.
    assert_eq!(refused.len(), 1, "{refused:#?}");
}

/// Nothing of these resolves in an empty database, but both texts fail for the same reason, where
/// the server's version has the syntax at all.
#[tokio::test]
async fn canonical_texts_of_every_production_are_refused_alike() {
    let server = server().await;
    let productions = include_str!("../../../septum-sql/tests/fixtures/canonical.sql");
    let in_a_function = ["SELECT", "(", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "WITH"];
    for text in productions.split("\n--\n") {
        if in_a_function.iter().any(|command| text.starts_with(command))
            && canonical(text).is_some()
        {
            same(&server, text).await;
        }
    }
}

fn number() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("id".to_owned()),
        Just("-1".to_owned()),
        Just("2".to_owned()),
        Just("$1".to_owned()),
        Just("(SELECT 3)".to_owned()),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (
                two.clone(),
                prop::sample::select(vec![
                    "+",
                    "-",
                    "*",
                    "/",
                    "%",
                    "#",
                    "&",
                    "|",
                    "<<",
                    "??",
                    "OPERATOR(s.##)",
                    "OPERATOR(pg_catalog.*)"
                ])
            )
                .prop_map(|((l, r), op)| format!("{l} {op} {r}")),
            (inner.clone(), prop::sample::select(vec!["-", "- ", "+", "~", "@", "@#@ "]))
                .prop_map(|(x, op)| format!("{op} {x}")),
            inner.clone().prop_map(|x| format!("({x})")),
            inner.clone().prop_map(|x| format!("({x})::int")),
            inner.clone().prop_map(|x| format!("{x}::text::int")),
            inner.clone().prop_map(|x| format!("(ARRAY[{x}])[1]")),
            two.clone().prop_map(|(l, r)| format!("coalesce({l}, {r})")),
            two.prop_map(|(l, r)| format!("CASE WHEN {l} = {r} THEN {l} ELSE {r} END")),
        ]
    })
    .boxed()
}

fn condition() -> BoxedStrategy<String> {
    let two = (number(), number());
    let leaf = prop_oneof![
        Just("f".to_owned()),
        (two.clone(), prop::sample::select(vec!["=", "<>", "<", ">=", "IS DISTINCT FROM"]))
            .prop_map(|((l, r), op)| format!("{l} {op} {r}")),
        two.clone().prop_map(|(l, r)| format!("{l} BETWEEN {r} AND 3")),
        two.clone().prop_map(|(l, r)| format!("{l} NOT IN ({r}, 4)")),
        two.clone().prop_map(|(l, r)| format!("{l} = ANY (ARRAY[{r}])")),
        two.prop_map(|(l, r)| format!("({l}, {r}) < (1, 2)")),
        number().prop_map(|x| format!("{x} IS NOT NULL")),
        number().prop_map(|x| format!("b LIKE {x}::text || '%' ESCAPE '!'")),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (two, prop::sample::select(vec!["AND", "OR", "=", "<"]))
                .prop_map(|((l, r), op)| format!("{l} {op} {r}")),
            inner.clone().prop_map(|x| format!("NOT {x}")),
            inner.clone().prop_map(|x| format!("({x})")),
            inner.clone().prop_map(|x| format!("{x} IS TRUE")),
            inner.clone().prop_map(|x| format!("({x}) IS NOT UNKNOWN")),
            inner.prop_map(|x| format!("EXISTS (SELECT 1 FROM u WHERE {x})")),
        ]
    })
    .boxed()
}

/// Where operators bind tighter, to the left or not at all, parentheses must be where they count.
#[test]
fn random_expressions_mean_to_the_server_what_was_written() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(server());
    runtime.block_on(server.batch_execute(SETUP)).unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 250,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let (mut known, mut understood) = (0, 0);
    let known_and_understood = (&mut known, &mut understood);
    let texts = (number(), condition())
        .prop_map(|(number, condition)| format!("SELECT {number} FROM t WHERE {condition}"));
    let counts = std::cell::RefCell::new(known_and_understood);
    runner
        .run(&texts, |text| {
            let Some(canonical) = canonical(&text) else { return Ok(()) };
            let (theirs, ours) = runtime.block_on(async {
                (meaning(&server, &text).await, meaning(&server, &canonical).await)
            });
            let mut counts = counts.borrow_mut();
            *counts.0 += 1;
            *counts.1 += usize::from(theirs.is_ok());
            prop_assert_eq!(ours, theirs, "{}\n{}", text, canonical);
            Ok(())
        })
        .unwrap();
    assert!(known > 150 && understood > 75, "{understood} of {known}");
}

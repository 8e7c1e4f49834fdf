//! A table of statements, and a snapshot of what becomes of each: kind, decision with and
//! without a tenant, canonical text.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

mod model;

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use septum_bind::Binding;
use septum_core::{Environment, Principal, TenantType};
use septum_guard::{Denial, Guarded, Mode, Policy};
use septum_sql::{Kind, Statement};

fn binding() -> Binding {
    let tenant = TenantType::Text.parse("acme").unwrap();
    Binding::for_tests(tenant, Principal::new("ann").unwrap())
}

type Verdict = Result<Arc<[Guarded<Statement>]>, Denial>;

fn told(verdict: &Verdict) -> String {
    match verdict {
        Ok(_) => "runs".into(),
        Err(denial) => denial.to_string(),
    }
}

#[test]
fn decisions_on_a_table_of_statements() {
    let guard = model::guard(Policy::default());
    let mut table = String::new();
    for text in include_str!("fixtures/statements.sql").lines().filter(|line| !line.is_empty()) {
        let (bound, unbound) = (guard.judge(text, Some(&binding())), guard.judge(text, None));
        writeln!(table, "{text}\n  bound:   {}", told(&bound)).unwrap();
        if bound.is_ok() {
            writeln!(table, "  unbound: {}", told(&unbound)).unwrap();
        }
        for statement in bound.iter().flat_map(|statements| statements.iter()) {
            writeln!(table, "  {:?}\n  > {}", statement.kind(), statement.canonical()).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn s9_of_the_names_before_a_column_none_is_a_function() {
    let guard = model::guard(Policy::default());
    let runs = |text: &str| guard.judge(text, Some(&binding())).is_ok();
    // As SQLAlchemy names columns.
    assert!(runs("SELECT pg_catalog.pg_namespace.nspname FROM pg_catalog.pg_namespace"));
    assert!(!runs("SELECT l.lo_get FROM unnest(ARRAY[1::oid]) l"));
    for text in [
        "SELECT g.pg_sleep FROM unnest(ARRAY[1::float8]) g",
        "SELECT s.a.pg_sleep FROM s.a",
        "SELECT (a).b.lo_get FROM a",
    ] {
        assert!(!runs(text), "{text}");
    }
}

#[test]
fn s08_a_setting_that_a_parameter_names_is_none_of_septums() {
    let guard = model::guard(Policy::default());
    let texts =
        ["SELECT current_setting($1)", "SELECT pg_catalog.current_setting($1::varchar, true)"];
    for text in texts {
        let statements = guard.judge(text, Some(&binding())).unwrap();
        let canonical = statements.first().unwrap().canonical();
        assert!(canonical.contains("'^septum', 'not septum', 'i'"), "{canonical}");
        let again = guard.judge(canonical, Some(&binding())).unwrap();
        assert_eq!(again.first().unwrap().canonical(), canonical);
    }
}

#[test]
fn s09_unnest_of_several_lists_is_a_call_for_each_in_from_alone() {
    let guard = model::guard(Policy::default());
    let runs = |text: &str| guard.judge(text, Some(&binding())).is_ok();
    assert!(runs("SELECT * FROM unnest(ARRAY[1], ARRAY['a']) AS u (a, b)"));
    assert!(!runs("SELECT unnest(ARRAY[1], ARRAY['a'])"));
    assert!(!runs("SELECT * FROM unnest(ARRAY[1], pg_sleep(1)) AS u (a, b)"));
}

#[test]
fn a_text_seen_before_gets_the_same_statements() {
    let guard = model::guard(Policy::default());
    let text = "SELECT * FROM accounts WHERE id = $1";
    let first = guard.judge(text, Some(&binding())).unwrap();
    let second = guard.judge(text, Some(&binding())).unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    assert!(guard.judge(text, None).is_err());
}

#[test]
fn s150_a_judgement_that_is_kept_gives_the_same_statements_however_long_the_text() {
    let guard = model::guard(Policy::default());
    let text = format!("SELECT 1 IN (1{})", ",1".repeat(10_000));
    let judgement = guard.judgement(&text);
    let bound = judgement.under(Some(&binding())).unwrap();
    assert!(Arc::ptr_eq(&bound, &judgement.under(Some(&binding())).unwrap()));
    assert!(Arc::ptr_eq(&bound, &judgement.under(None).unwrap()));
}

#[test]
fn a_text_with_a_token_is_not_kept() {
    let guard = model::guard(Policy::default());
    let text = "SET septum.token = 'x'";
    let first = guard.judge(text, None).unwrap();
    let second = guard.judge(text, None).unwrap();
    assert!(!Arc::ptr_eq(&first, &second));
    assert!(matches!(first.first().map(|one| one.kind()), Some(Kind::Handover { .. })));
}

#[test]
fn with_the_guard_off_attacks_reach_the_database() {
    let off = Policy::new(Mode::Off, Environment::Test).expect("a test may");
    let guard = model::guard(off);
    for text in [
        "SELECT set_config('septum.tenant', '2', false), * FROM accounts",
        "SELECT query_to_xml('select * from accounts', true, true, '')",
        "CREATE TEMP TABLE accounts (a int)",
        "DO $$BEGIN PERFORM 1; END$$",
        "SELECT * FROM septum.keys",
        "LOCK TABLE accounts",
        "EXPLAIN SELECT * FROM accounts",
    ] {
        let statements = guard.judge(text, Some(&binding())).expect(text);
        assert!(statements.iter().all(|one| !one.canonical().is_empty()), "{text}");
    }
}

proptest! {
    #[test]
    fn judging_never_panics_and_what_is_unbound_is_bound_too(text in any::<String>()) {
        let guard = model::guard(Policy::default());
        let (bound, unbound) = (guard.judge(&text, Some(&binding())), guard.judge(&text, None));
        prop_assert!(bound.is_ok() || unbound.is_err());
    }
}

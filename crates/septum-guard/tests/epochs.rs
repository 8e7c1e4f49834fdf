//! What the guard makes of a database that it doesn't know, and of one that has changed.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

mod model;

use septum_bind::Binding;
use septum_core::{Environment, Principal, Reason, TenantType};
use septum_guard::{Guard, Mode, Policy};

fn binding() -> Binding {
    let tenant = TenantType::Text.parse("acme").unwrap();
    Binding::for_tests(tenant, Principal::new("ann").unwrap())
}

fn reason(guard: &Guard, text: &str) -> Option<Reason> {
    guard.judge(text, Some(&binding())).err().map(|denial| denial.reason)
}

#[test]
fn without_a_model_nothing_is_reached_that_is_not_postgresqls_own() {
    let guard = Guard::new(Policy::default());
    for text in [
        "SELECT * FROM accounts",
        "SELECT (SELECT count(*) FROM public.accounts)",
        "TABLE accounts",
        "INSERT INTO accounts VALUES (1)",
        "UPDATE accounts SET name = ''",
        "DELETE FROM accounts",
        "MERGE INTO accounts a USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
        "WITH a AS (DELETE FROM accounts RETURNING *) SELECT 1",
        "COPY accounts TO STDOUT",
        "COPY accounts FROM STDIN",
        "COPY (SELECT * FROM accounts) TO STDOUT",
        "DECLARE c CURSOR FOR SELECT * FROM accounts",
        "SELECT full_name(1)",
        "SELECT * FROM crm.everything()",
        "SELECT 1::positive",
        "SELECT '1'::crm.positive",
        "SELECT 1; SELECT * FROM accounts",
    ] {
        assert_eq!(reason(&guard, text), Some(Reason::CatalogUnavailable), "{text}");
    }
    for text in [
        "SELECT 1",
        "SELECT lower('A')",
        "SELECT 1::text",
        "BEGIN",
        "SHOW timezone",
        "SELECT typname FROM pg_type",
        "SELECT relname FROM pg_catalog.pg_class",
    ] {
        assert_eq!(reason(&guard, text), None, "{text}");
    }
    let off = Guard::new(Policy::new(Mode::Off, Environment::Test).unwrap());
    assert_eq!(reason(&off, "SELECT * FROM accounts"), None);
}

#[test]
fn s28_no_judgement_outlives_its_epoch() {
    let guard = Guard::new(Policy::default());
    let text = "SELECT * FROM accounts";
    let before = guard.judgement(text);
    assert!(guard.is_current(&before) && before.under(Some(&binding())).is_err());
    guard.adopt(model::model());
    assert!(!guard.is_current(&before));
    let after = guard.renewed(&before);
    assert!(guard.is_current(&after) && after.under(Some(&binding())).is_ok());
    guard.adopt(model::model());
    assert!(!guard.is_current(&after) && !guard.is_current(&before));
    let other = model::guard(Policy::default());
    assert!(other.renewed(&before).under(Some(&binding())).is_ok());
}

#[test]
fn a_judgement_tells_nobody_the_token_in_its_text() {
    let judgement = Guard::new(Policy::default()).judgement("SET septum.token = 'abracadabra'");
    assert!(!format!("{judgement:?}").contains("abracadabra"));
}

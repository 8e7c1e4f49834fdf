//! A guard that has seen texts of the same shape judges like one that has seen none.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

mod model;

use septum_bind::Binding;
use septum_core::{Environment, Principal, TenantType};
use septum_guard::{Guard, Mode, Policy};

const KEYS: [&str; 2] =
    ["acacacac-0000-4000-8000-000000000001", "60be0e00-0000-4000-8000-000000000002"];

fn guard() -> Guard {
    let keys = KEYS.map(|key| TenantType::Uuid.parse(key).unwrap());
    let mut policy = Policy::default();
    policy.tenants = keys.into_iter().collect();
    policy.functions = vec!["f".into(), "differs".into(), "to_int".into()];
    model::guard(policy)
}

fn binding() -> Binding {
    let tenant = TenantType::Uuid.parse(KEYS[0]).unwrap();
    Binding::for_tests(tenant, Principal::new("ann").unwrap())
}

/// All that a guard says of a text.
fn said(guard: &Guard, text: &str) -> String {
    let judgement = guard.judgement(text);
    let crossing = guard.crossing(&judgement, std::iter::empty(), &binding());
    format!("{judgement:?} {:?} {crossing:?}", judgement.under(None))
}

fn with_values(text: &str, string: &str, number: &str) -> String {
    let mut changed = String::new();
    let mut pieces = text.split('\'');
    changed += &pieces.next().unwrap_or_default().replace(" 1", &format!(" {number}"));
    while let (Some(_), Some(rest)) = (pieces.next(), pieces.next()) {
        changed += &format!("'{string}'{}", rest.replace(" 1", &format!(" {number}")));
    }
    changed
}

/// What meets a tenant column, and what is resolved by the types of values.
const OF_TENANTS: [&str; 12] = [
    "SELECT id FROM accounts WHERE tenant_id = 'x' AND id = 1",
    "SELECT id FROM accounts WHERE 'x' = tenant_id OR tenant_id IN ('y', $1)",
    "SELECT id FROM accounts WHERE (tenant_id, id) = ('x', 1)",
    "SELECT id FROM accounts WHERE tenant_id = ANY('x') AND id = 1",
    "SELECT id FROM accounts WHERE tenant_id = $1 AND name = 'x' AND id = 1",
    "INSERT INTO accounts (id, tenant_id, name) VALUES ( 1, 'x', 'y')",
    "INSERT INTO accounts (id, tenant_id, name) VALUES ( 1, $1, 'y')",
    "UPDATE accounts SET tenant_id = 'x' WHERE id = 1",
    "WITH a AS (DELETE FROM accounts WHERE tenant_id = 'x' RETURNING id) SELECT * FROM a",
    "SELECT f( 1), id === 'x' FROM accounts WHERE id = 1",
    "SELECT set_config('x'::text, 'y'::text, true), id = 1 FROM accounts",
    "SELECT current_setting('x'::text), id = 1 FROM accounts WHERE name = 'x'",
];

#[test]
fn s158_i02_i07_a_text_is_judged_by_its_own_values_whatever_came_before() {
    let values = [("x", "2"), ("it''s \\", "70"), (KEYS[0], "-5"), (KEYS[1], "1.5"), ("t", "0")];
    let fixtures = include_str!("fixtures/statements.sql").lines();
    let meaning = include_str!("fixtures/meaning.sql").lines();
    let seen = guard();
    for text in fixtures.chain(meaning).chain(OF_TENANTS) {
        let text = text.trim();
        if text.is_empty() || text.starts_with("--") {
            continue;
        }
        seen.judgement(text);
        for (string, number) in values {
            let text = with_values(text, string, number);
            assert_eq!(said(&seen, &text), said(&guard(), &text), "{text}");
        }
    }
}

#[test]
fn i07_s158_each_text_is_held_to_the_key_that_it_spells_itself() {
    let [own, other] = KEYS;
    let foreign = |guard: &Guard, text: &str| {
        let judgement = guard.judgement(text);
        assert!(judgement.under(Some(&binding())).is_ok(), "{text}");
        guard.crossing(&judgement, std::iter::empty(), &binding()).is_some()
    };
    for text in [
        "SELECT id FROM accounts WHERE tenant_id = '?' AND id = 1",
        "SELECT id FROM accounts WHERE tenant_id = ANY('{?}') AND id = 1",
        "INSERT INTO accounts (id, tenant_id) VALUES (1, '?')",
        "UPDATE accounts SET tenant_id = '?' WHERE id = 1",
        "SELECT name = '?' FROM accounts",
    ] {
        for order in [[own, other], [other, own]] {
            // One that knows no tenants, too: what meets the column tells.
            let unknowing = model::guard(Policy::default());
            let seen = guard();
            for nothing in ["{}", "{null}", "{}{}"] {
                seen.judgement(&text.replace("{?}", nothing));
                unknowing.judgement(&text.replace("{?}", nothing));
            }
            for key in order {
                let text = text.replace('?', key);
                assert_eq!(foreign(&seen, &text), key == other, "{text}");
                let meets = text.contains("tenant_id");
                assert_eq!(foreign(&unknowing, &text), key == other && meets, "{text}");
            }
        }
    }
}

#[test]
fn s28_no_template_outlives_its_epoch() {
    let guard = guard();
    let runs = |id: u32| {
        let text = format!("SELECT name FROM accounts WHERE id = {id}");
        guard.judgement(&text).under(Some(&binding())).is_ok()
    };
    assert!(runs(1) && runs(2));
    guard.forget();
    assert!(!runs(3));
    guard.adopt(model::model());
    assert!(runs(4));
}

#[test]
fn what_is_only_observed_is_observed_each_time() {
    let policy = Policy::new(Mode::Observe, Environment::Test).unwrap();
    let guard = model::guard(policy);
    for id in 1..4 {
        let judgement =
            guard.judgement(&format!("SELECT mine({id}) FROM accounts WHERE id = {id}"));
        assert!(judgement.is_observed());
    }
}

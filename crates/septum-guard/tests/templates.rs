//! A guard that has seen texts of the same shape judges like one that has seen none.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

use septum_bind::Binding;
use septum_core::{Principal, TenantType};
use septum_guard::{Guard, Policy};

const KEYS: [&str; 2] =
    ["acacacac-0000-4000-8000-000000000001", "60be0e00-0000-4000-8000-000000000002"];

fn guard() -> Guard {
    let keys = KEYS.map(|key| TenantType::Uuid.parse(key).unwrap());
    let mut policy = Policy::default();
    policy.tenants = keys.into_iter().collect();
    Guard::new(policy)
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

#[test]
fn s158_i02_i07_a_text_is_judged_by_its_own_values_whatever_came_before() {
    let values = [("x", "2"), ("it''s \\", "70"), (KEYS[0], "-5"), (KEYS[1], "1.5"), ("t", "0")];
    let fixtures = include_str!("fixtures/statements.sql").lines();
    let meaning = include_str!("fixtures/meaning.sql").lines();
    let seen = guard();
    for text in fixtures.chain(meaning) {
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

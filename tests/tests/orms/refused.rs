//! The kept statements, judged by the guard in `enforce` mode against the CRM's tables: each is allowed, or refused
//! for a reason that `docs/orms.md` gives.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use septum_bind::{Binding, Tenant, Tenants, credential};
use septum_core::{Environment, TenantType};
use septum_guard::{Guard, Policy};
use septum_tests::Customer;

use crate::recording::Recording;
use crate::stage::Stage;

/// Statements that a recording must hold at least, so that an empty one is no proof.
const FEWEST: usize = 20;

#[tokio::test]
async fn what_an_orm_sends_is_allowed_or_the_documentation_says_why_not() {
    let guard = Guard::new(Policy::default());
    guard.adopt(Arc::new(Stage::set().await.model().await));
    let binding = binding();
    let mut refused = BTreeSet::new();
    for name in recorded() {
        let (_, recording) = Recording::kept(&name).unwrap();
        assert!(recording.statements().count() >= FEWEST, "{name}");
        for text in recording.statements() {
            if let Err(denial) = guard.judge(text, Some(&binding)) {
                // The rest says what to do in general; the table says what to do here.
                let denial = denial.to_string();
                let what = denial.split(" is not allowed").next().unwrap();
                refused.insert(format!("| {name} | {what} |"));
            }
        }
    }
    let documented = documented();
    assert!(refused == documented, "refused: {refused:#?}\ndocumented: {documented:#?}");
}

fn binding() -> Binding {
    let id = TenantType::Uuid.parse(Customer::Acme.id()).unwrap();
    let tenant = Tenant { id: id.clone(), name: "acme".into(), hosts: vec![] };
    let tenants = Tenants::new(TenantType::Uuid, [tenant]).unwrap();
    let claim = credential::claim(&tenants, &id, "ann").unwrap();
    Binding::agree([claim], Environment::Production).unwrap()
}

/// The first two columns of the table of what is refused.
fn documented() -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/orms.md");
    let page = fs::read_to_string(page).unwrap();
    let rows = page.lines().filter(|line| line.contains("| SEP-"));
    rows.map(|row| row.split('|').take(3).collect::<Vec<_>>().join("|") + "|").collect()
}

fn recorded() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/orms/recorded");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

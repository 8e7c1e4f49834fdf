//! sqlsmith, a generator of random statements, against Septum as it is shipped: nothing of
//! another tenant's in any row, error or notice, and no crash.
//!
//! sqlsmith reads a copy of the schema as its superuser, so that it knows of everything. Its
//! statements are then played by one customer's user. Where the guard is on, what comes back is
//! searched for the others' canaries. Where the guard is off and row-level security stands alone,
//! it must moreover be the same, byte for byte, as from a database in which nobody else is: so
//! a count, an order or an error that another's rows have changed shows as well.
//!
//! `SEPTUM_FUZZ_CASES` and `SEPTUM_FUZZ_SEED` (or `cargo xtask fuzz smith`) play more, and others.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is the report")]

mod canary;
mod play;
mod report;
mod site;
mod sqlsmith;

use crate::play::{Protocol, play};
use crate::report::Report;
use crate::site::{Guarding, Site};
use crate::sqlsmith::Sqlsmith;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_sqlsmith_writes_shows_another_tenants_row() {
    let Some(sqlsmith) = Sqlsmith::find() else { return };
    let site = Site::start().await;
    let guarded = site.open("crm", Guarding::On).await;
    site.tame(&site.what_the_guard_refuses(&guarded).await).await;
    let start = std::time::Instant::now();
    let texts = sqlsmith.write(&site).await;
    println!("written {:?}", start.elapsed());
    let all: Vec<String> = texts.tame.iter().chain(&texts.wild).cloned().collect();
    let (simple, extended) = tokio::join!(
        play(&guarded, &all, Protocol::Simple),
        play(&guarded, &all, Protocol::Extended),
    );
    println!("guarded {:?}", start.elapsed());
    let mut report = Report::default();
    report.column("guard on, simple", &simple);
    report.column("guard on, extended", &extended);
    site.close(guarded);
    report.print();
    site.assert_nothing_crashed();
}

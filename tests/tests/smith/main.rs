//! sqlsmith, a generator of random statements, against Septum as it is shipped: nothing of
//! another tenant's in any row, error or notice, and no crash.
//!
//! sqlsmith reads copies of the schema as their superuser, so that it knows of everything. What it
//! writes is then played by one customer's user, and what comes back is searched for the others'
//! canaries. Where the guard is off and row-level security stands alone, the answers must moreover
//! be those of a database in which nobody else is, byte for byte: so a count, an order or an
//! error that another's rows have changed shows as well.
//!
//! `cargo xtask fuzz smith` plays more, and others.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is the report")]

mod canary;
mod play;
mod report;
mod site;
mod sqlsmith;

use septum_tests::Reader;

use crate::play::{Answer, Rollback, play};
use crate::report::{Report, differences};
use crate::site::{Guarding, Site};
use crate::sqlsmith::Sqlsmith;

/// How many show that the search finds what is there to be found.
const BARE: usize = 400;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_sqlsmith_writes_shows_another_tenants_row() {
    let Some(sqlsmith) = Sqlsmith::find() else { return };
    let site = Site::start().await;
    let door = site.open("crm", Guarding::On).await;
    site.tame(&site.what_the_guard_refuses(&door).await).await;
    let texts = sqlsmith.write(&site).await;
    let mut report = Report::default();

    let (tame, wild) = tokio::join!(
        play(&door, &texts.tame, Rollback::Each),
        play(&door, &texts.wild, Rollback::Each)
    );
    report.column("tame", &tame);
    report.column("wild", &wild);
    site.close(door);

    // A coin may fall alike twice and then otherwise.
    let steady = texts.all().filter(|text| !text.contains("random"));
    let some: Vec<&String> = steady.step_by(sqlsmith.unguarded).collect();
    let [with, again, alone] = unguarded(&site, ["crm", "again", "alone"], &some).await;
    report.column("guard off", &with);
    let door = site.open("bare", Guarding::Off).await;
    let bare = play(&door, some.iter().copied().take(BARE), Rollback::Many).await;
    site.close(door);
    report.column("nothing on", &bare);
    println!("{}", report.table());

    let mut reader = Reader::open(&site.cluster, "crm").await.unwrap();
    let read = reader.compare_all(some.iter().map(|text| text.as_str())).await.unwrap();
    println!("{:#?}", read.outcomes);

    site.assert_nothing_crashed();
    let mut problems = Vec::new();
    for (text, answer) in
        texts.all().zip(tame.iter().chain(&wild)).chain(some.iter().copied().zip(&with))
    {
        problems.extend(answer.shown.as_ref().map(|shown| format!("{shown}\n{text}")));
    }
    let differs = differences(&with, &again, &alone);
    problems.extend(differs.found.iter().map(|at| format!("differs when alone: {}", some[*at])));
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));

    // What proves nothing must not look like a proof.
    assert!(differs.compared * 10 > some.len() * 9, "{} of {}", differs.compared, some.len());
    assert!(read.with_relations * 4 > some.len(), "{read:?}");
    let ran = |answers: &[Answer]| answers.iter().filter(|answer| answer.codes.is_empty()).count();
    let rows: usize = tame.iter().map(|answer| answer.rows).sum();
    assert!(ran(&tame) * 5 > tame.len() && rows * 4 > tame.len(), "{} {rows}", ran(&tame));
    let shown = bare.iter().filter(|answer| answer.shown.is_some()).count();
    println!("without both layers {shown} of {} show a canary", bare.len());
    assert!(shown * 50 > bare.len(), "{shown} of {}", bare.len());
}

/// The program itself as a client: what it reads at its start passes the guard, and then it runs
/// what it writes.
#[tokio::test(flavor = "multi_thread")]
async fn sqlsmith_itself_works_through_the_sidecar() {
    let Some(sqlsmith) = Sqlsmith::find() else { return };
    let site = Site::start().await;
    let door = site.open("crm", Guarding::On).await;
    let told = sqlsmith.work(&door, 200).await;
    site.close(door);
    site.assert_nothing_crashed();
    println!("{told}");
}

/// The answers of three databases, each behind a Septum of its own whose guard is off.
async fn unguarded(
    site: &Site,
    databases: [&'static str; 3],
    texts: &[&String],
) -> [Vec<Answer>; 3] {
    let [a, b, c] = databases.map(|database| async {
        let door = site.open(database, Guarding::Off).await;
        let answers = play(&door, texts.iter().copied(), Rollback::Many).await;
        site.close(door);
        answers
    });
    let (a, b, c) = tokio::join!(a, b, c);
    [a, b, c]
}

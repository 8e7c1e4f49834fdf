//! Two layers, each sufficient for what it claims: one script of attacks, three configurations.

use septum_tests::attacks::{Layers, Site, run, table};

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_of_the_catalogue_ends_at_each_layer_that_claims_to_stop_it() {
    let site = Site::start().await.unwrap();
    let run = async |layers| {
        run(&site, layers).await.unwrap_or_else(|error| panic!("{layers:?}: {error:#}"))
    };
    let both = run(Layers::Both).await;
    let database = run(Layers::DatabaseAlone).await;
    let past = run(Layers::PastSeptum).await;
    let guard = run(Layers::GuardAlone).await;
    let columns = [
        ("both", both.as_slice()),
        ("guard alone", guard.as_slice()),
        ("guard off", database.as_slice()),
        ("past Septum", past.as_slice()),
    ];
    println!("{}", table(&columns));
    let mut problems = Vec::new();
    for (layers, outcomes) in columns {
        for outcome in outcomes {
            if let Some(problem) = &outcome.problem {
                problems.push(format!(
                    "{}, {layers}: {}: {problem}",
                    outcome.attack.id, outcome.attack.what
                ));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

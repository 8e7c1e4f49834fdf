//! Looking at what the guard would do, and at what it did.

use crate::support::Septum;

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_explained_with_every_reason_and_what_would_run() {
    let septum = Septum::start().await;
    let allowed = septum.run(&["explain", "--tenant", "acme", "select note -- mine\nfrom deals"]);
    assert!(allowed.contains("would run:  SELECT note FROM deals"), "{allowed}");
    assert!(allowed.contains("relation:   public.deals (tenant, rls)"), "{allowed}");

    let text = "SELECT pg_sleep(1) FROM pg_stat_activity";
    let refused = septum.run(&["explain", "--tenant", "1", text]);
    for part in ["refused", "SEP-303", "pg_sleep", "SEP-306", "pg_stat_activity"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    let unbound = septum.run(&["explain", "SELECT note FROM deals"]);
    assert!(unbound.contains("SEP-309"), "{unbound}");
    let nobody = septum.run(&["explain", "--tenant", "initech", "SELECT 1"]);
    assert!(nobody.contains("`initech` is no tenant's name or key"), "{nobody}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_is_json_too_and_bad_texts_have_one() {
    let septum = Septum::start().await;
    let json = |text: &str| -> serde_json::Value {
        let said = septum.run(&["explain", "--json", "--tenant", "acme", text]);
        serde_json::from_str(said.lines().next().unwrap()).unwrap()
    };
    let allowed = json("SELECT note FROM deals; COMMIT");
    assert_eq!(allowed["allowed"], true);
    assert_eq!(allowed["statements"][1]["kind"], "COMMIT");
    let refused = json("SELEC 1");
    assert_eq!(refused["allowed"], false);
    assert_eq!(refused["reasons"][0]["code"], "SEP-301");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_observed_runs_and_becomes_a_configuration() {
    let septum = Septum::start_with("[guard]\nmode = 'observe'\n").await;
    let client = septum.client("acme").await;
    for _ in 0..2 {
        client.batch_execute("SELECT code FROM countries; SELECT score(1)").await.unwrap();
    }
    // What touches the binding or can't be judged is refused as ever.
    for never in [
        "SELECT set_config('septum.binding', '', true)",
        "DO $$ BEGIN END $$",
        "UPDATE pg_settings SET setting = 'x' WHERE name = 'search_path'",
        "SELECT query_to_xml('SELECT 1', true, true, '')",
        "SELECT query FROM pg_stat_activity",
        "SELECT pg_terminate_backend(1)",
        "SELECT current_setting(x) FROM (VALUES ('septum.token')) v (x)",
    ] {
        client.batch_execute(never).await.unwrap_err();
    }
    let rows = client.query("SELECT id FROM deals", &[]).await.unwrap();
    assert_eq!(rows.len(), 10);
    let report = septum.run(&["guard", "report"]);
    let read: toml::Table = report.parse().unwrap();
    assert_eq!(read["guard"]["functions"][0].as_str(), Some("public.score"), "{report}");
    assert_eq!(read["relations"][0]["name"].as_str(), Some("public.countries"), "{report}");
    assert!(!report.contains("set_config"), "{report}");
    let log = septum.run(&["audit", "tail", "-n", "100"]);
    assert_eq!(log.lines().filter(|line| line.contains(" observed ")).count(), 2, "{log}");
}

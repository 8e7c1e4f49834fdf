//! The program as it is shipped: started, used, stopped.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic is the report")]

mod guard;
mod support;

use std::time::Duration;

use support::Septum;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_sees_its_own_tenants_rows_until_septum_stops_in_good_order() {
    let septum = Septum::start().await;
    for (user, rows) in [("acme", 10_i64), ("globex", 20)] {
        let client = septum.client(user).await;
        let row = client.query_one("SELECT count(*) FROM deals", &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), rows, "{user}");
    }
    let folder = septum.stop("TERM", Some(0)).await;
    let verified = support::septum(&folder, &["audit", "verify"]);
    assert!(verified.contains("closed in good order"), "{verified}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crossing_is_refused_with_its_code_and_stands_in_the_verified_log() {
    let septum = Septum::start().await;
    let client = septum.client("acme").await;
    let refused =
        client.batch_execute("SELECT set_config('septum.binding', '2', true)").await.unwrap_err();
    let said = refused.as_db_error().unwrap().message().to_owned();
    assert!(said.contains("SEP-"), "{said}");
    let code = said.split(&[' ', ':'][..]).find(|word| word.starts_with("SEP-")).unwrap();
    let folder = septum.stop("INT", Some(0)).await;
    let tail = support::septum(&folder, &["audit", "tail"]);
    let line = tail.lines().find(|line| line.contains(code)).unwrap();
    assert!(line.contains("tenant=1") && line.contains("principal=acme"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn h17_a_request_reaches_the_application_by_its_tenants_host_alone() {
    let septum = Septum::start().await;
    assert_eq!(septum.get("acme.test", "/"), "HTTP/1.1 204 No Content");
    let refused = septum.get("initech.test", "/");
    assert!(refused.starts_with("HTTP/1.1 4"), "{refused}");
    assert_eq!(septum.get_admin("/healthz"), "HTTP/1.1 200 OK");
    let folder = septum.stop("TERM", Some(0)).await;
    let tail = support::septum(&folder, &["audit", "tail"]);
    assert!(tail.contains("reason=SEP-103"), "{tail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_waits_for_a_transaction_under_way() {
    let septum = Septum::start().await;
    let client = septum.client("acme").await;
    client.batch_execute("BEGIN; UPDATE deals SET note = 'kept'").await.unwrap();
    septum.signal("TERM");
    septum.wait_for_log("stopping").await;
    client.batch_execute("COMMIT").await.unwrap();
    septum.stopped(Some(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_stops_at_once() {
    let septum = Septum::start().await;
    let client = septum.client("acme").await;
    client.batch_execute("BEGIN; UPDATE deals SET note = 'lost'").await.unwrap();
    septum.signal("TERM");
    septum.wait_for_log("stopping").await;
    septum.signal("TERM");
    let stopped = tokio::time::timeout(Duration::from_secs(5), septum.stopped(Some(1))).await;
    let folder = stopped.expect("it should not wait for the transaction");
    let verified = support::septum(&folder, &["audit", "verify"]);
    assert!(verified.contains("authentic"), "{verified}");
}

#[test]
fn without_anything_to_serve_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    support::septum_fails(&folder, &["run"], "can't read the configuration");
    std::fs::write(folder.path().join("root.key"), support::ROOT_KEY).unwrap();
    let config = "environment = 'test'\nroot_key_file = 'root.key'\n[tenant]\ntype = 'int'\n\
                  [audit]\nfolder = 'audit'\n[database]\nhost = '127.0.0.1'\nname = 'x'\nuser = 'x'\n";
    std::fs::write(folder.path().join("septum.toml"), config).unwrap();
    support::septum_fails(&folder, &["run"], "there is nothing to serve");
}

#[test]
fn keys_are_made_for_their_owner_only_and_never_over_another() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.key");
    let file = path.to_str().unwrap();
    support::septum_plain(&["key", "new", "--out", file]);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&path).unwrap();
    let said = support::septum_plain_fails(&["key", "new", "--out", file]);
    assert!(said.contains("can't make the file"), "{said}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_ne!(support::septum_plain(&["key", "new"]), support::septum_plain(&["key", "new"]));
}

#[test]
fn an_api_key_is_printed_with_what_to_configure() {
    let out =
        support::septum_plain(&["api-key", "new", "--tenant", "1", "--principal", "im\"porter"]);
    assert!(out.contains("[[http.api_key.keys]]") && out.contains("'im\"porter'"), "{out}");
}

#[test]
fn every_reason_can_be_explained() {
    for line in support::septum_plain(&["reasons"]).lines() {
        let code = line.split(' ').next().unwrap();
        assert!(support::septum_plain(&["reasons", code]).contains("what to do:"), "{code}");
    }
    assert!(support::septum_plain_fails(&["reasons", "SEP-000"]).contains("no reason code"));
}

//! What `docs/drivers.md` says that drivers and tools do not get.

use septum_tests::Customer;

use crate::place::Sidecar;
use crate::psql::program;

#[tokio::test]
async fn what_the_drivers_documentation_says_is_refused_is_refused() {
    let sidecar = Sidecar::start().await;
    let place = sidecar.of(Customer::Acme);
    let client = septum_tests::connect(&place.dsn()).await.unwrap();
    for (statement, reason) in [
        ("PREPARE p AS SELECT 1", "SEP-316"),
        ("EXECUTE p", "SEP-316"),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "SEP-311"),
        ("LISTEN news", "SEP-302"),
        ("NOTIFY news", "SEP-302"),
        ("CREATE TEMP TABLE t (a int)", "SEP-302"),
        ("PREPARE TRANSACTION 'x'", "SEP-302"),
        ("EXPLAIN SELECT 1", "SEP-302"),
        ("SET search_path = public", "SEP-304"),
        ("SET ROLE postgres", "SEP-304"),
        ("SET default_transaction_isolation = 'serializable'", "SEP-304"),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SEP-304"),
        ("SELECT pg_advisory_lock(1)", "SEP-303"),
        ("SELECT pg_sleep(1)", "SEP-303"),
        ("SELECT lastval()", "SEP-303"),
        ("SELECT * FROM pg_stat_activity", "SEP-306"),
        ("COPY things TO '/tmp/things'", "SEP-310"),
        ("COPY things FROM STDIN (FREEZE)", "SEP-310"),
        ("SELECT lo_create(0)", "SEP-303"),
    ] {
        let refused = client.batch_execute(statement).await.unwrap_err();
        let refused = refused.as_db_error().unwrap();
        assert_eq!(refused.code().code(), "42501", "{statement}");
        assert!(refused.message().starts_with(reason), "{statement}: {}", refused.message());
        client.batch_execute("SELECT 1").await.unwrap();
    }
}

#[tokio::test]
async fn psql_describes_what_it_may_and_shows_a_refusal_where_it_may_not() {
    let Some(psql) = program("psql") else { return };
    let sidecar = Sidecar::start().await;
    for (command, shown) in [
        ("\\dt", Ok("things")),
        ("\\dT", Ok("mood")),
        ("\\dn", Ok("public")),
        ("\\df nothing", Ok("List of functions")),
        // Policies, roles and other databases are nobody's to read.
        ("\\d things", Err("SEP-306")),
        ("\\du", Err("SEP-306")),
        ("\\l", Err("SEP-306")),
    ] {
        let mut psql = psql();
        psql.args(["--no-psqlrc", "--command", command]);
        let ended = sidecar.of(Customer::Acme).environment(&mut psql).output().await.unwrap();
        let told = String::from_utf8_lossy(&ended.stdout);
        let complaints = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.success(), shown.is_ok(), "{command}: {told}{complaints}");
        match shown {
            Ok(part) => assert!(told.contains(part), "{command}: {told}"),
            Err(reason) => assert!(complaints.contains(reason), "{command}: {complaints}"),
        }
    }
}

//! What SQL sees and does through the proxy.

use futures_util::{SinkExt as _, StreamExt as _, pin_mut};
use septum_guard::Mode;
use tokio_postgres::SimpleQueryMessage;

use crate::fixture::{ACME, Fixture, GLOBEX, connect, refusal};

#[tokio::test]
async fn two_tenants_on_one_server_connection_see_their_own_rows() {
    let fixture = Fixture::start().await;
    let (acme, globex) = (fixture.client("acme").await, fixture.client("globex").await);
    for _ in 0..20 {
        for (client, tenant) in [(&acme, 1), (&globex, 2)] {
            let rows = client.query("SELECT DISTINCT tenant_id FROM accounts", &[]).await.unwrap();
            let tenants: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
            assert_eq!(tenants, [tenant]);
            let simple = client.simple_query("SELECT count(*) FROM accounts").await.unwrap();
            assert!(simple.iter().any(|message| matches!(
                message, SimpleQueryMessage::Row(row) if row.get(0) == Some("100"))));
        }
    }
    fixture.stop().await;
}

#[tokio::test]
async fn prepared_statements_outlive_the_server_connection_they_were_made_on() {
    let fixture = Fixture::start().await;
    let (acme, globex) = (fixture.client("acme").await, fixture.client("globex").await);
    let text = "SELECT secret FROM accounts WHERE id = $1";
    let (for_acme, for_globex) =
        (acme.prepare(text).await.unwrap(), globex.prepare(text).await.unwrap());
    for _ in 0..10 {
        let row = acme.query_one(&for_acme, &[&7]).await.unwrap();
        assert_eq!(row.get::<_, &str>(0), "secret of 1");
        let row = globex.query_one(&for_globex, &[&7]).await.unwrap();
        assert_eq!(row.get::<_, &str>(0), "secret of 2");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn transactions_savepoints_and_cursors_behave_as_on_a_private_connection() {
    let fixture = Fixture::start().await;
    let mut acme = fixture.client("acme").await;
    let mut outer = acme.transaction().await.unwrap();
    outer.execute("INSERT INTO accounts (name) VALUES ('one')", &[]).await.unwrap();
    let inner = outer.savepoint("s").await.unwrap();
    inner.execute("INSERT INTO accounts (name) VALUES ('two')", &[]).await.unwrap();
    let error = inner.execute("INSERT INTO accounts (name) VALUES (NULL)", &[]).await;
    assert_eq!(refusal(&error.unwrap_err()).0, "23502");
    inner.rollback().await.unwrap();
    outer
        .batch_execute("DECLARE c CURSOR FOR SELECT name FROM accounts WHERE id >= 1000")
        .await
        .unwrap();
    let rows = outer.query("FETCH ALL FROM c", &[]).await.unwrap();
    assert_eq!(rows.len(), 1);
    let portal = outer.bind("SELECT id FROM accounts ORDER BY id", &[]).await.unwrap();
    assert_eq!(outer.query_portal(&portal, 60).await.unwrap().len(), 60);
    assert_eq!(outer.query_portal(&portal, 60).await.unwrap().len(), 41);
    outer.commit().await.unwrap();
    let count: i64 =
        acme.query_one("SELECT count(*) FROM accounts WHERE id >= 1000", &[]).await.unwrap().get(0);
    assert_eq!(count, 1);
    let mut failed = acme.transaction().await.unwrap();
    failed.execute("DELETE FROM accounts", &[]).await.unwrap();
    assert!(failed.query("SELECT 1/0", &[]).await.is_err());
    let error = failed.query("SELECT 1", &[]).await.unwrap_err();
    assert_eq!(refusal(&error).0, "25P02");
    failed = {
        failed.rollback().await.unwrap();
        acme.transaction().await.unwrap()
    };
    let count: i64 = failed.query_one("SELECT count(*) FROM accounts", &[]).await.unwrap().get(0);
    assert_eq!(count, 101);
    drop(failed);
    fixture.stop().await;
}

#[tokio::test]
async fn copy_goes_both_ways_under_row_level_security() {
    let fixture = Fixture::start().await;
    let acme = fixture.client("acme").await;
    let sink = acme.copy_in("COPY accounts (name, secret) FROM STDIN").await.unwrap();
    pin_mut!(sink);
    let data = bytes::Bytes::from_static(b"copied one\t\\N\ncopied two\tx\\ty\n");
    sink.send(data.slice(..7)).await.unwrap();
    sink.send(data.slice(7..)).await.unwrap();
    assert_eq!(sink.finish().await.unwrap(), 2);
    let out = acme
        .copy_out("COPY (SELECT tenant_id, name, secret FROM accounts WHERE id >= 1000 ORDER BY id) TO STDOUT")
        .await
        .unwrap();
    let chunks: Vec<_> = out.map(Result::unwrap).collect().await;
    let text = String::from_utf8(chunks.concat()).unwrap();
    assert_eq!(text, "1\tcopied one\t\\N\n1\tcopied two\tx\\ty\n");
    // A row of another tenant's fails the whole copy.
    let sink = acme.copy_in("COPY accounts (tenant_id, name) FROM STDIN CSV").await.unwrap();
    pin_mut!(sink);
    sink.send(bytes::Bytes::from_static(b"1,mine\n2,theirs\n")).await.unwrap();
    assert_eq!(refusal(&sink.finish().await.unwrap_err()).0, "42501");
    let count: i64 = acme
        .query_one("SELECT count(*) FROM accounts WHERE name IN ('mine', 'theirs')", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, 0);
    // Without a list of columns, the server's own list.
    let error = acme.copy_in::<_, bytes::Bytes>("COPY nowhere FROM STDIN").await.err().unwrap();
    assert_eq!(refusal(&error).0, "42P01");
    // This driver has sent a `Sync` too many by now and miscounts, here as on a server itself.
    let count: i64 =
        fixture.client("acme").await.query_one("SELECT 1::bigint", &[]).await.unwrap().get(0);
    assert_eq!(count, 1);
    fixture.stop().await;
}

#[tokio::test]
async fn p01_what_one_client_sets_is_never_anothers() {
    let fixture = Fixture::start().await;
    let (acme, globex) = (fixture.client("acme").await, fixture.client("globex").await);
    acme.batch_execute("BEGIN; SELECT 1; SET app.t = 'a'; COMMIT").await.unwrap();
    acme.batch_execute("SET TimeZone = 'Asia/Tokyo'").await.unwrap();
    let setting =
        "SELECT coalesce(current_setting('app.t', true), '') || current_setting('TimeZone')";
    for _ in 0..3 {
        let own: String = acme.query_one(setting, &[]).await.unwrap().get(0);
        assert_eq!(own, "aAsia/Tokyo");
        let other: String = globex.query_one(setting, &[]).await.unwrap().get(0);
        assert!(!other.contains("Tokyo") && !other.starts_with('a'), "{other}");
    }
    acme.batch_execute("BEGIN; SET app.t = 'b'; ROLLBACK").await.unwrap();
    let own: String = acme.query_one(setting, &[]).await.unwrap().get(0);
    assert_eq!(own, "aAsia/Tokyo");
    acme.batch_execute("RESET ALL").await.unwrap();
    let own: String = acme.query_one(setting, &[]).await.unwrap().get(0);
    assert!(!own.contains("Tokyo"), "{own}");
    let error = acme.batch_execute("SET TimeZone = 'Nowhere/None'").await.unwrap_err();
    assert_eq!(refusal(&error).0, "22023");
    fixture.stop().await;
}

#[tokio::test]
async fn h52_an_unbound_connection_gets_28000_and_no_rows() {
    let fixture = Fixture::start().await;
    let app = fixture.client("app").await;
    let one: i32 = app.query_one("SELECT 1", &[]).await.unwrap().get(0);
    assert_eq!(one, 1);
    let error = app.query("SELECT * FROM accounts", &[]).await.unwrap_err();
    let (code, message) = refusal(&error);
    assert_eq!(code, "28000");
    assert!(message.starts_with("SEP-309"), "{message}");
    assert!(fixture.recorded().contains(&"SEP-309"));
    fixture.stop().await;
}

#[tokio::test]
async fn a_context_token_binds_by_set_by_comment_and_for_a_transaction() {
    let fixture = Fixture::start().await;
    let app = fixture.client("app").await;
    let secret = "SELECT secret FROM accounts WHERE id = 1";
    let read = async |text: String| -> Result<String, (String, String)> {
        let row = app.query_one(text.as_str(), &[]).await.map_err(|error| refusal(&error))?;
        Ok(row.get(0))
    };
    for (tenant, expected) in [(ACME, "secret of 1"), (GLOBEX, "secret of 2")] {
        let token = fixture.token(tenant, 60);
        let text = format!("{secret} /*septum_token='{token}'*/");
        assert_eq!(read(text).await.unwrap(), expected);
        assert_eq!(read(secret.into()).await.unwrap_err().0, "28000");
        app.batch_execute(&format!("SET septum.token = '{token}'")).await.unwrap();
        assert_eq!(read(secret.into()).await.unwrap(), expected);
        app.batch_execute("RESET ALL").await.unwrap();
    }
    let (acme, globex) = (fixture.token(ACME, 60), fixture.token(GLOBEX, 60));
    app.batch_execute("BEGIN").await.unwrap();
    assert_eq!(read(format!("{secret} /*septum_token='{acme}'*/")).await.unwrap(), "secret of 1");
    assert_eq!(read(secret.into()).await.unwrap(), "secret of 1");
    let (code, message) = read(format!("{secret} /*septum_token='{globex}'*/")).await.unwrap_err();
    assert_eq!(code, "28000");
    assert!(message.starts_with("SEP-113"), "{message}");
    app.batch_execute("ROLLBACK").await.unwrap();
    let expired = fixture.token(ACME, -1);
    let (_, message) = read(format!("{secret} /*septum_token='{expired}'*/")).await.unwrap_err();
    assert!(message.starts_with("SEP-110"), "{message}");
    let forged = acme.replacen("st1.", "st1.0", 1);
    let (_, message) = read(format!("{secret} /*septum_token='{forged}'*/")).await.unwrap_err();
    assert!(message.starts_with("SEP-109"), "{message}");
    // Whoever tries is named in the log by what the credential has proven.
    let acme = fixture.client("acme").await;
    acme.simple_query("SET septum.token = 'st1.forged'").await.unwrap_err();
    let event = fixture.events().pop().unwrap();
    assert_eq!(event.tenant.unwrap().to_string(), ACME);
    assert_eq!(event.principal.unwrap().to_string(), "acme");
    fixture.stop().await;
}

const FORGERIES: [&str; 6] = [
    "SELECT count(*), min(tenant_id) FROM (SELECT set_config('septum.binding', '2', false)) s, accounts",
    "SELECT x.* FROM generate_series(1,3) t, LATERAL (SELECT set_config('septum.binding', t::text, false) c OFFSET 0) c, LATERAL (SELECT count(*), min(tenant_id) FROM accounts WHERE c.c IS NOT NULL) x",
    "SET septum.binding = '2'",
    "SET LOCAL \"Septum\".\"BINDING\" = '2'",
    "SELECT query_to_xml('select set_config(''septum.binding'', ''2'', false)', true, true, '')",
    "DO $$ BEGIN PERFORM set_config('septum.binding', '2', false); END $$",
];

#[tokio::test]
async fn s01_s17_the_guard_refuses_every_forgery_of_the_binding() {
    let fixture = Fixture::start().await;
    let acme = fixture.client("acme").await;
    for text in FORGERIES {
        let error = acme.batch_execute(text).await.unwrap_err();
        let (code, message) = refusal(&error);
        assert!(message.starts_with("SEP-3"), "{text}: {code} {message}");
    }
    assert_eq!(fixture.recorded().len(), FORGERIES.len());
    let events = fixture.events();
    for event in events {
        let what = event.subject.is_some() || event.fingerprint.is_some();
        assert!(event.tenant.is_some() && event.peer.is_some() && what, "{event:?}");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn s01_s17_row_level_security_alone_shows_a_forger_nothing() {
    let fixture = Fixture::with(Mode::Off, |_| ()).await;
    let acme = fixture.client("acme").await;
    for text in FORGERIES {
        let messages = acme.simple_query(text).await.unwrap_or_default();
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                for column in 0..row.len() {
                    let value = row.get(column).unwrap_or_default();
                    assert_ne!(value, "100", "{text}");
                }
            }
        }
        let rows = acme.query("SELECT DISTINCT tenant_id FROM accounts", &[]).await.unwrap();
        let tenants: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
        assert!(tenants == [1] || tenants.is_empty(), "{text}: {tenants:?}");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn s20_s24_the_bind_is_made_again_after_every_verb_that_ends_it() {
    let fixture = Fixture::start().await;
    let acme = fixture.client("acme").await;
    for text in [
        "SELECT 1; COMMIT; SELECT tenant_id FROM accounts LIMIT 1",
        "BEGIN; SELECT 1; COMMIT; SELECT tenant_id FROM accounts LIMIT 1",
        "BEGIN; SELECT 1; ROLLBACK; SELECT tenant_id FROM accounts LIMIT 1",
        "BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT tenant_id FROM accounts LIMIT 1; COMMIT",
        "BEGIN; SAVEPOINT s; SELECT 1; ROLLBACK TO s; SELECT tenant_id FROM accounts LIMIT 1; COMMIT",
        "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY; SELECT tenant_id FROM accounts LIMIT 1; END",
    ] {
        let messages =
            acme.simple_query(text).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let rows: Vec<_> = messages
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) if row.columns()[0].name() == "tenant_id" => {
                    row.get(0)
                }
                _ => None,
            })
            .collect();
        assert_eq!(rows, ["1"], "{text}");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn a_cancel_request_ends_the_query_and_nothing_else() {
    let fixture = Fixture::start().await;
    let acme = fixture.client("acme").await;
    let cancel = acme.cancel_token();
    // A heavy query, as pg_sleep is not to be had.
    let text = "SELECT count(*) FROM accounts a, accounts b, accounts c, accounts d, accounts e";
    let (query, ()) = tokio::join!(acme.query(text, &[]), async {
        let admin = connect(&fixture.cluster.dsn("postgres")).await.unwrap();
        let active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%accounts e%' \
                      AND pid <> pg_backend_pid() AND state = 'active'";
        while admin.query_one(active, &[]).await.unwrap().get::<_, i64>(0) == 0 {}
        cancel.cancel_query(tokio_postgres::NoTls).await.unwrap();
    });
    assert_eq!(refusal(&query.unwrap_err()).0, "57014");
    let one: i32 = acme.query_one("SELECT 1", &[]).await.unwrap().get(0);
    assert_eq!(one, 1);
    fixture.stop().await;
}

#[tokio::test]
async fn p31_a_dead_idle_server_connection_is_not_handed_out() {
    let fixture = Fixture::start().await;
    let acme = fixture.client("acme").await;
    acme.query("SELECT 1", &[]).await.unwrap();
    let admin = connect(&fixture.cluster.dsn("postgres")).await.unwrap();
    let killed = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity \
                  WHERE application_name = 'septum'";
    let killed: i64 = admin.query_one(killed, &[]).await.unwrap().get(0);
    assert_eq!(killed, 1);
    let one: i32 = acme.query_one("SELECT 1", &[]).await.unwrap().get(0);
    assert_eq!(one, 1);
    fixture.stop().await;
}

//! A table without row-level security, enforced by rewriting, through the proxy: the tenant's
//! parameter is Septum's, is behind the client's, and is the bound tenant's each time.

use bytes::{BufMut as _, BytesMut};
use septum_core::TableMode;
use septum_pgwire::frontend::Write as _;
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::types::Type;

use crate::fixture::{Fixture, refusal};
use crate::wire::{Wire, message};

async fn start() -> Fixture {
    let fixture = Fixture::start().await;
    fixture.enforce(TableMode::Rewrite).await;
    fixture
}

const PLAIN: &str = "SELECT secret FROM plain WHERE id = $1";

#[tokio::test]
async fn s28_s171_one_statement_on_one_server_connection_serves_each_tenant_its_own() {
    let fixture = start().await;
    let acme = fixture.client("acme").await;
    let globex = fixture.client("globex").await;
    let of_acme = acme.prepare(PLAIN).await.unwrap();
    let of_globex = globex.prepare(PLAIN).await.unwrap();
    // The client sees its own parameter and no other.
    assert_eq!(of_acme.params(), [Type::INT4]);
    assert_eq!(of_acme.columns().len(), 1);
    // More often than PostgreSQL waits before it makes a generic plan.
    for _ in 0..9 {
        for (client, statement, own) in
            [(&acme, &of_acme, "plain of 1"), (&globex, &of_globex, "plain of 2")]
        {
            let rows = client.query(statement, &[&7]).await.unwrap();
            let secrets: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
            assert_eq!(secrets, [own]);
        }
    }
    fixture.stop().await;
}

#[tokio::test]
async fn the_simple_protocol_copies_and_cursors_get_the_tenant_too() {
    let fixture = start().await;
    for (user, tenant) in [("acme", "1"), ("globex", "2")] {
        let client = fixture.client(user).await;
        let script = "BEGIN; DECLARE c CURSOR FOR SELECT DISTINCT secret FROM plain; FETCH ALL c;
            SELECT count(*) FROM plain; INSERT INTO plain (id) VALUES (11);
            UPDATE plain SET secret = 'x' WHERE id = 11; TABLE plain; COMMIT";
        let rows: Vec<String> = client
            .simple_query(script)
            .await
            .unwrap()
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row.get(row.len() - 1).unwrap().to_owned()),
                _ => None,
            })
            .collect();
        let own = format!("plain of {tenant}");
        assert_eq!(rows[..2], [own.clone(), "10".into()]);
        assert_eq!(rows[2..].iter().filter(|secret| **secret == own).count(), 10);
        assert_eq!((rows.len(), rows[12].as_str()), (13, "x"));
        let refused = client.simple_query("SELECT secret FROM plain WHERE id = $1").await;
        assert_eq!(refusal(&refused.unwrap_err()).0, "42P02");
    }
    let mut wire = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    let out = wire.query("COPY plain (id, tenant_id) TO STDOUT").await;
    assert_eq!(out.iter().filter(|line| line.starts_with('d')).count(), 11);
    assert!(out.iter().all(|line| !line.starts_with('d') || line.ends_with("\t2\n")), "{out:?}");
    for (copied, ends) in [("21\tmine\n22\tmine\n", "C COPY 2"), ("23\tmine\textra\n", "E 22P04")] {
        wire.query("BEGIN").await;
        crate::wire::query(&mut wire.out, "COPY plain (id, secret) FROM STDIN");
        wire.send().await;
        message(&mut wire.out, b'd', copied.as_bytes());
        message(&mut wire.out, b'c', b"");
        let answers = wire.ask(1).await;
        assert!(answers.iter().any(|line| line == ends), "{answers:?}");
        wire.query("COMMIT").await;
    }
    wire.query("BEGIN").await;
    crate::wire::query(&mut wire.out, "COPY plain (tenant_id, id) FROM STDIN");
    message(&mut wire.out, b'd', b"1\t23\n");
    message(&mut wire.out, b'c', b"");
    let answers = wire.ask(1).await;
    assert!(answers.iter().any(|line| line.starts_with("E 42501")), "{answers:?}");
    drop(wire);
    let admin = crate::fixture::connect(&fixture.cluster.dsn("postgres")).await.unwrap();
    let tenants = "SELECT string_agg(tenant_id || ':' || id, ' ' ORDER BY tenant_id, id)
        FROM plain WHERE id > 10";
    let row = admin.query_one(tenants, &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "1:11 2:11 2:21 2:22");
    fixture.stop().await;
}

/// `Bind`, of the unnamed statement, with these formats and values.
fn bind(out: &mut BytesMut, formats: &[u16], values: &[&[u8]]) {
    let mut body = BytesMut::new();
    body.put_u16(u16::try_from(formats.len()).unwrap());
    formats.iter().for_each(|format| body.put_u16(*format));
    body.put_u16(u16::try_from(values.len()).unwrap());
    for value in values {
        body.put_i32(i32::try_from(value.len()).unwrap());
        body.put_slice(value);
    }
    body.put_u16(0);
    out.bind("", "", &body);
}

/// Format codes, values, and what is answered.
type Case<'a> = (&'a [u16], &'a [&'a [u8]], &'a [&'a str]);

#[tokio::test]
async fn a_parameter_of_the_clients_never_becomes_the_tenants() {
    let fixture = start().await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let seven: [u8; 4] = 7_i32.to_be_bytes();
    let two: [u8; 4] = 2_i32.to_be_bytes();
    let own = ["1", "2", "D plain of 1", "C SELECT 1", "Z I"];
    let count = ["1", "E 08P01", "Z I"];
    let cases: [Case<'_>; 8] = [
        (&[], &[b"7"], &own),
        (&[0], &[b"7"], &own),
        (&[1], &[&seven], &own),
        (&[], &[b"7", b"2"], &count),
        (&[1], &[&seven, &two], &count),
        (&[1, 1], &[&seven, &two], &count),
        (&[], &[], &count),
        (&[1], &[], &count),
    ];
    for (formats, values, wanted) in cases {
        acme.out.parse("", PLAIN, &[23]);
        bind(&mut acme.out, formats, values);
        acme.out.execute("", 0);
        acme.out.sync();
        assert_eq!(acme.ask(1).await, wanted, "{formats:?} {values:?}");
    }
    // Nor does a type that is declared for it make it one.
    acme.out.parse("", PLAIN, &[23, 23]);
    bind(&mut acme.out, &[], &[b"7", b"2"]);
    acme.out.execute("", 0);
    acme.out.sync();
    assert_eq!(acme.ask(1).await, ["E 42501 SEP-336", "Z I"]);
    // A text that asks for it by its number has made it its own, and another comes behind.
    acme.out.parse("", "SELECT secret FROM plain WHERE id = $1 AND tenant_id = $2", &[]);
    bind(&mut acme.out, &[], &[b"7", b"2"]);
    acme.out.execute("", 0);
    acme.out.sync();
    assert_eq!(acme.ask(1).await, ["1", "2", "C SELECT 0", "Z I"]);
    fixture.stop().await;
}

#[tokio::test]
async fn a_pipeline_that_binds_another_tenant_gets_that_tenants_rows() {
    let fixture = start().await;
    let mut app = Wire::open(fixture.address, "app", "pw", &[]).await.unwrap();
    for tenant in ["1", "2"] {
        let token = fixture.token(tenant, 60);
        app.out.parse("", &format!("SET septum.token = '{token}'"), &[]);
        bind(&mut app.out, &[], &[]);
        app.out.execute("", 0);
        app.out.sync();
        app.out.parse("", PLAIN, &[]);
        bind(&mut app.out, &[], &[b"7"]);
        app.out.execute("", 0);
        app.out.sync();
    }
    let rows: Vec<String> =
        app.ask(4).await.into_iter().filter(|line| line.starts_with("D ")).collect();
    assert_eq!(rows, ["D plain of 1", "D plain of 2"]);
    fixture.stop().await;
}

#[tokio::test]
async fn what_can_not_be_rewritten_is_refused_with_its_reason() {
    let fixture = start().await;
    let acme = fixture.client("acme").await;
    for (text, code) in [
        ("SELECT *, ctid FROM plain", "SEP-330"),
        ("INSERT INTO plain SELECT * FROM plain", "SEP-332"),
        ("UPDATE plain SET (tenant_id, id) = (2, 1)", "SEP-333"),
    ] {
        let error = acme.query(text, &[]).await.unwrap_err();
        assert!(refusal(&error).1.starts_with(code), "{text}: {error:?}");
    }
    let error = acme.execute("UPDATE plain SET tenant_id = 2 WHERE id = 1", &[]).await;
    assert_eq!(refusal(&error.unwrap_err()).0, "42501");
    fixture.stop().await;
}

#[tokio::test]
async fn a_predicate_beside_row_level_security_changes_no_answer() {
    let fixture = start().await;
    fixture.enforce(TableMode::RlsPredicate).await;
    let acme = fixture.client("acme").await;
    let row = acme.query_one("SELECT count(*), min(tenant_id) FROM accounts", &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i32>(1)), (100, 1));
    let done = acme.execute("UPDATE accounts SET name = 'x' WHERE id < $1", &[&11]).await;
    assert_eq!(done.unwrap(), 10);
    let done = acme.execute("INSERT INTO accounts (name) VALUES ('y')", &[]).await;
    assert_eq!(done.unwrap(), 1);
    let foreign = acme.execute("INSERT INTO accounts (name, tenant_id) VALUES ('y', 2)", &[]).await;
    assert_eq!(refusal(&foreign.unwrap_err()).0, "42501");
    fixture.stop().await;
}

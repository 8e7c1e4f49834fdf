//! What bytes on the wire can and can't do.

use septum_pgwire::startup;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::fixture::{Fixture, refusal};

pub(crate) async fn answer(fixture: &Fixture, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(fixture.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

pub(crate) fn packet(parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut out = bytes::BytesMut::new();
    startup::write(&mut out, parameters);
    out.to_vec()
}

#[tokio::test]
async fn bytes_that_are_no_protocol_get_08p01_and_cost_nobody_else_anything() {
    let fixture = Fixture::start().await;
    let acme = fixture.client("acme").await;
    for bytes in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\0\0\0\0\0\0\0\0",
        b"\xff\xff\xff\xff\0\x03\0\0",
        b"\x80\0\0\0\0\x03\0\0",
        b"\0\0\0\x08\0\x02\0\0",
    ] {
        let answer = String::from_utf8_lossy(&answer(&fixture, bytes).await).into_owned();
        assert!(answer.contains("08P01") && answer.contains("SEP-401"), "{bytes:?}: {answer}");
    }
    acme.query_one("SELECT 1", &[]).await.unwrap();
    fixture.stop().await;
}

#[tokio::test]
async fn s11_s90_s92_the_startup_packet_sets_nothing_that_is_not_allowed() {
    let fixture = Fixture::start().await;
    for extra in [
        &[("septum.binding", "2")][..],
        &[("role", "owner")],
        &[("replication", "database")],
        &[("options", "-c septum.binding=2")],
        &[("search_path", "evil")],
        &[("user", "globex")],
        &[("USER", "globex")],
        &[("row_security", "off")],
        &[("client_encoding", "SJIS")],
        &[("standard_conforming_strings", "off")],
        &[("a\"; DROP TABLE accounts; --", "1")],
    ] {
        let mut parameters = vec![("user", "acme"), ("database", "postgres")];
        parameters.extend_from_slice(extra);
        let answer = answer(&fixture, &packet(&parameters)).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.contains("SEP-402"), "{extra:?}: {answer}");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn p27_plaintext_behind_a_request_for_tls_is_refused() {
    let fixture = Fixture::start().await;
    let mut bytes = b"\0\0\0\x08\x04\xd2\x16\x2f".to_vec();
    bytes.extend(packet(&[("user", "acme"), ("database", "postgres")]));
    let answer = String::from_utf8_lossy(&answer(&fixture, &bytes).await).into_owned();
    assert!(answer.contains("SEP-408"), "{answer}");
    fixture.stop().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same_and_are_recorded() {
    let fixture = Fixture::start().await;
    let mut messages = Vec::new();
    for user in ["acme", "nobody"] {
        let dsn = fixture.dsn(user).replace("password=pw", "password=wrong");
        let error = tokio_postgres::connect(&dsn, tokio_postgres::NoTls).await.err().unwrap();
        messages.push(refusal(&error));
    }
    assert_eq!(messages[0], messages[1]);
    assert_eq!(messages[0].0, "28P01");
    assert_eq!(fixture.recorded(), ["SEP-403", "SEP-403"]);
    fixture.stop().await;
}

//! What the drivers of `tests/tests/drivers` found.

use septum_pgwire::frontend::Write as _;
use tokio_postgres::NoTls;

use crate::fixture::{Fixture, refusal};
use crate::wire::Wire;

#[tokio::test]
async fn a_cancel_request_ends_the_wait_for_a_server_connection() {
    let fixture = Fixture::start().await;
    let [acme, globex] = [fixture.client("acme").await, fixture.client("globex").await];
    acme.batch_execute("BEGIN; SELECT 1").await.unwrap();
    let cancel = globex.cancel_token();
    let mut query = std::pin::pin!(globex.query_one("SELECT 1", &[]));
    // A request that comes before the query does nothing, and is made again.
    let ended = loop {
        tokio::select! {
            ended = &mut query => break ended,
            sent = cancel.cancel_query(NoTls) => sent.unwrap(),
        }
    };
    assert_eq!(refusal(&ended.unwrap_err()).0, "57014");
    acme.batch_execute("COMMIT").await.unwrap();
    let one: i32 = globex.query_one("SELECT 1", &[]).await.unwrap().get(0);
    assert_eq!(one, 1);
    fixture.stop().await;
}

#[tokio::test]
async fn an_error_points_at_no_place_of_a_text_that_the_client_did_not_write() {
    let fixture = Fixture::start().await;
    let acme = fixture.client("acme").await;
    let text = "select id,  /* a comment */ nothing from accounts";
    let error = acme.batch_execute(text).await.unwrap_err();
    assert_eq!(refusal(&error).0, "42703");
    assert_eq!(error.as_db_error().unwrap().position(), None);
    // What does not parse is told of in the client's own text.
    let error = acme.batch_execute("select  /* a comment */ 1 2").await.unwrap_err();
    let position = tokio_postgres::error::ErrorPosition::Original(27);
    assert_eq!(error.as_db_error().unwrap().position(), Some(&position));
    fixture.stop().await;
}

#[tokio::test]
async fn a_client_may_name_its_encoding_as_asyncpg_does() {
    let fixture = Fixture::start().await;
    // The quotes are a part of the value.
    let more = [("client_encoding", "'utf-8'")];
    let mut acme = Wire::open(fixture.address, "acme", "pw", &more).await.unwrap();
    assert_eq!(acme.query("START TRANSACTION").await, ["C START TRANSACTION", "Z T"]);
    fixture.stop().await;
}

#[tokio::test]
async fn s87_a_client_deallocates_its_own_statements_and_nobody_elses() {
    let fixture = Fixture::start().await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let mut globex = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    for (client, name) in [(&mut acme, "a"), (&mut globex, "b")] {
        client.out.parse(name, "SELECT 1", &[]);
        client.out.sync();
        assert_eq!(client.ask(1).await, ["1", "Z I"]);
    }
    let refused = globex.query("DEALLOCATE a").await;
    assert!(refused[0].contains("26000"), "{refused:?}");
    assert_eq!(globex.query("DEALLOCATE PREPARE b").await, ["C DEALLOCATE", "Z I"]);
    for (client, name, first) in [(&mut acme, "a", "2"), (&mut globex, "b", "E 26000")] {
        client.out.bind_values("", name, false, std::iter::empty());
        client.out.sync();
        let answers = client.ask(1).await;
        assert!(answers[0].starts_with(first), "{answers:?}");
    }
    fixture.stop().await;
}

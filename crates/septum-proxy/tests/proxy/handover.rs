//! What is handed over binds the request that it is of, and nothing else.

use septum_bind::{Binding, credential};
use septum_core::{Environment, TenantType, TraceId};

use crate::fixture::{ACME, Fixture, GLOBEX, refusal};

/// A binding as the gateway makes one for a request.
fn of_request(fixture: &Fixture, tenant: &str, trace: &str) -> Binding {
    let id = TenantType::Int.parse(tenant).unwrap();
    let claim = credential::claim(&fixture.services.tenants, &id, "ann").unwrap();
    let trace: TraceId = trace.parse().unwrap();
    Binding::agree([claim], Environment::Test).unwrap().in_trace(trace)
}

#[tokio::test]
async fn a_token_of_another_request_binds_no_statement_that_names_its_own() {
    let fixture = Fixture::start().await;
    let app = fixture.client("app").await;
    let [globex, acme, ended] = ["ab", "cd", "ef"].map(|byte| byte.repeat(16));
    let look = "SELECT secret FROM accounts WHERE id = 1";
    let read = async |trace: &str| -> Result<String, (String, String)> {
        let text = format!("{look} /*traceparent='00-{trace}-00f067aa0ba902b7-01'*/");
        let row = app.query_one(text.as_str(), &[]).await.map_err(|error| refusal(&error))?;
        Ok(row.get(0))
    };
    // Left standing by an earlier request on the application's pooled connection.
    let binding = of_request(&fixture, GLOBEX, &globex);
    let later = (fixture.services.clock)() + 60;
    let token = fixture.services.context_keys.mint(&binding, later);
    app.batch_execute(&format!("SET septum.token = '{token}'")).await.unwrap();

    let (code, message) = read(&ended).await.unwrap_err();
    assert!(code == "28000" && message.starts_with("SEP-112"), "{code} {message}");
    let under_way = fixture.services.traces.begin(&of_request(&fixture, ACME, &acme));
    assert_eq!(read(&acme).await.unwrap(), "secret of 1");
    drop(under_way);
    assert_eq!(read(&acme).await.unwrap_err().0, "28000");
    // The token's own request, and a statement that says nothing.
    assert_eq!(read(&globex).await.unwrap(), "secret of 2");
    assert_eq!(app.query_one(look, &[]).await.unwrap().get::<_, String>(0), "secret of 2");
    fixture.stop().await;
}

#[tokio::test]
async fn a_token_that_was_injected_beside_a_statement_is_not_taken() {
    let fixture = Fixture::start().await;
    let app = fixture.client("app").await;
    let (own, other) = (fixture.token(ACME, 60), fixture.token(GLOBEX, 60));
    app.batch_execute(&format!("SET septum.token = '{other}'")).await.unwrap();
    for text in [
        format!("SELECT 1; SET septum.token = '{own}'; SELECT 2"),
        format!("SET septum.token = '{own}'; SELECT 1"),
        "SELECT 1; RESET septum.token".to_owned(),
    ] {
        let error = app.batch_execute(&text).await.unwrap_err();
        assert!(refusal(&error).1.starts_with("SEP-113"), "{text}: {error}");
        let row = app.query_one("SELECT secret FROM accounts WHERE id = 1", &[]).await.unwrap();
        assert_eq!(row.get::<_, String>(0), "secret of 2");
    }
    fixture.stop().await;
}

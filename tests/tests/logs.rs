//! Invariant 10: no secret and no row value in a log, however much is logged.

use std::fs;

use septum_tests::{Customer, Septum, Stack, connect, encode, random_hex};
use serde_json::json;

#[tokio::test]
async fn i10_no_secret_and_no_row_value_in_a_log() {
    let mut stack =
        Stack::start_with(|config| config.text.push_str("\n[log]\nlevel = \"trace\"\n"))
            .await
            .unwrap();
    let secrets = stack.config.secrets.clone();
    let jwt = secrets.token(Customer::Acme, "ann");
    let mut private = vec![
        secrets.database.clone(),
        secrets.application.clone(),
        secrets.issuer.clone(),
        secrets.api_key.clone(),
        stack.scratch.read("root.key").trim().to_owned(),
        // The part of a token that proves something.
        jwt.rsplit('.').next().unwrap().to_owned(),
    ];
    // A text that occurs nowhere else, so that a search for it finds every leak.
    let mut new = |what: &str| {
        let canary = format!("canary{what}{}", random_hex(6).unwrap());
        private.push(canary.clone());
        canary
    };

    // Over HTTP: a query string, a header, a cookie, a body, and rows that come back.
    let http = stack.gateway();
    let host = Customer::Acme.host();
    let bearer = format!("Bearer {jwt}");
    let cookie = format!("session={}", new("cookie"));
    let other = new("header");
    let headers = [("authorization", bearer.as_str()), ("cookie", &cookie), ("x-other", &other)];
    let search = format!("/api/accounts?search={}", new("query"));
    assert_eq!(http.get(&host, &search, &headers).await.unwrap().status, 200);
    let found = http.get(&host, "/api/accounts?search=17", &headers).await.unwrap();
    let found = found.json().unwrap();
    let id = found.pointer("/0/id").and_then(|id| id.as_str()).unwrap();
    let contact = json!({"name": new("row"), "email": format!("{}@example.com", new("email"))});
    let path = format!("/api/accounts/{id}/contacts");
    assert_eq!(http.post(&host, &path, &headers, &contact).await.unwrap().status, 200);
    let detail = http.get(&host, &format!("/api/accounts/{id}"), &headers).await.unwrap();
    assert!(detail.body.contains("canaryrow"), "{}", detail.body);
    // Refused: a forged token, a wrong key, an injection.
    let forged = format!("{}.{}", jwt.rsplit_once('.').unwrap().0, new("signature"));
    let forged = [("authorization", format!("Bearer {forged}"))];
    let forged = forged.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(http.get(&host, "/", &forged).await.unwrap().status, 401);
    let key = new("apikey");
    assert_eq!(http.get(&host, "/", &[("x-api-key", &key)]).await.unwrap().status, 401);
    let injection = format!("'; SET ROLE '{}'; --", new("injected"));
    let injection = format!("/api/accounts?search={}", encode(&injection));
    let refused = http.get(&host, &injection, &headers).await.unwrap();
    assert_eq!(refused.code(), Some("SEP-304"), "{}", refused.body);

    // Over the database's protocol: literals, parameters, what fails, what is refused.
    let client = connect(&stack.config.dsn("app.acme")).await.unwrap();
    let parameter = new("parameter");
    let row = client.query_one("SELECT $1::text", &[&parameter]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), parameter);
    for (literal, code) in [
        (format!("SELECT '{}'::int", new("literal")), "22P02"),
        (format!("SELECT FROM WHERE '{}'", new("syntax")), "42601"),
        (format!("SELECT query_to_xml('SELECT {}', true, true, '')", new("denied")), "42501"),
        (format!("SET septum.binding = '{}'", new("seal")), "42501"),
        (format!("SET septum.token = '{}'", new("token")), "28000"),
        (format!("SELECT 1 /*septum_token='{}'*/", new("comment")), "28000"),
        (format!("SET app.note = '{}'", new("setting")), ""),
    ] {
        let answer = client.simple_query(&literal).await;
        let found = answer.err().and_then(|error| Some(error.code()?.code().to_owned()));
        assert_eq!(found.unwrap_or_default(), code, "{literal}");
    }
    let wrong = stack.config.dsn("app.acme").replace(&secrets.application, &new("password"));
    assert!(connect(&wrong).await.is_err());

    drop(client);
    let status = stack.septum.process.terminate().unwrap();
    assert!(status.success(), "{status}");
    Septum::verify(&stack.config, None).unwrap();

    let log = stack.scratch.read("septum.log");
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "nothing was logged in detail");
    let mut audit = String::new();
    for entry in fs::read_dir(stack.scratch.path().join("audit")).unwrap() {
        audit.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    assert!(audit.contains("SEP-304") && audit.contains("SEP-109"), "{audit}");
    for secret in &private {
        for (name, text) in [("the program's log", &log), ("the audit log", &audit)] {
            let lines: Vec<&str> = text.lines().filter(|line| line.contains(secret)).collect();
            assert!(lines.is_empty(), "`{secret}` is in {name}: {lines:?}");
        }
    }
}

//! The sample CRM's rows are what they are meant to be.

use septum_tests::{Cluster, Config, Crm, Customer, Http, Scratch, Septum, Stack, connect};
use serde_json::{Value, json};

#[tokio::test]
async fn the_sample_is_three_customers_that_nothing_unbound_can_see() {
    let cluster = Cluster::start().unwrap();
    let scratch = Scratch::new().unwrap();
    let config = Config::new(&scratch, &cluster).unwrap();
    Crm::create(&cluster, &config.secrets.database).await.unwrap();
    Septum::migrate(&config).unwrap();
    Crm::protect(&cluster).await.unwrap();
    assert!(Crm::seed(&cluster).await.unwrap() > 100_000);

    let client = connect(&cluster.dsn("crm")).await.unwrap();
    let count = async |sql: &str| -> i64 { client.query_one(sql, &[]).await.unwrap().get(0) };
    for customer in Customer::ALL {
        let own = format!(
            "SELECT count(*) FROM accounts WHERE tenant_id = '{}' AND name LIKE '%({} %)'",
            customer.id(),
            customer.name()
        );
        assert!(count(&own).await >= 1500, "{}", customer.name());
    }
    let bare = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') \
                AND relnamespace = 'public'::regnamespace AND relname <> 'currencies' \
                AND NOT (relrowsecurity AND relforcerowsecurity)";
    assert_eq!(count(bare).await, 0, "a table with tenants' rows is not protected");

    // The application's own role, past Septum: nothing is bound, nothing is seen.
    let dsn = cluster.dsn_of("crm_app", &config.secrets.database, "crm");
    let application = connect(&dsn).await.unwrap();
    for table in ["accounts", "contacts", "deals", "activities", "notes"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let seen: i64 = application.query_one(&sql, &[]).await.unwrap().get(0);
        assert_eq!(seen, 0, "{table}");
    }
    assert!(application.batch_execute("SELECT count(*) FROM activities_2025_03").await.is_err());
    assert!(application.batch_execute("CREATE TEMP TABLE t (a int)").await.is_err());
}

#[tokio::test]
async fn every_page_of_the_crm_works_on_the_bound_rows_alone() {
    let stack = Stack::start().await.unwrap();
    // An application of Acme's own: here the credential binds, and no request need.
    let own = stack.start_crm("app.acme").await.unwrap();
    let http = Http::new(own.address);

    let summary = http.get("localhost", "/api/summary", &[]).await.unwrap().json().unwrap();
    assert_eq!(
        summary,
        json!({"accounts": 5000, "contacts": 12500, "deals": 7500, "activities": 30000,
               "notes": 5000})
    );
    let found = http.get("localhost", "/api/accounts?search=%20100)", &[]).await.unwrap();
    let found = found.json().unwrap();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    let id = found.get(0).and_then(|account| account.get("id")).and_then(Value::as_str).unwrap();

    let contact = json!({"name": "Grace Hopper", "email": "grace@example.com"});
    let path = format!("/api/accounts/{id}/contacts");
    let contact = http.post("localhost", &path, &[], &contact).await.unwrap();
    assert_eq!(contact.status, 200, "{}", contact.body);

    let detail = http.get("localhost", &format!("/api/accounts/{id}"), &[]).await.unwrap();
    assert!(detail.body.contains("Grace Hopper"), "{}", detail.body);
    let detail = detail.json().unwrap();
    let deal = detail.pointer("/deals/0/id").and_then(Value::as_str).unwrap();
    let path = format!("/api/deals/{deal}/stage");
    let moved = http.post("localhost", &path, &[], &json!({"stage": "lost"})).await.unwrap();
    assert_eq!(moved.status, 200, "{}", moved.body);
    let wrong = http.post("localhost", &path, &[], &json!({"stage": "eaten"})).await.unwrap();
    assert_eq!(wrong.status, 500, "{}", wrong.body);

    for page in ["/accounts", &format!("/accounts/{id}"), "/deals", "/activities"] {
        let page = http.get("localhost", page, &[]).await.unwrap();
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.starts_with("<!DOCTYPE html>") && !page.body.contains("(globex "));
    }
    let log = http.get("localhost", "/api/activities", &[]).await.unwrap();
    assert!(log.body.contains("to lost"), "{}", log.body);

    // The deliberate injection works, and ends at the tenant's own rows.
    let everything = "/api/accounts?search=%27%20OR%20true%20--";
    let everything = http.get("localhost", everything, &[]).await.unwrap();
    assert_eq!(everything.status, 200, "{}", everything.body);
    assert!(everything.body.contains("(acme ") && !everything.body.contains("(globex "));

    // The shared application has no request that binds, and so no rows.
    let unbound = Http::new(stack.crm.address);
    let refused = unbound.get("localhost", "/api/summary", &[]).await.unwrap();
    assert_eq!((refused.status, refused.code()), (500, Some("SEP-309")), "{}", refused.body);
}

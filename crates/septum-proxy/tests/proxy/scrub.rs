//! What a tenant hears of the server's errors, and which of them are attempts to find out.

use tokio_postgres::error::DbError;
use tokio_postgres::{Client, Error};

use crate::fixture::Fixture;

const SCHEMA: &str = "
    CREATE TABLE users (id int, tenant_id int NOT NULL, email text, PRIMARY KEY (tenant_id, id),
        CONSTRAINT users_email UNIQUE (email));
    CREATE TABLE parents (id int PRIMARY KEY, tenant_id int NOT NULL);
    CREATE TABLE children (id int, tenant_id int NOT NULL, secret text,
        parent int NOT NULL REFERENCES parents ON DELETE SET NULL);
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE NOTICE 'row of %', NEW.email; RETURN NEW; END $$;
    CREATE TRIGGER tell BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION tell();
    INSERT INTO users VALUES (1, 1, 'u1@t1.com'), (5, 2, 'u5@t2.com');
    INSERT INTO parents VALUES (7, 1);
    INSERT INTO children VALUES (1, 2, 'secret of 2', 7);
    GRANT SELECT, INSERT, UPDATE, DELETE ON users, parents, children TO app;
    SELECT septum.protect('users', 'tenant_id');
    SELECT septum.protect('parents', 'tenant_id');
";

async fn start() -> (Fixture, Client) {
    let fixture = Fixture::start().await;
    fixture.administer(SCHEMA).await;
    let client = fixture.client("acme").await;
    (fixture, client)
}

fn db(error: &Error) -> &DbError {
    error.as_db_error().unwrap()
}

#[tokio::test]
async fn s57_s60_a_key_that_is_not_the_tenants_own_tells_nothing_and_is_an_attempt() {
    let (fixture, client) = start().await;
    let insert = "INSERT INTO users VALUES (2, 1, 'u5@t2.com')";
    for simple in [true, false] {
        let error = if simple {
            client.simple_query(insert).await.map(drop).unwrap_err()
        } else {
            client.execute(insert, &[]).await.map(drop).unwrap_err()
        };
        let error = db(&error);
        assert_eq!(error.code().code(), "23505");
        assert_eq!((error.constraint(), error.table()), (Some("users_email"), Some("users")));
        assert_eq!((error.detail(), error.where_()), (None, None));
    }
    // Its own key is its own business.
    let own = client.execute("INSERT INTO users VALUES (1, 1, 'new')", &[]).await.unwrap_err();
    assert_eq!(db(&own).code().code(), "23505");
    client.simple_query("SELECT 1").await.unwrap();
    assert_eq!(fixture.recorded(), ["SEP-342", "SEP-342"]);
    let event = fixture.events().pop().unwrap();
    assert_eq!(event.subject.as_deref(), Some("23505: users_email"));
    assert_eq!(event.principal.unwrap().as_str(), "acme");
    fixture.stop().await;
}

#[tokio::test]
async fn s59_a_row_that_a_policy_refuses_is_an_attempt_and_sounds_the_same_both_ways() {
    let (fixture, client) = start().await;
    let insert = "INSERT INTO users VALUES (2, 2, 'new')";
    let check = client.execute(insert, &[]).await.unwrap_err();
    let upsert = "INSERT INTO users VALUES (2, 1, 'u5@t2.com')
        ON CONFLICT (email) DO UPDATE SET id = 9";
    let using = client.execute(upsert, &[]).await.unwrap_err();
    for error in [&check, &using] {
        assert_eq!(db(error).code().code(), "42501");
        assert!(!db(error).message().contains("USING"), "{error}");
    }
    client.simple_query("SELECT 1").await.unwrap();
    let probing = fixture.recorded().iter().filter(|code| **code == "SEP-342").count();
    assert_eq!(probing, 2);
    // A missing privilege has the same code and is nobody's row.
    fixture.behind_the_guard("REVOKE SELECT ON parents FROM app").await;
    client.execute("SELECT * FROM parents", &[]).await.unwrap_err();
    client.simple_query("SELECT 1").await.unwrap();
    assert_eq!(fixture.recorded().iter().filter(|code| **code == "SEP-342").count(), 2);
    fixture.stop().await;
}

#[tokio::test]
async fn s43_s56_s63_s162_no_error_quotes_a_row_and_drivers_can_still_map_it() {
    let (fixture, client) = start().await;
    let cast = client.query("SELECT email::int FROM users", &[]).await.unwrap_err();
    assert_eq!(db(&cast).code().code(), "22P02");
    assert_eq!(db(&cast).message(), "invalid input syntax for type integer: \"...\"");
    // The client's own input is the client's to hear of.
    let own = client.simple_query("SELECT 'abc'::int").await.unwrap_err();
    assert!(db(&own).message().contains("abc"), "{own}");
    // The action of a foreign key leads to another tenant's row, which has no policy.
    let action = client.execute("DELETE FROM parents WHERE id = 7", &[]).await.unwrap_err();
    let action = db(&action);
    assert_eq!((action.code().code(), action.column()), ("23502", Some("parent")));
    assert_eq!((action.table(), action.detail(), action.where_()), (Some("children"), None, None));
    let missing = client.query("SELECT nam FROM accounts", &[]).await.unwrap_err();
    assert!(db(&missing).hint().is_some(), "{missing}");
    fixture.stop().await;
}

#[tokio::test]
async fn s40_s163_what_a_trigger_raises_as_a_notice_is_not_heard() {
    let fixture = Fixture::start().await;
    fixture.administer(SCHEMA).await;
    let mut wire = crate::wire::Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let heard = wire.query("UPDATE users SET id = 3 WHERE id = 1").await;
    assert_eq!(heard, ["C UPDATE 1", "Z I"]);
    fixture.stop().await;
}

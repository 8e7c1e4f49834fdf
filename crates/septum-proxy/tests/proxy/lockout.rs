//! Who crosses again and again is refused for a while, and nobody else is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use septum_audit::{Kind, LockoutPolicy, Lockouts};
use septum_guard::Mode;

use crate::fixture::{ACME, Fixture, GLOBEX, connect, refusal};

async fn locking(after: u32) -> Fixture {
    let policy =
        LockoutPolicy { after, within: Duration::from_secs(600), lasts: Duration::from_secs(600) };
    let change = move |services: &mut septum_proxy::Services| {
        services.lockouts = Arc::new(Lockouts::new(policy));
    };
    Fixture::with_services(Mode::Enforce, change, |_| ()).await
}

/// An attempt on the binding, which is a crossing.
const ATTEMPT: &str = "SET septum.binding = 'x'";
const READ: &str = "SELECT count(*) FROM accounts";

#[tokio::test]
async fn h63_a_lock_stops_its_own_principal_everywhere_and_nobody_else() {
    let fixture = locking(3).await;
    let (ann, bob) = (fixture.token_of(ACME, "ann", 60), fixture.token_of(ACME, "bob", 60));
    let client = fixture.client("app").await;
    let other = fixture.client("app").await;
    for _ in 0..3 {
        let attempt = format!("{ATTEMPT} /*septum_token='{ann}'*/");
        let (code, message) = refusal(&client.simple_query(&attempt).await.unwrap_err());
        assert_eq!((code.as_str(), &message[..7]), ("42501", "SEP-305"), "{message}");
    }
    for client in [&client, &other] {
        let as_ann = format!("{READ} /*septum_token='{ann}'*/");
        let (code, message) = refusal(&client.simple_query(&as_ann).await.unwrap_err());
        assert_eq!((code.as_str(), &message[..7]), ("28000", "SEP-340"), "{message}");
        let (code, _) = refusal(&client.query(&as_ann, &[]).await.unwrap_err());
        assert_eq!(code, "28000");
        client.simple_query(&format!("{READ} /*septum_token='{bob}'*/")).await.unwrap();
        let ann_of_globex = fixture.token_of(GLOBEX, "ann", 60);
        client.simple_query(&format!("{READ} /*septum_token='{ann_of_globex}'*/")).await.unwrap();
    }
    let events = fixture.events();
    let of = |kind| events.iter().filter(move |event| event.kind == kind).collect::<Vec<_>>();
    assert_eq!(of(Kind::Crossing).len(), 3);
    let locks = of(Kind::Lockout);
    assert_eq!(locks[0].subject.as_deref(), Some("locked for 600 s after 3 attempts to cross"));
    assert!(locks.iter().all(|lock| lock.principal.as_ref().unwrap().as_str() == "ann"));
    // The four refusals: the first, the second and the fourth.
    assert_eq!(locks.len(), 4);
    let audit = &*fixture.services.audit;
    let lifted = fixture.services.lockouts.lift(|_| true, "ops", Instant::now(), audit).await;
    assert_eq!(lifted.unwrap().len(), 1);
    client.simple_query(&format!("{READ} /*septum_token='{ann}'*/")).await.unwrap();
    fixture.stop().await;
}

#[tokio::test]
async fn h63_a_locked_credential_can_not_connect_and_others_can() {
    let fixture = locking(2).await;
    let client = fixture.client("acme").await;
    for _ in 0..2 {
        client.simple_query(ATTEMPT).await.unwrap_err();
    }
    let (code, message) = refusal(&client.simple_query(READ).await.unwrap_err());
    assert_eq!(code, "28000", "{message}");
    let error = connect(&fixture.dsn("acme")).await.map(drop).unwrap_err();
    assert!(refusal(&error).1.starts_with("SEP-340"), "{error}");
    let globex = fixture.client("globex").await;
    globex.simple_query(READ).await.unwrap();
    fixture.stop().await;
}

#[tokio::test]
async fn h63_who_proves_nothing_locks_nobody() {
    let fixture = locking(2).await;
    let forged = fixture.token_of(ACME, "ann", 60).replace(['0', '1'], "2");
    let client = fixture.client("app").await;
    // A token that stands on the shared connection is not what tries next.
    let standing = fixture.token_of(ACME, "ann", 60);
    client.simple_query(&format!("SET septum.token = '{standing}'")).await.unwrap();
    for _ in 0..5 {
        let attempt = format!("{READ} /*septum_token='{forged}'*/");
        client.simple_query(&attempt).await.unwrap_err();
        connect(&fixture.dsn("acme").replace("password=pw", "password=no"))
            .await
            .map(drop)
            .unwrap_err();
    }
    assert!(fixture.recorded().iter().filter(|code| **code == "SEP-109").count() >= 5);
    client.simple_query(READ).await.unwrap();
    fixture.client("acme").await.simple_query(READ).await.unwrap();
    assert!(fixture.services.lockouts.is_quiet());
    fixture.stop().await;
}

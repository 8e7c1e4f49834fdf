//! `/healthz` and `/readyz`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use septum_gateway::Upstream;

use crate::application::Application;
use crate::fixture::{Answer, Fixture, raw};

async fn ask(fixture: &Fixture, line: &str) -> Answer {
    let request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    Answer::parse(&raw(fixture.admin, request).await)
}

async fn ready(fixture: &Fixture) -> (u16, String) {
    let answer = ask(fixture, "GET /readyz").await;
    (answer.status, answer.body.trim().into())
}

#[tokio::test]
async fn it_is_alive_and_ready() {
    let fixture = Fixture::start().await;
    let alive = ask(&fixture, "GET /healthz").await;
    assert_eq!((alive.status, alive.body.as_str()), (200, "ok\n"));
    assert!(alive.head.contains("cache-control: no-store"));
    assert_eq!(ready(&fixture).await, (200, "ready".into()));
    assert_eq!(ask(&fixture, "HEAD /readyz").await.status, 200);
}

#[tokio::test]
async fn nothing_else_is_there() {
    let fixture = Fixture::start().await;
    for line in ["GET /", "POST /healthz", "GET /readyz/x", "GET //healthz", "DELETE /readyz"] {
        assert_eq!(ask(&fixture, line).await.status, 404, "{line}");
    }
    // Nor is it on the listener for clients: there these are the application's paths.
    assert_eq!(fixture.ask("GET /healthz HTTP/1.1", &["host: acme.test"]).await.body, "seen");
    assert_eq!(fixture.ask("GET /healthz HTTP/1.1", &["host: unknown.test"]).await.status, 421);
}

#[tokio::test]
async fn it_is_not_ready_without_the_application() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fixture = Fixture::with(|config| {
        config.upstream = Upstream::Tcp(gone.to_string().parse().unwrap());
    })
    .await;
    let (status, obstacle) = ready(&fixture).await;
    assert_eq!((status, obstacle.as_str()), (503, "the application can't be reached"));
    // It lives all the same.
    assert_eq!(ask(&fixture, "GET /healthz").await.status, 200);
    assert_eq!(fixture.get(&["host: acme.test"]).await.reason(), "SEP-203");
}

#[tokio::test]
async fn it_is_ready_when_the_database_is() {
    let usable = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&usable);
    let fixture = Fixture::build(Application::start().await, |_, services| {
        services.ready = Some(Arc::new(move || {
            let usable = asked.load(Ordering::Relaxed);
            Box::pin(async move { usable })
        }));
    })
    .await;
    assert_eq!(ready(&fixture).await, (503, "the database can't be used".into()));
    usable.store(true, Ordering::Relaxed);
    assert_eq!(ready(&fixture).await, (200, "ready".into()));
}

#[tokio::test]
async fn a_check_that_hangs_is_not_ready_in_time() {
    let fixture = Fixture::build(Application::start().await, |_, services| {
        services.ready = Some(Arc::new(|| Box::pin(std::future::pending())));
    })
    .await;
    assert_eq!(ready(&fixture).await.0, 503);
    assert_eq!(ask(&fixture, "GET /healthz").await.status, 200);
}

//! Who is asking: each source, together and against each other.

use std::sync::atomic::Ordering;

use septum_audit::Kind;
use septum_bind::header::Peers;
use septum_core::{Source, TraceId, Traceparent};

use crate::fixture::{Fixture, context_keys, forged, globex_key, now, tenants, token, token_until};

/// The tenant and the principal that the application's context token names.
fn bound(fixture: &Fixture) -> (String, String) {
    let seen = fixture.application.seen().pop().unwrap();
    let token = seen.header("septum-context").unwrap().to_owned();
    assert_eq!(seen.headers.get_all("septum-context").iter().count(), 1);
    let claim = context_keys().verify(&token, &tenants(), now()).unwrap();
    (claim.tenant().to_string(), claim.principal().unwrap().to_string())
}

#[tokio::test]
async fn each_source_binds_and_the_application_gets_its_context_token() {
    let fixture = Fixture::with(|config| {
        let header = config.sources.header.as_mut().unwrap();
        header.trusted = Peers::new(["127.0.0.1/32".parse().unwrap()]).unwrap();
    })
    .await;
    let bearer = format!("authorization: Bearer {}", token("acme"));
    let cookie = format!("cookie: a=b; __Host-session={}; c=d", token("acme"));
    let key = format!("x-api-key: {}", globex_key());
    for (fields, expected) in [
        (vec!["host: acme.test"], ("acme", "anonymous")),
        (vec!["host: GLOBEX.test.:443"], ("globex", "anonymous")),
        (vec!["host: api.test", &bearer], ("acme", "ann@acme")),
        (vec!["host: api.test", &cookie], ("acme", "ann@acme")),
        (vec!["host: acme.test", &cookie, &bearer], ("acme", "ann@acme")),
        (vec!["host: api.test", &key], ("globex", "importer")),
        (vec!["host: api.test", "x-tenant-id: acme", "x-user: bob"], ("acme", "bob")),
    ] {
        let answer = fixture.get(&fields).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "seen"), "{fields:?}");
        assert_eq!(bound(&fixture), (expected.0.into(), expected.1.into()), "{fields:?}");
    }
    for seen in fixture.application.seen() {
        assert_eq!(seen.header("x-api-key"), None);
        assert_eq!(seen.header("x-tenant-id"), None);
        assert_eq!(seen.header("x-user"), None);
    }
    assert!(fixture.audit.events().is_empty());
}

#[tokio::test]
async fn h51_sources_that_disagree_are_refused_and_recorded_as_a_crossing() {
    let fixture = Fixture::start().await;
    let bearer = format!("authorization: Bearer {}", token("acme"));
    let cookie = format!("cookie: __Host-session={}", token("globex"));
    let key = format!("x-api-key: {}", globex_key());
    for fields in [
        vec!["host: globex.test", &bearer],
        vec!["host: acme.test", &key],
        vec!["host: api.test", &key, &bearer],
        vec!["host: api.test", &cookie, &bearer],
    ] {
        let answer = fixture.get(&fields).await;
        assert_eq!((answer.status, answer.reason().as_str()), (403, "SEP-102"), "{fields:?}");
        assert!(!answer.body.contains("acme") && !answer.body.contains("globex"));
        assert_eq!(fixture.audit.last(), (Kind::Crossing, "SEP-102"));
    }
    let event = fixture.audit.events().remove(0);
    assert_eq!(event.tenant.unwrap().to_string(), "acme");
    assert_eq!(event.principal.unwrap().as_str(), "ann@acme");
    assert_eq!(event.source, Some(Source::Host));
    assert!(event.peer.unwrap().starts_with("127.0.0.1:"));
    assert!(fixture.application.seen().is_empty());
    let count = fixture.counts.iter().find(|(reason, _)| reason.code() == "SEP-102").unwrap().1;
    assert_eq!(count, 4);
}

#[tokio::test]
async fn h33_h50_what_proves_nothing_is_refused_whatever_else_is_sent() {
    let fixture = Fixture::start().await;
    let forged = format!("authorization: Bearer {}", forged("acme"));
    let expired = format!("authorization: Bearer {}", token_until("acme", now() - 1));
    let unknown = format!("authorization: Bearer {}", token("initech"));
    let cookie = format!("cookie: __Host-session={}", crate::fixture::forged("acme"));
    for (field, expected) in [
        (forged.as_str(), (401, "SEP-104", Kind::Crossing)),
        ("authorization: Bearer x", (401, "SEP-104", Kind::Crossing)),
        ("authorization: bearer ", (401, "SEP-104", Kind::Crossing)),
        (cookie.as_str(), (401, "SEP-104", Kind::Crossing)),
        (expired.as_str(), (401, "SEP-105", Kind::AuthenticationFailed)),
        (unknown.as_str(), (403, "SEP-108", Kind::Crossing)),
        ("x-api-key: sep_000000000000_x", (401, "SEP-106", Kind::AuthenticationFailed)),
        ("x-tenant-id: acme", (403, "SEP-107", Kind::Crossing)),
        ("x-user: bob", (403, "SEP-107", Kind::Crossing)),
    ] {
        let answer = fixture.get(&["host: acme.test", field]).await;
        assert_eq!((answer.status, answer.reason().as_str()), (expected.0, expected.1), "{field}");
        assert_eq!(fixture.audit.last(), (expected.2, expected.1), "{field}");
        assert!(answer.head.contains("cache-control: no-store"));
    }
    assert!(fixture.application.seen().is_empty());
}

#[tokio::test]
async fn h17_h52_without_a_tenant_nothing_is_answered() {
    let fixture = Fixture::start().await;
    for host in ["evil-acme.test", "acme.test.evil.com", "test", "127.0.0.1", "[::1]", "localhost"]
    {
        let answer = fixture.get(&[&format!("host: {host}")]).await;
        assert_eq!((answer.status, answer.reason().as_str()), (421, "SEP-103"), "{host}");
    }
    let answer = fixture.get(&["host: api.test"]).await;
    assert_eq!((answer.status, answer.reason().as_str()), (401, "SEP-101"));
    assert!(answer.head.contains("www-authenticate: bearer"));
    assert!(fixture.application.seen().is_empty());
    // Without a token as a source, `Authorization` is the application's own and binds nothing.
    let fixture = Fixture::with(|config| config.sources.jwt = None).await;
    let basic = "authorization: Basic YWNtZTpw";
    assert_eq!(fixture.get(&["host: api.test", basic]).await.reason(), "SEP-101");
    assert_eq!(fixture.get(&["host: acme.test", basic]).await.status, 200);
}

#[tokio::test]
async fn h52_a_host_alone_binds_nobody_unless_the_configuration_says_so() {
    let fixture = Fixture::with(|config| {
        config.sources.host.as_mut().unwrap().anonymous = false;
    })
    .await;
    let bearer = format!("authorization: Bearer {}", token("acme"));
    for fields in [vec!["host: acme.test"], vec!["host: globex.test", "x-other: 1"]] {
        let answer = fixture.get(&fields).await;
        assert_eq!((answer.status, answer.reason().as_str()), (401, "SEP-101"), "{fields:?}");
        let event = fixture.audit.events().pop().unwrap();
        assert_eq!(
            (event.kind, event.source, event.tenant),
            (Kind::Denied, Some(Source::Host), None)
        );
    }
    assert!(fixture.application.seen().is_empty());
    assert_eq!(fixture.get(&["host: acme.test", &bearer]).await.status, 200);
    assert_eq!(bound(&fixture), ("acme".into(), "ann@acme".into()));
    // It still limits where a proof counts.
    assert_eq!(fixture.get(&["host: globex.test", &bearer]).await.reason(), "SEP-102");
}

#[tokio::test]
async fn h50_h53_an_authorization_that_is_no_bearer_token_is_never_ignored() {
    let fixture = Fixture::start().await;
    let good = token("globex");
    let key = format!("x-api-key: {}", globex_key());
    for (value, status, code) in [
        (format!("Bearer\t{good}"), 400, "SEP-111"),
        (format!("Bearer:{good}"), 400, "SEP-111"),
        (format!("BearerX {good}"), 400, "SEP-111"),
        (format!("bearer={good}"), 400, "SEP-111"),
        (format!("Token {good}"), 400, "SEP-111"),
        (good.clone(), 400, "SEP-111"),
        ("Basic YWNtZTpw".to_owned(), 400, "SEP-111"),
        (format!("Bearer  {good}"), 401, "SEP-104"),
        (format!("Bearer {good} x"), 401, "SEP-104"),
        ("BEARER".to_owned(), 401, "SEP-104"),
        (String::new(), 400, "SEP-111"),
    ] {
        let field = format!("authorization: {value}");
        for fields in [vec!["host: acme.test", &field], vec!["host: api.test", &key, &field]] {
            let answer = fixture.get(&fields).await;
            assert_eq!((answer.status, answer.reason().as_str()), (status, code), "{value}");
        }
    }
    assert!(fixture.application.seen().is_empty());
    let any_case = format!("authorization: bEaReR {good}");
    assert_eq!(fixture.get(&["host: api.test", &any_case]).await.status, 200);
    assert_eq!(bound(&fixture).0, "globex");
}

#[tokio::test]
async fn h29_h46_a_query_a_path_and_a_body_bind_nothing() {
    let fixture = Fixture::start().await;
    let token = token("globex");
    for path in [
        "/t/globex".to_owned(),
        "/?tenant=globex&tenant_id=globex".to_owned(),
        format!("/?access_token={token}"),
        format!("/?api_key={}", globex_key()),
    ] {
        let line = format!("POST {path} HTTP/1.1");
        assert_eq!(fixture.ask(&line, &["host: api.test"]).await.reason(), "SEP-101", "{path}");
        assert_eq!(fixture.ask(&line, &["host: acme.test"]).await.status, 200);
        assert_eq!(bound(&fixture).0, "acme", "{path}");
    }
}

#[tokio::test]
async fn h60_h62_a_refusal_tells_nothing_of_anybody() {
    let fixture = Fixture::start().await;
    let bearer = format!("authorization: Bearer {}", token("acme"));
    let mut bodies = std::collections::BTreeSet::new();
    for host in ["unknown.test", "initech.test", "globex", "127.0.0.1"] {
        // Who exists and who doesn't is not to be told from the answer.
        bodies.insert(fixture.get(&[&format!("host: {host}")]).await.body);
    }
    assert_eq!(bodies.len(), 1);
    bodies.insert(fixture.get(&["host: globex.test", &bearer]).await.body);
    bodies.insert(fixture.get(&["host: acme.test", "x-api-key: sep_globex"]).await.body);
    for body in bodies {
        for word in ["acme", "globex", "ann", "127.0.0.1", "unknown.test", "sep_"] {
            assert!(!body.contains(word), "{word}: {body}");
        }
    }
}

#[tokio::test]
async fn a_required_source_must_be_there() {
    let fixture = Fixture::with(|config| {
        config.sources.required = [Source::Host, Source::Jwt].into();
    })
    .await;
    let bearer = format!("authorization: Bearer {}", token("acme"));
    assert_eq!(fixture.get(&["host: acme.test", &bearer]).await.status, 200);
    for fields in [vec!["host: acme.test"], vec!["host: api.test", &bearer]] {
        let answer = fixture.get(&fields).await;
        assert_eq!((answer.status, answer.reason().as_str()), (401, "SEP-101"), "{fields:?}");
    }
}

#[tokio::test]
async fn h10_h12_h14_h31_the_host_is_named_once_and_plainly() {
    let fixture = Fixture::start().await;
    for (line, hosts) in [
        ("GET / HTTP/1.1", &[][..]),
        ("GET / HTTP/1.1", &["acme.test", "acme.test"]),
        ("GET / HTTP/1.1", &["acme.test", "globex.test"]),
        ("GET / HTTP/1.1", &["acme.test, globex.test"]),
        ("GET / HTTP/1.1", &["acme.test@globex.test"]),
        ("GET / HTTP/1.1", &["acme.test/x"]),
        ("GET / HTTP/1.1", &["acme%2etest"]),
        ("GET / HTTP/1.1", &["acme_.test"]),
        ("GET / HTTP/1.1", &["acme.test:x"]),
        ("GET / HTTP/1.1", &[""]),
        ("GET / HTTP/1.1", &["b\u{fc}cher.test"]),
        ("GET http://acme.test/ HTTP/1.1", &["globex.test"]),
        ("GET http://acme.test/ HTTP/1.1", &[]),
        ("GET http://u:p@acme.test/ HTTP/1.1", &["acme.test"]),
        ("GET http://acme.test/#x HTTP/1.1", &["acme.test"]),
    ] {
        let fields: Vec<String> = hosts.iter().map(|host| format!("Host: {host}")).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let answer = fixture.ask(line, &fields).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, "SEP-201"), "{line} {hosts:?}");
        assert_eq!(fixture.audit.last(), (Kind::Denied, "SEP-201"));
    }
    assert!(fixture.application.seen().is_empty());
    let answer = fixture.ask("GET http://acme.test/x?y HTTP/1.1", &["host: acme.test"]).await;
    assert_eq!(answer.status, 200);
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!((seen.uri.to_string().as_str(), seen.header("host")), ("/x?y", Some("acme.test")));
}

#[tokio::test]
async fn h01_h02_no_spelling_of_a_protected_header_gets_through() {
    let fixture = Fixture::with(|config| config.sources.header = None).await;
    let protected = [
        "Septum-Context",
        "septum_context",
        "SEPTUM.CONTEXT",
        "X-Septum-Tenant",
        "x_septum_tenant",
        "Septum-Anything",
        "Septum",
        "Septum-Caller-Traceparent",
        "X-Tenant-Id",
        "X_Tenant_Id",
        "x.tenant.id",
        "X-Tenant_Id",
        "Tenant",
        "Tenant-Id",
        "x-tenant",
        "x!tenant~id",
        "X-Forwarded-For",
        "X_Forwarded_For",
        "X-Forwarded-Host",
        "X-Forwarded-Anything",
        "Forwarded",
        "X-Original-URL",
        "X_Rewrite_Url",
        "X-HTTP-Method-Override",
        "X-Real-IP",
        "X-SSL-Client-Verify",
        "SSL_CLIENT_CERT",
        "True-Client-IP",
        "B3",
        "X-B3-TraceId",
        "X_B3_Sampled",
        "Uber-Trace-Id",
        "uberctx-tenant",
        "X-Datadog-Trace-Id",
        "X-Amzn-Trace-Id",
        "X-Cloud-Trace-Context",
        "sw8",
        "sw8-correlation",
        "X-Ot-Span-Context",
        "ot-tracer-traceid",
        "Proxy",
        "Remote-User",
        "REMOTE_USER",
        "X-Remote-User",
        "X_Authenticated_User",
        "X-Amzn-Oidc-Data",
        "Content_Length",
        "Transfer_Encoding",
        "Trace_Parent_X",
        "Cookie_",
        "tracestate",
        "TraceState",
        "Authorization.",
        "Host_",
        "http2-settings",
        "Keep-Alive",
        "Proxy-Authorization",
        "Proxy-Connection",
        "TE",
        "Trailer",
    ];
    let fields: Vec<String> = protected.iter().map(|name| format!("{name}: forged")).collect();
    let mut fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    fields.push("host: acme.test");
    fields.push("x-kept: kept");
    assert_eq!(fixture.get(&fields).await.status, 200);
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!(seen.header("x-kept"), Some("kept"));
    let harmless = ["trace_parent_x", "cookie_", "authorization.", "host_"];
    for (name, value) in &seen.headers {
        let forged = value == "forged" && !harmless.contains(&name.as_str());
        assert!(!forged, "{name} got through");
    }
    assert_eq!(seen.header("x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(seen.header("x-forwarded-host"), Some("acme.test"));
    assert_eq!(seen.header("x-forwarded-proto"), Some("http"));
    // The attempt was recorded, and the binding is the host's.
    assert_eq!(fixture.audit.last(), (Kind::Crossing, "SEP-107"));
    assert_eq!(bound(&fixture).0, "acme");
}

#[tokio::test]
async fn h02_another_spelling_of_a_binding_header_is_refused() {
    let fixture = Fixture::with(|config| {
        let header = config.sources.header.as_mut().unwrap();
        header.trusted = Peers::new(["127.0.0.1/32".parse().unwrap()]).unwrap();
    })
    .await;
    for field in ["x_tenant_id: acme", "x.tenant-id: acme", "x_user: a", "x_api_key: k"] {
        let answer = fixture.get(&["host: acme.test", field]).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, "SEP-111"), "{field}");
    }
}

#[tokio::test]
async fn h03_h08_h09_a_source_is_sent_once() {
    let fixture = Fixture::with(|config| {
        let header = config.sources.header.as_mut().unwrap();
        header.trusted = Peers::new(["127.0.0.1/32".parse().unwrap()]).unwrap();
    })
    .await;
    let bearer = format!("authorization: Bearer {}", token("acme"));
    let cookie = format!("__Host-session={}", token("acme"));
    let (one, two) = (format!("cookie: {cookie}"), format!("cookie: {cookie}; {cookie}"));
    for fields in [
        vec!["x-tenant-id: acme", "x-tenant-id: acme"],
        vec!["x-tenant-id: acme, acme"],
        vec!["x-tenant-id: acme,globex"],
        vec!["x-tenant-id: acm\u{e9}"],
        vec![&bearer, &bearer],
        vec!["authorization: Basic x", &bearer],
        vec![&one, &one],
        vec![&two],
        vec!["x-api-key: a", "x-api-key: b"],
    ] {
        let answer = fixture.get(&[vec!["host: api.test"], fields.clone()].concat()).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, "SEP-111"), "{fields:?}");
    }
    // Another subdomain can set a cookie without the prefix; it is not looked at.
    let tossed = format!("cookie: session={}", token("acme"));
    assert_eq!(fixture.get(&["host: api.test", &tossed]).await.reason(), "SEP-101");
    assert!(fixture.application.seen().is_empty());
}

#[tokio::test]
async fn h04_connection_takes_away_no_header_that_matters() {
    let fixture = Fixture::start().await;
    for name in [
        "x-tenant-id",
        "X_Tenant_Id",
        "septum-context",
        "Septum-Context",
        "host",
        "cookie",
        "authorization",
        "content-length",
        "x-api-key",
        "X-Forwarded-For",
        "traceparent",
        "transfer-encoding",
    ] {
        let connection = format!("connection: close, {name}");
        let answer = fixture.get(&["host: acme.test", &connection]).await;
        assert_eq!((answer.status, answer.reason().as_str()), (400, "SEP-201"), "{name}");
    }
    let connection = "connection: close, X-Mine ,, keep-alive";
    let answer = fixture.get(&["host: acme.test", connection, "x-mine: 1"]).await;
    assert_eq!(answer.status, 200);
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!(seen.header("x-mine"), None);
    assert!(seen.header("septum-context").is_some());
}

#[tokio::test]
async fn h05_a_trusted_proxy_may_say_who_asked() {
    let fixture = Fixture::with(|config| {
        config.trusted_proxies = Peers::new(["127.0.0.0/8".parse().unwrap()]).unwrap();
    })
    .await;
    let fields = [
        "host: acme.test",
        "x-forwarded-for: 192.0.2.9",
        "x-forwarded-proto: https",
        "x_forwarded_proto: http",
        "x-original-url: /admin",
        "x-amzn-trace-id: Root=1",
        "x_amzn_trace_id: Root=2",
        "proxy: http://192.0.2.9",
        "x-forwarded-host: globex.test",
        "forwarded: host=globex.test",
    ];
    assert_eq!(fixture.get(&fields).await.status, 200);
    let seen = fixture.application.seen().pop().unwrap();
    assert_eq!(seen.header("x-forwarded-for"), Some("192.0.2.9, 127.0.0.1"));
    assert_eq!(seen.header("x-forwarded-proto"), Some("https"));
    assert_eq!(seen.header("x_forwarded_proto"), None);
    assert_eq!(seen.header("x-amzn-trace-id"), Some("Root=1"));
    assert_eq!(seen.header("x_amzn_trace_id"), None);
    assert_eq!(seen.header("proxy"), None);
    // It may say so to the application; what binds is the host that was asked.
    assert_eq!(seen.header("x-forwarded-host"), Some("globex.test"));
    assert_eq!(bound(&fixture).0, "acme");
}

#[tokio::test]
async fn every_request_has_a_fresh_trace_that_binds_while_it_is_served() {
    let mut fixture = Fixture::start().await;
    let caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let http = fixture.http;
    let asking = tokio::spawn(async move {
        let head = format!("GET /hold HTTP/1.1\r\nhost: acme.test\r\ntraceparent: {caller}\r\n");
        crate::fixture::raw(http, format!("{head}tracestate: a=b\r\nconnection: close\r\n\r\n"))
            .await
    });
    let seen = fixture.application.saw(1).await.remove(0);
    let ours: Traceparent = seen.header("traceparent").unwrap().parse().unwrap();
    let theirs: Traceparent = caller.parse().unwrap();
    assert_ne!(ours.trace, theirs.trace);
    // Whether the application's statements carry their trace is not for the caller to say.
    assert_eq!((theirs.flags, ours.flags), (0, 1));
    assert_eq!(seen.header("septum-caller-traceparent"), Some(caller));
    assert_eq!(seen.header("tracestate"), None);
    let claim = fixture.traces.claim(&ours.trace).unwrap();
    assert_eq!(claim.tenant().to_string(), "acme");
    // A caller's trace binds nothing.
    assert!(fixture.traces.claim(&theirs.trace).is_err());
    fixture.application.release();
    assert!(asking.await.unwrap().contains("released"));
    fixture.stop();
    let traces = fixture.traces.clone();
    fixture.stopped().await;
    assert!(traces.is_empty());
    let unguessable = |trace: &TraceId| trace.as_bytes().iter().any(|byte| *byte != 0);
    assert!(unguessable(&ours.trace));
}

#[tokio::test]
async fn what_can_t_be_recorded_is_answered_as_that() {
    let fixture = Fixture::start().await;
    fixture.audit.fails.store(true, Ordering::Relaxed);
    let bearer = format!("authorization: Bearer {}", token("acme"));
    let answer = fixture.get(&["host: globex.test", &bearer]).await;
    assert_eq!((answer.status, answer.reason().as_str()), (503, "SEP-601"));
    // What tries nothing goes on.
    assert_eq!(fixture.get(&["host: acme.test", &bearer]).await.status, 200);
}

#[tokio::test]
async fn h01_an_attempt_that_can_t_be_recorded_goes_no_further() {
    let fixture = Fixture::start().await;
    let fields = ["host: acme.test", "septum-context: forged"];
    assert_eq!(fixture.get(&fields).await.status, 200);
    assert_eq!(fixture.application.seen().len(), 1);
    fixture.audit.fails.store(true, Ordering::Relaxed);
    let answer = fixture.get(&fields).await;
    assert_eq!((answer.status, answer.reason().as_str()), (503, "SEP-601"));
    assert_eq!(fixture.audit.last(), (Kind::Crossing, "SEP-107"));
    assert_eq!(fixture.application.seen().len(), 1);
}

#[tokio::test]
async fn h24_h55_each_request_of_a_connection_is_bound_by_itself() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client().await;
    let mut tenants = vec![];
    for host in ["acme", "globex", "acme"] {
        client.send(format!("GET / HTTP/1.1\r\nhost: {host}.test\r\n\r\n")).await;
        client.until("seen").await;
        tenants.push(bound(&fixture).0);
    }
    assert_eq!(tenants, ["acme", "globex", "acme"]);
    // And pipelined.
    client
        .send(
            "GET /1 HTTP/1.1\r\nhost: globex.test\r\n\r\nPOST /2 HTTP/1.1\r\nhost: acme.test\r\n\
             content-length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nhost: unknown.test\r\n\r\n\
             GET /4 HTTP/1.1\r\nhost: globex.test\r\nconnection: close\r\n\r\n",
        )
        .await;
    let answers = client.rest().await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3, "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 421").count(), 1, "{answers}");
    let seen = fixture.application.seen();
    let of = |path: &str| {
        let seen = seen.iter().find(|seen| seen.uri.path() == path).unwrap();
        let token = seen.header("septum-context").unwrap();
        context_keys()
            .verify(token, &crate::fixture::tenants(), now())
            .unwrap()
            .tenant()
            .to_string()
    };
    assert_eq!((of("/1"), of("/2"), of("/4")), ("globex".into(), "acme".into(), "globex".into()));
}

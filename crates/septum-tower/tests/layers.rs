//! Each layer alone, as a service without the gateway would use it.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use septum_audit::{Event, Recorded, Sink};
use septum_bind::context::ContextKeys;
use septum_bind::header::Peers;
use septum_bind::{Binding, RootKey, Tenant, Tenants, Traces};
use septum_core::{Environment, Reason, TenantType};
use septum_tower::{
    BindLayer, CONTEXT_HEADER, ContextLayer, Denials, HostSource, LimitLayer, Sources, StripLayer,
    TenantLimitLayer, TraceLayer, Verifier,
};
use tower::{Layer as _, Service as _, ServiceBuilder, ServiceExt as _, service_fn};

type Body = Full<Bytes>;

/// Keeps the codes of what was recorded.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<&'static str>>>);

impl Sink for Recorder {
    fn record(&self, event: Event) -> Recorded {
        self.0.lock().unwrap().extend(event.reason.map(Reason::code));
        Box::pin(async { Ok(()) })
    }
}

fn denials() -> (Denials, Recorder) {
    let recorder = Recorder::default();
    (Denials::new(Arc::new(recorder.clone())), recorder)
}

fn context_keys() -> ContextKeys {
    ContextKeys::new(Environment::Test, &RootKey::from_bytes([1; 32]), None)
}

/// A host binds by itself: these tests are about the layers.
fn open_host() -> HostSource {
    HostSource { anonymous: true, ..HostSource::default() }
}

fn verifier() -> Verifier {
    let id = TenantType::Text.parse("acme").unwrap();
    let acme = Tenant { id, name: "acme".into(), hosts: vec!["acme.test".into()] };
    let tenants = Arc::new(Tenants::new(TenantType::Text, [acme]).unwrap());
    let sources = Sources { host: Some(open_host()), ..Sources::default() };
    Verifier::new(sources, tenants, Environment::Test).unwrap()
}

fn request(fields: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().uri("/");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Full::default()).unwrap()
}

/// Says what it got: the binding's tenant, and whether a context token came along.
async fn echo<Q>(request: Request<Q>) -> Result<Response<Body>, Infallible> {
    let binding = request.extensions().get::<Binding>().map(|it| it.tenant().to_string());
    let token = request.headers().contains_key(CONTEXT_HEADER);
    Ok(Response::new(format!("{} {token}", binding.unwrap_or_default()).into()))
}

/// The status and the body of the answer to one request through a layer in front of [`echo`].
macro_rules! through {
    ($layer:expr, $request:expr) => {{
        let answer = $layer.layer(service_fn(echo)).oneshot($request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
    }};
}

#[tokio::test]
async fn h52_no_layer_lets_a_request_without_a_binding_through() {
    let (denials, recorder) = denials();
    let traces = Traces::new();
    for (status, body) in [
        through!(TraceLayer::new(denials.clone(), traces.clone()), request(&[])),
        through!(TenantLimitLayer::new(denials.clone(), 9), request(&[])),
        through!(ContextLayer::new(denials.clone(), context_keys(), 60, || 0), request(&[])),
        through!(BindLayer::new(verifier(), denials.clone(), || 0), request(&[("host", "a.test")])),
    ] {
        assert!(status == 401 || status == 421, "{status}");
        assert!(body.contains("SEP-101") || body.contains("SEP-103"), "{body}");
    }
    assert_eq!(*recorder.0.lock().unwrap(), ["SEP-101", "SEP-101", "SEP-101", "SEP-103"]);
    assert!(traces.is_empty());
}

#[tokio::test]
async fn all_together_bind_and_hand_over_a_token() {
    let (denials, recorder) = denials();
    let traces = Traces::new();
    let sources = Sources { host: Some(open_host()), ..Sources::default() };
    let mut service = ServiceBuilder::new()
        .layer(LimitLayer::new(denials.clone(), 10, 1000, 1000))
        .layer(StripLayer::new(denials.clone(), Peers::default(), &sources))
        .layer(BindLayer::new(verifier(), denials.clone(), || 0))
        .layer(TenantLimitLayer::new(denials.clone(), 1))
        .layer(TraceLayer::new(denials.clone(), traces.clone()))
        .layer(ContextLayer::new(denials, context_keys(), 60, || 0))
        .service(service_fn(echo));
    let acme = || request(&[("host", "acme.test"), ("septum-context", "forged")]);
    let first = service.ready().await.unwrap().call(acme()).await.unwrap();
    // The trace and the tenant's one place are kept until the body has ended.
    assert_eq!(traces.len(), 1);
    let second = service.ready().await.unwrap().call(acme()).await.unwrap();
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 429));
    let body = first.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "acme true");
    assert!(traces.is_empty());
    assert_eq!(service.ready().await.unwrap().call(acme()).await.unwrap().status(), 200);
    // A header of Septum's own, from outside, each time.
    assert_eq!(*recorder.0.lock().unwrap(), ["SEP-107"; 3]);
}

#[tokio::test]
async fn h19_h21_one_plain_length_is_taken() {
    let limit = || LimitLayer::new(denials().0, 10, 1000, 1000);
    for (fields, expected) in [
        (&[][..], 200),
        (&[("content-length", "5")], 200),
        (&[("content-length", "0")], 200),
        (&[("content-length", "1001")], 413),
        (&[("content-length", "5"), ("content-length", "5")], 400),
        (&[("content-length", "05")], 400),
        (&[("content-length", "+5")], 400),
        (&[("content-length", "5, 5")], 400),
        (&[("content-length", "")], 400),
        (&[("content-length", "18446744073709551616")], 400),
    ] {
        assert_eq!(through!(limit(), request(fields)).0, expected, "{fields:?}");
    }
}

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use ring::rand::{SecureRandom as _, SystemRandom};
use septum_bind::{Binding, Traces, UnderWay};
use septum_core::{Reason, TraceId, Traceparent};
use tower::Layer;

use crate::{Connection, Denial, Denials, Step, Stepped};

/// The caller's own `traceparent`, so that the two traces can be linked.
pub const CALLER_HEADER: HeaderName = HeaderName::from_static("septum-caller-traceparent");

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The flags of a trace parent that is sampled, and nothing else.
const SAMPLED: u8 = 1;

/// Begins a fresh trace for each bound request and remembers its binding until the answer's
/// body has ended. A request without a binding is refused.
///
/// A trace id from outside never binds anything: the fresh one is 16 random bytes that name
/// this one request. The caller's goes to [`CALLER_HEADER`], its `tracestate` is dropped. Ours is
/// always sampled: an application that comments only sampled statements would otherwise send those
/// of a caller who says "not sampled" without their binding.
#[derive(Clone, Debug)]
pub struct TraceLayer {
    denials: Denials,
    traces: Traces,
    random: SystemRandom,
}

impl TraceLayer {
    /// Remembers the bindings here.
    pub fn new(denials: Denials, traces: Traces) -> Self {
        Self { denials, traces, random: SystemRandom::new() }
    }

    /// A trace parent that nobody can guess; `None` when the system has no randomness to give.
    fn fresh(&self) -> Option<Traceparent> {
        let (mut trace, mut parent) = ([0; 16], [0; 8]);
        self.random.fill(&mut trace).ok()?;
        self.random.fill(&mut parent).ok()?;
        // The standard forbids a parent of zeroes.
        parent = if parent == [0; 8] { [1; 8] } else { parent };
        Some(Traceparent { trace: TraceId::from_bytes(trace)?, parent, flags: SAMPLED })
    }

    fn restart(&self, headers: &mut HeaderMap) -> Option<TraceId> {
        let caller = callers(headers);
        let fresh = self.fresh()?;
        headers.remove(TRACESTATE);
        headers.remove(TRACEPARENT);
        if let Some(caller) = caller.and_then(|caller| value(&caller)) {
            headers.insert(CALLER_HEADER, caller);
        }
        headers.insert(TRACEPARENT, value(&fresh)?);
        Some(fresh.trace)
    }
}

/// The caller's trace parent, if there is exactly one and it is well-formed.
fn callers(headers: &HeaderMap) -> Option<Traceparent> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()?.parse().ok()
}

fn value(parent: &Traceparent) -> Option<HeaderValue> {
    HeaderValue::try_from(parent.to_string()).ok()
}

/// In a bound request's extensions: keeps the trace remembered for what outlives the answer,
/// such as an upgraded connection.
#[derive(Clone, Debug)]
pub struct InFlight(#[expect(dead_code, reason = "it is kept for its drop")] Arc<UnderWay>);

impl Step for TraceLayer {
    type Guard = InFlight;

    async fn take(&self, request: &mut Parts, _: &Connection) -> Result<InFlight, Denial> {
        let unbound = || Denial::new(Reason::NoBinding);
        let binding = request.extensions.remove::<Binding>().ok_or_else(unbound)?;
        let trace = self.restart(&mut request.headers).ok_or_else(unbound)?;
        let binding = binding.in_trace(trace);
        let in_flight = InFlight(Arc::new(self.traces.begin(&binding)));
        request.extensions.insert(binding);
        request.extensions.insert(in_flight.clone());
        Ok(in_flight)
    }

    fn denials(&self) -> &Denials {
        &self.denials
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Stepped<Self, S>;

    fn layer(&self, inner: S) -> Stepped<Self, S> {
        Stepped::new(self, inner)
    }
}

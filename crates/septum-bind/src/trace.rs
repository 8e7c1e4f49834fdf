use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use septum_core::{Reason, Source, TraceId};

use crate::{BindError, Binding, Claim};

/// The requests under way, by trace: how a query's `traceparent` comment finds its binding.
///
/// The gateway begins a fresh trace at the edge, so that a trace id names one request and can't
/// be guessed; an id that a client sent never binds anything.
#[derive(Clone, Debug, Default)]
pub struct Traces(Arc<Mutex<HashMap<TraceId, Binding>>>);

impl Traces {
    /// No request under way.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a request's binding until the returned guard drops. A binding without a trace
    /// is not remembered.
    pub fn begin(&self, binding: &Binding) -> UnderWay {
        let trace = binding.trace();
        if let Some(trace) = trace {
            self.lock().insert(trace, binding.clone());
        }
        UnderWay { traces: self.clone(), trace }
    }

    /// The claim of the request with this trace.
    ///
    /// # Errors
    /// [`Reason::UnknownTrace`] when no such request is under way.
    pub fn claim(&self, trace: &TraceId) -> Result<Claim, BindError> {
        let requests = self.lock();
        let binding =
            requests.get(trace).ok_or(BindError::of(Source::Traceparent, Reason::UnknownTrace))?;
        Ok(Claim {
            tenant: binding.tenant().clone(),
            principal: Some(binding.principal().clone()),
            source: Source::Traceparent,
            trace: Some(*trace),
            expires: binding.expires(),
        })
    }

    /// How many requests are under way.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether no request is under way.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TraceId, Binding>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way; its trace binds nothing any more once this drops.
#[derive(Debug)]
pub struct UnderWay {
    traces: Traces,
    trace: Option<TraceId>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(trace) = self.trace {
            self.traces.lock().remove(&trace);
        }
    }
}

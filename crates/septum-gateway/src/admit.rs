//! The outermost service: what is refused before anything else is looked at.

use std::convert::Infallible;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use septum_core::Reason;
use septum_tower::{Connection, Denial, Denials, Held};
use tokio::sync::Semaphore;
use tower::Service;

use crate::activity::{Active, Activity};
use crate::gate::{Latch, Violation};

/// Answers what the gate refused, CONNECT and TRACE (catalogue H32), and requests over the
/// limit of requests under way.
#[derive(Clone)]
pub(crate) struct Admit<S> {
    inner: S,
    denials: Denials,
    places: Arc<Semaphore>,
    connection: Connection,
    latch: Latch,
    activity: Activity,
}

/// A request's place among those under way, until its answer or its WebSocket has ended.
pub(crate) type Place = Arc<(tokio::sync::OwnedSemaphorePermit, Active)>;

impl<S> Admit<S> {
    pub(crate) fn new(inner: S, denials: Denials, places: Arc<Semaphore>) -> Self {
        let (connection, latch) = (Connection::default(), Latch::default());
        Self { inner, denials, places, connection, latch, activity: Activity::new() }
    }

    /// The same service for one connection.
    pub(crate) fn on(&self, connection: Connection, latch: Latch, activity: Activity) -> Self
    where
        S: Clone,
    {
        Self { connection, latch, activity, ..self.clone() }
    }

    fn admit(&self, method: &Method) -> Result<Place, Denial> {
        if let Some(violation) = self.latch.refused() {
            return Err(refusal(violation));
        }
        if *method == Method::CONNECT || *method == Method::TRACE {
            return Err(Denial::new(Reason::MethodNotAllowed));
        }
        let permit = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Denial::new(Reason::TooManyRequests))?;
        Ok(Arc::new((permit, self.activity.begin())))
    }
}

/// The answer to what the gate refused.
pub(crate) fn refusal(violation: Violation) -> Denial {
    if violation == Violation::TooLarge {
        Denial::new(Reason::RequestTooLarge)
            .with_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
    } else {
        Denial::new(Reason::MalformedRequest).with_detail(violation.words())
    }
}

impl<S, Q, B> Service<Request<Q>> for Admit<S>
where
    S: Service<Request<Q>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    Q: Send + 'static,
    B: From<Bytes> + Send + 'static,
{
    type Response = Response<Held<B, Place>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Q>) -> Self::Future {
        let admitted = self.admit(request.method());
        let (denials, connection) = (self.denials.clone(), self.connection.clone());
        let latch = self.latch.clone();
        match admitted {
            Ok(place) => {
                let clone = self.inner.clone();
                let mut inner = mem::replace(&mut self.inner, clone);
                request.extensions_mut().insert(connection);
                request.extensions_mut().insert(latch.clone());
                // A WebSocket keeps the extensions, and with them its place.
                request.extensions_mut().insert(Arc::clone(&place));
                Box::pin(async move {
                    let answer = inner.call(request).await?;
                    latch.answered();
                    Ok(answer.map(|body| Held::new(body, place)))
                })
            }
            Err(denial) => Box::pin(async move {
                if latch.refused().is_some() {
                    // The stand-in's method is not what was asked: the log says `other`.
                    *request.method_mut() = Method::from_bytes(b"-").unwrap_or_default();
                }
                let answer = denials.answer(denial, request.method(), &connection).await;
                latch.answered();
                Ok(answer)
            }),
        }
    }
}

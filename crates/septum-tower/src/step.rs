use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use tower::Service;

use crate::{BoxFuture, Connection, Denial, Denials, Held};

/// One step of a request's way in: it reads and changes the head, or refuses the request.
pub trait Step: Send + Sync + 'static {
    /// What is kept until the answer's body has ended.
    type Guard: Send + 'static;

    /// Takes the step.
    ///
    /// # Errors
    /// A [`Denial`]: the request goes no further.
    fn take(
        &self,
        request: &mut Parts,
        connection: &Connection,
    ) -> impl Future<Output = Result<Self::Guard, Denial>> + Send;

    /// Who answers what the step refuses.
    fn denials(&self) -> &Denials;
}

/// The service of every layer that is a [`Step`].
#[derive(Debug)]
pub struct Stepped<L, S> {
    step: Arc<L>,
    inner: S,
}

impl<L: Clone, S> Stepped<L, S> {
    pub(crate) fn new(step: &L, inner: S) -> Self {
        Self { step: Arc::new(step.clone()), inner }
    }
}

/// Each request clones its service: the step itself is shared.
impl<L, S: Clone> Clone for Stepped<L, S> {
    fn clone(&self) -> Self {
        Self { step: Arc::clone(&self.step), inner: self.inner.clone() }
    }
}

impl<L, S, Q, B> Service<Request<Q>> for Stepped<L, S>
where
    L: Step,
    S: Service<Request<Q>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    Q: Send + 'static,
    B: From<Bytes> + Send + 'static,
{
    type Response = Response<Held<B, L::Guard>>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        // The inner service that is ready is the one to call; its clone may not be.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let step = Arc::clone(&self.step);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let connection = parts.extensions.get::<Connection>().cloned().unwrap_or_default();
            match step.take(&mut parts, &connection).await {
                Ok(guard) => {
                    let answer = inner.call(Request::from_parts(parts, body)).await?;
                    Ok(answer.map(|body| Held::new(body, guard)))
                }
                Err(denial) => Ok(step.denials().answer(denial, &parts.method, &connection).await),
            }
        })
    }
}

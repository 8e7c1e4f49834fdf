use std::mem;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use septum_bind::UnixSeconds;
use tower::{Layer, Service};

use crate::{BoxFuture, Connection, Denials, Verifier};

/// Binds each request to one tenant, or answers it: the service inside sees bound requests
/// only, with the [`septum_bind::Binding`] in their extensions and without the headers that
/// bound them.
#[derive(Clone, Debug)]
pub struct BindLayer {
    verifier: Verifier,
    denials: Denials,
    clock: fn() -> UnixSeconds,
}

impl BindLayer {
    /// Binds by this verifier, at the time that `clock` tells.
    pub fn new(verifier: Verifier, denials: Denials, clock: fn() -> UnixSeconds) -> Self {
        Self { verifier, denials, clock }
    }
}

impl<S> Layer<S> for BindLayer {
    type Service = Bind<S>;

    fn layer(&self, inner: S) -> Bind<S> {
        Bind { layer: self.clone(), inner }
    }
}

/// The service of [`BindLayer`].
#[derive(Clone, Debug)]
pub struct Bind<S> {
    layer: BindLayer,
    inner: S,
}

impl<S, Q, B> Service<Request<Q>> for Bind<S>
where
    S: Service<Request<Q>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    Q: Send + 'static,
    B: From<Bytes> + Send + 'static,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Response<B>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        // The inner service that is ready is the one to call; its clone may not be.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let BindLayer { verifier, denials, clock } = self.layer.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let connection = parts.extensions.get::<Connection>().cloned().unwrap_or_default();
            match verifier.bind(&parts, &connection, clock()).await {
                Ok(binding) => {
                    for name in verifier.headers() {
                        parts.headers.remove(name);
                    }
                    parts.extensions.insert(binding);
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(denial) => Ok(denials.answer(denial, &parts.method, &connection).await),
            }
        })
    }
}

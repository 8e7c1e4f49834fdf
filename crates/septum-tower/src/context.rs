use std::task;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use septum_bind::context::ContextKeys;
use septum_bind::{Binding, UnixSeconds};
use septum_core::Reason;
use tower::{Layer, Service};

use crate::{BoxFuture, Connection, Denial, Denials};

/// The header by which the application gets its context token.
pub const CONTEXT_HEADER: HeaderName = HeaderName::from_static("septum-context");

/// Hands the application a signed context token of the request's binding, good until the
/// lifetime or the binding itself ends.
#[derive(Clone, Debug)]
pub struct ContextLayer {
    denials: Denials,
    keys: ContextKeys,
    lifetime: UnixSeconds,
    clock: fn() -> UnixSeconds,
}

impl ContextLayer {
    /// Tokens of these keys that live for `lifetime` seconds.
    pub fn new(
        denials: Denials,
        keys: ContextKeys,
        lifetime: UnixSeconds,
        clock: fn() -> UnixSeconds,
    ) -> Self {
        Self { denials, keys, lifetime, clock }
    }

    fn token(&self, binding: &Binding) -> Option<HeaderValue> {
        let expires = (self.clock)().saturating_add(self.lifetime);
        let expires = binding.expires().map_or(expires, |end| end.min(expires));
        let mut token = HeaderValue::try_from(self.keys.mint(binding, expires)).ok()?;
        token.set_sensitive(true);
        Some(token)
    }
}

impl<S> Layer<S> for ContextLayer {
    type Service = Context<S>;

    fn layer(&self, inner: S) -> Context<S> {
        Context { layer: self.clone(), inner }
    }
}

/// The service of [`ContextLayer`]. A request without a binding is refused.
#[derive(Clone, Debug)]
pub struct Context<S> {
    layer: ContextLayer,
    inner: S,
}

impl<S, Q, B> Service<Request<Q>> for Context<S>
where
    S: Service<Request<Q>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    Q: Send + 'static,
    B: From<Bytes> + Send + 'static,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Response<B>, S::Error>>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> task::Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Q>) -> Self::Future {
        let token = request.extensions().get::<Binding>().and_then(|it| self.layer.token(it));
        if let Some(token) = token {
            // `insert`, not `append`: whatever got this far is replaced.
            request.headers_mut().insert(CONTEXT_HEADER, token);
            return Box::pin(self.inner.call(request));
        }
        let denials = self.layer.denials.clone();
        let (parts, _) = request.into_parts();
        let connection = parts.extensions.get::<Connection>().cloned().unwrap_or_default();
        Box::pin(async move {
            let denial = Denial::new(Reason::NoBinding);
            Ok(denials.answer(denial, &parts.method, &connection).await)
        })
    }
}

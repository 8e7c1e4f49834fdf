use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use septum_bind::Binding;
use septum_core::{Reason, TenantId};
use tower::{Layer, Service};

use crate::{BoxFuture, Connection, Denial, Denials, Held};

/// At most so many requests of one tenant under way at one time, so that no tenant can take
/// the application from the others (catalogue H27). Only bound requests count: nobody can fill
/// another's share (catalogue H63).
#[derive(Clone, Debug)]
pub struct TenantLimitLayer {
    denials: Denials,
    limit: usize,
    under_way: UnderWay,
}

type UnderWay = Arc<Mutex<HashMap<TenantId, usize>>>;

impl TenantLimitLayer {
    /// At most `limit` requests of each tenant.
    pub fn new(denials: Denials, limit: usize) -> Self {
        Self { denials, limit, under_way: UnderWay::default() }
    }

    fn enter(&self, binding: &Binding) -> Option<Place> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let count = under_way.entry(binding.tenant().clone()).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Place { under_way: Arc::clone(&self.under_way), tenant: binding.tenant().clone() })
    }
}

/// One request's share, until it drops.
#[derive(Debug)]
pub struct Place {
    under_way: UnderWay,
    tenant: TenantId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.tenant);
            }
        }
    }
}

impl<S> Layer<S> for TenantLimitLayer {
    type Service = TenantLimit<S>;

    fn layer(&self, inner: S) -> TenantLimit<S> {
        TenantLimit { layer: self.clone(), inner }
    }
}

/// The service of [`TenantLimitLayer`]. A request without a binding is refused.
#[derive(Clone, Debug)]
pub struct TenantLimit<S> {
    layer: TenantLimitLayer,
    inner: S,
}

impl<S, Q, B> Service<Request<Q>> for TenantLimit<S>
where
    S: Service<Request<Q>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    Q: Send + 'static,
    B: From<Bytes> + Send + 'static,
{
    type Response = Response<Held<B, Arc<Place>>>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Q>) -> Self::Future {
        let binding = request.extensions().get::<Binding>();
        let place = match binding.map(|binding| (binding, self.layer.enter(binding))) {
            Some((_, Some(place))) => Ok(Arc::new(place)),
            Some((binding, None)) => Err(Denial::new(Reason::TooManyRequests)
                .bound(binding)
                .with_status(StatusCode::TOO_MANY_REQUESTS)),
            None => Err(Denial::new(Reason::NoBinding)),
        };
        match place {
            Ok(place) => {
                // An upgraded connection keeps the extensions, and with them its place.
                request.extensions_mut().insert(Arc::clone(&place));
                let answer = self.inner.call(request);
                Box::pin(async move { Ok(answer.await?.map(|body| Held::new(body, place))) })
            }
            Err(denial) => {
                let denials = self.layer.denials.clone();
                let (parts, _) = request.into_parts();
                let connection = parts.extensions.get::<Connection>().cloned().unwrap_or_default();
                Box::pin(
                    async move { Ok(denials.answer(denial, &parts.method, &connection).await) },
                )
            }
        }
    }
}

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use http::request::Parts;
use septum_bind::Binding;
use septum_core::{Reason, TenantId};
use tower::Layer;

use crate::{Connection, Denial, Denials, Step, Stepped};

/// At most so many requests of one tenant under way at one time, so that no tenant can take
/// the application from the others (catalogue H27). Only bound requests count: nobody can fill
/// another's share (catalogue H63). A request without a binding is refused.
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

impl Step for TenantLimitLayer {
    type Guard = Arc<Place>;

    async fn take(&self, request: &mut Parts, _: &Connection) -> Result<Arc<Place>, Denial> {
        let binding = request.extensions.get::<Binding>();
        let binding = binding.ok_or_else(|| Denial::new(Reason::NoBinding))?;
        let place = Arc::new(self.enter(binding).ok_or_else(|| {
            Denial::new(Reason::TooManyRequests)
                .bound(binding)
                .with_status(StatusCode::TOO_MANY_REQUESTS)
        })?);
        // An upgraded connection keeps the extensions, and with them its place.
        request.extensions.insert(Arc::clone(&place));
        Ok(place)
    }

    fn denials(&self) -> &Denials {
        &self.denials
    }
}

impl<S> Layer<S> for TenantLimitLayer {
    type Service = Stepped<Self, S>;

    fn layer(&self, inner: S) -> Stepped<Self, S> {
        Stepped::new(self, inner)
    }
}

use http::request::Parts;
use http::{HeaderName, HeaderValue};
use septum_bind::context::ContextKeys;
use septum_bind::{Binding, UnixSeconds};
use septum_core::Reason;
use tower::Layer;

use crate::{Connection, Denial, Denials, Step, Stepped};

/// The header by which the application gets its context token.
pub const CONTEXT_HEADER: HeaderName = HeaderName::from_static("septum-context");

/// Hands the application a signed context token of the request's binding, good until the
/// lifetime or the binding itself ends. A request without a binding is refused.
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

impl Step for ContextLayer {
    type Guard = ();

    async fn take(&self, request: &mut Parts, _: &Connection) -> Result<(), Denial> {
        let token = request.extensions.get::<Binding>().and_then(|binding| self.token(binding));
        let token = token.ok_or_else(|| Denial::new(Reason::NoBinding))?;
        // `insert`, not `append`: whatever got this far is replaced.
        request.headers.insert(CONTEXT_HEADER, token);
        Ok(())
    }

    fn denials(&self) -> &Denials {
        &self.denials
    }
}

impl<S> Layer<S> for ContextLayer {
    type Service = Stepped<Self, S>;

    fn layer(&self, inner: S) -> Stepped<Self, S> {
        Stepped::new(self, inner)
    }
}

use http::request::Parts;
use septum_bind::UnixSeconds;
use tower::Layer;

use crate::{Connection, Denial, Denials, Step, Stepped, Verifier};

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

impl Step for BindLayer {
    type Guard = ();

    async fn take(&self, request: &mut Parts, connection: &Connection) -> Result<(), Denial> {
        let binding = self.verifier.bind(request, connection, (self.clock)()).await?;
        self.denials.check(&binding, connection)?;
        for name in self.verifier.headers() {
            request.headers.remove(name);
        }
        request.extensions.insert(binding);
        Ok(())
    }

    fn denials(&self) -> &Denials {
        &self.denials
    }
}

impl<S> Layer<S> for BindLayer {
    type Service = Stepped<Self, S>;

    fn layer(&self, inner: S) -> Stepped<Self, S> {
        Stepped::new(self, inner)
    }
}

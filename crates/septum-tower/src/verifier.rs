use std::sync::Arc;

use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use septum_bind::jwt::{LiveKeys, Refusal};
use septum_bind::{BindError, Binding, Claim, Tenants, UnixSeconds, header, host};
use septum_core::{Environment, Reason, Source};

use crate::sources::{ApiKeySource, HeaderSource, HostSource, JwtSource};
use crate::{BoxFuture, Connection, Denial, InvalidSources, Sources, authority};

/// Fetches an issuer's keys when a token names one that is not known yet.
pub trait RefreshKeys: Send + Sync {
    /// Resolves once the keys are fresh, or as fresh as they may get for now: it is for the
    /// implementation that a thousand made-up key ids cost one fetch (catalogue H44).
    fn refresh(&self, keys: &LiveKeys) -> BoxFuture<()>;
}

/// Turns a request into a [`Binding`], or says why not.
#[derive(Clone)]
pub struct Verifier {
    sources: Arc<Sources>,
    tenants: Arc<Tenants>,
    environment: Environment,
    refresh: Option<Arc<dyn RefreshKeys>>,
}

impl Verifier {
    /// Verifies these sources of these tenants.
    ///
    /// # Errors
    /// [`InvalidSources`] when they can't bind at all.
    pub fn new(
        sources: Sources,
        tenants: Arc<Tenants>,
        environment: Environment,
    ) -> Result<Self, InvalidSources> {
        sources.check()?;
        Ok(Self { sources: Arc::new(sources), tenants, environment, refresh: None })
    }

    /// Asks this for keys that are not known yet.
    #[must_use]
    pub fn with_refresh(self, refresh: Arc<dyn RefreshKeys>) -> Self {
        Self { refresh: Some(refresh), ..self }
    }

    /// The binding that every source of the request agrees on.
    ///
    /// # Errors
    /// A [`Denial`]: the request is malformed, a source is present twice or was refused, two
    /// disagree, a required one is absent, none is present, or the host alone is and may not be.
    pub async fn bind(
        &self,
        request: &Parts,
        connection: &Connection,
        now: UnixSeconds,
    ) -> Result<Binding, Denial> {
        let host = authority(request, connection)?;
        let headers = &request.headers;
        // In order of strength: the principal and the source are the first claim's.
        let mut claims = Vec::new();
        if let Some(source) = &self.sources.api_key {
            claims.extend(self.api_key(source, headers)?);
        }
        if let Some(source) = &self.sources.jwt {
            for token in [bearer(headers)?, cookie(source, headers)?].into_iter().flatten() {
                claims.push(self.token(source, token, now).await?);
            }
        }
        if let Some(source) = &self.sources.header {
            claims.extend(self.header(source, headers, connection)?);
        }
        if let Some(source) = &self.sources.host {
            claims.extend(self.host(source, &host)?);
        }
        let absent = |required: &&Source| claims.iter().all(|claim| claim.source() != **required);
        if let Some(required) = self.sources.required.iter().find(absent) {
            // A source that is present may show who it was all the same.
            return Err(BindError::of(*required, Reason::NoBinding).into());
        }
        let anonymous = self.sources.host.as_ref().is_some_and(|source| source.anonymous);
        let host_alone = claims.iter().all(|claim| claim.source() == Source::Host);
        if !claims.is_empty() && host_alone && !anonymous {
            return Err(BindError::of(Source::Host, Reason::NoBinding).into());
        }
        Ok(Binding::agree(claims, self.environment)?)
    }

    /// The headers that bind: they are not the application's to see.
    pub(crate) fn headers(&self) -> impl Iterator<Item = &HeaderName> {
        self.sources.headers()
    }

    fn api_key(&self, source: &ApiKeySource, headers: &HeaderMap) -> Result<Option<Claim>, Denial> {
        let Some(key) = one(headers, &source.header, Source::ApiKey)? else { return Ok(None) };
        Ok(Some(source.keys.claim(key, &self.tenants)?))
    }

    async fn token(
        &self,
        source: &JwtSource,
        token: &str,
        now: UnixSeconds,
    ) -> Result<Claim, Denial> {
        let verify = || source.issuers.verify(token, &self.tenants, now);
        let mut verified = verify();
        if verified == Err(Refusal::UnknownKey)
            && let Some(refresh) = &self.refresh
            && let Some(issuer) = source.issuers.issuer_of(token)
        {
            refresh.refresh(&issuer.keys).await;
            verified = verify();
        }
        verified.map_err(|refusal| {
            tracing::info!(%refusal, "token refused");
            BindError::from(refusal).into()
        })
    }

    fn header(
        &self,
        source: &HeaderSource,
        headers: &HeaderMap,
        connection: &Connection,
    ) -> Result<Option<Claim>, Denial> {
        let tenant = one(headers, &source.tenant, Source::Header)?;
        let principal = match &source.principal {
            Some(name) => one(headers, name, Source::Header)?,
            None => None,
        };
        let peer = connection.peer.map(|peer| peer.ip());
        let Some(tenant) = tenant else {
            // A principal alone binds nothing, but only a trusted peer may even say it.
            let trusted = peer.is_some_and(|peer| source.trusted.contain(peer));
            return match principal {
                Some(_) if !trusted => {
                    Err(BindError::of(Source::Header, Reason::UntrustedPeer).into())
                }
                Some(_) | None => Ok(None),
            };
        };
        Ok(Some(header::claim(&self.tenants, &source.trusted, peer, tenant, principal)?))
    }

    fn host(&self, source: &HostSource, host: &host::Host) -> Result<Option<Claim>, Denial> {
        if source.shared.contains(host) {
            return Ok(None);
        }
        Ok(Some(host::claim(&self.tenants, host)?))
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("environment", &self.environment).finish_non_exhaustive()
    }
}

/// The one value of a header, if it is there. A list is more than one (catalogue H3).
fn one<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
    source: Source,
) -> Result<Option<&'h str>, Denial> {
    let ambiguous = || Denial::from(BindError::of(source, Reason::AmbiguousSource));
    let mut values = headers.get_all(name).iter();
    let (value, second) = (values.next(), values.next());
    if second.is_some() {
        return Err(ambiguous());
    }
    let value = value.map(|value| value.to_str().map_err(|_| ambiguous())).transpose()?;
    match value {
        Some(value) if value.contains(',') => Err(ambiguous()),
        value => Ok(value),
    }
}

/// The token of `Authorization: Bearer`, in any case, one space behind. Whatever else an
/// application might take for a token is refused, never passed on unverified.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Denial> {
    let Some(value) = one(headers, &AUTHORIZATION, Source::Jwt)? else { return Ok(None) };
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Denial::from(BindError::of(Source::Jwt, Reason::AmbiguousSource))
            .with_detail("an `Authorization` that is not `Bearer`"));
    }
    Ok(Some(token))
}

/// The token of the configured cookie, which may occur once in all `Cookie` fields.
fn cookie<'h>(source: &JwtSource, headers: &'h HeaderMap) -> Result<Option<&'h str>, Denial> {
    let Some(name) = &source.cookie else { return Ok(None) };
    let ambiguous = || Denial::from(BindError::of(Source::Jwt, Reason::AmbiguousSource));
    let mut token = None;
    for field in headers.get_all(COOKIE) {
        let field = field.to_str().map_err(|_| ambiguous())?;
        for (_, value) in field
            .split(';')
            .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
            .filter(|(key, _)| *key == name.as_str())
        {
            if token.replace(value).is_some() {
                return Err(ambiguous());
            }
        }
    }
    Ok(token)
}

use std::collections::BTreeSet;
use std::sync::Arc;

use http::HeaderName;
use septum_bind::api_key::ApiKeys;
use septum_bind::header::Peers;
use septum_bind::host::Host;
use septum_bind::jwt::Issuers;
use septum_core::Source;

/// What may name a request's tenant. All that are present must agree; `required` ones must be
/// present.
///
/// Nothing is a source by default: a request that no source names is refused.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The request's host.
    pub host: Option<HostSource>,
    /// A JSON Web Token.
    pub jwt: Option<JwtSource>,
    /// An API key.
    pub api_key: Option<ApiKeySource>,
    /// A header from a trusted peer.
    pub header: Option<HeaderSource>,
    /// Sources that every request must have.
    pub required: BTreeSet<Source>,
}

/// Each host belongs to one tenant. Anybody can name a host: it says where a proof must count, and
/// is none itself.
#[derive(Clone, Debug, Default)]
pub struct HostSource {
    /// Hosts that all tenants share, as `api.example.com`: they name nobody. A host that is
    /// neither a tenant's nor one of these is refused.
    pub shared: BTreeSet<Host>,
    /// Whether a host alone binds its tenant, so that anybody acts there as `anonymous`.
    pub anonymous: bool,
}

/// Tokens in `Authorization: Bearer`, and in a cookie where one is named. Any other
/// `Authorization` is refused: the application might read a token where none was verified.
#[derive(Clone, Debug)]
pub struct JwtSource {
    /// Who issues them, with which keys.
    pub issuers: Issuers,
    /// A cookie that holds a token, with the prefix `__Host-`, so that no other subdomain can
    /// set it (catalogue H9). Default: none.
    pub cookie: Option<String>,
}

/// API keys in a header of their own. The header is not forwarded.
#[derive(Clone, Debug)]
pub struct ApiKeySource {
    /// The header. Default in `septum.toml`: `x-api-key`.
    pub header: HeaderName,
    /// The keys.
    pub keys: Arc<ApiKeys>,
}

/// A tenant header that a trusted peer sets. It is not forwarded.
#[derive(Clone, Debug)]
pub struct HeaderSource {
    /// The header that holds the tenant's key in its canonical spelling.
    pub tenant: HeaderName,
    /// The header that names the principal, if there is one.
    pub principal: Option<HeaderName>,
    /// Who may set them. From anybody else they are a crossing.
    pub trusted: Peers,
}

impl Sources {
    /// Checks that the sources can bind at all.
    ///
    /// # Errors
    /// [`InvalidSources`] without any source, with hosts alone that may not bind alone, with a
    /// required source that is not configured, with a cookie without `__Host-`, or with one
    /// header for two things.
    pub fn check(&self) -> Result<(), InvalidSources> {
        let configured = self.configured();
        if configured.is_empty() {
            return Err(InvalidSources::None);
        }
        if configured == [Source::Host].into()
            && self.host.as_ref().is_some_and(|source| !source.anonymous)
        {
            return Err(InvalidSources::HostAlone);
        }
        if let Some(missing) = self.required.difference(&configured).next() {
            return Err(InvalidSources::Required(*missing));
        }
        if let Some(cookie) = self.jwt.as_ref().and_then(|jwt| jwt.cookie.as_ref())
            && !(cookie.starts_with("__Host-") && cookie.bytes().all(is_cookie_byte))
        {
            return Err(InvalidSources::Cookie(cookie.clone()));
        }
        let mut names = BTreeSet::new();
        for name in self.headers() {
            if RESERVED.contains(&name.as_str()) || !names.insert(name.as_str()) {
                return Err(InvalidSources::Header(name.clone()));
            }
        }
        Ok(())
    }

    /// The headers that bind and are therefore never forwarded.
    pub(crate) fn headers(&self) -> impl Iterator<Item = &HeaderName> {
        let api_key = self.api_key.as_ref().map(|source| &source.header);
        let tenant = self.header.as_ref().map(|source| &source.tenant);
        let principal = self.header.as_ref().and_then(|source| source.principal.as_ref());
        [api_key, tenant, principal].into_iter().flatten()
    }

    fn configured(&self) -> BTreeSet<Source> {
        let present = [
            (self.host.is_some(), Source::Host),
            (self.jwt.is_some(), Source::Jwt),
            (self.api_key.is_some(), Source::ApiKey),
            (self.header.is_some(), Source::Header),
        ];
        present.into_iter().filter_map(|(is, source)| is.then_some(source)).collect()
    }
}

/// Headers with a meaning of their own.
const RESERVED: [&str; 8] = [
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "host",
    "traceparent",
    "transfer-encoding",
    "upgrade",
];

fn is_cookie_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || byte == b'.'
}

/// The sources can't bind a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSources {
    /// No source at all.
    #[error("no source names a tenant, so every request would be refused; configure one")]
    None,
    /// Hosts, which prove nothing, and no proof.
    #[error(
        "a host alone proves nothing, so every request would be refused; configure a token, an \
         API key or a trusted header too, or set `http.host.anonymous`"
    )]
    HostAlone,
    /// A required source that is not configured.
    #[error("the source `{0}` is required but not configured")]
    Required(Source),
    /// A cookie that another subdomain could set.
    #[error("`{0}` can't be the token's cookie; its name must begin with `__Host-`")]
    Cookie(String),
    /// A header that is used already.
    #[error("the header `{0}` has another use; name one of its own")]
    Header(HeaderName),
}

use std::fmt;

/// What named the tenant. All sources that are present must agree (catalogue H51).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The request's host.
    Host,
    /// A verified JSON Web Token.
    Jwt,
    /// An API key, looked up by its hash.
    ApiKey,
    /// A header from a named trusted peer.
    Header,
    /// A signed context token that a gateway minted.
    ContextToken,
    /// The trace of a request that the gateway bound.
    Traceparent,
    /// A database credential that maps to one tenant.
    Credential,
}

impl Source {
    /// The name in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Jwt => "jwt",
            Self::ApiKey => "api_key",
            Self::Header => "header",
            Self::ContextToken => "context_token",
            Self::Traceparent => "traceparent",
            Self::Credential => "credential",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

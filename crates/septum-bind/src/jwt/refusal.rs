use septum_core::{Reason, Source};

use crate::BindError;

/// Why a token was refused: for the operator's log. It carries nothing of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not three strict base64url parts around JSON objects.
    #[error("not a compact JWS of at most 16 KiB in strict base64url, with each JSON key once")]
    Malformed,
    /// The header asks for something that is not done here.
    #[error("the header asks for `crit`, `b64`, `zip`, encryption or a nested token")]
    Unsupported,
    /// The `typ` is not one that the issuer's access tokens have.
    #[error("the token's `typ` is not allowed; see the issuer's `types`")]
    Type,
    /// The `iss` is not a configured issuer's name.
    #[error("the token's `iss` is no configured issuer, character by character")]
    UnknownIssuer,
    /// No key of the issuer has this `kid`: the issuer may have rotated its keys.
    #[error("no key of the issuer has the token's `kid`")]
    UnknownKey,
    /// The `alg` is not the key's.
    #[error("the token's `alg` is not the one that its key is pinned to")]
    Algorithm,
    /// The signature is not the key's.
    #[error("the signature is not the key's: the token was forged or changed")]
    Signature,
    /// A required claim is absent or of another JSON type.
    #[error(
        "a required claim is absent or of the wrong type: `exp` and the other times are integers, the tenant is a string"
    )]
    Claims,
    /// None of the audiences is ours.
    #[error("the token's `aud` does not name this service")]
    Audience,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` lies ahead.
    #[error("the token is not valid yet; check the clocks")]
    NotYet,
    /// `exp` lies further ahead than allowed.
    #[error("the token lives longer than the issuer's `max_lifetime`")]
    TooLong,
    /// The tenant claim is not the canonical spelling of a key of the deployment's type.
    #[error("the tenant claim is not the canonical spelling of a tenant's key")]
    Tenant,
    /// The tenant is not registered.
    #[error("the token's tenant is not registered")]
    UnknownTenant,
    /// The issuer may not name this tenant (catalogue H40).
    #[error("the issuer may not name this tenant")]
    ForeignTenant,
    /// The principal claim is absent or can't name a principal.
    #[error("the principal claim is absent or is not 1 to 255 bytes without control characters")]
    Principal,
}

impl Refusal {
    /// The stable reason.
    pub fn reason(self) -> Reason {
        match self {
            Self::Malformed
            | Self::Unsupported
            | Self::Type
            | Self::UnknownIssuer
            | Self::UnknownKey
            | Self::Algorithm
            | Self::Signature
            | Self::Claims
            | Self::Audience
            | Self::TooLong
            | Self::Tenant => Reason::InvalidToken,
            Self::Expired | Self::NotYet => Reason::ExpiredToken,
            Self::UnknownTenant => Reason::UnknownTenant,
            Self::ForeignTenant => Reason::ForeignIssuer,
            Self::Principal => Reason::UnknownPrincipal,
        }
    }
}

impl From<Refusal> for BindError {
    fn from(refusal: Refusal) -> Self {
        Self::of(Source::Jwt, refusal.reason())
    }
}

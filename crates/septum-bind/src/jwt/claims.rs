//! What a token must say (RFC 7519, section 4; catalogue H38-H42).

use septum_core::{Principal, Source, TenantId, TenantType};

use super::json::{self, Json, Object};
use super::jws::Header;
use super::{Issuer, Refusal};
use crate::{Claim, Tenants, UnixSeconds};

/// A token's payload.
pub(super) struct Claims(Object);

impl Claims {
    pub(super) fn parse(payload: &[u8]) -> Result<Self, Refusal> {
        json::object(payload).map(Self).ok_or(Refusal::Malformed)
    }

    pub(super) fn issuer(&self) -> Result<&str, Refusal> {
        self.0.get("iss").and_then(Json::as_text).ok_or(Refusal::Claims)
    }

    /// The claim of a token whose signature is the issuer's.
    pub(super) fn check(
        &self,
        header: &Header,
        issuer: &Issuer,
        tenants: &Tenants,
        now: UnixSeconds,
    ) -> Result<Claim, Refusal> {
        check_type(header, issuer)?;
        let expires = self.check_time(issuer, now)?;
        self.check_audience(issuer)?;
        let tenant = self.tenant(issuer, tenants)?;
        let principal = self.0.get(&issuer.principal_claim).and_then(Json::as_text);
        let principal = principal.and_then(|text| Principal::new(text).ok());
        Ok(Claim {
            tenant,
            principal: Some(principal.ok_or(Refusal::Principal)?),
            source: Source::Jwt,
            trace: None,
            expires: Some(expires),
        })
    }

    /// When the claim ends: the leeway is for clocks that differ, so it counts here too.
    fn check_time(&self, issuer: &Issuer, now: UnixSeconds) -> Result<UnixSeconds, Refusal> {
        let expires = self.time("exp")?.ok_or(Refusal::Claims)?;
        let (not_before, issued) = (self.time("nbf")?, self.time("iat")?);
        let end = expires.saturating_add(issuer.leeway);
        if now >= end {
            return Err(Refusal::Expired);
        }
        if expires > now.saturating_add(issuer.max_lifetime).saturating_add(issuer.leeway) {
            return Err(Refusal::TooLong);
        }
        let ahead = |time: UnixSeconds| time > now.saturating_add(issuer.leeway);
        if not_before.is_some_and(ahead) || issued.is_some_and(ahead) {
            return Err(Refusal::NotYet);
        }
        Ok(end)
    }

    fn time(&self, name: &str) -> Result<Option<UnixSeconds>, Refusal> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or(Refusal::Claims),
        }
    }

    /// `aud` is a string or an array of strings; an empty array names nobody.
    fn check_audience(&self, issuer: &Issuer) -> Result<(), Refusal> {
        let is_ours = |audience: &str| issuer.audiences.iter().any(|ours| ours == audience);
        let ours = match self.0.get("aud").ok_or(Refusal::Audience)? {
            Json::Text(audience) => is_ours(audience),
            Json::Array(audiences) => {
                let audiences: Option<Vec<&str>> = audiences.iter().map(Json::as_text).collect();
                audiences.ok_or(Refusal::Claims)?.into_iter().any(is_ours)
            }
            Json::Null | Json::Bool | Json::Integer(_) | Json::Fraction | Json::Object(_) => {
                return Err(Refusal::Claims);
            }
        };
        if ours { Ok(()) } else { Err(Refusal::Audience) }
    }

    /// The tenant in its one canonical spelling, so that whoever else reads the token reads
    /// the same: a string, or a JSON integer where keys are integers.
    fn tenant(&self, issuer: &Issuer, tenants: &Tenants) -> Result<TenantId, Refusal> {
        let text = match self.0.get(&issuer.tenant_claim).ok_or(Refusal::Claims)? {
            Json::Text(text) => text.clone(),
            Json::Integer(number) if is_integer(tenants.tenant_type()) => number.to_string(),
            Json::Integer(_)
            | Json::Null
            | Json::Bool
            | Json::Fraction
            | Json::Array(_)
            | Json::Object(_) => return Err(Refusal::Claims),
        };
        let tenant = tenants.parse(&text).map_err(|_| Refusal::Tenant)?;
        if tenant.to_string() != text {
            return Err(Refusal::Tenant);
        }
        if issuer.tenants.as_ref().is_some_and(|own| !own.contains(&tenant)) {
            return Err(Refusal::ForeignTenant);
        }
        tenants.by_id(&tenant).map(|tenant| tenant.id.clone()).ok_or(Refusal::UnknownTenant)
    }
}

/// Access tokens only: an identity, refresh or logout token of the same issuer is no pass
/// (catalogue H42; RFC 8725, section 3.11).
fn check_type(header: &Header, issuer: &Issuer) -> Result<(), Refusal> {
    let typ = header.typ.as_deref().unwrap_or("JWT");
    let typ = match typ.split_at_checked("application/".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") => rest,
        _ => typ,
    };
    let allowed = issuer.types.iter().any(|allowed| allowed.eq_ignore_ascii_case(typ));
    if allowed { Ok(()) } else { Err(Refusal::Type) }
}

fn is_integer(tenant_type: TenantType) -> bool {
    match tenant_type {
        TenantType::Int | TenantType::BigInt => true,
        TenantType::Uuid | TenantType::Text => false,
    }
}

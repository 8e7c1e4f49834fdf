use std::collections::HashSet;

use septum_core::TenantId;

use super::jws::Jws;
use super::{LiveKeys, Refusal, claims};
use crate::{Claim, Tenants, UnixSeconds};

/// One issuer of tokens and what its tokens must say. [`Issuer::new`] fills in the defaults.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// The exact value of `iss`.
    pub name: String,
    /// Our names: `aud` must be or hold one of them.
    pub audiences: Vec<String>,
    /// The claim that holds the tenant's key, by its exact top-level name. Default: `tenant`.
    pub tenant_claim: String,
    /// The claim that names the principal. Default: `sub`.
    pub principal_claim: String,
    /// The allowed values of `typ`, compared without case and without `application/`; an
    /// absent `typ` counts as `JWT`. Default: `JWT` and `at+jwt`.
    pub types: Vec<String>,
    /// How far clocks may differ, in seconds: at most 60. Default: 30.
    pub leeway: UnixSeconds,
    /// How far ahead `exp` may lie, in seconds. Default: one day.
    pub max_lifetime: UnixSeconds,
    /// The only tenants that this issuer may name: a tenant's own identity provider may speak
    /// for that tenant alone (catalogue H40). Default: any registered tenant.
    pub tenants: Option<HashSet<TenantId>>,
    /// The keys that verify its signatures.
    pub keys: LiveKeys,
}

impl Issuer {
    /// The longest leeway, in seconds.
    pub const MAX_LEEWAY: UnixSeconds = 60;

    /// An issuer with the defaults.
    pub fn new(name: impl Into<String>, audiences: Vec<String>, keys: LiveKeys) -> Self {
        Self {
            name: name.into(),
            audiences,
            tenant_claim: "tenant".into(),
            principal_claim: "sub".into(),
            types: vec!["JWT".into(), "at+jwt".into()],
            leeway: 30,
            max_lifetime: 24 * 60 * 60,
            tenants: None,
            keys,
        }
    }
}

/// Every configured issuer, by name.
#[derive(Clone, Debug)]
pub struct Issuers(Vec<Issuer>);

impl Issuers {
    /// These issuers.
    ///
    /// # Errors
    /// [`InvalidIssuer`] when one has no name or audience, an empty claim name, a leeway over
    /// [`Issuer::MAX_LEEWAY`], or the name of another.
    pub fn new(issuers: Vec<Issuer>) -> Result<Self, InvalidIssuer> {
        let mut names = HashSet::new();
        for issuer in &issuers {
            let name = issuer.name.clone();
            if name.is_empty() {
                return Err(InvalidIssuer::NoName);
            }
            if issuer.audiences.is_empty() || issuer.audiences.iter().any(String::is_empty) {
                return Err(InvalidIssuer::NoAudience(name));
            }
            if issuer.tenant_claim.is_empty() || issuer.principal_claim.is_empty() {
                return Err(InvalidIssuer::NoClaim(name));
            }
            if issuer.leeway > Issuer::MAX_LEEWAY {
                return Err(InvalidIssuer::Leeway(name));
            }
            if !names.insert(name.clone()) {
                return Err(InvalidIssuer::Duplicate(name));
            }
        }
        Ok(Self(issuers))
    }

    /// Every issuer.
    pub fn iter(&self) -> impl Iterator<Item = &Issuer> {
        self.0.iter()
    }

    /// What the token claims, after verification.
    ///
    /// # Errors
    /// [`Refusal`]. After [`Refusal::UnknownKey`] it is worth while to fetch the keys of
    /// [`Issuers::issuer_of`] and to try once more.
    pub fn verify(
        &self,
        token: &str,
        tenants: &Tenants,
        now: UnixSeconds,
    ) -> Result<Claim, Refusal> {
        let jws = Jws::parse(token)?;
        let claims = claims::Claims::parse(&jws.payload)?;
        // Which issuer is asked is the token's own word; its keys then prove or disprove it.
        let issuer = self.named(claims.issuer()?).ok_or(Refusal::UnknownIssuer)?;
        jws.verify(&issuer.keys.current())?;
        claims.check(&jws.header, issuer, tenants, now)
    }

    /// The configured issuer that a token says it is from, unproven: only good for fetching
    /// that issuer's keys.
    pub fn issuer_of(&self, token: &str) -> Option<&Issuer> {
        let jws = Jws::parse(token).ok()?;
        self.named(claims::Claims::parse(&jws.payload).ok()?.issuer().ok()?)
    }

    fn named(&self, name: &str) -> Option<&Issuer> {
        self.0.iter().find(|issuer| issuer.name == name)
    }
}

/// The configuration of an issuer can't be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIssuer {
    /// No name.
    #[error("an issuer has no name; give the exact value of its tokens' `iss`")]
    NoName,
    /// No audience, or an empty one.
    #[error("the issuer `{0}` has no audience; give the `aud` that names this service")]
    NoAudience(String),
    /// An empty claim name.
    #[error("the issuer `{0}` has an empty claim name; name the tenant's and the principal's")]
    NoClaim(String),
    /// Too much leeway.
    #[error("the issuer `{0}` has a leeway of more than 60 seconds; set the clocks instead")]
    Leeway(String),
    /// Two issuers of one name.
    #[error("two issuers are named `{0}`; put their keys together")]
    Duplicate(String),
}

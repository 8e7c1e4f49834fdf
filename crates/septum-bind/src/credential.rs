//! A database credential that maps to one tenant.

use septum_core::{Principal, Reason, Source, TenantId};

use crate::{BindError, Claim, Tenants};

/// The claim of a database user whose password or certificate has been verified, and whom the
/// configuration maps to `tenant`.
///
/// # Errors
/// [`Reason::UnknownTenant`] when the tenant is not registered (any more);
/// [`Reason::UnknownPrincipal`] when the user's name can't be a principal.
pub fn claim(tenants: &Tenants, tenant: &TenantId, user: &str) -> Result<Claim, BindError> {
    let source = Source::Credential;
    let tenant = tenants.by_id(tenant).ok_or(BindError::of(source, Reason::UnknownTenant))?;
    let principal =
        Principal::new(user).map_err(|_| BindError::of(source, Reason::UnknownPrincipal))?;
    Ok(Claim {
        tenant: tenant.id.clone(),
        principal: Some(principal),
        source,
        trace: None,
        expires: None,
    })
}

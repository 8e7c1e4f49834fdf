use std::collections::HashMap;

use septum_core::{InvalidTenantId, Reason, Source, TenantId, TenantType};

use crate::BindError;

/// A registered customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// The key in the database.
    pub id: TenantId,
    /// The name that operators use, as in `acme`.
    pub name: String,
    /// The hosts whose requests are this tenant's: lower case, no port, no trailing dot.
    pub hosts: Vec<String>,
}

/// Every registered tenant. What is not in here can't be bound.
#[derive(Clone, Debug)]
pub struct Tenants {
    tenant_type: TenantType,
    by_id: HashMap<TenantId, Tenant>,
    by_host: HashMap<String, TenantId>,
}

impl Tenants {
    /// The registry of these tenants.
    ///
    /// # Errors
    /// [`DuplicateTenant`] when two of them share a key or a host.
    pub fn new(
        tenant_type: TenantType,
        tenants: impl IntoIterator<Item = Tenant>,
    ) -> Result<Self, DuplicateTenant> {
        let mut registry = Self { tenant_type, by_id: HashMap::new(), by_host: HashMap::new() };
        for tenant in tenants {
            for host in &tenant.hosts {
                if registry.by_host.insert(host.clone(), tenant.id.clone()).is_some() {
                    return Err(DuplicateTenant(host.clone()));
                }
            }
            let id = tenant.id.to_string();
            if registry.by_id.insert(tenant.id.clone(), tenant).is_some() {
                return Err(DuplicateTenant(id));
            }
        }
        Ok(registry)
    }

    /// The type of every key in here.
    pub fn tenant_type(&self) -> TenantType {
        self.tenant_type
    }

    /// Every tenant, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Tenant> {
        self.by_id.values()
    }

    /// The tenant with this key.
    pub fn by_id(&self, id: &TenantId) -> Option<&Tenant> {
        self.by_id.get(id)
    }

    /// The tenant of exactly this canonical host: never by suffix (catalogue H13).
    pub fn by_host(&self, host: &str) -> Option<&Tenant> {
        self.by_host.get(host).and_then(|id| self.by_id.get(id))
    }

    /// The registered tenant that `text` spells, for a source that carries keys.
    ///
    /// # Errors
    /// [`Reason::UnknownTenant`] when it is no key of the type or none that is registered; the
    /// two look the same, so that nobody learns which keys exist.
    pub fn registered(&self, text: &str, source: Source) -> Result<&Tenant, BindError> {
        self.tenant_type
            .parse(text)
            .ok()
            .and_then(|id| self.by_id.get(&id))
            .ok_or(BindError::of(source, Reason::UnknownTenant))
    }

    /// Reads a key of the deployment's type, registered or not.
    ///
    /// # Errors
    /// [`InvalidTenantId`] when the text is no key of the type.
    pub fn parse(&self, text: &str) -> Result<TenantId, InvalidTenantId> {
        self.tenant_type.parse(text)
    }
}

/// Two tenants share a key or a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` belongs to two tenants")]
pub struct DuplicateTenant(String);

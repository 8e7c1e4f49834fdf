//! Another tenant's key in a value is an attempt to cross (catalogue S158).
//!
//! Only values that can be nothing else than a key are recognised: those of a `uuid` tenant
//! column. What is put together in the database (`'acac' || '...'`) is not seen here; it meets
//! row-level security.

use std::collections::BTreeSet;

use septum_core::{TenantId, TenantType};
use septum_sql::{Kind, Statement};

/// The keys that are looked for: every registered tenant's.
#[derive(Clone, Debug, Default)]
pub struct TenantKeys(BTreeSet<TenantId>);

impl FromIterator<TenantId> for TenantKeys {
    fn from_iter<I: IntoIterator<Item = TenantId>>(keys: I) -> Self {
        let uuids = keys.into_iter().filter(|key| key.tenant_type() == TenantType::Uuid);
        Self(uuids.collect())
    }
}

impl TenantKeys {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The registered keys that a statement's own constants spell.
    pub(crate) fn named_by(&self, statement: &Statement) -> Vec<TenantId> {
        let found = statement.facts().uuids.iter().filter(|key| self.0.contains(key)).cloned();
        found.chain(self.in_setting(statement.kind())).collect()
    }

    /// The application's own settings are read by its own policies.
    fn in_setting(&self, kind: &Kind) -> Vec<TenantId> {
        let Kind::Set(assignment) = kind else { return Vec::new() };
        self.in_value(assignment.value.as_deref().unwrap_or_default().as_bytes()).collect()
    }

    pub(crate) fn in_value<'a>(&'a self, value: &'a [u8]) -> impl Iterator<Item = TenantId> + 'a {
        // The shortest spelling is the binary one.
        let value = if self.0.is_empty() || value.len() < 16 { &[] } else { value };
        TenantType::Uuid.keys_in(value).filter(|key| self.0.contains(key))
    }
}

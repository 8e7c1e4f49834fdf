//! Two tenants' keys are never equal in the tenant column (catalogue S151-S157): padding,
//! rounding or a collation would make them so. The same list as `septum.protect` has.

use septum_core::{Tenancy, TenantType};

use super::Fault;
use crate::Catalog;
use crate::catalog::{Column, Type, TypeKind};

pub(super) fn fault(column: &Column, catalog: &Catalog, tenancy: &Tenancy) -> Option<Fault> {
    let exact = match tenancy.tenant_type {
        TenantType::Int | TenantType::BigInt => &["int4", "int8", "int2"][..],
        TenantType::Text => &["text", "varchar"],
        TenantType::Uuid => &["uuid"],
    };
    let compares_exactly = base(column, catalog)
        .is_some_and(|base| &*base.schema == "pg_catalog" && exact.contains(&&*base.name));
    (!compares_exactly || !column.deterministic).then_some(Fault::Column)
}

/// What a column's values are compared as: of a domain, what it is one of.
pub(super) fn base<'a>(column: &Column, catalog: &'a Catalog) -> Option<&'a Type> {
    let mut found = catalog.type_of(column.type_oid)?;
    // A domain can't be one of itself.
    while found.kind == TypeKind::Domain {
        found = catalog.type_of(found.base)?;
    }
    Some(found)
}

//! `septum.tenant()` is there once, is its owner's to change and not the application's, and
//! returns what a tenant's key is.

use septum_core::{Tenancy, TenantType};

use super::Fault;
use crate::Catalog;
use crate::catalog::{Function, FunctionKind};

pub(super) fn fault(catalog: &Catalog, tenancy: &Tenancy) -> Option<Fault> {
    let mut found = catalog.functions_named(Some("septum"), "tenant");
    match (found.next(), found.next()) {
        (Some(one), None) if is_ours(one, catalog, tenancy) => None,
        _ => Some(Fault::Reader),
    }
}

fn is_ours(function: &Function, catalog: &Catalog, tenancy: &Tenancy) -> bool {
    let returned = match tenancy.tenant_type {
        TenantType::Uuid => "uuid",
        TenantType::BigInt => "int8",
        TenantType::Int => "int4",
        TenantType::Text => "text",
    };
    let of_type = |name| catalog.type_named(Some("pg_catalog"), name).map(|one| one.oid);
    function.arguments.is_empty()
        && function.kind == FunctionKind::Plain
        && function.security_definer
        && !function.returns_set
        && of_type(returned) == Some(function.returns)
        && catalog.role_of(function.owner).is_some_and(|owner| !owner.own)
}

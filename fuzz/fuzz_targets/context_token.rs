//! Context tokens that were not minted here: none of them binds.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use septum_bind::context::ContextKeys;
use septum_bind::{RootKey, Tenant, Tenants};
use septum_core::{Environment, TenantType};

static WORLD: LazyLock<(ContextKeys, Tenants)> = LazyLock::new(|| {
    let root = |byte| RootKey::from_bytes([byte; 32]);
    let keys = ContextKeys::new(Environment::Test, &root(1), Some(&root(2)));
    let id = TenantType::Text.parse("acme").unwrap();
    let acme = Tenant { id, name: "acme".into(), hosts: vec![] };
    (keys, Tenants::new(TenantType::Text, [acme]).unwrap())
});

fuzz_target!(|data: &[u8]| {
    let Ok(token) = std::str::from_utf8(data) else { return };
    let (keys, tenants) = &*WORLD;
    assert!(keys.verify(token, tenants, 0).is_err());
    assert!(keys.verify(&format!("st1.{token}"), tenants, 0).is_err());
});

//! The migrations, as this program carries them.

use ring::digest::{SHA256, digest};
use septum_core::{TenantType, hex};

/// One step of the schema, up and down.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) id: i32,
    pub(crate) name: &'static str,
    up: &'static str,
    down: &'static str,
}

macro_rules! migrations {
    ($($id:literal $name:literal $file:literal),+ $(,)?) => {
        &[$(Migration {
            id: $id,
            name: $name,
            up: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/", $file, ".up.sql")),
            down: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/", $file, ".down.sql")),
        }),+]
    };
}

/// Every migration, in order.
pub(crate) const ALL: &[Migration] = migrations![
    1 "schema" "0001_schema",
    2 "readers" "0002_readers",
    3 "protect" "0003_protect",
    4 "catalog" "0004_catalog",
    5 "hold" "0005_hold",
];

impl Migration {
    /// The SQL that applies it, for the deployment's type of tenant key.
    pub(crate) fn up(&self, tenant_type: TenantType) -> String {
        self.up.replace("{{tenant_type}}", tenant_type.sql_name())
    }

    /// The SQL that takes it back.
    pub(crate) fn down(&self) -> &'static str {
        self.down
    }

    /// The SHA-256 of its text, in hexadecimal: a migration never changes once it was applied.
    pub(crate) fn checksum(&self) -> String {
        hex::encode(digest(&SHA256, self.up.as_bytes()).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_without_gaps_and_leave_no_placeholder() {
        for (migration, id) in ALL.iter().zip(1..) {
            assert_eq!(migration.id, id);
            assert!(!migration.up(TenantType::Uuid).contains("{{"), "{}", migration.name);
            assert!(!migration.down().contains("{{"), "{}", migration.name);
        }
    }
}

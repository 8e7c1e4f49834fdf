use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::TenantType;

/// The tenancy model: which relation is scoped how, as the deployment says it.
///
/// A relation that is not listed is a tenant's where it has the tenant column, and is refused
/// where it has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenancy {
    /// The type of every tenant column.
    pub tenant_type: TenantType,
    /// The name of the tenant column, in relations that are not listed with another.
    pub column: Box<str>,
    /// How tables are enforced that are not listed with another mode.
    pub mode: TableMode,
    /// What is said of single relations.
    pub relations: BTreeMap<RelationName, Scope>,
}

impl Tenancy {
    /// The usual model: tenant tables have a column `tenant_id`, and row-level security
    /// enforces all of them.
    pub fn new(tenant_type: TenantType) -> Self {
        Self {
            tenant_type,
            column: "tenant_id".into(),
            mode: TableMode::Rls,
            relations: BTreeMap::new(),
        }
    }

    /// What is said of a relation, if it is listed.
    pub fn listed(&self, schema: &str, name: &str) -> Option<&Scope> {
        self.relations.get(&RelationName { schema: schema.into(), name: name.into() })
    }
}

/// A relation's name with its schema, as the catalog has them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelationName {
    /// The schema.
    pub schema: Box<str>,
    /// The name.
    pub name: Box<str>,
}

impl fmt::Display for RelationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// How a relation is scoped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Each row is one tenant's.
    Tenant {
        /// The column with the tenant's key; `None` is [`Tenancy::column`].
        column: Option<Box<str>>,
        /// How it is enforced; `None` is [`Tenancy::mode`].
        mode: Option<TableMode>,
    },
    /// Reference data that every tenant may read, and none may write.
    Shared,
}

/// How a tenant table is enforced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TableMode {
    /// By row-level security, which must be proven; the statement is not altered.
    #[default]
    Rls,
    /// By row-level security, and the predicate on the tenant column is added as well, so that
    /// partitions are pruned and a sharded PostgreSQL routes to one node.
    RlsPredicate,
    /// By rewriting alone, for tables where row-level security can't be enabled.
    Rewrite,
}

impl TableMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Rls, Self::RlsPredicate, Self::Rewrite];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rls => "rls",
            Self::RlsPredicate => "rls+predicate",
            Self::Rewrite => "rewrite",
        }
    }
}

impl FromStr for TableMode {
    type Err = UnknownTableMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|mode| mode.name() == text);
        named.ok_or_else(|| UnknownTableMode(text.into()))
    }
}

/// The text names no table mode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no table mode; use rls, rls+predicate or rewrite")]
pub struct UnknownTableMode(String);

//! The ways in which a statement can be kept to one tenant's rows.

use std::sync::Arc;

use septum_bind::Binding;
use septum_core::{Principal, TableMode, TenantType};
use septum_guard::{Guard, Policy};
use septum_sql::{Catalog, Model};

use crate::schema::Schema;
use crate::statements::Statement;
use crate::wire::Parameter;
use crate::world::{Place, World};

/// One way. The truth, to which each is compared, is the statement itself under row-level
/// security.
pub(crate) trait Way {
    fn name(&self) -> &'static str;

    /// In which of the two databases it runs: with row-level security or without.
    fn place(&self) -> Place;

    /// What runs in place of the statement.
    ///
    /// # Errors
    /// Why nothing does: then nothing is compared.
    fn carry(&self, statement: &Statement) -> Result<Carried, String>;
}

/// What a way runs.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) text: String,
    pub(crate) parameters: Vec<Parameter>,
}

impl Carried {
    /// The statement as it was written.
    pub(crate) fn plain(statement: &Statement) -> Self {
        Self { text: statement.sql.text(), parameters: statement.parameters.clone() }
    }

    /// With the tenant as the parameter of this number, behind all of the statement's own.
    pub(crate) fn with_tenant(
        text: String,
        number: usize,
        statement: &Statement,
        schema: &Schema,
    ) -> Self {
        let oid = match schema.tenant_type {
            TenantType::Int => 23,
            TenantType::BigInt => 20,
            TenantType::Text => 25,
            TenantType::Uuid => 2950,
        };
        // What is behind it, the text doesn't name.
        let own = statement.parameters.iter().take(number - 1).cloned();
        Self { text, parameters: own.chain([(oid, schema.tenant(0))]).collect() }
    }
}

/// What the guard makes of a statement, with all tables in one mode.
pub(crate) struct Guarded {
    guard: Guard,
    binding: Binding,
    mode: TableMode,
    schema: Schema,
}

impl Guarded {
    pub(crate) fn new(world: &mut World<'_>, mode: TableMode) -> Self {
        let schema = world.schema.clone();
        let tenant = schema.tenant_type.parse(&schema.tenant(0)).unwrap();
        let binding = Binding::for_tests(tenant, Principal::new("ann").unwrap());
        let catalog = Catalog::read(&world.ask(place(mode), Catalog::QUERY)).unwrap();
        let tenancy = schema.tenancy(mode);
        let guard = Guard::new(Policy::default());
        guard.adopt(Arc::new(Model::new(Arc::new(catalog), Arc::new(tenancy))));
        Self { guard, binding, mode, schema }
    }
}

fn place(mode: TableMode) -> Place {
    match mode {
        TableMode::Rls | TableMode::RlsPredicate => Place::Protected,
        TableMode::Rewrite => Place::Plain,
    }
}

impl Way for Guarded {
    fn name(&self) -> &'static str {
        self.mode.name()
    }

    fn place(&self) -> Place {
        place(self.mode)
    }

    fn carry(&self, statement: &Statement) -> Result<Carried, String> {
        let text = statement.sql.text();
        let judged = self.guard.judge(&text, Some(&self.binding));
        let judged = judged.map_err(|denial| denial.to_string())?;
        let [one] = &*judged else { return Err("not one statement".into()) };
        let text = one.canonical().to_owned();
        Ok(match one.tenant_parameter() {
            Some(number) => {
                Carried::with_tenant(text, usize::from(number), statement, &self.schema)
            }
            None => Carried { text, parameters: statement.parameters.clone() },
        })
    }
}

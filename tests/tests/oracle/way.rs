//! The ways in which a statement can be kept to one tenant's rows.

use septum_bind::Binding;
use septum_core::Principal;
use septum_guard::{Guard, Policy};

use crate::schema::Schema;
use crate::statements::Statement;
use crate::wire::Parameter;
use crate::world::Place;

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

    /// With the tenant as one more parameter, behind the statement's own.
    pub(crate) fn with_tenant(text: String, statement: &Statement, schema: &Schema) -> Self {
        let oid = match schema.tenant_type {
            septum_core::TenantType::Int => 23,
            septum_core::TenantType::BigInt => 20,
            septum_core::TenantType::Text => 25,
            septum_core::TenantType::Uuid => 2950,
        };
        let mut parameters = statement.parameters.clone();
        parameters.push((oid, schema.tenant(0)));
        Self { text, parameters }
    }
}

/// Canonical text, under row-level security.
pub(crate) struct Rls {
    guard: Guard,
    binding: Binding,
}

impl Rls {
    pub(crate) fn new(schema: &Schema) -> Self {
        let tenant = schema.tenant_type.parse(&schema.tenant(0)).unwrap();
        let binding = Binding::for_tests(tenant, Principal::new("ann").unwrap());
        Self { guard: Guard::new(Policy::default()), binding }
    }
}

impl Way for Rls {
    fn name(&self) -> &'static str {
        "rls"
    }

    fn place(&self) -> Place {
        Place::Protected
    }

    fn carry(&self, statement: &Statement) -> Result<Carried, String> {
        let text = statement.sql.text();
        let judged = self.guard.judge(&text, Some(&self.binding));
        let judged = judged.map_err(|denial| denial.to_string())?;
        let [one] = &*judged else { return Err("not one statement".into()) };
        let parameters = statement.parameters.clone();
        Ok(Carried { text: one.canonical().to_owned(), parameters })
    }
}

use septum_core::Environment;

use crate::TenantKeys;

/// What a deployment adds to the rules, and its limits.
#[derive(Clone, Debug)]
pub struct Policy {
    mode: Mode,
    /// Settings that clients may write and read, besides the built-in ones; lower case. What
    /// would change a binding, a role or the meaning of names stays refused.
    pub settings: Vec<String>,
    /// Prefixes of such settings, with their dot: the application's own.
    pub setting_prefixes: Vec<String>,
    /// Functions that may be called: the application's own, and PostgreSQL's that are refused by
    /// name; `name` or `schema.name`. `set_config` and the `septum` and `pg_temp` schemas stay
    /// refused.
    pub functions: Vec<String>,
    /// Extensions whose functions may be called, besides those that were reviewed; not those
    /// that reach past a tenant whatever is listed.
    pub extensions: Vec<String>,
    /// Whether `xmin`, `ctid` and the like may be read of tenants' tables, as optimistic locking
    /// of some mappers does. They number the writes of all tenants (catalogue S106).
    pub system_columns: bool,
    /// Whether EXPLAIN may run. Its estimates and row counts show other tenants' data
    /// (catalogue S96-S99).
    pub explain: bool,
    /// Every registered tenant's key: one that a value spells, and that is not the bound
    /// tenant's, is an attempt to cross.
    pub tenants: TenantKeys,
    /// The longest text that is parsed, in bytes.
    pub max_statement_bytes: usize,
    /// The memory for verdicts on texts seen before, in bytes, roughly; a quarter of it is for
    /// what serves texts that differ in values only.
    pub cache_bytes: u64,
}

/// Whether the rules decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// They do.
    Enforce,
    /// What a configuration could allow runs, and is recorded: to find that configuration. All
    /// else is refused as ever.
    Observe,
    /// Everything that parses runs, so that tests can show what row-level security stops
    /// alone.
    Off,
}

/// The guard can't be switched off here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the guard can be off in the environment `test` only, not in `{0}`; enforce it")]
pub struct UnsafeMode(Environment);

impl Policy {
    /// The built-in policy in a mode.
    ///
    /// # Errors
    /// [`UnsafeMode`] for [`Mode::Off`] in any environment but [`Environment::Test`].
    pub fn new(mode: Mode, environment: Environment) -> Result<Self, UnsafeMode> {
        match (mode, environment) {
            (Mode::Enforce | Mode::Observe, _) | (Mode::Off, Environment::Test) => {
                Ok(Self { mode, ..Self::default() })
            }
            (
                Mode::Off,
                Environment::Production | Environment::Staging | Environment::Development,
            ) => Err(UnsafeMode(environment)),
        }
    }

    /// Whether the rules decide.
    pub fn mode(&self) -> Mode {
        self.mode
    }
}

impl Default for Policy {
    /// The built-in rules, enforced; the application's own settings are `app.*`.
    fn default() -> Self {
        Self {
            mode: Mode::Enforce,
            settings: Vec::new(),
            setting_prefixes: vec!["app.".into()],
            functions: Vec::new(),
            extensions: Vec::new(),
            system_columns: false,
            explain: false,
            tenants: TenantKeys::default(),
            max_statement_bytes: 1024 * 1024,
            cache_bytes: 64 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_is_off_in_tests_only() {
        for environment in Environment::ALL {
            let off = Policy::new(Mode::Off, environment);
            assert_eq!(off.is_ok(), environment == Environment::Test, "{environment}");
            assert!(Policy::new(Mode::Enforce, environment).is_ok());
            assert!(Policy::new(Mode::Observe, environment).is_ok());
        }
    }
}

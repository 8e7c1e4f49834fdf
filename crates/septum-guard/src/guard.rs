use std::sync::{Arc, OnceLock};

use septum_bind::Binding;
use septum_core::{Reason, TenantId};
use septum_sql::{Kind, Others, Statement, parse_script_with};

use crate::cache::{Verdict, VerdictCache, Verdicts};
use crate::{Denial, Guarded, Mode, Policy, rules};

/// Judges texts under one policy. Cheap to share: judging takes `&self` from any thread.
#[derive(Debug)]
pub struct Guard {
    policy: Policy,
    cache: VerdictCache,
}

impl Guard {
    /// A guard with an empty cache.
    pub fn new(policy: Policy) -> Self {
        let cache = VerdictCache::new(policy.cache_bytes);
        Self { policy, cache }
    }

    /// Whether the rules decide.
    pub fn mode(&self) -> Mode {
        self.policy.mode()
    }

    /// The statements of a text, in order, each of which may run under this binding; none for
    /// a text without statements.
    ///
    /// `None` is a connection to which no tenant is bound: it may run what touches no relation,
    /// and the reads of type metadata that drivers do at start-up.
    ///
    /// The text is one whose comments have been read: see [`septum_sql::handover`].
    ///
    /// # Errors
    /// [`Denial`] for the first statement that may not run; nothing of the text may run then.
    pub fn judge(
        &self,
        text: &str,
        binding: Option<&Binding>,
    ) -> Result<Arc<[Guarded<Statement>]>, Denial> {
        let verdicts = match self.cache.get(text) {
            Some(verdicts) => verdicts,
            None => self.judge_anew(text),
        };
        match binding {
            Some(_) => verdicts.bound.clone(),
            None => verdicts.unbound.get_or_init(|| self.judge_unbound(&verdicts.bound)).clone(),
        }
    }

    /// Whether a text that may run, or a value that comes beside it (a parameter, a field of a
    /// COPY), spells the key of another tenant than the bound one: an attempt to cross, which
    /// is for the log. It is not refused, since a refusal would tell that the tenant exists;
    /// row-level security shows and takes nothing of it, whether it exists or not.
    pub fn crossing<'a>(
        &self,
        text: &str,
        values: impl IntoIterator<Item = &'a [u8]>,
        binding: &Binding,
    ) -> Option<Denial> {
        let keys = &self.policy.tenants;
        if keys.is_empty() || self.policy.mode() == Mode::Off {
            return None;
        }
        let verdicts = self.cache.get(text).unwrap_or_else(|| self.judge_anew(text));
        let foreign = |key: &TenantId| key != binding.tenant();
        let in_text = verdicts.named.iter().any(foreign);
        if !in_text && !values.into_iter().any(|value| keys.in_value(value).any(|k| foreign(&k))) {
            return None;
        }
        let denial = Denial::new(Reason::ForeignTenant).crossing();
        let first = verdicts.bound.iter().flat_map(|statements| statements.iter()).next();
        Some(first.map_or(denial.clone(), |one| denial.in_statement(one)))
    }

    fn judge_anew(&self, text: &str) -> Arc<Verdicts> {
        let bound = self.judge_bound(text);
        // A token must not stay in memory longer than its statement.
        let keep = !bound.iter().flat_map(|statements| statements.iter()).any(hands_over);
        let each = bound.iter().flat_map(|statements| statements.iter());
        let named = each.flat_map(|one| self.policy.tenants.named_by(one)).collect();
        let verdicts = Arc::new(Verdicts { bound, named, unbound: OnceLock::new() });
        if keep {
            self.cache.insert(text, Arc::clone(&verdicts));
        }
        verdicts
    }

    fn judge_bound(&self, text: &str) -> Verdict {
        let statements = self.parse(text)?;
        first_denial(&statements, |one| rules::judge(one, &self.policy))?;
        Ok(statements.into_iter().map(Guarded::new).collect())
    }

    fn judge_unbound(&self, bound: &Verdict) -> Verdict {
        let statements = bound.clone()?;
        let each = statements.iter().map(|one| &**one);
        first_denial(each, |one| rules::judge_unbound(one, &self.policy))?;
        Ok(statements)
    }

    fn parse(&self, text: &str) -> Result<Vec<Statement>, Denial> {
        if text.len() > self.policy.max_statement_bytes {
            return Err(Denial::new(Reason::StatementTooLarge));
        }
        let others = match self.policy.mode() {
            Mode::Enforce => Others::Refuse,
            Mode::Off => Others::Deparse,
        };
        Ok(parse_script_with(text, others)?)
    }
}

fn first_denial<'a>(
    statements: impl IntoIterator<Item = &'a Statement>,
    judge: impl Fn(&Statement) -> Result<(), Denial>,
) -> Result<(), Denial> {
    statements.into_iter().try_for_each(|one| judge(one).map_err(|denial| denial.in_statement(one)))
}

fn hands_over(statement: &Guarded<Statement>) -> bool {
    matches!(statement.kind(), Kind::Handover { .. })
}

use std::sync::{Arc, OnceLock};

use septum_bind::Binding;
use septum_core::{Secret, TenantId};
use septum_sql::{Kind, Statement};

use crate::{Denial, Guarded, Mode, rules};

/// What one connection's state makes of a text.
pub(crate) type Verdict = Result<Arc<[Guarded<Statement>]>, Denial>;

/// What would have been refused, had the mode not been [`Mode::Observe`].
pub(crate) type Observed = Box<[Denial]>;

/// What may run, and what was observed.
pub(crate) type Passed = (Arc<[Guarded<Statement>]>, Observed);

/// What the guard makes of a text, under each binding. Whoever keeps it need not have the text
/// judged again while it [is current](crate::Guard::is_current): the policy doesn't change.
#[derive(Clone, Debug)]
pub struct Judgement(Arc<Verdicts>);

#[derive(Debug)]
struct Verdicts {
    /// It may hold a token.
    text: Secret<Arc<str>>,
    epoch: u64,
    mode: Mode,
    bound: Verdict,
    observed: Observed,
    named: Box<[TenantId]>,
    /// Found when it is first asked for: most texts never run without a tenant.
    unbound: OnceLock<Verdict>,
}

impl Judgement {
    pub(crate) fn new(
        text: &str,
        epoch: u64,
        mode: Mode,
        (bound, observed): (Verdict, Observed),
        named: Box<[TenantId]>,
    ) -> Self {
        let (text, unbound) = (Secret::new(text.into()), OnceLock::new());
        Self(Arc::new(Verdicts { text, epoch, mode, bound, observed, named, unbound }))
    }

    /// The bytes of the text that was judged.
    pub fn size(&self) -> usize {
        self.text().len()
    }

    /// The text that was judged.
    pub(crate) fn text(&self) -> &Arc<str> {
        self.0.text.expose()
    }

    /// The epoch of the model by which it was judged.
    pub(crate) fn epoch(&self) -> u64 {
        self.0.epoch
    }

    /// The statements of the text, in order, each of which may run under this binding; none for
    /// a text without statements.
    ///
    /// `None` is a connection to which no tenant is bound: it may run what touches no relation,
    /// and the reads of type metadata that drivers do at start-up.
    ///
    /// # Errors
    /// [`Denial`] for the first statement that may not run; nothing of the text may run then.
    pub fn under(&self, binding: Option<&Binding>) -> Result<Arc<[Guarded<Statement>]>, Denial> {
        match binding {
            Some(_) => self.0.bound.clone(),
            None => self.0.unbound.get_or_init(|| self.unbound()).clone(),
        }
    }

    fn unbound(&self) -> Verdict {
        let statements = self.0.bound.clone()?;
        let each = statements.iter().map(|one| &**one);
        first_denial(each, |one| rules::judge_unbound(one, self.0.mode))?;
        Ok(statements)
    }

    /// The statements, where a tenant's connection may run them.
    pub(crate) fn statements(&self) -> &[Guarded<Statement>] {
        self.0.bound.as_deref().unwrap_or_default()
    }

    /// Whether it runs only because the mode is [`Mode::Observe`].
    pub fn is_observed(&self) -> bool {
        !self.0.observed.is_empty()
    }

    /// What would have been refused, had the mode not been [`Mode::Observe`].
    pub(crate) fn observed(&self) -> &[Denial] {
        &self.0.observed
    }

    /// The registered tenants whose keys stand in the text. They are no part of the verdict:
    /// each tenant may name itself.
    pub(crate) fn named(&self) -> &[TenantId] {
        &self.0.named
    }

    /// Whether the text holds a token, which must not stay in memory longer than its statement.
    pub(crate) fn hands_over(&self) -> bool {
        self.statements().iter().any(|one| matches!(one.kind(), Kind::Handover { .. }))
    }
}

pub(crate) fn first_denial<'a>(
    statements: impl IntoIterator<Item = &'a Statement>,
    judge: impl Fn(&Statement) -> Result<(), Denial>,
) -> Result<(), Denial> {
    statements.into_iter().try_for_each(|one| judge(one).map_err(|denial| denial.in_statement(one)))
}

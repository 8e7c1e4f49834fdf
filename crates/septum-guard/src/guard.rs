use std::sync::Arc;

use arc_swap::ArcSwap;
use septum_bind::Binding;
use septum_core::{Reason, TenantId};
use septum_sql::{Model, Others, Statement, parse_script_with};

use crate::judgement::{Verdict, first_denial};
use crate::state::State;
use crate::{Denial, Guarded, Judgement, Mode, Policy, rules};

/// Judges texts under one policy and the model of the database that was adopted last. Cheap to
/// share: judging takes `&self` from any thread.
#[derive(Debug)]
pub struct Guard {
    policy: Policy,
    state: ArcSwap<State>,
}

impl Guard {
    /// A guard without a model: until it [adopts](Self::adopt) one, whatever reaches a relation
    /// or a function that is not PostgreSQL's own is refused.
    pub fn new(policy: Policy) -> Self {
        let state = ArcSwap::from_pointee(State::without_model(&policy));
        Self { policy, state }
    }

    /// Judges by this model from now on. A new epoch begins: nothing that was judged before is
    /// current any more, and no verdict of before is found again.
    pub fn adopt(&self, model: Arc<Model>) {
        let model = Some(model);
        self.state.rcu(|before| before.next(model.clone(), &self.policy));
    }

    /// Judges without a model again, as at the start: the one that there was is too old.
    pub fn forget(&self) {
        self.state.rcu(|before| before.next(None, &self.policy));
    }

    /// The model that was adopted last.
    pub fn model(&self) -> Option<Arc<Model>> {
        self.state.load().model.clone()
    }

    /// Whether a judgement is of the present epoch. Whoever keeps one asks before each use, and
    /// has what is [not current](Self::renewed) judged again.
    pub fn is_current(&self, judgement: &Judgement) -> bool {
        judgement.epoch() == self.state.load().epoch
    }

    /// What to make of a text that was judged before, possibly in another epoch.
    pub fn renewed(&self, judgement: &Judgement) -> Judgement {
        if self.is_current(judgement) {
            judgement.clone()
        } else {
            self.judgement(judgement.text())
        }
    }

    /// Whether the rules decide.
    pub fn mode(&self) -> Mode {
        self.policy.mode()
    }

    /// What to make of a text. What was judged before costs a look-up, if it is not too long to
    /// be kept.
    ///
    /// The text is one whose comments have been read: see [`septum_sql::handover`].
    pub fn judgement(&self, text: &str) -> Judgement {
        let state = self.state.load();
        state.cache.get(text).unwrap_or_else(|| self.judge_anew(text, &state))
    }

    /// The statements of a text that may run under a binding, or without one.
    ///
    /// # Errors
    /// As [`Judgement::under`].
    pub fn judge(
        &self,
        text: &str,
        binding: Option<&Binding>,
    ) -> Result<Arc<[Guarded<Statement>]>, Denial> {
        self.judgement(text).under(binding)
    }

    /// Whether a text that may run, or a value that comes beside it (a parameter, a field of a
    /// COPY), spells the key of another tenant than the bound one: an attempt to cross, which
    /// is for the log. It is not refused, since a refusal would tell that the tenant exists;
    /// row-level security shows and takes nothing of it, whether it exists or not.
    pub fn crossing<'a>(
        &self,
        judgement: &Judgement,
        values: impl IntoIterator<Item = &'a [u8]>,
        binding: &Binding,
    ) -> Option<Denial> {
        let keys = &self.policy.tenants;
        if keys.is_empty() || self.policy.mode() == Mode::Off {
            return None;
        }
        let foreign = |key: &TenantId| key != binding.tenant();
        let in_text = judgement.named().iter().any(foreign);
        if !in_text && !values.into_iter().any(|value| keys.in_value(value).any(|k| foreign(&k))) {
            return None;
        }
        let denial = Denial::new(Reason::ForeignTenant).crossing();
        let first = judgement.statements().first();
        Some(first.map_or(denial.clone(), |one| denial.in_statement(one)))
    }

    /// INVARIANT: a verdict goes into the cache of the state that it was judged by, so that one
    /// which a newer model has overtaken is kept by nobody.
    fn judge_anew(&self, text: &str, state: &State) -> Judgement {
        let bound = self.judge_bound(text, state.model.as_deref());
        let each = bound.iter().flat_map(|statements| statements.iter());
        let named = each.flat_map(|one| self.policy.tenants.named_by(one)).collect();
        let judgement = Judgement::new(text, state.epoch, self.policy.mode(), bound, named);
        if !judgement.hands_over() {
            state.cache.insert(&judgement);
        }
        judgement
    }

    fn judge_bound(&self, text: &str, model: Option<&Model>) -> Verdict {
        let statements = self.parse(text)?;
        first_denial(&statements, |one| rules::judge(one, &self.policy, model))?;
        Ok(statements.into_iter().map(Guarded::new).collect())
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

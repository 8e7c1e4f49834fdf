use std::sync::Arc;

use arc_swap::ArcSwap;
use septum_bind::Binding;
use septum_core::{Reason, TenantId};
use septum_sql::{Model, Others, Shape, Statement, parse_script_and_template, parse_script_with};

use crate::judgement::{Observed, Passed};
use crate::observations::Observations;
use crate::parameter::{Parameter, is_foreign};
use crate::state::State;
use crate::{Denial, Guarded, Judgement, Mode, Policy, rules};

/// Judges texts under one policy and the model of the database that was adopted last. Cheap to
/// share: judging takes `&self` from any thread.
#[derive(Debug)]
pub struct Guard {
    policy: Policy,
    state: ArcSwap<State>,
    observations: Observations,
}

impl Guard {
    /// A guard without a model: until it [adopts](Self::adopt) one, whatever reaches a relation
    /// or a function that is not PostgreSQL's own is refused.
    pub fn new(policy: Policy) -> Self {
        let state = ArcSwap::from_pointee(State::without_model(&policy));
        Self { policy, state, observations: Observations::default() }
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
    /// be kept; what differs from such a text in values only costs little more.
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

    /// Whether a text that may run, or a value that comes beside it, holds another tenant's key
    /// than the bound one: an attempt to cross, which is for the log. It is not refused, since a
    /// refusal would tell that the tenant exists; row-level security shows and takes nothing of
    /// it, whether it exists or not.
    ///
    /// A value that meets a tenant column is compared typed, and is one whether the tenant exists
    /// or not; elsewhere the registered keys that can be nothing else are looked for.
    pub fn crossing<'a>(
        &self,
        judgement: &Judgement,
        parameters: impl IntoIterator<Item = Parameter<'a>, IntoIter: Clone>,
        binding: &Binding,
    ) -> Option<Denial> {
        if self.policy.mode() == Mode::Off {
            return None;
        }
        let parameters = parameters.into_iter();
        let own = binding.tenant();
        let foreign = |key: &TenantId| key != own;
        let keys = &self.policy.tenants;
        let named = |one: Parameter<'a>| {
            one.value.is_some_and(|value| keys.in_value(value).any(|key| foreign(&key)))
        };
        let met = || {
            let meets = judgement.statements().iter().flat_map(|one| &one.facts().reach.meets);
            meets.into_iter().any(|meet| is_foreign(meet, parameters.clone(), own))
        };
        let known = || !keys.is_empty() && parameters.clone().any(named);
        let met = met();
        if !met && !judgement.named().iter().any(foreign) && !known() {
            return None;
        }
        let denial = Denial::new(Reason::ForeignTenant).crossing().by_look(!met);
        let first = judgement.statements().first();
        Some(first.map_or(denial.clone(), |one| denial.in_statement(one)))
    }

    /// INVARIANT: a verdict goes into the cache of the state that it was judged by, so that one
    /// which a newer model has overtaken is kept by nobody.
    fn judge_anew(&self, text: &str, state: &State) -> Judgement {
        let (bound, observed) = match self.judge_bound(text, state) {
            Ok((statements, observed)) => (Ok(statements), observed),
            Err(denial) => (Err(denial), Observed::default()),
        };
        let each = bound.iter().flat_map(|statements| statements.iter());
        let named = each.flat_map(|one| self.policy.tenants.named_by(one)).collect();
        let judgement =
            Judgement::new(text, state.epoch, self.policy.mode(), (bound, observed), named);
        if !judgement.hands_over() {
            state.cache.insert(&judgement);
        }
        judgement
    }

    fn judge_bound(&self, text: &str, state: &State) -> Result<Passed, Denial> {
        let Some(shape) = self.shape(text) else {
            let model = state.model.as_deref();
            return self.judge_parsed(self.parse(text, model)?, model);
        };
        match state.templates.fill(&shape) {
            // INVARIANT: a template is kept of what all rules let pass, and no rule looks at what
            // it leaves open: values, and the uuids in them.
            Some(statements) => Ok(passed(statements, Vec::new())),
            None => self.judge_shape(text, &shape, state),
        }
    }

    /// INVARIANT: as a verdict, a template goes into the state that it was judged by.
    fn judge_shape(&self, text: &str, shape: &Shape<'_>, state: &State) -> Result<Passed, Denial> {
        let model = state.model.as_deref();
        let (statements, template) = parse_script_and_template(text, shape, model)?;
        let passed = self.judge_parsed(statements, model)?;
        if let Some(template) = template {
            state.templates.insert(shape, template);
        }
        Ok(passed)
    }

    /// Of a text that a template may serve: one that is short enough, where the rules decide.
    /// What [`Mode::Observe`] lets through has denials of its own.
    fn shape<'a>(&self, text: &'a str) -> Option<Shape<'a>> {
        let most = self.policy.max_statement_bytes.min(crate::cache::LONGEST);
        let short = text.len() <= most;
        (short && self.policy.mode() == Mode::Enforce).then(|| Shape::of(text)).flatten()
    }

    fn judge_parsed(
        &self,
        statements: Vec<Statement>,
        model: Option<&Model>,
    ) -> Result<Passed, Denial> {
        let mut observed = Vec::new();
        for one in &statements {
            let in_one = |denial: Denial| denial.in_statement(one);
            let seen = rules::judge(one, &self.policy, model).map_err(in_one)?;
            observed.extend(seen.into_iter().map(in_one));
        }
        Ok(passed(statements, observed))
    }

    /// What of a text runs only because the mode is [`Mode::Observe`], as far as nobody has been
    /// told of the like yet: for the log.
    pub fn observed(&self, judgement: &Judgement) -> Vec<Denial> {
        let new = |denial: &&Denial| self.observations.is_new(denial);
        judgement.observed().iter().filter(new).cloned().collect()
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn parse(
        &self,
        text: &str,
        model: Option<&Model>,
    ) -> Result<Vec<Statement>, Denial> {
        if text.len() > self.policy.max_statement_bytes {
            return Err(Denial::new(Reason::StatementTooLarge));
        }
        let (others, model) = match self.policy.mode() {
            Mode::Enforce | Mode::Observe => (Others::Refuse, model),
            // Row-level security is to be tested alone.
            Mode::Off => (Others::Deparse, None),
        };
        Ok(parse_script_with(text, others, model)?)
    }
}

fn passed(statements: Vec<Statement>, observed: Vec<Denial>) -> Passed {
    (statements.into_iter().map(Guarded::new).collect(), observed.into())
}

use std::sync::Arc;

use septum_bind::Binding;
use septum_core::{Reason, TenantId};
use septum_sql::{Others, Shape, Statement, parse_script_and_template, parse_script_with};

use crate::cache::VerdictCache;
use crate::judgement::{Verdict, first_denial};
use crate::templates::TemplateCache;
use crate::{Denial, Guarded, Judgement, Mode, Policy, rules};

/// Judges texts under one policy. Cheap to share: judging takes `&self` from any thread.
#[derive(Debug)]
pub struct Guard {
    policy: Policy,
    cache: VerdictCache,
    templates: TemplateCache,
}

impl Guard {
    /// A guard with an empty cache.
    pub fn new(policy: Policy) -> Self {
        // A template serves many texts, and is hardly larger than the verdict on one.
        let for_templates = policy.cache_bytes / 4;
        let cache = VerdictCache::new(policy.cache_bytes - for_templates);
        let templates = TemplateCache::new(for_templates);
        Self { policy, cache, templates }
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
        self.cache.get(text).unwrap_or_else(|| self.judge_anew(text))
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

    fn judge_anew(&self, text: &str) -> Judgement {
        let bound = self.judge_bound(text);
        let each = bound.iter().flat_map(|statements| statements.iter());
        let named = each.flat_map(|one| self.policy.tenants.named_by(one)).collect();
        let judgement = Judgement::new(self.policy.mode(), bound, named);
        if !judgement.hands_over() {
            self.cache.insert(text, judgement.clone());
        }
        judgement
    }

    fn judge_bound(&self, text: &str) -> Verdict {
        if text.len() > self.policy.max_statement_bytes {
            return Err(Denial::new(Reason::StatementTooLarge));
        }
        let Some(shape) = self.shape(text) else { return self.judge_parsed(self.parse(text)?) };
        if let Some(statements) = self.templates.fill(&shape) {
            // INVARIANT: a template is kept of what all rules let pass, and no rule looks at what
            // it leaves open: values, and the uuids in them.
            return Ok(statements.into_iter().map(Guarded::new).collect());
        }
        let (statements, template) = parse_script_and_template(text, &shape)?;
        let verdict = self.judge_parsed(statements)?;
        if let Some(template) = template {
            self.templates.insert(&shape, template);
        }
        Ok(verdict)
    }

    fn judge_parsed(&self, statements: Vec<Statement>) -> Verdict {
        first_denial(&statements, |one| rules::judge(one, &self.policy))?;
        Ok(statements.into_iter().map(Guarded::new).collect())
    }

    /// Of a text that a template may serve: one that is short enough, where rules decide.
    fn shape<'a>(&self, text: &'a str) -> Option<Shape<'a>> {
        let short = text.len() <= crate::cache::LONGEST;
        (short && self.policy.mode() == Mode::Enforce).then(|| Shape::of(text)).flatten()
    }

    fn parse(&self, text: &str) -> Result<Vec<Statement>, Denial> {
        let others = match self.policy.mode() {
            Mode::Enforce => Others::Refuse,
            Mode::Off => Others::Deparse,
        };
        Ok(parse_script_with(text, others)?)
    }
}

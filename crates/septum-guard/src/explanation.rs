use septum_bind::Binding;
use septum_sql::{Model, Statement};

use crate::{Denial, Guard, Policy, rules};

/// What the guard makes of a text and why, for people: every reason, not the first alone.
#[derive(Debug)]
pub struct Explanation {
    /// Why the text as a whole has no statements that could be judged.
    pub denial: Option<Denial>,
    /// Its statements, in order.
    pub statements: Vec<Explained>,
    /// The attempt to cross that would be recorded: the text spells another tenant's key.
    pub crossing: Option<Denial>,
}

/// A statement, and why it may not run.
#[derive(Debug)]
pub struct Explained {
    /// What was found in it.
    pub statement: Statement,
    /// Every reason against it; none means that it may run.
    pub denials: Vec<Denial>,
}

impl Explanation {
    /// Whether the text would run: all of it, or nothing.
    pub fn allows(&self) -> bool {
        self.denial.is_none() && self.statements.iter().all(|one| one.denials.is_empty())
    }
}

impl Guard {
    /// What the guard makes of a text under a binding, or without one, and every reason.
    ///
    /// It decides as [`Guard::judgement`] does, by the same rules, and lets nothing run.
    pub fn explain(&self, text: &str, binding: Option<&Binding>) -> Explanation {
        let model = self.model();
        let model = model.as_deref();
        let statements = match self.parse(text, model) {
            Ok(statements) => statements,
            Err(denial) => {
                return Explanation {
                    denial: Some(denial),
                    statements: Vec::new(),
                    crossing: None,
                };
            }
        };
        let policy = self.policy();
        let bound = binding.is_some();
        let judged = statements.into_iter().map(|one| explained(one, policy, model, bound));
        let crossing = binding
            .and_then(|binding| self.crossing(&self.judgement(text), std::iter::empty(), binding));
        Explanation { denial: None, statements: judged.collect(), crossing }
    }
}

fn explained(
    statement: Statement,
    policy: &Policy,
    model: Option<&Model>,
    bound: bool,
) -> Explained {
    let mut denials: Vec<Denial> = rules::denials(&statement, policy, model).collect();
    if !bound && denials.is_empty() {
        denials.extend(rules::judge_unbound(&statement, policy.mode()).err());
    }
    Explained { statement, denials }
}

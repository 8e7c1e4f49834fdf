//! Decides which statements may run: binding, statement and policy in, [`Guarded`] statements
//! or a [`Denial`] out.
//!
//! One file a rule, in `rules/`. A statement runs when every rule lets it; what no rule knows
//! is refused. Names are resolved against the catalog: relations are tenant, shared, system or
//! unclassified, and each function that a call, an operator or a cast can mean must be allowed.
//!
//! The verdict on a text is a pure function of text, policy, model and whether a tenant is bound, so one
//! cache serves all tenants. Which tenant is bound matters to one thing only: whether a key that a
//! value spells is another's, which is for the log.

mod cache;
mod denial;
mod explanation;
mod guard;
mod guarded;
mod judgement;
mod keys;
mod observations;
mod parameter;
mod policy;
mod rules;
mod state;
mod templates;

pub use denial::Denial;
pub use explanation::{Explained, Explanation};
pub use guard::Guard;
pub use guarded::Guarded;
pub use judgement::Judgement;
pub use keys::TenantKeys;
pub use parameter::Parameter;
pub use policy::{Mode, Policy, UnsafeMode};

//! Decides which statements may run: binding, statement and policy in, [`Guarded`] statements
//! or a [`Denial`] out.
//!
//! One file a rule, in `rules/`. A statement runs when every rule lets it; what no rule knows
//! is refused. This depth judges by names, as they stand in the tree; the catalog snapshot will
//! resolve them to objects, and relations to tenant, shared, system and unclassified.
//!
//! The decision is a pure function of text, policy and whether a tenant is bound; which tenant
//! is never a part of it yet, so one cache serves all.

mod cache;
mod denial;
mod guard;
mod guarded;
mod policy;
mod rules;

pub use denial::Denial;
pub use guard::Guard;
pub use guarded::Guarded;
pub use policy::{Mode, Policy, UnsafeMode};

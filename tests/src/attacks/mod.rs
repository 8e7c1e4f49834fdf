//! One script of attacks, after the isolation catalogue, run against Septum as it is shipped:
//! with both layers, without row-level security, and without the guard.
//!
//! Each [`Attack`] says who holds it. What a layer does not claim is not asked of it alone.

mod attack;
mod catalogue;
mod knowledge;
mod reply;
mod run;
mod scene;
mod site;
mod steps;
mod table;
mod wire;

pub use attack::{Attack, Held, Layers};
pub use reply::{Frame, Reply};
pub use run::{Outcome, run};
pub use site::Site;
pub use steps::Step;
pub use table::table;
pub use wire::Wire;

//! What every end-to-end test and the demo share: real servers, started for one test and gone
//! after it.
//!
//! [`Cluster`] is PostgreSQL alone; [`Stack`] is all of it: PostgreSQL with the sample CRM's
//! three customers in it, `septum run`, and the CRM application behind it.

pub mod attacks;
mod config;
mod crm;
mod http;
mod jwt;
mod process;
mod reading;
mod scratch;
mod septum;
mod skip;
mod sql;
mod stack;

pub use config::{Config, Secrets};
pub use crm::{Crm, Customer};
pub use http::{Answer, Http, encode};
pub use jwt::sign_hs256;
pub use process::{Process, Program};
pub use reading::{Agreed, Agreement, Reader};
pub use scratch::Scratch;
pub use septum::{Record, Septum};
pub use septum_test_cluster::{Binaries, Builder, Cluster, Watchdog, random_hex};
pub use skip::skip;
pub use sql::{connect, run_script};
pub use stack::Stack;

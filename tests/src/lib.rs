//! What every end-to-end test shares: real servers, started for one test and gone after it.

mod sql;

pub use septum_test_cluster::{Builder, Cluster, Watchdog, random_hex};
pub use sql::{connect, run_script};

//! Throwaway PostgreSQL clusters, from the standard library alone.
//!
//! ```no_run
//! let cluster = septum_test_cluster::Cluster::start()?;
//! println!("{}", cluster.dsn("postgres"));
//! # anyhow::Ok(())
//! ```
//!
//! Each [`Cluster`] is a real server in a folder of its own, on a free loopback port and a unix
//! socket, with SCRAM-SHA-256 everywhere. It stops, and its folder goes, when it is dropped,
//! and when the process that started it dies in any other way ([`Watchdog`]). A server refuses
//! to run as root, so root's clusters run as an unprivileged user.

mod binaries;
mod cluster;
mod folder;
mod signal;
mod template;
mod user;
mod watchdog;

pub use binaries::{Binaries, Version};
pub use cluster::{Builder, Cluster};
pub use folder::random_hex;
pub use signal::signal;
pub use watchdog::Watchdog;

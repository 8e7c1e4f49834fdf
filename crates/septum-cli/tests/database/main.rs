//! `septum migrate` and the `septum` schema on a real PostgreSQL.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic is the report")]

mod attacks;
mod migrate;
mod protect;
mod seals;
mod standby;
mod support;

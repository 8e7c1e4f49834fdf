//! `septum migrate` and the `septum` schema on a real PostgreSQL.

mod attacks;
mod migrate;
mod protect;
mod seals;
mod support;

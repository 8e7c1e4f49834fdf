//! Applications as people write them with an ORM, unchanged, through the shipped `septum run`:
//! one small CRM in each, its introspection at the start included. What it is told under a tenant
//! must be what it is told by PostgreSQL in a database of that tenant's rows only.
//!
//! The statements that they send are kept in `recorded/`, one of each shape; `refused.rs` has the
//! guard judge them without any server.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic is the report")]

mod programs;
mod recording;
mod refused;
mod sqlx;
mod stage;

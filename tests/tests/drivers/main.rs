//! Real drivers, unchanged, through the shipped `septum run`: two tenants at once, on a pool of
//! one server connection. What a program is told there must be what the same program is told
//! by PostgreSQL itself in a database that it has to itself, word for word.
#![expect(clippy::unwrap_used, reason = "a panic is the report")]

mod asyncpg;
mod node;
mod pgbench;
mod place;
mod psql;
mod psycopg;
mod refused;
mod sqlx;
mod tokio_postgres;

//! The PostgreSQL frontend/backend protocol, version 3, sans-IO.
//!
//! Bytes in, typed messages out, and back; no socket, no clock, no runtime. Source:
//! <https://www.postgresql.org/docs/current/protocol.html>.

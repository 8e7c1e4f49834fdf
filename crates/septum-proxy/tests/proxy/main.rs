//! The proxy with real drivers, on a pool of one server connection that two tenants share.

mod fixture;
mod protocol;
mod sql;

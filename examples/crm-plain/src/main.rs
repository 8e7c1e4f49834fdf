//! A small CRM that knows nothing of tenants.

fn main() {}

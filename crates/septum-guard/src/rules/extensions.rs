//! Extensions of PostgreSQL's own `contrib`, by what their functions do.

/// Whether every function of the extension was looked at: it computes from its arguments, and
/// reads no relation, file, other session or string of SQL.
pub(super) fn is_harmless(extension: &str) -> bool {
    include_str!("harmless.txt").lines().any(|harmless| harmless == extension)
}

/// Whether no listing allows a function of the extension: it runs SQL held in a string, reaches
/// other servers, files, pages, other sessions, or the statistics of all tenants.
pub(super) fn is_dangerous(extension: &str) -> bool {
    DANGEROUS.contains(&extension)
}

/// Functions of those that set something for the rest of the session.
pub(super) const KEEPS_STATE: [&str; 2] = ["isn_weak", "set_limit"];

const DANGEROUS: [&str; 22] = [
    "adminpack",
    "amcheck",
    "dblink",
    "file_fdw",
    "lo",
    "old_snapshot",
    "pageinspect",
    "pg_background",
    "pg_buffercache",
    "pg_cron",
    "pg_freespacemap",
    "pg_net",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_surgery",
    "pg_visibility",
    "pg_walinspect",
    "pgrowlocks",
    "pgstattuple",
    "postgres_fdw",
    "tablefunc",
    "xml2",
];

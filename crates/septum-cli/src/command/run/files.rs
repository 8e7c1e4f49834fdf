//! Open files: each connection is one, and so is the audit log's next.

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::config::Settings;

/// What is open besides connections: sockets that listen, the log, the runtime.
const OTHERS: u64 = 256;

/// Takes as many open files as the system lets us, and says where they are too few for the
/// configured connections: who runs out of them can't accept, and can't begin a file of the
/// audit log either.
pub(super) fn allow_for(settings: &Settings) {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files can't be raised");
    }
    let needed = needed(settings);
    if let Some(allowed) = getrlimit(Resource::Nofile).current.filter(|most| *most < needed) {
        tracing::warn!(
            allowed,
            needed,
            "too few open files are allowed; raise `ulimit -n`, or lower `limits.connections` \
             and `http.limits.connections`"
        );
    }
}

/// A proxied request is two connections, and a database client may be two as well.
fn needed(settings: &Settings) -> u64 {
    let database = settings.proxy.limits.connections.saturating_add(settings.proxy.pool.size.get());
    let http = settings.gateway.as_ref().map_or(0, |gateway| gateway.limits.connections);
    let connections = database.saturating_add(http.saturating_mul(2));
    u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS)
}

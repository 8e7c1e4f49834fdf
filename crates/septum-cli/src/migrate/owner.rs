use anyhow::{Result, ensure};
use tokio_postgres::Transaction;

use super::connect::explain;

/// Acts as the owner of the `septum` schema, where there is one, for the rest of the
/// transaction: what is made belongs to it without being handed over.
///
/// # Errors
/// When the schema is somebody else's: they could have put anything into it, and could again.
pub(crate) async fn become_owner(transaction: &Transaction<'_>) -> Result<()> {
    let found = transaction
        .query_opt(
            "SELECT r.rolname::text, r.rolname IN ('septum_owner', current_user)
             FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
             WHERE n.nspname = 'septum'",
            &[],
        )
        .await
        .map_err(explain)?;
    let Some(row) = found else { return Ok(()) };
    let (owner, trusted): (String, bool) = (row.get(0), row.get(1));
    ensure!(
        trusted,
        "the schema `septum` belongs to `{owner}`, neither to `septum_owner` nor to you: whoever \
         made it can change what is in it. look at it, and drop it or migrate as `{owner}`"
    );
    transaction.execute("SELECT set_config('role', $1, true)", &[&owner]).await.map_err(explain)?;
    Ok(())
}

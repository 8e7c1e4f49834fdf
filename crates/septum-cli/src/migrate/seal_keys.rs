use anyhow::Result;
use septum_bind::RootKey;
use septum_bind::seal::SealPads;
use tokio_postgres::Transaction;

use super::Report;
use super::connect::explain;

/// The keys that the configuration knows.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) current: RootKey,
    pub(crate) previous: Option<RootKey>,
    pub(crate) old: OldKeys,
}

/// What becomes of a key in the database that the configuration no longer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OldKeys {
    /// It verifies for one hour more, while proxies are being restarted.
    Retire,
    /// It verifies nothing any more: it may have leaked.
    Forget,
}

/// Makes the database verify what the configured keys seal, and at most one key besides.
pub(crate) async fn store(
    transaction: &Transaction<'_>,
    keys: &Keys,
    report: &mut Report,
) -> Result<()> {
    let configured: Vec<SealPads> = [Some(&keys.current), keys.previous.as_ref()]
        .into_iter()
        .flatten()
        .map(SealPads::new)
        .collect();
    let ids: Vec<&str> = configured.iter().map(|pads| pads.id.as_str()).collect();
    for pads in &configured {
        let changed = transaction
            .execute(
                "INSERT INTO septum.seal_keys AS known (id, inner_pad, outer_pad)
                 VALUES ($1, $2, $3)
                 ON CONFLICT (id) DO UPDATE SET retire_at = NULL,
                     inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad
                 WHERE known.retire_at IS NOT NULL OR known.inner_pad <> excluded.inner_pad
                     OR known.outer_pad <> excluded.outer_pad",
                &[&pads.id, &pads.inner.as_slice(), &pads.outer.as_slice()],
            )
            .await
            .map_err(explain)?;
        if changed > 0 {
            report.done.push(format!("stored seal key {}", pads.id));
        }
    }
    let forget = keys.old == OldKeys::Forget || configured.len() > 1;
    let forgotten = transaction
        .query(
            "DELETE FROM septum.seal_keys WHERE id <> ALL ($1) AND ($2 OR retire_at <= now()
                 OR id <> (SELECT id FROM septum.seal_keys WHERE id <> ALL ($1)
                           ORDER BY created_at DESC, id LIMIT 1))
             RETURNING id",
            &[&ids, &forget],
        )
        .await
        .map_err(explain)?;
    for row in forgotten {
        report.done.push(format!("forgot seal key {}", row.get::<_, &str>(0)));
    }
    let retired = transaction
        .query(
            "UPDATE septum.seal_keys SET retire_at = now() + '1 hour'::interval
             WHERE id <> ALL ($1) AND retire_at IS NULL RETURNING id",
            &[&ids],
        )
        .await
        .map_err(explain)?;
    for row in retired {
        let id: &str = row.get(0);
        report.done.push(format!("seal key {id} retires in an hour: restart every proxy by then"));
    }
    Ok(())
}

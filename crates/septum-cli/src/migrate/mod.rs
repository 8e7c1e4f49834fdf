//! Puts the `septum` schema into a database, and takes it out again.
//!
//! Everything happens in one transaction under one advisory lock: the database has either all
//! of it or nothing of it, however many start at once.

mod connect;
mod files;
mod owner;
mod posture;
mod seal_keys;

use anyhow::{Context as _, Result, bail, ensure};
use septum_core::TenantType;
use tokio_postgres::{Client, Transaction};

pub(crate) use connect::{connect, explain};
use files::Migration;
pub(crate) use seal_keys::{Keys, OldKeys};

/// One lock for everything that changes the schema: "septum" as a number.
const LOCK: i64 = 0x7365_7074_756d;

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) done: Vec<String>,
    pub(crate) warnings: Vec<String>,
}

/// What the schema is to become.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) tenant_type: TenantType,
    pub(crate) keys: Keys,
    /// The application's role, which must not own or bypass anything.
    pub(crate) application: &'a str,
}

/// Applies what is missing, stores the seal keys, and proves that nobody else can reach them.
pub(crate) async fn up(client: &mut Client, target: &Target<'_>) -> Result<Report> {
    let mut report = Report::default();
    let transaction = begin(client).await?;
    let applied = applied(&transaction).await?;
    if applied.len() >= 2 {
        same_tenant_type(&transaction, target.tenant_type).await?;
    }
    for migration in files::ALL.get(applied.len()..).unwrap_or_default() {
        let Migration { id, name, .. } = migration;
        transaction
            .batch_execute(&migration.up(target.tenant_type))
            .await
            .map_err(explain)
            .with_context(|| format!("migration {id} `{name}` failed; nothing was changed"))?;
        transaction
            .execute(
                "INSERT INTO septum.migrations (id, name, checksum) VALUES ($1, $2, $3)",
                &[id, name, &migration.checksum()],
            )
            .await
            .map_err(explain)?;
        report.done.push(format!("applied {id} `{name}`"));
    }
    seal_keys::store(&transaction, &target.keys, &mut report).await?;
    posture::prove(&transaction, target.application, &mut report).await?;
    transaction.commit().await.map_err(explain)?;
    Ok(report)
}

/// Takes back every migration above `to`.
pub(crate) async fn down(client: &mut Client, to: u16) -> Result<Report> {
    let mut report = Report::default();
    let transaction = begin(client).await?;
    let applied = applied(&transaction).await?;
    for id in applied.into_iter().rev().filter(|id| *id > i32::from(to)) {
        let migration = files::ALL.iter().find(|migration| migration.id == id);
        let migration = migration.context("unknown migration")?;
        // First, as the last step drops the table itself.
        transaction
            .execute("DELETE FROM septum.migrations WHERE id = $1", &[&id])
            .await
            .map_err(explain)?;
        transaction.batch_execute(migration.down()).await.map_err(explain).with_context(|| {
            format!("migration {id} `{}` can't be taken back; nothing was changed", migration.name)
        })?;
        report.done.push(format!("took back {id} `{}`", migration.name));
    }
    transaction.commit().await.map_err(explain)?;
    Ok(report)
}

async fn begin(client: &mut Client) -> Result<Transaction<'_>> {
    let transaction = client.transaction().await.map_err(explain)?;
    // What the SQL of the migrations means must not depend on the role's own settings.
    transaction
        .batch_execute(
            "SET LOCAL search_path = pg_catalog, pg_temp;
             SET LOCAL standard_conforming_strings = on;
             SET LOCAL check_function_bodies = on;
             SET LOCAL lock_timeout = '60s'",
        )
        .await
        .map_err(explain)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(explain)
        .context("another migration is running")?;
    owner::become_owner(&transaction).await?;
    Ok(transaction)
}

/// The ids of what has been applied, which must be the beginning of what this program has.
async fn applied(transaction: &Transaction<'_>) -> Result<Vec<i32>> {
    let known = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'septum')";
    let exists: bool = transaction.query_one(known, &[]).await.map_err(explain)?.get(0);
    if !exists {
        return Ok(Vec::new());
    }
    let rows = transaction
        .query("SELECT id, name, checksum FROM septum.migrations ORDER BY id", &[])
        .await
        .map_err(explain)?;
    let mut migrations = files::ALL.iter();
    let mut ids = Vec::new();
    for row in rows {
        let (id, name, checksum): (i32, String, String) = (row.get(0), row.get(1), row.get(2));
        let Some(migration) = migrations.next() else {
            bail!("the database has migration {id} `{name}`: a newer septum made it; use that one");
        };
        ensure!(
            (migration.id, migration.name) == (id, name.as_str()),
            "the database has migration {id} `{name}` where this septum has {} `{}`",
            migration.id,
            migration.name
        );
        ensure!(
            migration.checksum() == checksum,
            "migration {id} `{name}` is not the one that was applied: use the septum that \
             applied it, or take it back with that one first"
        );
        ids.push(id);
    }
    Ok(ids)
}

/// The type of the tenant key is part of every policy: it can't change under them.
async fn same_tenant_type(transaction: &Transaction<'_>, wanted: TenantType) -> Result<()> {
    let row = transaction
        .query_one(
            "SELECT prorettype = $1::text::regtype, prorettype::regtype::text
             FROM pg_proc WHERE oid = 'septum.tenant()'::regprocedure",
            &[&wanted.sql_name()],
        )
        .await
        .map_err(explain)?;
    let (same, found): (bool, String) = (row.get(0), row.get(1));
    ensure!(
        same,
        "the database was migrated for tenant keys of type {found}, the configuration says \
         {wanted}: mend `tenant.type`, or begin again with `septum migrate --down 1`"
    );
    Ok(())
}

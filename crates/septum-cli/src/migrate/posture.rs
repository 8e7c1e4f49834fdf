//! What must hold of the `septum` schema, looked at after every migration and before it is
//! committed.

use anyhow::{Result, bail, ensure};
use septum_core::Reason;
use tokio_postgres::Transaction;

use super::Report;
use super::connect::explain;

/// Fails when anybody but the owner can read a key or replace a function, and when the
/// application's role is one that row-level security doesn't hold.
pub(crate) async fn prove(
    transaction: &Transaction<'_>,
    application: &str,
    report: &mut Report,
) -> Result<()> {
    nobody_reads_a_key(transaction).await?;
    one_owner(transaction).await?;
    application_is_harmless(transaction, application, report).await
}

async fn nobody_reads_a_key(transaction: &Transaction<'_>) -> Result<()> {
    let grants = transaction
        .query(
            "SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END::text
             FROM (SELECT relowner, relacl FROM pg_class WHERE oid = 'septum.seal_keys'::regclass
                   UNION ALL
                   SELECT relowner, attacl FROM pg_attribute, pg_class
                   WHERE attrelid = 'septum.seal_keys'::regclass AND oid = attrelid) granted(owner, acl),
                 aclexplode(acl)
             WHERE grantee <> owner",
            &[],
        )
        .await
        .map_err(explain)?;
    if let Some(row) = grants.first() {
        let role: &str = row.get(0);
        bail!(
            "`{role}` has a grant on septum.seal_keys: who reads a key can bind any tenant. \
             take it back with REVOKE, and change the root key"
        );
    }
    let sql = "SELECT relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
               FROM pg_class c WHERE oid = 'septum.seal_keys'::regclass";
    let closed: bool = transaction.query_one(sql, &[]).await.map_err(explain)?.get(0);
    ensure!(closed, "septum.seal_keys must have row-level security enabled and no policy");
    Ok(())
}

async fn one_owner(transaction: &Transaction<'_>) -> Result<()> {
    let strays = transaction
        .query(
            "SELECT object FROM (
                 SELECT oid::regprocedure::text, proowner, pronamespace FROM pg_proc
                 UNION ALL
                 SELECT oid::regclass::text, relowner, relnamespace FROM pg_class
             ) AS owned(object, owner, schema)
             JOIN pg_namespace n ON n.oid = schema
             WHERE nspname = 'septum' AND owner <> nspowner
                 -- It runs by the rights of superusers.
                 AND NOT (object = 'septum.catalog_changed()'
                     AND (SELECT rolsuper FROM pg_roles r WHERE r.oid = owner))",
            &[],
        )
        .await
        .map_err(explain)?;
    if let Some(row) = strays.first() {
        let object: &str = row.get(0);
        bail!("`{object}` belongs to another role than its schema: drop it or change its owner");
    }
    let sql = "SELECT count(*) FROM pg_namespace, aclexplode(nspacl)
               WHERE nspname = 'septum' AND privilege_type = 'CREATE' AND grantee <> nspowner";
    let creators: i64 = transaction.query_one(sql, &[]).await.map_err(explain)?.get(0);
    ensure!(
        creators == 0,
        "a role other than the owner may CREATE in the schema `septum`: REVOKE it"
    );
    Ok(())
}

async fn application_is_harmless(
    transaction: &Transaction<'_>,
    application: &str,
    report: &mut Report,
) -> Result<()> {
    let found = transaction
        .query_opt(
            "SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole,
                 pg_has_role(r.oid, n.nspowner, 'MEMBER'), r.rolname = session_user
             FROM pg_roles r, pg_namespace n
             WHERE r.rolname = $1 AND n.nspname = 'septum'",
            &[&application],
        )
        .await
        .map_err(explain)?;
    let Some(row) = found else {
        report.warnings.push(format!("the role `{application}` doesn't exist yet: create it"));
        return Ok(());
    };
    let faults = [
        (0, "is a superuser"),
        (1, "has BYPASSRLS"),
        (2, "has CREATEROLE"),
        (3, "is a member of the owner of the schema `septum`"),
        (4, "is the role that migrates"),
    ];
    for (column, fault) in faults {
        if row.get(column) {
            bail!(
                "{}: the application's role `{application}` {fault}, so the database can't hold \
                 it: {}",
                Reason::UnsafeRole,
                Reason::UnsafeRole.doc().remedy
            );
        }
    }
    Ok(())
}

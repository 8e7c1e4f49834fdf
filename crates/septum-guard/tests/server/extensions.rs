//! The extensions whose functions may be called without being listed, as the server has them.

use crate::support::server;

/// Of each the functions that may change something, or run by another's rights: read one by one.
/// `set_limit` sets something for the rest of the session, as `isn_weak` does, which calls itself
/// immutable: both are refused by name. The others draw random numbers.
#[tokio::test]
async fn s128_what_may_change_something_in_a_harmless_extension_was_read() {
    let server = server().await;
    for extension in include_str!("../../src/rules/harmless.txt").lines() {
        let create = format!("CREATE EXTENSION \"{extension}\" CASCADE");
        server.batch_execute(&create).await.expect(extension);
    }
    let rows = server
        .query(
            "SELECT DISTINCT p.proname::text FROM pg_proc p
                JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                    AND d.deptype = 'e'
                JOIN pg_extension e ON e.oid = d.refobjid AND e.extname <> 'plpgsql'
             WHERE (p.provolatile = 'v' OR p.prosecdef)
                AND NOT p.proargtypes::oid[] && ARRAY['internal'::regtype]::oid[]
             ORDER BY 1",
            &[],
        )
        .await
        .unwrap();
    let names: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        names,
        [
            "gen_random_bytes",
            "gen_random_uuid",
            "gen_salt",
            "pgp_pub_encrypt",
            "pgp_pub_encrypt_bytea",
            "pgp_sym_encrypt",
            "pgp_sym_encrypt_bytea",
            "set_limit",
            "uuid_generate_v1",
            "uuid_generate_v1mc",
            "uuid_generate_v4",
        ]
    );
}

use septum_bind::RootKey;
use septum_core::TenantType;

use crate::support::{Database, count, now, tenant_of};

#[tokio::test]
async fn migrating_twice_changes_nothing_the_second_time() {
    let database = Database::empty(TenantType::Uuid).await;
    let first = database.migrate(&[]).succeeds();
    assert!(first.contains("applied 1 `schema`") && first.contains("stored seal key"), "{first}");
    assert_eq!(database.migrate(&[]).succeeds(), "nothing to do\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_migrations_at_once_do_the_work_once() {
    let database = std::sync::Arc::new(Database::empty(TenantType::Text).await);
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let database = database.clone();
            std::thread::spawn(move || database.migrate(&[]).succeeds())
        })
        .collect();
    let outputs: Vec<_> = runs.into_iter().map(|run| run.join().unwrap()).collect();
    let idle = outputs.iter().filter(|output| *output == "nothing to do\n").count();
    assert_eq!(idle, 3, "{outputs:?}");
}

#[tokio::test]
async fn down_takes_everything_back_and_up_puts_it_there_again() {
    let database = Database::migrated(TenantType::BigInt).await;
    let out = database.migrate(&["--down", "2"]).succeeds();
    assert_eq!(out, "took back 5 `hold`\ntook back 4 `catalog`\ntook back 3 `protect`\n");
    database.migrate(&["--down", "0"]).succeeds();
    let admin = database.admin().await;
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname = 'septum'";
    assert_eq!(count(&admin, left).await, 0);
    assert_eq!(database.migrate(&["--down", "0"]).succeeds(), "nothing to do\n");
    database.migrate(&[]).succeeds();
}

#[tokio::test]
async fn down_stops_while_a_policy_still_reads_the_tenant() {
    let database = Database::with_deals().await;
    let said = database.migrate(&["--down", "0"]).fails("can't be taken back");
    assert!(said.contains("septum_tenant on table"), "{said}");
    assert_eq!(database.migrate(&[]).succeeds(), "nothing to do\n");
}

#[tokio::test]
async fn another_type_of_tenant_key_is_refused() {
    let mut database = Database::migrated(TenantType::Uuid).await;
    database.tenant_type = TenantType::Text;
    database.configure(&database.root, None);
    database.migrate(&[]).fails("migrated for tenant keys of type uuid");
}

#[tokio::test]
async fn a_migration_that_was_changed_afterwards_is_refused() {
    let database = Database::migrated(TenantType::Int).await;
    let admin = database.admin().await;
    let change = "UPDATE septum.migrations SET checksum = 'x' WHERE id = 2";
    admin.batch_execute(change).await.unwrap();
    database.migrate(&[]).fails("migration 2 `readers` is not the one that was applied");
}

#[tokio::test]
async fn a_database_of_a_newer_septum_is_refused() {
    let database = Database::migrated(TenantType::Int).await;
    let admin = database.admin().await;
    let newer = "INSERT INTO septum.migrations VALUES (99, 'later', 'x')";
    admin.batch_execute(newer).await.unwrap();
    for arguments in [&[][..], &["--down", "0"]] {
        database.migrate(arguments).fails("a newer septum made it");
    }
}

#[tokio::test]
async fn a_schema_that_somebody_else_made_is_refused() {
    let database = Database::empty(TenantType::Int).await;
    let app = &database.app;
    let admin = database.admin().await;
    let trap = format!("CREATE SCHEMA septum AUTHORIZATION {app}");
    admin.batch_execute(&trap).await.unwrap();
    database.migrate(&[]).fails(&format!("the schema `septum` belongs to `{app}`"));
}

#[tokio::test]
async fn s119_an_application_role_that_bypasses_policies_is_refused() {
    for (power, why) in [
        ("ALTER ROLE {} SUPERUSER", "is a superuser"),
        ("ALTER ROLE {} BYPASSRLS", "has BYPASSRLS"),
        ("ALTER ROLE {} CREATEROLE", "has CREATEROLE"),
        ("GRANT septum_owner TO {}", "is a member of the owner"),
    ] {
        let database = Database::migrated(TenantType::Int).await;
        let admin = database.admin().await;
        admin.batch_execute(&power.replace("{}", &database.app)).await.unwrap();
        let said = database.migrate(&[]).fails(why);
        assert!(said.contains("SEP-508"), "{said}");
    }
}

#[tokio::test]
async fn a_grant_on_the_keys_is_refused_whoever_made_it() {
    for grant in
        ["GRANT SELECT ON septum.seal_keys", "GRANT SELECT (inner_pad) ON septum.seal_keys"]
    {
        let database = Database::migrated(TenantType::Int).await;
        let (admin, app) = (database.admin().await, &database.app);
        admin.batch_execute(&format!("{grant} TO {app}")).await.unwrap();
        database.migrate(&[]).fails(&format!("`{app}` has a grant on septum.seal_keys"));
    }
}

/// A role that may create roles, and one that may not: then it owns the schema itself. In both
/// cases default privileges must not hand out what nobody asked for.
#[tokio::test]
async fn a_role_that_is_no_superuser_can_migrate() {
    for (power, owner) in [("CREATEROLE", "septum_owner"), ("NOCREATEROLE", "itself")] {
        let database = Database::empty(TenantType::Int).await;
        let (name, app) = (&database.name, &database.app);
        let admin = database.admin().await;
        let migrator = format!("migrator_{app}");
        admin
            .batch_execute(&format!(
                "CREATE ROLE {migrator} LOGIN {power} PASSWORD 'm';
                 GRANT CREATE ON DATABASE {name} TO {migrator};
                 ALTER DEFAULT PRIVILEGES FOR ROLE {migrator} GRANT ALL ON TABLES TO {app}, PUBLIC"
            ))
            .await
            .unwrap();
        database.migrate_as(&migrator, "m", &[]).succeeds();
        assert_eq!(database.migrate_as(&migrator, "m", &[]).succeeds(), "nothing to do\n");
        let owner = if owner == "itself" { &migrator } else { owner };
        let wrong = format!(
            "SELECT count(*) FROM pg_class
             WHERE relnamespace = 'septum'::regnamespace AND relowner <> '{owner}'::regrole"
        );
        assert_eq!(count(&admin, &wrong).await, 0);
        database.migrate_as(&migrator, "m", &["--down", "0"]).succeeds();
    }
}

#[tokio::test]
async fn both_keys_verify_while_they_are_rotated_and_then_only_the_new_one() {
    let mut database = Database::migrated(TenantType::Int).await;
    let app = database.app().await;
    let (old, new) = (database.root.clone(), RootKey::from_bytes([8; 32]));
    let old_seal = database.seal(&app, "1").await;
    database.root = new.clone();
    let new_seal = database.seal(&app, "1").await;
    assert_eq!(tenant_of(&app, &new_seal).await, None);

    database.configure(&new, Some(&old));
    database.migrate(&[]).succeeds();
    assert_eq!(tenant_of(&app, &old_seal).await.as_deref(), Some("1"));
    assert_eq!(tenant_of(&app, &new_seal).await.as_deref(), Some("1"));

    // Still there for proxies that have not been restarted ...
    database.configure(&new, None);
    let out = database.migrate(&[]).succeeds();
    assert!(out.contains("retires in an hour"), "{out}");
    assert_eq!(database.migrate(&[]).succeeds(), "nothing to do\n");
    assert_eq!(tenant_of(&app, &old_seal).await.as_deref(), Some("1"));
    // ... until its time has come, or at once if it leaked.
    let admin = database.admin().await;
    let later = "UPDATE septum.seal_keys SET retire_at = now() WHERE retire_at IS NOT NULL";
    admin.batch_execute(later).await.unwrap();
    assert_eq!(tenant_of(&app, &old_seal).await, None);
    database.migrate(&["--forget-old-keys"]).succeeds();
    assert_eq!(count(&admin, "SELECT count(*) FROM septum.seal_keys").await, 1);
    assert_eq!(tenant_of(&app, &new_seal).await.as_deref(), Some("1"));
}

#[tokio::test]
async fn at_most_two_keys_are_kept() {
    let database = Database::migrated(TenantType::Int).await;
    for key in 1..5 {
        database.configure(&RootKey::from_bytes([key; 32]), None);
        database.migrate(&[]).succeeds();
    }
    let admin = database.admin().await;
    assert_eq!(count(&admin, "SELECT count(*) FROM septum.seal_keys").await, 2);
    assert!(now() > 0);
}

#[tokio::test]
async fn without_a_login_it_says_what_to_give() {
    let database = Database::empty(TenantType::Int).await;
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_septum"))
        .args(["migrate", "--config"])
        .arg(database.folder.path().join("septum.toml"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("`[migrate]`") && said.contains("--dsn"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

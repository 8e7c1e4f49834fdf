//! The lists of PostgreSQL's functions are those of the server.

use septum_sql::{Standing, parse_script};

use crate::support::{cluster, server};

fn standing(name: &str) -> Standing {
    let quoted = name.replace('"', "\"\"");
    let script = parse_script(&format!("SELECT 1, pg_catalog.\"{quoted}\"()")).unwrap();
    script.first().unwrap().facts().functions.first().unwrap().standing
}

/// Names of `pg_catalog` for which something holds.
async fn names(condition: &str) -> Vec<String> {
    let sql = format!(
        "SELECT DISTINCT proname::text FROM pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace AND ({condition}) ORDER BY 1"
    );
    server().await.query(&sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// A name that is in neither list would count as the application's own where it stands without
/// its schema.
#[tokio::test]
async fn every_function_of_pg_catalog_is_in_one_of_the_lists() {
    let script = |name: &str| parse_script(&format!("SELECT 1, \"{name}\"()")).unwrap();
    let unknown: Vec<String> = names("true")
        .await
        .into_iter()
        .filter(|name| {
            let facts = script(name).first().unwrap().facts().functions.clone();
            facts.first().unwrap().standing == Standing::Foreign
        })
        .collect();
    assert!(unknown.is_empty(), "review these of {}: {unknown:?}", cluster().version());
}

#[tokio::test]
async fn what_changes_something_or_takes_the_servers_insides_is_not_reviewed_by_mistake() {
    let mut reviewed = names("provolatile = 'v' OR prosecdef").await;
    reviewed.extend(
        names("proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[]").await,
    );
    reviewed.retain(|name| standing(name) == Standing::Reviewed && !name.starts_with("pg_"));
    reviewed.sort_unstable();
    reviewed.dedup();
    // Those of which another form has such arguments are among them.
    assert_eq!(
        reviewed,
        [
            "bernoulli",
            "clock_timestamp",
            "current_query",
            "gen_random_uuid",
            "nextval",
            "random",
            "set_config",
            "system",
            "timeofday",
            "ts_rewrite",
        ]
    );
}

/// No operator or cast of PostgreSQL's own is a way around the list.
#[tokio::test]
async fn no_operator_or_cast_calls_what_is_not_reviewed() {
    let called = names(
        "oid IN (SELECT oprcode FROM pg_operator UNION SELECT castfunc FROM pg_cast WHERE castfunc <> 0)",
    )
    .await;
    let unreviewed: Vec<_> = called
        .into_iter()
        .filter(|name| standing(name) == Standing::Unreviewed && !name.starts_with("pg_lsn_"))
        .collect();
    assert!(unreviewed.is_empty(), "{unreviewed:?}");
}

/// What `x.f` calls on the server is what the facts say may be called (catalogue S9).
#[tokio::test]
async fn s09_a_name_after_a_dot_calls_a_function() {
    let server = server().await;
    for text in [
        "SELECT ('a'::text).upper",
        "SELECT g.abs::text FROM generate_series(-1, -1) g",
        "SELECT ('work_mem'::text).current_setting",
        "SELECT (77::bigint).pg_try_advisory_lock::text",
    ] {
        server.query_one(text, &[]).await.expect(text);
    }
}

/// A parameter that names a setting never reaches one of Septum's own, and reaches all others.
#[tokio::test]
async fn s08_a_parameter_reads_no_setting_of_septums() {
    let server = server().await;
    server.batch_execute("SET septum.binding = 'x'; SET app.x = 'y'").await.unwrap();
    for text in ["SELECT current_setting($1, true)", "SELECT current_setting($1::varchar, true)"] {
        let judged = parse_script(text).unwrap();
        let canonical = judged.first().unwrap().canonical();
        for (name, value) in [
            ("septum.binding", None),
            ("SEPTUM.Binding", None),
            ("app.x", Some("y")),
            ("App.X", Some("y")),
            ("default_table_access_method", Some("heap")),
        ] {
            let row = server.query_one(canonical, &[&name]).await.unwrap();
            assert_eq!(row.get::<_, Option<&str>>(0), value, "{name}");
        }
        assert_eq!(
            server.query_one(text, &[&"septum.binding"]).await.unwrap().get::<_, &str>(0),
            "x"
        );
    }
}

//! What SQL inside the database leaves on a session, where no text of a client's shows it.

use septum_pgwire::frontend::Write as _;

use crate::fixture::{Fixture, connect, refusal};
use crate::wire::Wire;

const FUNCTIONS: &str = "
    CREATE ROLE other;
    GRANT other TO app;
    GRANT TEMP ON DATABASE postgres TO app;
    CREATE SCHEMA evil;
    CREATE FUNCTION public.run(what text) RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN EXECUTE what; RETURN 'done'; END $$;
    CREATE FUNCTION public.tell(what text) RETURNS text LANGUAGE plpgsql AS
        $$ DECLARE answer text; BEGIN EXECUTE what INTO answer; RETURN answer; END $$;
    CREATE FUNCTION public.remember() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM set_config('app.x', NEW.name, false); RETURN NEW; END $$;
    CREATE TRIGGER remember BEFORE INSERT ON public.accounts
        FOR EACH ROW EXECUTE FUNCTION public.remember();
";

/// What a function leaves; how the next client could see it, and what it must see; whether the
/// server connection can be used again.
const RESIDUES: [(&str, &str, &str, bool); 11] = [
    ("SET app.x = 'left'", "SELECT coalesce(current_setting('app.x', true), '')", "", true),
    ("SET search_path = evil", "SELECT current_setting('search_path')", "public", true),
    ("SET TimeZone = 'Asia/Tokyo'", "SELECT current_setting('TimeZone') = 'Asia/Tokyo'", "f", true),
    ("SET ROLE other", "SELECT current_user", "app", true),
    ("SET row_security = off", "SELECT count(*) FROM accounts", "100", true),
    (
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "SELECT current_setting('transaction_read_only')",
        "off",
        true,
    ),
    (
        "SELECT pg_advisory_lock(7)",
        "SELECT tell('SELECT count(*) FROM pg_locks WHERE locktype = ''advisory''')",
        "0",
        true,
    ),
    ("CREATE TEMP TABLE accounts AS SELECT 7 AS id", "SELECT count(*) FROM accounts", "100", false),
    ("LISTEN all_of_it", "SELECT tell('SELECT count(*) FROM pg_listening_channels()')", "0", false),
    (
        "DECLARE held CURSOR WITH HOLD FOR SELECT secret FROM accounts",
        "SELECT tell('SELECT count(*) FROM pg_cursors WHERE is_holdable')",
        "0",
        false,
    ),
    (
        "PREPARE mine AS SELECT 1",
        "SELECT tell('SELECT count(*) FROM pg_prepared_statements WHERE from_sql')",
        "0",
        false,
    ),
];

async fn start() -> Fixture {
    let fixture = Fixture::start().await;
    fixture.administer(FUNCTIONS).await;
    fixture
}

async fn one(client: &mut Wire, text: &str) -> String {
    let answers = client.query(text).await;
    let row = answers.iter().find_map(|answer| answer.strip_prefix("D "));
    row.unwrap_or_else(|| panic!("{text}: {answers:?}")).to_owned()
}

#[tokio::test]
async fn p05_what_a_function_leaves_on_a_session_is_never_the_next_clients() {
    let fixture = start().await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let mut globex = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    for (leave, look, expected, reusable) in RESIDUES {
        let call = format!("SELECT run($a${leave}$a$)");
        for text in [call.clone(), format!("BEGIN; {call}; COMMIT")] {
            let before = one(&mut acme, "SELECT pg_backend_pid()").await;
            assert!(acme.query(&text).await.contains(&"D done".to_owned()), "{text}");
            assert_eq!(one(&mut globex, look).await, expected, "{text}");
            let after = one(&mut globex, "SELECT pg_backend_pid()").await;
            assert_eq!(before == after, reusable, "{text}");
        }
    }
    fixture.stop().await;
}

#[tokio::test]
async fn p05_neither_is_what_a_client_that_has_gone_had_left() {
    let fixture = start().await;
    let mut globex = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    for (leave, look, expected, _) in RESIDUES {
        let call = format!("SELECT run($a${leave}$a$)");
        // Gone in the middle, gone at once behind the answer, and gone in a transaction.
        for (text, readies) in [(call.clone(), 0), (call.clone(), 1), (format!("BEGIN; {call}"), 1)]
        {
            let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
            crate::wire::query(&mut acme.out, &text);
            acme.ask(readies).await;
            drop(acme);
            assert_eq!(one(&mut globex, look).await, expected, "{text}");
        }
    }
    fixture.stop().await;
}

#[tokio::test]
async fn a_client_that_says_goodbye_leaves_its_server_connection_to_the_next() {
    let fixture = start().await;
    let mut pids = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
        pids.insert(one(&mut acme, "SELECT pg_backend_pid()").await);
        acme.out.terminate();
        acme.send().await;
    }
    assert_eq!(pids.len(), 1, "{pids:?}");
    fixture.stop().await;
}

#[tokio::test]
async fn a_trigger_that_no_statement_names_leaves_nothing_either() {
    let fixture = start().await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let mut globex = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    let insert = "INSERT INTO accounts (name) VALUES ('of acme')";
    let look = "SELECT coalesce(current_setting('app.x', true), '')";
    for text in [insert.to_owned(), format!("BEGIN; {insert}; COMMIT")] {
        assert!(acme.query(&text).await.contains(&"C INSERT 0 1".to_owned()));
        assert_eq!(one(&mut globex, look).await, "", "{text}");
    }
    // Nor do the numbers that sequences gave: the session that they were given in was another's.
    let last = globex.query("SELECT tell('SELECT lastval()')").await;
    assert_eq!(last, ["T", "E 55000", "Z I"]);
    fixture.stop().await;
}

/// SQL that a function runs for its caller finds the names of prepared statements, and could
/// put its own in their place.
#[tokio::test]
async fn s87_whatever_runs_sql_cant_replace_what_is_prepared() {
    let fixture = Fixture::start().await;
    let mut acme = Wire::open(fixture.address, "acme", "pw", &[]).await.unwrap();
    let mut globex = Wire::open(fixture.address, "globex", "pw", &[]).await.unwrap();
    let look = "SELECT secret FROM accounts WHERE id = 1";
    for _ in 0..3 {
        assert_eq!(one(&mut globex, look).await, "secret of 2");
    }
    // Made only now: the server connection is older, and so is what it knows of functions.
    let runners = "
        CREATE FUNCTION public.run(what text) RETURNS text LANGUAGE plpgsql AS
            $$ BEGIN EXECUTE what; RETURN 'done'; END $$;
        CREATE OPERATOR public.@! (FUNCTION = public.run, RIGHTARG = text);
        CREATE TABLE public.jobs (tenant_id int NOT NULL DEFAULT septum.tenant(), what text);
        SELECT septum.protect('public.jobs', 'tenant_id');
        CREATE FUNCTION public.job() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN EXECUTE NEW.what; RETURN NEW; END $$;
        CREATE TRIGGER job BEFORE INSERT ON public.jobs
            FOR EACH ROW EXECUTE FUNCTION public.job();
        GRANT ALL ON public.jobs TO app;";
    fixture.administer(runners).await;
    let admin = connect(&fixture.cluster.dsn("postgres")).await.unwrap();
    let replace = "$a$DO $b$ DECLARE s record; BEGIN \
        FOR s IN SELECT name, statement FROM pg_prepared_statements LOOP \
            IF s.statement ~ 'secret' THEN \
                EXECUTE format('DEALLOCATE %I', s.name); \
                EXECUTE format('PREPARE %I AS WITH x AS (INSERT INTO plain \
                    SELECT id + 1000, tenant_id, secret FROM accounts LIMIT 3) \
                    SELECT ''forged'' AS secret', s.name); \
            END IF; \
        END LOOP; END $b$ $a$";
    for (call, answer) in [
        // PostgreSQL reads `(x).f` as `f(x)` where there is no column `f` (catalogue S9).
        (format!("SELECT ({replace}::text).run"), "D done"),
        (format!("SELECT @! {replace}::text"), "D done"),
        (format!("INSERT INTO jobs (what) VALUES ({replace})"), "C INSERT 0 1"),
        (format!("SELECT run({replace})"), "D done"),
    ] {
        let answers = acme.query(&call).await;
        assert!(answers.iter().any(|one| one == answer), "{call}: {answers:?}");
        for _ in 0..3 {
            assert_eq!(one(&mut globex, look).await, "secret of 2", "{call}");
        }
        let written = "SELECT count(*) FROM plain WHERE id > 1000";
        let written: i64 = admin.query_one(written, &[]).await.unwrap().get(0);
        assert_eq!(written, 0, "{call}");
    }
    // Only taken away, they cost one connection and nobody an error.
    assert_eq!(one(&mut acme, "SELECT run('DEALLOCATE ALL')").await, "done");
    assert_eq!(one(&mut globex, look).await, "secret of 2");
    fixture.stop().await;
}

#[tokio::test]
async fn a_plan_that_no_longer_fits_costs_one_error_and_not_one_after_another() {
    let fixture = start().await;
    let acme = fixture.client("acme").await;
    let look = "SELECT * FROM accounts WHERE id = 1";
    for _ in 0..3 {
        acme.simple_query(look).await.unwrap();
    }
    let admin = connect(&fixture.cluster.dsn("postgres")).await.unwrap();
    admin.batch_execute("ALTER TABLE accounts ADD COLUMN more int").await.unwrap();
    let error = acme.simple_query(look).await.unwrap_err();
    assert_eq!(refusal(&error).0, "0A000");
    acme.simple_query(look).await.unwrap();
    fixture.stop().await;
}

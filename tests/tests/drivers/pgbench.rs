use septum_tests::{Customer, Septum, connect};
use tokio::process::Command;

use crate::place::{Place, Sidecar};
use crate::psql::program;

const CLIENTS: usize = 4;
const EACH: usize = 100;

/// What the bench does a transaction: it reads, changes and adds rows of its own tenant's.
const SCRIPT: &str = "\
\\set id random(1, 1000)
BEGIN;
UPDATE things SET amount = amount + 1 WHERE id = :id;
SELECT amount, mark FROM things WHERE id = :id;
INSERT INTO history (thing, mark) VALUES (:id, ':mark');
END;
";

#[tokio::test]
async fn pgbench_loses_no_transaction_in_any_mode() {
    let Some(pgbench) = program("pgbench") else { return };
    let sidecar = Sidecar::start().await;
    let admin = connect(&sidecar.cluster.dsn("crm")).await.unwrap();
    let tables = "CREATE TABLE history (tenant_id uuid NOT NULL DEFAULT septum.tenant(), \
                      thing int NOT NULL, mark text NOT NULL);
                  GRANT SELECT, INSERT ON history TO crm_app;
                  SELECT septum.protect('history', 'tenant_id')";
    admin.batch_execute(tables).await.unwrap();
    let tenants = [Customer::Acme, Customer::Globex];
    for customer in tenants {
        let things = "INSERT INTO things (tenant_id, id, mark, amount)
                      SELECT $1::text::uuid, n, $2, 0 FROM generate_series(1, 1000) n";
        let place = sidecar.of(customer);
        admin.execute(things, &[&customer.id(), &place.mark]).await.unwrap();
    }
    let modes = ["simple", "extended", "prepared"];
    for mode in modes {
        let [acme, globex] = tenants.map(|customer| sidecar.of(customer));
        tokio::join!(
            bench(pgbench(), &sidecar, &acme, mode),
            bench(pgbench(), &sidecar, &globex, mode)
        );
    }
    // Each transaction was counted in both of its tables, and in its own tenant alone.
    let transactions = i64::try_from(modes.len() * CLIENTS * EACH).unwrap();
    for customer in tenants {
        let sums = "SELECT (SELECT count(*) FROM history WHERE tenant_id = t AND mark = $2),
                           (SELECT count(*) FROM history WHERE mark = $2),
                           (SELECT sum(amount)::bigint FROM things WHERE tenant_id = t)
                    FROM (SELECT $1::text::uuid) AS tenant (t)";
        let place = sidecar.of(customer);
        let row = admin.query_one(sums, &[&customer.id(), &place.mark]).await.unwrap();
        let sums: [i64; 3] = std::array::from_fn(|at| row.get(at));
        assert_eq!(sums, [transactions; 3], "{}", customer.name());
    }
}

async fn bench(mut pgbench: Command, sidecar: &Sidecar, place: &Place, mode: &str) {
    let name = format!("{}-{mode}.sql", place.mark);
    // pgbench's variables are numbers: the mark stands in the script.
    let script = sidecar.scratch.write(&name, &SCRIPT.replace(":mark", &place.mark)).unwrap();
    // A thread a client: one that prepares blocks its thread, and with it a client that holds
    // the only connection.
    pgbench
        .args(["--no-vacuum", "--jobs=4", "--protocol", mode])
        .arg(format!("--client={CLIENTS}"))
        .arg(format!("--transactions={EACH}"))
        .arg("--file")
        .arg(script);
    let ended = place.environment(&mut pgbench).output().await.unwrap();
    let told = String::from_utf8_lossy(&ended.stdout);
    let complaints = String::from_utf8_lossy(&ended.stderr);
    let all = format!("actually processed: {0}/{0}", CLIENTS * EACH);
    assert!(ended.status.success() && told.contains(&all), "{mode}: {told}{complaints}");
    assert!(told.contains("failed transactions: 0 "), "{mode}: {told}{complaints}");
}

#[tokio::test]
async fn pgbench_makes_its_own_tables_by_the_operators_listener() {
    let Some(pgbench) = program("pgbench") else { return };
    let sidecar = Sidecar::start_with(|config, _, scratch| {
        scratch.write("operator.password", "of-the-role").unwrap();
        scratch.write("ann.password", "of-ann").unwrap();
        let folder = scratch.path().display();
        config.text.push_str(&format!(
            "\n[operator]\ndatabase_user = \"crm_operator\"\n\
             database_password_file = \"operator.password\"\n\
             [operator.listener]\naddress = \"{folder}/.s.PGSQL.6432\"\n\
             [[operator.users]]\nname = \"ann\"\npassword_file = \"ann.password\"\n"
        ));
    })
    .await;
    let admin = connect(&sidecar.cluster.dsn("crm")).await.unwrap();
    let role = "CREATE ROLE crm_operator LOGIN PASSWORD 'of-the-role';
                GRANT CONNECT ON DATABASE crm TO crm_operator;
                GRANT USAGE, CREATE ON SCHEMA public TO crm_operator";
    admin.batch_execute(role).await.unwrap();
    let mut pgbench = pgbench();
    pgbench
        .args(["--initialize", "--quiet", "--username=ann", "--port=6432", "--host"])
        .arg(sidecar.scratch.path())
        .env("PGPASSWORD", "of-ann")
        .arg("crm");
    let ended = pgbench.output().await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let count = "SELECT count(*) FROM pgbench_accounts";
    assert_eq!(admin.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 100_000);
    let records = Septum::records(&sidecar.config).unwrap();
    let made = records.iter().filter(|record| record.text("kind").starts_with("operator")).count();
    assert!(made > 5, "an operator's statements are in the log: {records:?}");
}

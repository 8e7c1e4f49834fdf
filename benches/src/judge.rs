//! `cargo xtask bench --judge`: what judging a text costs, on one thread, beside what its parser
//! costs in the same rounds. `benches/README.md` says how to read it.
#![expect(clippy::print_stdout, reason = "it is there to be read")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use septum_core::{Reason, Tenancy, TenantType};
use septum_guard::{Guard, Policy};
use septum_sql::{Catalog, Model};
use septum_tests::{Cluster, connect, run_script};

/// What the example's CRM and the benchmark's workload ask. `{value}` differs between texts of
/// one shape, `{name}` between shapes, which differ in an alias.
const STATEMENTS: [(&str, &str); 8] = [
    ("point read", "SELECT name, city, balance FROM accounts a{name} WHERE id = {value};"),
    (
        "list with a join",
        "SELECT a.name, d.title, d.amount_cents AS x{name} FROM accounts a \
         JOIN deals d ON d.account_id = a.id WHERE a.id BETWEEN {value} AND {value} + 9 \
         ORDER BY d.amount_cents DESC LIMIT 20;",
    ),
    (
        "the same, by an ORM",
        "SELECT \"a\".\"name\", \"d\".\"title\", \"d\".\"amount_cents\" AS \"x{name}\" FROM \"accounts\" AS \"a\" \
         INNER JOIN \"deals\" AS \"d\" ON (\"d\".\"account_id\" = \"a\".\"id\") \
         WHERE (\"a\".\"id\" BETWEEN {value} AND {value}) ORDER BY \"d\".\"amount_cents\" DESC LIMIT 20",
    ),
    (
        "insert",
        "INSERT INTO notes AS n{name} (account_id, body) VALUES ({value}, 'called {value}');",
    ),
    ("update", "UPDATE accounts a{name} SET balance = balance + {value} WHERE id = {value};"),
    (
        "search",
        "SELECT id::text, name, industry, city FROM accounts a{name} \
         WHERE name ILIKE '%{value}%' ORDER BY name LIMIT 50",
    ),
    (
        "history",
        "SELECT a.id, a.account_id, c.name, a.kind, a.summary, a.occurred_at AS x{name} \
         FROM activities a JOIN accounts c ON c.id = a.account_id \
         WHERE a.account_id = {value} ORDER BY a.occurred_at DESC LIMIT 20",
    ),
    (
        "change",
        "UPDATE deals d{name} SET stage = 'lost {value}'::text::deal_stage, updated_at = now() \
         WHERE id = {value} RETURNING id, account_id, title, stage::text, amount_cents, closes_on",
    ),
];

const TEXTS: usize = 20;
const ROUNDS: usize = 500;

fn main() -> Result<()> {
    let model = tokio::runtime::Runtime::new()?.block_on(model())?;
    println!(
        "{:22}{:>8}{:>10}{:>8}{:>12}{:>12}{:>12}{:>12}",
        "microseconds",
        "seen",
        "by values",
        "new",
        "pg_query",
        "normalize",
        "new of",
        "by values of"
    );
    println!("{:64}{:>12}{:>12}{:>12}", "", "", "pg_query", "normalize");
    for (name, statement) in STATEMENTS {
        println!("{name:22}{}", row(statement, &model)?);
    }
    Ok(())
}

/// What a real server makes of `judge.sql`.
async fn model() -> Result<Arc<Model>> {
    let cluster = Cluster::start()?;
    for script in [
        include_str!("../../migrations/0001_schema.up.sql"),
        include_str!("../../migrations/0002_readers.up.sql"),
        include_str!("../../migrations/0003_protect.up.sql"),
        include_str!("judge.sql"),
    ] {
        let script = script.replace("{{tenant_type}}", "uuid");
        run_script(&cluster.dsn("postgres"), &script).await?;
    }
    let client = connect(&cluster.dsn_of("app", "app", "postgres")).await?;
    let answer = client.query_one(Catalog::QUERY, &[]).await?;
    let tenancy = Tenancy::new(TenantType::Uuid);
    Ok(Arc::new(Model::new(Arc::new(Catalog::read(answer.get(0))?), Arc::new(tenancy))))
}

/// The least of rounds in which all five have their turn: what else runs here only adds.
fn row(statement: &str, model: &Arc<Model>) -> Result<String> {
    let guard = Guard::new(Policy::default());
    guard.adopt(Arc::clone(model));
    let first = text(statement, 0, 0);
    // That there is no tenant here is looked at last.
    let denial = guard.judgement(&first).under(None).err().map(|denial| denial.reason);
    ensure!(denial == Some(Reason::UnboundStatement), "{first}: {denial:?}");
    let judge = |text: &str| drop(black_box(guard.judgement(text)));
    let mut rounds: [Vec<Duration>; 5] = Default::default();
    for round in 0..ROUNDS {
        let numbers = (round * TEXTS + 1)..=((round + 1) * TEXTS);
        let by_values: Vec<_> = numbers.clone().map(|at| text(statement, 0, at)).collect();
        let new: Vec<_> = numbers.map(|at| text(statement, at, at)).collect();
        judge(&first);
        let same = vec![first.clone(); TEXTS];
        let times = [
            time(&same, judge),
            time(&by_values, judge),
            time(&new, judge),
            time(&new, |text| drop(black_box(pg_query::parse(text, 0)))),
            time(&new, |text| drop(black_box(pg_query::normalize(text)))),
        ];
        rounds.iter_mut().zip(times).for_each(|(rounds, time)| rounds.push(time));
    }
    let [seen, by_values, new, parse, normalize] = rounds.map(least);
    Ok(format!(
        "{seen:8.3}{by_values:10.2}{new:8.1}{parse:12.1}{normalize:12.2}{:12.2}{:12.2}",
        new / parse,
        by_values / normalize
    ))
}

fn text(statement: &str, name: usize, value: usize) -> String {
    // As many digits whichever number it is.
    let (name, value) = (1_000_000 + name, 1_000_000 + value);
    statement.replace("{name}", &name.to_string()).replace("{value}", &value.to_string())
}

fn time(texts: &[String], judge: impl Fn(&str)) -> Duration {
    let start = Instant::now();
    texts.iter().for_each(|text| judge(text));
    start.elapsed()
}

/// In microseconds a text.
fn least(rounds: Vec<Duration>) -> f64 {
    let least = rounds.into_iter().min().unwrap_or_default();
    least.div_f64(TEXTS as f64).as_secs_f64() * 1e6
}

//! Random conversations, against what PostgreSQL itself answers on a connection of its own.
//!
//! Two tenants' clients share one server connection of the proxy. Each has a private connection
//! too, on which the same is said. Every answer must be the same message by message, and every
//! row must be the client's own: it carries the nonce of the statement that asked for it.

use bytes::BytesMut;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use septum_bind::{Binding, credential};
use septum_core::TenantType;
use septum_pgwire::frontend::Write as _;
use septum_test_cluster::Cluster;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::fixture::Fixture;
use crate::wire::{Wire, query};

/// Statements; `NONCE` becomes one of its own each time.
const TEXTS: [&str; 27] = [
    "SELECT 'NONCE', secret FROM accounts WHERE id <= 2 ORDER BY id",
    "SELECT 'NONCE', count(*) FROM accounts WHERE id <= 100",
    "SELECT 'NONCE', 1 / (id - 2) FROM accounts WHERE id <= 3 ORDER BY id",
    "SELECT 'NONCE', coalesce(current_setting('app.t', true), '')",
    "SELECT 'NONCE', nowhere FROM accounts",
    "SELEC 'NONCE'",
    "INSERT INTO accounts (name) VALUES ('NONCE') RETURNING name",
    "INSERT INTO accounts (tenant_id, name) VALUES (3, 'NONCE')",
    "COPY (SELECT 'NONCE', secret FROM accounts WHERE id <= 2) TO STDOUT",
    "",
    "BEGIN",
    "BEGIN",
    "BEGIN READ WRITE",
    "COMMIT",
    "COMMIT",
    "COMMIT AND CHAIN",
    "ROLLBACK",
    "ROLLBACK AND CHAIN",
    "SAVEPOINT s",
    "SAVEPOINT s",
    "RELEASE s",
    "ROLLBACK TO s",
    "SET app.t = 'NONCE'",
    "RESET app.t",
    "SET statement_timeout = 'NONCE'",
    "DECLARE c CURSOR FOR SELECT 'NONCE', id FROM accounts ORDER BY id",
    "FETCH 2 FROM c",
];

#[derive(Clone, Debug)]
enum Step {
    /// Unnamed, described or not.
    Run(usize, bool),
    /// Under a name, which may be taken.
    Named(u8, usize),
    /// A named statement again.
    Again(u8),
    /// A portal of its own, two rows at a time.
    Portal(u32),
    DescribeStatement(u8),
    CloseStatement(u8),
    /// The same portal twice. Not what an earlier query has left unnamed: PostgreSQL 15 dies of
    /// that in a failed transaction.
    Twice(usize),
    Flush,
}

#[derive(Clone, Debug)]
enum Unit {
    Query(Vec<usize>),
    Extended(Vec<Step>),
}

#[derive(Clone, Debug)]
enum Turn {
    /// Says these, in one write, and hears the answers.
    Ask(Vec<Unit>),
    /// Says these, cancels, and begins anew.
    Cancel(Vec<Unit>),
    /// Says these, and is gone.
    Go(Vec<Unit>),
}

fn step() -> impl Strategy<Value = Step> {
    let text = 0..TEXTS.len();
    prop_oneof![
        8 => (text.clone(), any::<bool>()).prop_map(|(text, describe)| Step::Run(text, describe)),
        1 => text.clone().prop_map(Step::Twice),
        3 => (0..2u8, text)
            .prop_filter("comparable", |(_, text)| may_have_a_name(TEXTS[*text]))
            .prop_map(|(name, text)| Step::Named(name, text)),
        3 => (0..2u8).prop_map(Step::Again),
        2 => (0..3u32).prop_map(Step::Portal),
        1 => (0..2u8).prop_map(Step::DescribeStatement),
        1 => (0..2u8).prop_map(Step::CloseStatement),
        1 => Just(Step::Flush),
    ]
}

/// Several statements in one query are carried as a pipeline, which is no block to PostgreSQL: a
/// cursor can't be declared in one without `BEGIN`, as it can in a query of several.
fn without_cursors(mut texts: Vec<usize>) -> Unit {
    if texts.len() > 1 {
        texts.retain(|text| !TEXTS[*text].starts_with("DECLARE"));
    }
    Unit::Query(texts)
}

fn unit() -> impl Strategy<Value = Unit> {
    prop_oneof![
        prop::collection::vec(0..TEXTS.len(), 1..4).prop_map(without_cursors),
        prop::collection::vec(step(), 1..6).prop_map(Unit::Extended),
    ]
}

fn turn() -> impl Strategy<Value = Turn> {
    let units = || prop::collection::vec(unit(), 1..4);
    prop_oneof![
        20 => units().prop_map(Turn::Ask),
        1 => units().prop_map(Turn::Cancel),
        1 => units().prop_map(Turn::Go),
    ]
}

/// Of two errors that one message has, PostgreSQL finds the other one first; and in a transaction
/// that failed before the server saw it, it would describe a statement that returns nothing.
fn may_have_a_name(text: &str) -> bool {
    let rowless = ["DECLARE", "FETCH", "COPY", "INSERT INTO accounts (tenant_id"];
    !text.contains("nowhere") && !rowless.iter().any(|start| text.starts_with(start))
}

fn name(number: u8) -> &'static str {
    ["a", "b"][usize::from(number)]
}

/// Counts the nonces, so that no two statements of a run share one.
struct Nonces(u32);

impl Nonces {
    fn text(&mut self, text: usize) -> String {
        self.0 += 1;
        TEXTS[text].replace("NONCE", &format!("n{}", self.0))
    }

    fn write(&mut self, unit: &Unit, out: &mut BytesMut) {
        match unit {
            Unit::Query(texts) => {
                let texts: Vec<_> = texts.iter().map(|text| self.text(*text)).collect();
                query(out, &texts.join("; "));
            }
            Unit::Extended(steps) => {
                for step in steps {
                    self.write_step(step, out);
                }
                out.sync();
            }
        }
    }

    fn write_step(&mut self, step: &Step, out: &mut BytesMut) {
        match step {
            Step::Run(text, describe) => {
                out.parse("", &self.text(*text), &[]);
                out.bind_values("", "", false, std::iter::empty());
                if *describe {
                    out.describe_portal("");
                }
                out.execute("", 0);
            }
            Step::Named(number, text) => {
                out.parse(name(*number), &self.text(*text), &[]);
                out.bind_values("", name(*number), false, std::iter::empty());
                out.execute("", 0);
            }
            Step::Again(number) => {
                out.bind_values("", name(*number), false, std::iter::empty());
                out.execute("", 0);
            }
            Step::Portal(rows) => {
                self.0 += 1;
                let text = format!("SELECT 'n{}', id FROM accounts ORDER BY id LIMIT 5", self.0);
                out.parse("", &text, &[]);
                out.bind_values("p", "", false, std::iter::empty());
                out.execute("p", *rows);
                out.describe_portal("p");
                out.execute("p", *rows);
                out.close_portal("p");
            }
            Step::DescribeStatement(number) => out.describe_statement(name(*number)),
            Step::CloseStatement(number) => out.close_statement(name(*number)),
            Step::Twice(text) => {
                self.write_step(&Step::Run(*text, false), out);
                out.execute("", 0);
            }
            Step::Flush => out.flush(),
        }
    }
}

/// A client of the proxy, and its private connection.
struct Pair {
    user: &'static str,
    proxied: Wire,
    private: Wire,
    /// Whether the last answer left a transaction open: nobody else gets the server then.
    open: bool,
}

impl Pair {
    async fn start(fixture: &Fixture, user: &'static str, tenant: &str) -> Self {
        let proxied = Wire::open(fixture.address, user, "pw", &[]).await.unwrap();
        let private = Wire::open(address(&fixture.cluster), "app", "app", &[]).await;
        let mut private =
            private.unwrap_or_else(|error| panic!("{error}: {}", fixture.cluster.log()));
        let id = TenantType::Int.parse(tenant).unwrap();
        let claim = credential::claim(&fixture.services.tenants, &id, user).unwrap();
        let binding = Binding::agree([claim], fixture.services.environment).unwrap();
        let now = (fixture.services.clock)() + 3600;
        let seal = fixture.services.seal_key.seal(&binding, private.key.pid, now);
        let bound = private.query(&format!("SET septum.binding = '{seal}'")).await;
        assert_eq!(bound, ["C SET", "Z I"]);
        Self { user, proxied, private, open: false }
    }

    fn tenant(&self) -> &'static str {
        if self.user == "acme" { "1" } else { "2" }
    }

    async fn restart(&mut self, fixture: &Fixture) {
        *self = Self::start(fixture, self.user, self.tenant()).await;
    }

    /// Whether every row is this tenant's and of a statement that has just been sent.
    fn check_rows(&self, answers: &[String], from: u32) -> Result<(), TestCaseError> {
        let other = if self.user == "acme" { "secret of 2" } else { "secret of 1" };
        for answer in answers {
            prop_assert!(!answer.contains(other), "{}: {answer}", self.user);
            let nonce = answer.strip_prefix("D n").and_then(|rest| rest.split(' ').next());
            if let Some(nonce) = nonce.and_then(|nonce| nonce.parse::<u32>().ok()) {
                // Named statements and cursors are older.
                prop_assert!(nonce >= from.saturating_sub(10_000), "{answer}");
            }
        }
        Ok(())
    }
}

fn address(cluster: &Cluster) -> std::net::SocketAddr {
    ([127, 0, 0, 1], cluster.port()).into()
}

/// What is compared: notices differ where Septum performs a statement itself, and its own codes
/// come along with the SQLSTATE. Whether a portal that can't be run is gone, done or failed is not
/// told apart.
fn comparable(answers: Vec<String>) -> Vec<String> {
    let plain = |answer: String| match answer.split_once(" SEP-") {
        Some((error, _)) if answer.starts_with('E') => error.to_owned(),
        _ => answer.replace("E 34000", "E 25P02").replace("E 55000", "E 25P02"),
    };
    answers.into_iter().filter(|answer| !answer.starts_with('N')).map(plain).collect()
}

async fn play(
    fixture: &Fixture,
    turns: &[(bool, Turn)],
    nonces: &mut Nonces,
) -> Result<(), TestCaseError> {
    let mut acme = Pair::start(fixture, "acme", "1").await;
    let mut globex = Pair::start(fixture, "globex", "2").await;
    for (first, turn) in turns {
        let first = if acme.open || globex.open { acme.open } else { *first };
        let pair = if first { &mut acme } else { &mut globex };
        let (Turn::Ask(units) | Turn::Cancel(units) | Turn::Go(units)) = turn;
        let (mut out, from) = (BytesMut::new(), nonces.0);
        for unit in units {
            nonces.write(unit, &mut out);
        }
        pair.proxied.out.extend_from_slice(&out);
        match turn {
            Turn::Ask(_) => {
                pair.private.out.extend_from_slice(&out);
                let (proxied, private) =
                    tokio::join!(pair.proxied.ask(units.len()), pair.private.ask(units.len()));
                pair.check_rows(&proxied, from)?;
                let (proxied, private) = (comparable(proxied), comparable(private));
                prop_assert_eq!(&proxied, &private, "{}: {:?}", pair.user, units);
                pair.open = proxied.last().is_some_and(|last| last != "Z I");
            }
            Turn::Cancel(_) => {
                pair.proxied.send().await;
                let mut stream = TcpStream::connect(fixture.address).await.unwrap();
                pair.proxied.key.write_request(&mut out);
                let request = out.split_off(out.len() - 16);
                stream.write_all(&request).await.unwrap();
                let answers = pair.proxied.answers(units.len()).await;
                pair.check_rows(&answers, from)?;
                prop_assert!(answers.last().is_some_and(|last| last.starts_with('Z')));
                pair.restart(fixture).await;
            }
            Turn::Go(_) => {
                pair.proxied.send().await;
                pair.restart(fixture).await;
            }
        }
    }
    Ok(())
}

#[test]
fn random_conversations_of_two_tenants_are_as_on_connections_of_their_own() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = runtime.block_on(Fixture::start());
    let mut nonces = Nonces(0);
    let config = Config {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(60),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let nonces = std::sync::Mutex::new(&mut nonces);
    let turns = prop::collection::vec((any::<bool>(), turn()), 1..16);
    let result = TestRunner::new(config).run(&turns, |turns| {
        let mut nonces = nonces.lock().unwrap();
        let limit = std::time::Duration::from_secs(20);
        runtime
            .block_on(async {
                tokio::time::timeout(limit, play(&fixture, &turns, &mut nonces)).await
            })
            .unwrap_or_else(|_| Err(TestCaseError::fail("no answer came")))
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(fixture.stop());
}

//! `kill -9` in the middle of the work: what Septum has acknowledged stays, what it has not is
//! whole or not there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use septum_tests::{Cluster, Config, Crm, Customer, Record, Scratch, Septum, connect, random_hex};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_postgres::{Client, Error};

const ROUNDS: usize = 8;
const CUSTOMERS: [Customer; 2] = [Customer::Acme, Customer::Globex];
/// Clients of each customer: those that write, and those that try to cross.
const WRITERS: usize = 3;
const MALLORIES: usize = 2;
/// Half of a pair.
const INSERT: &str = "INSERT INTO accounts (name, industry, city) VALUES ($1, $2, '')";

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_under_load_loses_no_acknowledged_record_and_no_committed_row() {
    let site = Site::start().await;
    let mut told = Told::default();
    let mut septum = site.septum().await;
    for round in 0..ROUNDS {
        let load = Load::start(&site, round).await;
        // Somewhere in the work: after a number of answers that nobody knows in advance.
        let moment = 40 + usize::from_str_radix(&random_hex(2).unwrap(), 16).unwrap() % 300;
        let answers = load.until(moment).await;
        septum.process.signal("KILL").unwrap();
        septum.process.wait().unwrap();
        told.add(load.end().await);
        println!("round {round}: killed after {answers} answers");

        // As the crash left it, and as the next start continues it.
        site.no_backend_is_left().await;
        site.every_refusal_is_in_the_verified_log(&told);
        site.every_pair_is_whole(&told).await;
        septum = site.septum().await;
        site.every_refusal_is_in_the_verified_log(&told);
        site.each_customer_sees_its_own(&told).await;
    }
    for markers in told.committed.values().chain(told.refused.values()) {
        assert!(markers.len() > ROUNDS, "too little was going on: {markers:?}");
    }
    septum.process.terminate().unwrap();
    let report = Septum::verify(&site.config, None).unwrap();
    assert!(report.contains("closed in good order"), "{report}");
    assert!(report.contains(&format!("{ROUNDS} starts without an orderly stop")), "{report}");
}

/// Where it happens.
struct Site {
    cluster: Cluster,
    config: Config,
    scratch: Scratch,
    database: Client,
}

/// What clients were told, by customer.
#[derive(Default)]
struct Told {
    /// Pairs whose `COMMIT` was answered.
    committed: BTreeMap<Customer, BTreeSet<String>>,
    /// What was named in refusals that arrived.
    refused: BTreeMap<Customer, BTreeSet<String>>,
}

impl Told {
    fn add(&mut self, news: Self) {
        for (customer, markers) in news.committed {
            self.committed.entry(customer).or_default().extend(markers);
        }
        for (customer, markers) in news.refused {
            self.refused.entry(customer).or_default().extend(markers);
        }
    }
}

/// Clients at work.
struct Load {
    clients: JoinSet<(Customer, Work, Vec<String>)>,
    answers: watch::Sender<usize>,
}

/// What a client does until Septum is gone.
#[derive(Clone, Copy, Debug)]
enum Work {
    /// Inserts pairs, and notes which were committed.
    Write,
    /// Tries to cross, and notes which refusals arrived.
    Cross,
}

impl Load {
    /// Every client is connected when this returns.
    async fn start(site: &Site, round: usize) -> Self {
        let answers = watch::Sender::new(0);
        let mut clients = JoinSet::new();
        for customer in CUSTOMERS {
            let works = [(Work::Write, WRITERS), (Work::Cross, MALLORIES)];
            for (work, count) in works {
                for number in 0..count {
                    let client = site.client(customer).await;
                    let answers = answers.clone();
                    let prefix = format!("{}_{round}_{number}", customer.name());
                    clients.spawn(async move {
                        let told = run(&client, work, &prefix, number % 2 == 0, &answers).await;
                        (customer, work, told)
                    });
                }
            }
        }
        Self { clients, answers }
    }

    async fn until(&self, moment: usize) -> usize {
        *self.answers.subscribe().wait_for(|answers| *answers >= moment).await.unwrap()
    }

    async fn end(mut self) -> Told {
        let mut told = Told::default();
        while let Some(client) = self.clients.join_next().await {
            let (customer, work, markers) = client.unwrap();
            let of = match work {
                Work::Write => &mut told.committed,
                Work::Cross => &mut told.refused,
            };
            of.entry(customer).or_default().extend(markers);
        }
        told
    }
}

/// Works until Septum is gone; returns the markers of what was acknowledged.
async fn run(
    client: &Client,
    work: Work,
    prefix: &str,
    simple: bool,
    answers: &watch::Sender<usize>,
) -> Vec<String> {
    let mut told = Vec::new();
    for number in 0.. {
        let marker = format!("{prefix}_{number}");
        let acknowledged = match work {
            Work::Write => was_committed(write_pair(client, &marker, simple).await),
            Work::Cross => was_refused(cross(client, &marker, simple, number).await, &marker),
        };
        if !acknowledged {
            break;
        }
        told.push(marker);
        answers.send_modify(|answers| *answers += 1);
    }
    told
}

/// Two rows that must both be there or neither.
async fn write_pair(client: &Client, marker: &str, simple: bool) -> Result<(), Error> {
    if simple {
        let half = |half| INSERT.replace("$1", &format!("'{marker}'")).replace("$2", half);
        let both = format!("BEGIN; {}; {}; COMMIT", half("'one'"), half("'two'"));
        return client.batch_execute(&both).await;
    }
    client.batch_execute("BEGIN").await?;
    for half in ["one", "two"] {
        client.execute(INSERT, &[&marker, &half]).await?;
    }
    client.batch_execute("COMMIT").await
}

/// Something that is refused, and whose refusal names the marker: in the log as well.
async fn cross(client: &Client, marker: &str, simple: bool, number: usize) -> Result<(), Error> {
    let text = match number % 4 {
        0 => format!("SET septum.{marker} = 'mine'"),
        1 => format!("SELECT lo_{marker}(1) FROM accounts"),
        2 => format!("SELECT * FROM pg_{marker}"),
        _ => return cross_halfway(client, marker).await,
    };
    if simple {
        client.batch_execute(&text).await
    } else {
        client.execute(text.as_str(), &[]).await.map(drop)
    }
}

/// The same in the middle of a pair, whose first half then must not be there.
async fn cross_halfway(client: &Client, marker: &str) -> Result<(), Error> {
    client.batch_execute("BEGIN").await?;
    client.execute(INSERT, &[&marker, &"one"]).await?;
    let refused = client.batch_execute(&format!("SELECT lo_{marker}(1)")).await;
    // It rolls back; when it is not even answered, the refusal was.
    drop(client.batch_execute("COMMIT").await);
    refused
}

/// Whether `COMMIT` was answered; else the connection must be gone.
fn was_committed(answer: Result<(), Error>) -> bool {
    let Err(error) = answer else { return true };
    assert!(error.as_db_error().is_none(), "{error:?}");
    false
}

/// Whether the refusal arrived; else the connection must be gone.
fn was_refused(answer: Result<(), Error>, marker: &str) -> bool {
    let error = answer.expect_err("a crossing went through");
    let Some(refusal) = error.as_db_error() else { return false };
    let message = refusal.message();
    assert!(message.starts_with("SEP-30") && message.contains(marker), "{message}");
    true
}

impl Site {
    async fn start() -> Self {
        let cluster = Cluster::start().unwrap();
        let scratch = Scratch::new().unwrap();
        let config = Config::new(&scratch, &cluster).unwrap();
        Crm::create(&cluster, &config.secrets.database).await.unwrap();
        Septum::migrate(&config).unwrap();
        Crm::protect(&cluster).await.unwrap();
        let database = connect(&cluster.dsn("crm")).await.unwrap();
        Self { cluster, config, scratch, database }
    }

    async fn septum(&self) -> Septum {
        Septum::start(&self.scratch, &self.config).await.unwrap()
    }

    /// A connection that is the customer's by its credential.
    async fn client(&self, customer: Customer) -> Client {
        connect(&self.config.dsn(&format!("app.{}", customer.name()))).await.unwrap()
    }

    /// Every server connection of the dead Septum's has ended, and its transaction with it.
    async fn no_backend_is_left(&self) {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'crm_app'";
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.database.query_one(count, &[]).await.unwrap().get::<_, i64>(0) > 0 {
            assert!(Instant::now() < deadline, "{}", self.cluster.log());
            tokio::task::yield_now().await;
        }
        let log = self.cluster.log();
        assert!(!log.contains("PANIC") && !log.contains("terminated by signal"), "{log}");
    }

    /// The log verifies up to its end mark, and whoever was refused stands in it once.
    fn every_refusal_is_in_the_verified_log(&self, told: &Told) {
        let report = Septum::verify(&self.config, None).unwrap();
        assert!(report.starts_with("records 1 to "), "{report}");
        let mut logged = BTreeMap::new();
        for record in Septum::records(&self.config).unwrap() {
            if matches!(record.text("kind"), "crossing" | "denied") {
                let key = (record.text("tenant").to_owned(), marker(&record));
                *logged.entry(key).or_insert(0) += 1;
            }
        }
        for (customer, markers) in &told.refused {
            for marker in markers {
                let times = logged.get(&(customer.id().to_owned(), marker.clone()));
                assert_eq!(times, Some(&1), "`{marker}` in the audit log; {report}");
            }
        }
    }

    /// What was committed is there, and nothing is there by halves or under another customer.
    async fn every_pair_is_whole(&self, told: &Told) {
        let pairs = "SELECT tenant_id::text, name, array_agg(industry ORDER BY industry) \
                     FROM accounts GROUP BY 1, 2";
        let mut there = BTreeSet::new();
        for row in self.database.query(pairs, &[]).await.unwrap() {
            let (tenant, name, halves): (String, String, Vec<String>) =
                (row.get(0), row.get(1), row.get(2));
            assert_eq!(halves, ["one", "two"], "{name}");
            let customer = CUSTOMERS.into_iter().find(|customer| customer.id() == tenant);
            assert!(name.starts_with(customer.unwrap().name()), "{name} of {tenant}");
            there.insert(name);
        }
        for pair in told.committed.values().flatten() {
            assert!(there.contains(pair), "`{pair}` was committed and is lost");
        }
    }

    async fn each_customer_sees_its_own(&self, told: &Told) {
        for customer in CUSTOMERS {
            let client = self.client(customer).await;
            let rows = client.query("SELECT name FROM accounts", &[]).await.unwrap();
            let names: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
            assert!(names.iter().all(|name| name.starts_with(customer.name())), "{names:?}");
            assert!(names.is_superset(&told.committed[&customer]), "{names:?}");
        }
    }
}

/// What the refusal named, without what made it one: `septum.acme_0_1_2` is `acme_0_1_2`.
fn marker(record: &Record) -> String {
    let subject = record.text("subject");
    let start = CUSTOMERS.iter().find_map(|customer| subject.find(customer.name()));
    subject[start.unwrap_or_default()..].to_owned()
}

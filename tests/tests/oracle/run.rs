//! Random worlds, random statements in each, and every way beside the truth.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use septum_tests::Cluster;

use crate::dice::Dice;
use crate::shrink;
use crate::statements::Statement;
use crate::way::{Carried, Way};
use crate::world::{Place, World};

/// The ways that are tried in a world.
pub(crate) type Ways = dyn Fn(&mut World<'_>) -> Vec<Box<dyn Way>> + Sync;

/// How much is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) worlds: usize,
    /// In each world.
    pub(crate) statements: usize,
    pub(crate) until: Option<Instant>,
    /// After so many differences it has seen enough.
    pub(crate) differences: usize,
}

/// What a run has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) statements: usize,
    /// How many ran without an error, as they are.
    pub(crate) understood: usize,
    pub(crate) errors: BTreeMap<String, usize>,
    /// By way: how many were compared, and how many were not let through.
    pub(crate) compared: BTreeMap<&'static str, usize>,
    pub(crate) denied: BTreeMap<&'static str, usize>,
    pub(crate) denials: BTreeMap<String, usize>,
    pub(crate) differences: Vec<String>,
}

/// Statements that are sent before the first answer is read.
const FLIGHT: usize = 16;
/// What was rolled back is cleared away after so many flights.
const VACUUM: usize = 60;

/// Runs the plan, in as many threads as there are processors.
pub(crate) fn run(cluster: &Cluster, plan: Plan, ways: &Ways) -> Seen {
    let next = AtomicUsize::new(0);
    let found = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let work = || {
        let mut seen = Seen::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let late = plan.until.is_some_and(|until| Instant::now() > until);
            if number >= plan.worlds || late || found.load(Ordering::Relaxed) >= plan.differences {
                return seen;
            }
            let seed = plan.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
            let before = seen.differences.len();
            in_a_world(cluster, seed, plan, ways, &mut seen);
            found.fetch_add(seen.differences.len() - before, Ordering::Relaxed);
        }
    };
    let all = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    all.into_iter().fold(Seen::default(), Seen::and)
}

fn in_a_world(cluster: &Cluster, seed: u64, plan: Plan, ways: &Ways, seen: &mut Seen) {
    let mut dice = Dice::new(seed);
    let mut world = World::random(cluster, &mut dice);
    let ways = ways(&mut world);
    let before = seen.differences.len();
    let mut left = plan.statements;
    let mut flights = 0;
    while left > 0 && seen.differences.len() - before < plan.differences {
        if plan.until.is_some_and(|until| Instant::now() > until) {
            break;
        }
        let count = left.min(FLIGHT);
        left -= count;
        flight(&mut world, &mut dice, &ways, count, seed, seen);
        flights += 1;
        if flights % VACUUM == 0 {
            world.vacuum();
        }
    }
    world.end();
}

/// A statement, and what each way makes of it.
struct Trial {
    statement: Statement,
    carried: Vec<Option<Carried>>,
}

impl Trial {
    fn new(statement: Statement, ways: &[Box<dyn Way>], seen: &mut Seen) -> Self {
        let mut carry = |way: &dyn Way| match way.carry(&statement) {
            Ok(carried) => Some(carried),
            Err(why) => {
                *seen.denied.entry(way.name()).or_default() += 1;
                *seen.denials.entry(format!("{}: {why}", way.name())).or_default() += 1;
                None
            }
        };
        let carried = ways.iter().map(|way| carry(&**way)).collect();
        Self { statement, carried }
    }

    /// Each that was carried, by the way that did.
    fn each<'a>(
        &'a self,
        ways: &'a [Box<dyn Way>],
    ) -> impl Iterator<Item = (&'a dyn Way, &'a Carried)> {
        let both = ways.iter().zip(&self.carried);
        both.filter_map(|(way, carried)| Some((&**way, carried.as_ref()?)))
    }
}

fn flight(
    world: &mut World<'_>,
    dice: &mut Dice,
    ways: &[Box<dyn Way>],
    count: usize,
    seed: u64,
    seen: &mut Seen,
) {
    let make = |_| {
        let statement = Statement::random(dice, &world.schema);
        Trial::new(statement, ways, seen)
    };
    let trials: Vec<_> = (0..count).map(make).collect();
    for trial in &trials {
        let writes = trial.statement.writes;
        world.send(Place::Protected, &Carried::plain(&trial.statement), writes);
        trial.each(ways).for_each(|(way, carried)| world.send(way.place(), carried, writes));
    }
    world.flush();
    let mut differences = Vec::new();
    for trial in &trials {
        let Statement { writes, ordered, .. } = trial.statement;
        let truth = world.outcome(Place::Protected, writes);
        assert!(
            !truth.leaks(),
            "the truth leaks: {}\n{}",
            trial.statement.sql.text(),
            truth.told()
        );
        seen.note(&truth.answer.error);
        for (way, _) in trial.each(ways) {
            *seen.compared.entry(way.name()).or_default() += 1;
            let outcome = world.outcome(way.place(), writes);
            if let Some(difference) = outcome.differs(&truth, ordered) {
                differences.push((way, &trial.statement, difference));
            }
        }
    }
    // A way that is wrong altogether is told of once a flight.
    differences.dedup_by_key(|(way, ..)| way.name());
    for (way, statement, difference) in differences {
        let report = shrink::report(world, way, statement, difference);
        seen.differences.push(format!("(world {seed}) {report}"));
    }
}

impl Seen {
    fn note(&mut self, error: &Option<crate::wire::Failure>) {
        self.statements += 1;
        match error {
            None => self.understood += 1,
            Some(error) => *self.errors.entry(error.code.clone()).or_default() += 1,
        }
    }

    fn and(mut self, other: Self) -> Self {
        fn add<K: Ord>(to: &mut BTreeMap<K, usize>, from: BTreeMap<K, usize>) {
            from.into_iter().for_each(|(key, count)| *to.entry(key).or_default() += count);
        }
        self.statements += other.statements;
        self.understood += other.understood;
        add(&mut self.errors, other.errors);
        add(&mut self.compared, other.compared);
        add(&mut self.denied, other.denied);
        add(&mut self.denials, other.denials);
        self.differences.extend(other.differences);
        self
    }

    /// A line or two for whoever ran it.
    pub(crate) fn summary(&self) -> String {
        let mut denials: Vec<_> = self.denials.iter().collect();
        denials.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        denials.truncate(12);
        format!(
            "{} statements, {} without an error\nerrors {:?}\ncompared {:?}\ndenied {:?}\n{denials:#?}",
            self.statements, self.understood, self.errors, self.compared, self.denied
        )
    }
}

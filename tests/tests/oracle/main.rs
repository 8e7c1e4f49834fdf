//! The oracle: PostgreSQL's own row-level security says what a statement may see and do, and
//! each way in which Septum keeps a statement to one tenant must do exactly that.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a panic is the report"
)]

mod compare;
mod data;
mod dice;
mod mutants;
mod run;
mod schema;
mod shrink;
mod statements;
mod tree;
mod ty;
mod way;
mod wire;
mod world;

use std::time::{Duration, Instant};

use mutants::{ByHand, Spoil, Spoiled, Wrong};
use run::{Plan, Seen, run};
use septum_core::TableMode;
use way::{Guarded, Way};
use world::World;

fn ways(world: &mut World<'_>) -> Vec<Box<dyn Way>> {
    let way = |mode| Box::new(Guarded::new(world, mode)) as Box<dyn Way>;
    TableMode::ALL.map(way).into()
}

fn check(seen: &Seen) {
    println!("{}", seen.summary());
    assert!(seen.differences.is_empty(), "{}", seen.differences.join("\n"));
}

/// What CI runs, or what `cargo xtask fuzz oracle` says.
fn plan() -> Plan {
    const IN_A_WORLD: usize = 8_000;
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = usize::try_from(number("SEPTUM_FUZZ_CASES").unwrap_or(100_000)).unwrap();
    let worlds = cases.div_ceil(IN_A_WORLD);
    let minutes = number("SEPTUM_FUZZ_MINUTES");
    let until = minutes.map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    let seed = number("SEPTUM_FUZZ_SEED").unwrap_or(1);
    Plan { seed, worlds, statements: cases.div_ceil(worlds), until, differences: 8 }
}

#[test]
fn each_way_does_what_row_level_security_does() {
    let seen = run(&world::server(), plan(), &ways);
    check(&seen);
    let all = seen.statements;
    assert!(seen.understood * 100 > all * 90, "many make no sense: {}", seen.summary());
    for (way, compared) in &seen.compared {
        assert!(compared * 100 > all * 90, "{way} refuses many: {}", seen.summary());
    }
    assert_eq!(seen.compared.len(), TableMode::ALL.len());
}

fn by_hand(wrong: Wrong, statements: usize) -> Seen {
    let ways = move |world: &mut World<'_>| {
        vec![Box::new(ByHand { wrong, schema: world.schema.clone() }) as Box<dyn Way>]
    };
    let plan =
        Plan { seed: 2, worlds: 10, statements: statements / 10, until: None, differences: 1 };
    run(&world::server(), plan, &ways)
}

#[test]
fn a_way_that_is_right_is_found_to_be_right() {
    let seen = by_hand(Wrong::Nothing, 3000);
    check(&seen);
    assert!(seen.compared["by hand"] > 1000, "{}", seen.summary());
}

#[test]
fn s44_s45_s47_s48_a_way_that_is_wrong_is_found_out_with_few_rows_and_a_short_statement() {
    for wrong in [Wrong::InTheCondition, Wrong::NotInWith, Wrong::Pasted, Wrong::OthersToo] {
        let seen = by_hand(wrong, 10_000);
        let first = seen.differences.first().unwrap_or_else(|| panic!("{wrong:?} was not found"));
        println!("{first}");
        let small = first.lines().find(|line| line.starts_with("statement: ")).unwrap();
        let rows = first.lines().filter(|line| line.starts_with("INSERT INTO")).count();
        assert!(small.len() < 500 && rows < 5, "{first}");
    }
}

/// Other tenants' keys are greater than the first's. (A missing `OFFSET 0` is not found out: the
/// planner evaluates the tenant's cheap condition first all the same.)
const MORE_ROWS: (&str, &str) = ("OPERATOR(pg_catalog.=) $", "OPERATOR(pg_catalog.>=) $");
const NO_CHECK: (&str, &str) = ("septum.hold(", "coalesce(");

#[test]
fn each_part_of_the_rewriting_is_missed_where_it_is_spoiled() {
    let cluster = world::server();
    for (first, (replaced, by)) in [
        ("SELECT", MORE_ROWS),
        ("UPDATE", MORE_ROWS),
        ("DELETE", MORE_ROWS),
        ("MERGE", MORE_ROWS),
        ("INSERT", NO_CHECK),
    ] {
        let spoil = Spoil { first, replaced, by };
        let ways = move |world: &mut World<'_>| {
            let guarded = Guarded::new(world, TableMode::Rewrite);
            vec![Box::new(Spoiled { guarded, spoil }) as Box<dyn Way>]
        };
        let plan = Plan { seed: 3, worlds: 20, statements: 1000, until: None, differences: 1 };
        let seen = run(&cluster, plan, &ways);
        let first = seen.differences.first().unwrap_or_else(|| panic!("{spoil:?} was not found"));
        println!("{first}");
    }
}

//! `cargo xtask fuzz`: the tests of random statements, with more cases than CI has time for, and
//! with new ones each time.

use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};

use crate::command::{cargo, run};
use crate::{needs, sqlsmith};

/// A test that reads `SEPTUM_FUZZ_CASES` and `SEPTUM_FUZZ_SEED`, and `SEPTUM_FUZZ_MINUTES` where
/// it ends with the time as well.
struct Target {
    name: &'static str,
    package: &'static str,
    test: &'static str,
    /// Which of its tests.
    only: &'static str,
    cases: u64,
    /// Sees to what the test needs besides.
    ready: fn() -> Result<()>,
}

const TARGETS: [Target; 2] = [
    Target {
        name: "smith",
        package: "septum-tests",
        test: "smith",
        only: "",
        cases: 100_000,
        ready: sqlsmith::fetch,
    },
    Target {
        name: "oracle",
        package: "septum-tests",
        test: "oracle",
        only: "each_way_does_what_row_level_security_does",
        cases: 1_000_000,
        ready: || Ok(()),
    },
];

/// `cargo xtask fuzz <target> [--cases N] [--seed N] [--minutes N]`.
pub(crate) fn run_fuzz(arguments: &[&str]) -> Result<()> {
    let (name, options) = arguments.split_first().context("which one? `cargo xtask fuzz smith`")?;
    let Some(target) = TARGETS.iter().find(|target| target.name == *name) else {
        let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        bail!("no such target: `{name}`; there is {}", known.join(", "));
    };
    let (mut cases, mut seed) = (target.cases, UNIX_EPOCH.elapsed()?.as_secs());
    let mut minutes = None;
    for option in options.chunks(2) {
        match option {
            ["--cases", number] => cases = number.parse().context("--cases")?,
            ["--seed", number] => seed = number.parse().context("--seed")?,
            ["--minutes", number] => minutes = Some(number.parse::<u64>().context("--minutes")?),
            unknown => bail!("no such option: `{}`", unknown.join(" ")),
        }
    }
    needs::ensure(&needs::TO_RUN)?;
    (target.ready)()?;
    println!("again: cargo xtask fuzz {name} --cases {cases} --seed {seed}");
    let mut test = cargo(["test", "--locked", "--package", target.package, "--test", target.test]);
    if let Some(minutes) = minutes {
        // The time ends it.
        cases = cases.max(1_000_000_000);
        test.env("SEPTUM_FUZZ_MINUTES", minutes.to_string());
    }
    test.args(["--", "--nocapture", target.only])
        .env("SEPTUM_FUZZ_CASES", cases.to_string())
        .env("SEPTUM_FUZZ_SEED", seed.to_string());
    run(&mut test)
}

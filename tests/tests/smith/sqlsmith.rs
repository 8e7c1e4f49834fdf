use std::process::Stdio;

use septum_tests::skip;
use tokio::process::Command;

use crate::canary;
use crate::site::{Door, Site};

/// What two cores do in about a minute; `cargo xtask fuzz smith` does more.
const CASES: usize = 8_000;
const SEED: usize = 1;

/// The program, and how much of it is wanted.
pub(crate) struct Sqlsmith {
    cases: usize,
    seed: usize,
    /// Every how many statements one is played without the guard as well, three times.
    pub(crate) unguarded: usize,
}

/// What it has written.
pub(crate) struct Texts {
    /// About the application's tables, with functions that the guard knows.
    pub(crate) tame: Vec<String>,
    /// About all that a superuser sees, with every function there is.
    pub(crate) wild: Vec<String>,
}

impl Texts {
    pub(crate) fn all(&self) -> impl Iterator<Item = &String> {
        self.tame.iter().chain(&self.wild)
    }
}

impl Sqlsmith {
    /// The installed program; a counted skip where there is none.
    pub(crate) fn find() -> Option<Self> {
        let version = std::process::Command::new("sqlsmith").arg("--version").output();
        if version.is_err() {
            skip("smith", "no sqlsmith on this machine: it is a package of Debian's");
            return None;
        }
        let number = |name| {
            let set = std::env::var(name).ok().filter(|value| !value.is_empty());
            set.map(|value| value.parse().unwrap())
        };
        let seed = number("SEPTUM_FUZZ_SEED").unwrap_or(SEED);
        Some(match number("SEPTUM_FUZZ_CASES") {
            Some(cases) => Self { cases, seed, unguarded: 1 },
            None => Self { cases: CASES, seed, unguarded: 8 },
        })
    }

    /// Has it write statements about both catalogs, a quarter of them about the wild one.
    pub(crate) async fn write(&self, site: &Site) -> Texts {
        let wild = self.cases / 4;
        let tame = (self.cases - wild) / 2;
        // Two processes for most of it: it takes milliseconds for each.
        let (wild, tame, more) = tokio::join!(
            self.run(site, "wild", wild, 0),
            self.run(site, "tame", self.cases - wild - tame, 1),
            self.run(site, "tame", tame, 2),
        );
        Texts { wild, tame: [tame, more].concat() }
    }

    /// Has it run what it writes, and returns what it says of it.
    pub(crate) async fn work(&self, door: &Door, cases: usize) -> String {
        let done = Command::new("sqlsmith")
            .args(["--exclude-catalog", "--verbose"])
            .arg(format!("--max-queries={cases}"))
            .arg(format!("--seed={}", self.seed))
            .arg(format!("--target={}", door.dsn()))
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{}: {told}", done.status);
        assert!(!canary::spelled(&told), "{told}");
        told
    }

    async fn run(&self, site: &Site, catalog: &str, cases: usize, offset: usize) -> Vec<String> {
        let mut sqlsmith = Command::new("sqlsmith");
        sqlsmith.arg("--dry-run");
        if catalog == "tame" {
            sqlsmith.arg("--exclude-catalog");
        }
        let written = sqlsmith
            .arg(format!("--max-queries={cases}"))
            .arg(format!("--seed={}", self.seed * 10 + offset))
            .arg(format!("--target={}", site.cluster.dsn(catalog)))
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let text = String::from_utf8(written.stdout).unwrap();
        // It writes no string and no comment: a semicolon ends a statement.
        let texts: Vec<String> =
            text.split(";\n").filter(|text| !text.trim().is_empty()).map(sampled).collect();
        let complaints = String::from_utf8_lossy(&written.stderr);
        assert_eq!(texts.len(), cases, "{catalog}: {complaints}");
        texts
    }
}

/// The same statement with samples of nearly all rows, the same ones each time: a few percent of
/// seven rows are none.
fn sampled(text: &str) -> String {
    let mut parts = text.split(" tablesample ");
    let mut sampled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // ` tablesample bernoulli (4.1) `, never above ten.
        let (method, rest) = part.split_once('(').unwrap();
        let (percent, rest) = rest.split_once(')').unwrap();
        sampled.push_str(&format!(" tablesample {method}(9{percent}) repeatable (1){rest}"));
    }
    sampled
}

//! The house: arrows between the crates point downward only, and what judges knows nothing of
//! the world outside.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is the report")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Every crate has a floor, and depends on lower floors only.
const FLOORS: &[(u8, &[&str])] = &[
    (1, &["septum-core"]),
    (2, &["septum-pgwire", "septum-sql", "septum-mask", "septum-audit", "septum-bind"]),
    (3, &["septum-guard", "septum-journal"]),
    (4, &["septum-proxy", "septum-tower", "septum-sqlx", "septum-posture", "septum-staging"]),
    (5, &["septum-gateway"]),
    (6, &["septum-cli"]),
];
/// Runtimes, sockets and what brings them along.
const OUTSIDE: &[&str] = &[
    "tokio",
    "tokio-util",
    "hyper",
    "hyper-util",
    "mio",
    "socket2",
    "smol",
    "async-std",
    "async-io",
    "polling",
    "quinn",
    "reqwest",
    "tokio-postgres",
];
/// Files, sockets, processes and clocks in the standard library.
const OUTSIDE_IN_STD: &[&str] = &[
    "std::fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "std::process",
    "std::env",
    "SystemTime",
    "Instant::now",
    "thread::sleep",
];

/// What `cargo metadata` says of normal dependencies: not of those that only tests or build
/// scripts have.
struct House {
    names: BTreeMap<String, String>,
    members: BTreeSet<String>,
    arrows: BTreeMap<String, Vec<String>>,
    root: String,
}

impl House {
    fn read() -> Self {
        let rustc = Command::new("rustc").arg("-vV").output().unwrap();
        let rustc = String::from_utf8(rustc.stdout).unwrap();
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["metadata", "--format-version=1", "--all-features", "--filter-platform", host])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let list = |value: &Value| value.as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let names = list(&metadata["packages"])
            .iter()
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let normal = |dependency: &&Value| {
            list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null())
        };
        let arrows = list(&metadata["resolve"]["nodes"])
            .iter()
            .map(|node| {
                let to = list(&node["deps"]);
                (text(&node["id"]), to.iter().filter(normal).map(|d| text(&d["pkg"])).collect())
            })
            .collect();
        Self {
            names,
            members: list(&metadata["workspace_members"]).iter().map(text).collect(),
            arrows,
            root: text(&metadata["workspace_root"]),
        }
    }

    fn name(&self, id: &str) -> &str {
        &self.names[id]
    }

    fn member(&self, name: &str) -> &str {
        self.members.iter().find(|id| self.name(id) == name).unwrap()
    }

    /// Everything that the package is built from, itself included.
    fn reach(&self, id: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut to_do = vec![id.to_owned()];
        while let Some(id) = to_do.pop() {
            if reached.insert(self.name(&id)) {
                to_do.extend(self.arrows[&id].iter().cloned());
            }
        }
        reached
    }
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(_, crates)| crates.contains(&name)).map(|(floor, _)| *floor)
}

#[test]
fn arrows_point_downward_only() {
    let house = House::read();
    for id in &house.members {
        let from = house.name(id);
        assert!(
            floor(from).is_some() || !id.contains("/crates/"),
            "`{from}` has no floor: give it one in FLOORS and in ARCHITECTURE.md",
        );
        let Some(own) = floor(from) else { continue };
        for to in house.arrows[id].iter().filter(|to| house.members.contains(*to)) {
            let to = house.name(to);
            let lower = floor(to).is_some_and(|floor| floor < own);
            assert!(lower, "`{from}` (floor {own}) depends on `{to}` (floor {:?})", floor(to));
        }
    }
}

#[test]
fn the_first_two_floors_know_no_runtime() {
    let house = House::read();
    for id in house.members.iter().filter(|id| floor(house.name(id)).is_some_and(|f| f <= 2)) {
        let reach = house.reach(id);
        let outside: Vec<_> = OUTSIDE.iter().filter(|name| reach.contains(**name)).collect();
        assert!(outside.is_empty(), "`{}` is built from {outside:?}", house.name(id));
    }
}

#[test]
fn the_first_two_floors_know_no_sockets_files_or_clocks() {
    let house = House::read();
    let crates = Path::new(&house.root).join("crates");
    for id in house.members.iter().filter(|id| floor(house.name(id)).is_some_and(|f| f <= 2)) {
        for_each_source(&crates.join(house.name(id)).join("src"), &mut |file, source| {
            // Tests come last in a file, and may read fixtures.
            let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                let outside = OUTSIDE_IN_STD.iter().find(|name| code.contains(**name));
                assert!(outside.is_none(), "{}:{}: {line}", file.display(), number + 1);
            }
        });
    }
}

#[test]
fn xtask_builds_before_a_c_compiler_or_libclang_is_there() {
    let house = House::read();
    let reach = house.reach(house.member("xtask"));
    let few = BTreeSet::from(["anyhow", "septum-test-cluster", "xtask"]);
    assert_eq!(reach, few, "xtask must build on a machine that has only Rust");
}

fn for_each_source(folder: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for_each_source(&path, look);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            look(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}

//! Every entry of the isolation catalogue is a test by its id, or `tests/README.md` says why not.
#![expect(clippy::unwrap_used, reason = "a test's failure report")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How many entries the catalogue's SQL and protocol part has: S1 to S172.
const ENTRIES: u32 = 172;

#[test]
fn every_entry_of_the_catalogue_is_a_test_or_says_why_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut tested = BTreeSet::new();
    for folder in ["crates", "tests"] {
        gather(&root.join(folder), &mut tested);
    }
    let listed = listed(&fs::read_to_string(root.join("tests/README.md")).unwrap());
    let missing: Vec<u32> =
        (1..=ENTRIES).filter(|id| !tested.contains(id) && !listed.contains(id)).collect();
    assert!(missing.is_empty(), "neither tested nor listed: {missing:?}");
    let both: Vec<&u32> = listed.intersection(&tested).collect();
    assert!(both.is_empty(), "listed as untested, and tested: {both:?}");
}

fn gather(folder: &Path, found: &mut BTreeSet<u32>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            text.lines().for_each(|line| found.extend(ids(line)));
        }
    }
}

/// The ids in a test's name, as in `fn s27_s30_...`, and those of the script of attacks, as in
/// `"S27"`.
fn ids(line: &str) -> Vec<u32> {
    let name = line.split_once("fn ").map(|(_, rest)| rest);
    let parts = name.into_iter().flat_map(|name| name.split('_'));
    let named = parts.take_while(|part| is_id(part)).filter_map(|part| id(part, 's'));
    let quoted = line.split('"').skip(1).step_by(2).filter_map(|text| id(text, 'S'));
    named.chain(quoted).collect()
}

/// Of any list of ours: `s27`, `h41`, `p21`, `i03`.
fn is_id(part: &str) -> bool {
    ['s', 'h', 'p', 'i', 'm'].iter().any(|letter| id(part, *letter).is_some())
}

/// `s27` and `s53a`.
fn id(text: &str, letter: char) -> Option<u32> {
    let digits = text.strip_prefix(letter)?;
    let digits = digits.strip_suffix(|last: char| last.is_ascii_lowercase()).unwrap_or(digits);
    digits.parse().ok()
}

/// The ids at the start of the rows of the table, as in `| S62 | why |`.
fn listed(text: &str) -> BTreeSet<u32> {
    let cells = text.lines().filter_map(|line| line.strip_prefix("| S")?.split('|').next());
    cells.map(|cell| cell.trim().parse().unwrap()).collect()
}

#[test]
fn an_id_is_read_from_names_and_scripts_alone() {
    assert_eq!(ids("    fn s27_s53a_what_s9_says() {"), [27, 53]);
    assert_eq!(ids("async fn h41_s155_twice() {"), [155]);
    assert_eq!(ids("    statement(\"S158\", \"text\", Database, \"SELECT 1\"),"), [158]);
    assert!(ids("// S27 is a comment, and s27_ too").is_empty());
}

use std::collections::{BTreeMap, BTreeSet};

use crate::play::Answer;

/// What became of the statements: how many there are of each code, side by side.
#[derive(Default)]
pub(crate) struct Report {
    columns: Vec<(&'static str, BTreeMap<String, usize>)>,
}

impl Report {
    pub(crate) fn column(&mut self, name: &'static str, answers: &[Answer]) {
        let mut counts = BTreeMap::new();
        for answer in answers {
            let code = answer.codes.first().map_or("ran", String::as_str);
            *counts.entry(code.to_owned()).or_default() += 1;
            if code.starts_with("SEP-") {
                *counts.entry("denied".to_owned()).or_default() += 1;
            }
            *counts.entry("all".to_owned()).or_default() += 1;
        }
        self.columns.push((name, counts));
    }

    /// A line for each code.
    pub(crate) fn table(&self) -> String {
        let names = self.columns.iter().map(|(name, _)| format!("{name:>18}"));
        let mut table = format!("{:8}{}", "", names.collect::<String>());
        let codes: BTreeSet<&String> =
            self.columns.iter().flat_map(|(_, counts)| counts.keys()).collect();
        for code in codes {
            let cells = self.columns.iter().map(|(_, counts)| cell(counts, code));
            table.push_str(&format!("\n{code:8}{}", cells.collect::<String>()));
        }
        table
    }
}

fn cell(counts: &BTreeMap<String, usize>, code: &str) -> String {
    let of = |code: &str| counts.get(code).copied().unwrap_or_default();
    let (count, all) = (of(code), of("all").max(1));
    format!("{count:>10} {:>5.1} %", count as f64 * 100.0 / all as f64)
}

/// Where two databases that hold the same answer alike, and one without the others' rows does not.
pub(crate) struct Differences {
    pub(crate) found: Vec<usize>,
    /// How many could be compared: those that twice get the same answer at all, and in time.
    pub(crate) compared: usize,
}

pub(crate) fn differences(with: &[Answer], again: &[Answer], alone: &[Answer]) -> Differences {
    // A statement or a lock that took too long says something of the machine only.
    let late = |answer: &Answer| answer.codes.iter().any(|code| code == "57014" || code == "55P03");
    let mut differences = Differences { found: Vec::new(), compared: 0 };
    for (at, ((with, again), alone)) in with.iter().zip(again).zip(alone).enumerate() {
        if with.digest == again.digest && ![with, again, alone].into_iter().any(late) {
            differences.compared += 1;
            if with.digest != alone.digest {
                differences.found.push(at);
            }
        }
    }
    differences
}

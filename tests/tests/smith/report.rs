use std::collections::BTreeMap;

use crate::play::Answer;

/// What became of the statements, side by side.
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
        }
        self.columns.push((name, counts));
    }

    pub(crate) fn print(&self) {
        for (name, counts) in &self.columns {
            println!("{name}: {counts:?}");
        }
    }
}

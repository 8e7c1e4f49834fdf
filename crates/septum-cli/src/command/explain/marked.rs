use similar::{ChangeTag, TextDiff};

/// A part of the text that would run, or that was taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) change: Change,
    pub(super) text: String,
}

/// What became of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Kept,
    Removed,
    Added,
}

/// The differences between a statement as it was written and as it would run, by words.
pub(super) fn differences(written: &str, runs: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for change in TextDiff::from_words(written, runs).iter_all_changes() {
        let of = match change.tag() {
            ChangeTag::Equal => Change::Kept,
            ChangeTag::Delete => Change::Removed,
            ChangeTag::Insert => Change::Added,
        };
        match parts.last_mut() {
            Some(last) if last.change == of => last.text.push_str(change.value()),
            _ => parts.push(Part { change: of, text: change.value().to_owned() }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_and_taken_away_is_told_apart() {
        let found = differences("select 1 -- x", "SELECT 1");
        let text = |change| {
            let of = found.iter().filter(|part| part.change == change);
            of.map(|part| part.text.as_str()).collect::<String>()
        };
        assert_eq!(text(Change::Added), "SELECT");
        assert!(text(Change::Removed).contains("select") && text(Change::Removed).contains("x"));
        assert!(text(Change::Kept).contains('1'));
        let runs = found.iter().filter(|part| part.change != Change::Removed);
        assert_eq!(runs.map(|part| part.text.as_str()).collect::<String>(), "SELECT 1");
    }
}

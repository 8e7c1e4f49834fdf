//! How much of a text can be judged in time.
//!
//! PostgreSQL's scanner reads a run of operator characters once for each operator or comment that begins in it:
//! time grows with the square of the run's length. A hundred thousand times `/*` in a row, a
//! text of 200 kB, keeps it busy for minutes (catalogue S150).

/// The most statements of one text. Each is a tree, a text and facts of its own: a hundred times
/// the few bytes that it is written in.
pub(crate) const STATEMENTS: usize = 10_000;

/// The longest time, in steps of the scanner, that runs of operator characters may take: some
/// milliseconds. One run of 2,000 characters reaches it; so do 400 rulers of 100 in comments.
const STEPS: usize = 4_000_000;

/// Whether the text can be scanned in a time that grows with its length only.
pub(crate) fn is_scannable(text: &str) -> bool {
    let (mut steps, mut run) = (0_usize, 0_usize);
    for byte in text.bytes() {
        if is_operator(byte) {
            run += 1;
            // The square of the run's length, one odd number at a time.
            steps = steps.saturating_add(2 * run - 1);
        } else {
            run = 0;
        }
    }
    steps <= STEPS
}

/// PostgreSQL's `op_chars`.
const fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'~' | b'!'
            | b'@'
            | b'#'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'<'
            | b'>'
            | b'='
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s150_runs_that_the_scanner_reads_again_and_again_are_refused_at_once() {
        for run in ["/*", "+", "@-", "<"] {
            assert!(!is_scannable(&format!("SELECT {} 1", run.repeat(100_000))), "{run}");
        }
    }

    #[test]
    fn rulers_in_comments_are_no_attack() {
        let ruler = format!("-- {}\n/* {} */\n", "-".repeat(78), "=".repeat(72));
        assert!(is_scannable(&ruler.repeat(300)));
    }
}

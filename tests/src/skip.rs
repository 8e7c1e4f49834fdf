use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;

/// Says that a test can't run here, and why. `cargo xtask test` counts and shows these: a test
/// that did not run must not look like one that passed.
#[expect(clippy::print_stderr, reason = "whoever runs the test alone sees it here")]
pub fn skip(test: &str, why: &str) {
    eprintln!("skipped {test}: {why}");
    let Some(file) = env::var_os("SEPTUM_TEST_SKIPPED") else { return };
    if let Ok(mut file) = OpenOptions::new().append(true).open(file) {
        // One write a line: tests run at once.
        drop(file.write_all(format!("{test}: {why}\n").as_bytes()));
    }
}

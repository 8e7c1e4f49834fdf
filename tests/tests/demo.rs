//! What `cargo xtask demo` shows, holds.

use std::process::Command;
use std::time::{Duration, Instant};

use septum_tests::Program;

#[test]
fn every_check_of_the_demo_holds_within_a_minute() {
    // Building is no part of the minute.
    Program::Septum.path().unwrap();
    let began = Instant::now();
    let demo = Command::new(env!("CARGO_BIN_EXE_septum-demo")).output().unwrap();
    let shown = String::from_utf8_lossy(&demo.stdout);
    assert!(demo.status.success(), "{shown}");
    assert!(shown.contains("every check held"), "{shown}");
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}: {shown}", began.elapsed());
}

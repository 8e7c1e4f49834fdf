use std::path::Path;

use septum_tests::skip;
use tokio::process::Command;

use crate::place::{By, is_told_the_same};

/// The Python that `cargo xtask test` has prepared; else the test is skipped.
pub(crate) fn python(test: &str, program: &str) -> Option<impl Fn() -> Command> {
    let Some(python) = std::env::var_os("SEPTUM_TEST_PYTHON") else {
        skip(test, "no Python with psycopg and asyncpg: run it by `cargo xtask test`");
        return None;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drivers");
    let program = folder.join(program);
    Some(move || {
        let mut command = Command::new(&python);
        command.arg(&program);
        command
    })
}

#[tokio::test]
async fn psycopg_is_told_what_postgresql_tells() {
    let Some(python) = python("psycopg", "use_psycopg.py") else { return };
    is_told_the_same(By::Token, async |place| place.tell(python()).await).await;
}

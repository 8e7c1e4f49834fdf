//! An application each.

use std::path::{Path, PathBuf};

use septum_tests::skip;
use tokio::process::Command;

use crate::stage::is_told_the_same;

/// Runs an application for two tenants and alone, and compares its statements with the kept ones.
/// Its first line says which versions it uses.
async fn is_kept_apart(name: &str, program: Option<impl Fn() -> Command>) {
    let Some(program) = program else { return };
    let (told, recording, postgresql) =
        is_told_the_same(async |place| place.tell(program()).await).await;
    let versions = told.lines().next().unwrap();
    recording.must_be_kept(name, &format!("{versions}; PostgreSQL {postgresql}"));
}

#[tokio::test]
async fn django_works_for_two_tenants() {
    is_kept_apart("django", python("use_django.py")).await;
}

#[tokio::test]
async fn sqlalchemy_works_for_two_tenants() {
    is_kept_apart("sqlalchemy", python("use_sqlalchemy.py")).await;
}

/// A program for the Python that `cargo xtask test` has prepared; else the test is skipped.
fn python(program: &'static str) -> Option<impl Fn() -> Command> {
    let Some(python) = std::env::var_os("SEPTUM_TEST_PYTHON") else {
        skip(program, "no Python with Django and SQLAlchemy: run it by `cargo xtask test`");
        return None;
    };
    Some(move || {
        let mut command = Command::new(&python);
        command.arg(path(program)).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    })
}

fn path(program: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/orms").join(program)
}

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

#[tokio::test]
async fn active_record_works_for_two_tenants() {
    is_kept_apart("active_record", ruby("use_active_record.rb")).await;
}

#[tokio::test]
async fn hibernate_works_for_two_tenants() {
    is_kept_apart("hibernate", java("UseHibernate.java")).await;
}

#[tokio::test]
async fn prisma_works_for_two_tenants() {
    is_kept_apart("prisma", node("SEPTUM_TEST_PRISMA_FOLDER", "use_prisma.js")).await;
}

#[tokio::test]
async fn drizzle_works_for_two_tenants() {
    is_kept_apart("drizzle", node("SEPTUM_TEST_NODE_FOLDER", "use_drizzle.js")).await;
}

#[tokio::test]
async fn sequelize_works_for_two_tenants() {
    is_kept_apart("sequelize", node("SEPTUM_TEST_NODE_FOLDER", "use_sequelize.js")).await;
}

#[tokio::test]
async fn typeorm_works_for_two_tenants() {
    is_kept_apart("typeorm", node("SEPTUM_TEST_NODE_FOLDER", "use_typeorm.js")).await;
}

#[tokio::test]
async fn knex_works_for_two_tenants() {
    is_kept_apart("knex", node("SEPTUM_TEST_NODE_FOLDER", "use_knex.js")).await;
}

/// A program for node with the packages of a folder.
fn node(folder: &str, program: &'static str) -> Option<impl Fn() -> Command + use<>> {
    let Some(folder) = std::env::var_os(folder) else {
        skip(program, "no node with its packages: run it by `cargo xtask test`");
        return None;
    };
    // Packages are looked for beside the program that asks for them.
    let start = format!("require('module')._initPaths(); require({:?})", path(program));
    Some(move || {
        let mut node = Command::new("node");
        node.args(["-e", &start]).env("NODE_PATH", Path::new(&folder).join("node_modules"));
        node
    })
}

/// A program for the system's Ruby and its packages.
fn ruby(program: &'static str) -> Option<impl Fn() -> Command> {
    let Some(ruby) = std::env::var_os("SEPTUM_TEST_RUBY") else {
        skip(program, "no Ruby with ActiveRecord: run it by `cargo xtask test`");
        return None;
    };
    Some(move || {
        let mut command = Command::new(&ruby);
        command.arg("-W0").arg(path(program));
        command
    })
}

/// A program for the system's Java with a class path.
fn java(program: &'static str) -> Option<impl Fn() -> Command> {
    let Some(classes) = std::env::var_os("SEPTUM_TEST_HIBERNATE_CLASSES") else {
        skip(program, "no Java with Hibernate: run it by `cargo xtask test`");
        return None;
    };
    Some(move || {
        let mut command = Command::new("java");
        command
            // Hibernate's own classes are made at run time.
            .args(["--add-opens", "java.base/java.lang=ALL-UNNAMED", "-cp"])
            .arg(&classes)
            .arg(path(program));
        command
    })
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

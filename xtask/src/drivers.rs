//! The database drivers of other languages that the end-to-end tests use, in `target/drivers`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::command::{in_path, root, run, succeeds, target};
use crate::needs::Manager;

/// What could be had.
pub(crate) struct Drivers {
    python: Result<PathBuf>,
    node: Result<PathBuf>,
    prisma: Result<PathBuf>,
    ruby: Result<PathBuf>,
    hibernate: Result<PathBuf>,
}

/// Installs what is not there yet. What can't be had is a note, not a failure: its tests are
/// counted as skipped.
pub(crate) fn fetch() -> Drivers {
    Drivers {
        python: python(),
        node: node(),
        prisma: prisma(),
        ruby: ruby(),
        hibernate: hibernate(),
    }
}

impl Drivers {
    /// Each with its name and how the tests are told where it is.
    fn all(&self) -> [(&'static str, &'static str, &Result<PathBuf>); 5] {
        [
            ("Python", "SEPTUM_TEST_PYTHON", &self.python),
            ("Node", "SEPTUM_TEST_NODE_FOLDER", &self.node),
            ("Prisma", "SEPTUM_TEST_PRISMA_FOLDER", &self.prisma),
            ("Ruby", "SEPTUM_TEST_RUBY", &self.ruby),
            ("Java", "SEPTUM_TEST_HIBERNATE_CLASSES", &self.hibernate),
        ]
    }

    /// Tells the tests where the drivers are.
    pub(crate) fn configure(&self, tests: &mut Command) {
        for (_, variable, found) in self.all() {
            if let Ok(path) = found {
                tests.env(variable, path);
            }
        }
    }

    /// A line for each that could not be had.
    pub(crate) fn notes(&self) -> impl Iterator<Item = String> {
        self.all().into_iter().filter_map(|(name, _, found)| {
            found.as_ref().err().map(|error| format!("no {name} drivers: {error:#}"))
        })
    }

    /// `cargo xtask drivers`: here a missing driver is a failure. Each line is for a shell that
    /// runs a test of its own.
    pub(crate) fn report(self) -> Result<()> {
        for (_, variable, found) in self.all() {
            if let Ok(path) = found {
                println!("export {variable}={}", path.display());
            }
        }
        for found in [self.python, self.node, self.prisma, self.ruby, self.hibernate] {
            found?;
        }
        Ok(())
    }
}

/// The Python of a virtual environment with drivers and ORMs. Its releases are fixed where the
/// statements that they send are kept in a file.
fn python() -> Result<PathBuf> {
    let folder = target()?.join("drivers/python");
    let program = folder.join("bin/python");
    let load = "import psycopg, asyncpg, django, sqlalchemy";
    let works = |program: &Path| succeeds(Command::new(program).args(["-c", load]));
    if works(&program) {
        return Ok(program);
    }
    let venv = || succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    if !venv() {
        install(&["python3", "python3-venv"], &["python3"], "python3 with venv")?;
        if !venv() {
            bail!("`python3 -m venv` fails");
        }
    }
    run(Command::new(&program)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args([
            "psycopg[binary]==3.3.9",
            "asyncpg>=0.30,<1",
            "Django==5.2.19",
            "SQLAlchemy==2.1.9",
        ]))?;
    if !works(&program) {
        bail!("the packages are installed but can't be imported");
    }
    Ok(program)
}

/// A folder whose `node_modules` holds `pg`, what belongs to it, and ORMs.
fn node() -> Result<PathBuf> {
    let load = "['pg', 'pg-cursor', 'pg-copy-streams', 'drizzle-orm', 'sequelize', 'typeorm', \
                'knex'].forEach(require)";
    node_folder(
        "drivers/node",
        load,
        &[
            "pg@8.23.1",
            "pg-cursor@2",
            "pg-copy-streams@7",
            "drizzle-orm@0.45.4",
            "sequelize@6.37.8",
            "typeorm@1.1.1",
            "knex@3.3.0",
        ],
    )
}

/// A folder of its own for Prisma, with the client that it makes from the test's schema. It would
/// fetch a program for migrations, which nobody needs here.
fn prisma() -> Result<PathBuf> {
    let packages =
        ["pg@8.23.1", "prisma@7.10.1", "@prisma/client@7.10.0", "@prisma/adapter-pg@7.10.1"];
    let folder = node_folder("drivers/prisma", "require('@prisma/adapter-pg')", &packages)?;
    let schema = folder.join("schema.prisma");
    fs::copy(root().join("tests/tests/orms/schema.prisma"), &schema)?;
    run(Command::new("node")
        .args(["node_modules/prisma/build/index.js", "generate", "--no-hints", "--schema"])
        .arg(&schema)
        .current_dir(&folder)
        .env("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true")
        .env("CHECKPOINT_DISABLE", "1")
        .stdout(Stdio::null()))?;
    Ok(folder)
}

/// A folder below the target folder in which the script `load` runs.
fn node_folder(name: &str, load: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = target()?.join(name);
    let works = || {
        let mut node = Command::new("node");
        folder.is_dir() && succeeds(node.args(["-e", load]).current_dir(&folder))
    };
    if works() {
        return Ok(folder);
    }
    if in_path("npm").is_none() {
        install(&["nodejs", "npm"], &["nodejs", "npm"], "node with npm")?;
    }
    fs::create_dir_all(&folder)?;
    run(Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder)
        .args(packages))?;
    if !works() {
        bail!("the packages are installed but can't be loaded");
    }
    Ok(folder)
}

/// The system's Ruby, with ActiveRecord from the system's packages.
fn ruby() -> Result<PathBuf> {
    let works =
        || succeeds(Command::new("ruby").args(["-e", "require 'active_record'; require 'pg'"]));
    if !works() {
        match Manager::may_install() {
            Some(Manager::Apt) => Manager::Apt.install(&["ruby-activerecord", "ruby-pg"])?,
            _ => bail!("Ruby has no `activerecord` and `pg`: install these gems"),
        }
    }
    match in_path("ruby") {
        Some(program) if works() => Ok(program),
        _ => bail!("ActiveRecord is installed but can't be loaded"),
    }
}

/// The class path of Hibernate, as Debian has it; a program is compiled as it starts.
fn hibernate() -> Result<PathBuf> {
    let files = HIBERNATE.map(|name| PathBuf::from(format!("/usr/share/java/{name}.jar")));
    let compiles = || in_path("javac").is_some();
    let works = || files.iter().all(|file| file.is_file()) && compiles();
    if !works() {
        let java: &[&str] = if compiles() { &[] } else { &["default-jdk-headless"] };
        match Manager::may_install() {
            Some(Manager::Apt) => Manager::Apt.install(&[java, &HIBERNATE_PACKAGES].concat())?,
            _ => bail!("Debian alone packages Hibernate"),
        }
    }
    if !works() {
        bail!("the packages are installed, but not all of their files are there");
    }
    Ok(env::join_paths(files)?.into())
}

const HIBERNATE_PACKAGES: [&str; 4] =
    ["libhibernate3-java", "libjavassist-java", "libpostgresql-jdbc-java", "libslf4j-java"];

const HIBERNATE: [&str; 11] = [
    "hibernate-core",
    "hibernate-commons-annotations",
    "geronimo-jpa_2.0_spec",
    "geronimo-jta-1.2-spec",
    "dom4j",
    "antlr",
    "commons-collections3",
    "javassist",
    "slf4j-api",
    "slf4j-nop",
    "postgresql",
];

fn install(debian: &[&str], others: &[&str], what: &str) -> Result<()> {
    match Manager::may_install() {
        Some(Manager::Apt) => Manager::Apt.install(debian),
        Some(manager) => manager.install(others),
        None => bail!("{what} is not installed"),
    }
}

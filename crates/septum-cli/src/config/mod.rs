//! `septum.toml`: one description, one check, one place where it becomes types.
//!
//! ```text
//! file -> tree -> + environment -> check against the description -> types
//!          |                          |                              |
//!          +------ every problem, with its line and column ----------+-> all at once
//! ```

mod check;
mod database;
mod description;
mod environment;
mod guard;
mod http;
mod keys;
mod problems;
mod proxy;
mod schema;
mod section;
mod settings;
mod tenancy;
mod tls;
mod tree;
mod units;

use std::path::Path;

use anyhow::{Context as _, Result};

pub(crate) use database::{Login, Upstream, UpstreamTls};
use problems::{Place, Problems};
use section::{Context, Section};
pub(crate) use settings::{Log, LogFormat, Settings};

/// Where the configuration is, unless said otherwise.
pub(crate) const DEFAULT_FILE: &str = "septum.toml";

/// Which configuration to use.
#[derive(Debug, clap::Args)]
pub(crate) struct Source {
    /// The configuration file
    #[arg(long, short, env = "SEPTUM_CONFIG", default_value = DEFAULT_FILE, value_name = "FILE")]
    config: std::path::PathBuf,
}

impl Source {
    /// Reads the file, with what the environment overrides in it.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once and with its place.
    pub(crate) fn load(&self) -> Result<Settings> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        load(&self.config, variables, |name| std::env::var(name).ok())
    }
}

fn load(
    file: &Path,
    variables: impl IntoIterator<Item = (String, String)>,
    variable: fn(&str) -> Option<String>,
) -> Result<Settings> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("can't read the configuration `{}`", file.display()))?;
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let context = Context { problems: Problems::default(), folder, variable };
    let problems = &context.problems;
    let mut root = tree::parse(&text, problems);
    environment::override_by(variables, &mut root, keys::ROOT, problems);
    check::table(&root, keys::ROOT, "", &Place::Document, problems);
    let settings = Settings::read(&Section::root(&root, &context));
    problems.check(file)?;
    // Every part that is absent without a problem has a default.
    settings.context("the configuration could not be read; please report it")
}

/// The JSON schema of the configuration.
pub(crate) fn json_schema() -> serde_json::Value {
    schema::document(keys::ROOT)
}

#[cfg(test)]
mod tests;

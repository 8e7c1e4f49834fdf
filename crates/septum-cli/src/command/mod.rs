//! One file a command.

mod config;
mod key;
mod migrate;
mod reasons;

use clap::Subcommand;

/// What `septum` can be told to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Install, update or remove the `septum` schema in the database
    Migrate(migrate::Arguments),
    /// Make a root key
    #[command(subcommand)]
    Key(key::Command),
    /// Check or describe the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Explain the reason codes of refusals
    Reasons(reasons::Arguments),
}

impl Command {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Migrate(arguments) => arguments.run(),
            Self::Key(command) => command.run(),
            Self::Config(command) => command.run(),
            Self::Reasons(arguments) => arguments.run(),
        }
    }
}

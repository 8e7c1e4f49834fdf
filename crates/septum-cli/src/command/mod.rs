//! One file a command.

mod api_key;
mod audit;
mod config;
mod explain;
mod guard;
mod key;
mod lockout;
mod migrate;
mod reasons;
mod run;

use clap::Subcommand;

/// What `septum` can be told to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the proxy and the gateway until SIGTERM or SIGINT
    Run(run::Arguments),
    /// Install, update or remove the `septum` schema in the database
    Migrate(migrate::Arguments),
    /// Make a root key
    #[command(subcommand)]
    Key(key::Command),
    /// Make an API key
    #[command(subcommand)]
    ApiKey(api_key::Command),
    /// Read and verify the audit log
    #[command(subcommand)]
    Audit(audit::Command),
    /// See and lift the lock-outs of the Septum that runs on this machine
    #[command(subcommand)]
    Lockout(lockout::Command),
    /// Check or describe the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Report what the guard observed
    #[command(subcommand)]
    Guard(guard::Command),
    /// Show what would be made of a statement, and why
    Explain(explain::Arguments),
    /// Explain the reason codes of refusals
    Reasons(reasons::Arguments),
}

impl Command {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Run(arguments) => arguments.run(),
            Self::Migrate(arguments) => arguments.run(),
            Self::Key(command) => command.run(),
            Self::ApiKey(command) => command.run(),
            Self::Audit(command) => command.run(),
            Self::Lockout(command) => command.run(),
            Self::Config(command) => command.run(),
            Self::Guard(command) => command.run(),
            Self::Explain(arguments) => arguments.run(),
            Self::Reasons(arguments) => arguments.run(),
        }
    }
}

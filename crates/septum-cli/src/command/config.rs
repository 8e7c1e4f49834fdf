use anyhow::Result;

use crate::config::{Source, json_schema};
use crate::output;

/// What to do with the configuration.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Read the configuration, its secrets and certificates, and say everything that is wrong
    Check {
        #[command(flatten)]
        source: Source,
    },
    /// Print the JSON schema of `septum.toml`, for editors
    Schema,
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Self::Check { source } => {
                source.load()?;
                output::line("the configuration is good")?;
            }
            Self::Schema => output::line(format_args!("{:#}", json_schema()))?,
        }
        Ok(())
    }
}

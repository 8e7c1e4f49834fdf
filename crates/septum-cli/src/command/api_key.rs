use anyhow::{Result, anyhow};
use ring::rand::{SecureRandom as _, SystemRandom};
use septum_bind::api_key;
use septum_core::Principal;

use crate::output;

/// What to do with API keys.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make an API key: prints the key, which is shown this once, and what to configure
    New {
        /// The tenant whose key it is, as its key in the database
        #[arg(long)]
        tenant: String,
        /// Who acts with it
        #[arg(long)]
        principal: String,
    },
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        let Self::New { tenant, principal } = self;
        let principal = Principal::new(&principal)?;
        let mut random = [0; 38];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| anyhow!("the system gives no random bytes"))?;
        let key = api_key::generate(&random);
        output::line(format_args!(
            "# the key, for its user, shown this once: {}",
            key.text.expose()
        ))?;
        output::line("[[http.api_key.keys]]")?;
        for (name, value) in [
            ("name", key.name.as_str()),
            ("hash", &key.hash.to_string()),
            ("tenant", &tenant),
            ("principal", principal.as_str()),
        ] {
            output::line(format_args!("{name} = {}", toml::Value::from(value)))?;
        }
        Ok(())
    }
}

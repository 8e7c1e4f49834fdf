use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use ring::rand::{SecureRandom as _, SystemRandom};
use septum_bind::RootKey;

use crate::output;

/// What to do with root keys.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a new root key: 32 random bytes in base64, from which all other keys are derived
    New {
        /// A new file for the key, readable by its owner only; without it, standard output
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        let Self::New { out } = self;
        let mut bytes = [0; 32];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| anyhow!("the system gives no random bytes"))?;
        let key = RootKey::from_bytes(bytes).to_base64();
        let Some(path) = out else {
            return Ok(output::line(key.expose())?);
        };
        let shown = path.display();
        // Never over another key: what was sealed and minted with it would be lost.
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("can't make the file `{shown}`"))?;
        writeln!(file, "{}", key.expose()).with_context(|| format!("can't write `{shown}`"))?;
        Ok(())
    }
}

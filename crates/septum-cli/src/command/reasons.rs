use anyhow::{Result, bail};
use septum_core::Reason;

use crate::output;

/// Which reasons to explain.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A code, as in `SEP-101` or `101`; without one, all of them
    code: Option<String>,
}

impl Arguments {
    pub(crate) fn run(self) -> Result<()> {
        let Some(code) = self.code else {
            for reason in Reason::ALL {
                output::line(format_args!("{reason}  {}", reason.doc().title))?;
            }
            return Ok(());
        };
        let number = code.to_ascii_uppercase();
        let number = number.strip_prefix("SEP-").unwrap_or(&number);
        let found =
            Reason::ALL.iter().find(|reason| reason.code().strip_prefix("SEP-") == Some(number));
        let Some(reason) = found else {
            bail!("`{code}` is no reason code: `septum reasons` lists them");
        };
        let doc = reason.doc();
        output::line(format_args!("{reason}: {}", doc.title))?;
        output::line(format_args!("  why:  {}", doc.why))?;
        output::line(format_args!("  for example:  {}", reason.example()))?;
        output::line(format_args!("  what to do:  {}", doc.remedy))?;
        Ok(())
    }
}

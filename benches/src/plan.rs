use anyhow::{Context, Result, bail};

const USAGE: &str = "usage: cargo xtask bench [--quick] [--rounds N] [--seconds N]";

/// How long and how often.
#[derive(Debug)]
pub(crate) struct Plan {
    /// How often each system has its turn.
    pub(crate) rounds: usize,
    /// How long a turn is.
    pub(crate) seconds: u32,
    /// How many clients there are at once.
    pub(crate) clients: &'static [u32],
}

impl Plan {
    /// # Errors
    /// When there is an option that it doesn't know.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut plan = Self { rounds: 5, seconds: 3, clients: &[1, 8, 32] };
        while let Some(argument) = arguments.next() {
            let mut number = || arguments.next().context(USAGE)?.parse::<u32>().context(USAGE);
            match argument.as_str() {
                // Shows that everything runs, and nothing else.
                "--quick" => plan = Self { rounds: 1, seconds: 1, clients: &[8] },
                "--rounds" => plan.rounds = usize::try_from(number()?)?.max(1),
                "--seconds" => plan.seconds = number()?.max(1),
                other => bail!("`{other}`: no such option\n\n{USAGE}"),
            }
        }
        Ok(plan)
    }
}

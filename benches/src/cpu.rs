use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// What Linux counts processor time in, for programs: 100 a second, whatever the kernel's own.
const TICK: Duration = Duration::from_millis(10);

/// The processor time that a process has used so far, by Linux's `/proc`.
pub(crate) fn used(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("its processor time")?;
    // The name, which may hold anything, ends with the last parenthesis; the state follows.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = |number| fields.split_whitespace().nth(number)?.parse::<u32>().ok();
    let (user, system) = (ticks(11).context("utime")?, ticks(12).context("stime")?);
    Ok(TICK * (user + system))
}

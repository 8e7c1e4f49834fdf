use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use septum_tests::{Cluster, Scratch};

use crate::cpu;
use crate::plan::Plan;
use crate::system::System;
use crate::workload::Workload;

/// What one turn gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Transactions a second, without the time to connect.
    pub(crate) per_second: f64,
    /// The latency that half, 95 and 99 of a hundred transactions did not exceed.
    pub(crate) latency: [Duration; 3],
    /// The processor time of the process in between, a transaction.
    pub(crate) cpu: Option<Duration>,
}

/// One turn of a system.
pub(crate) fn run(
    cluster: &Cluster,
    scratch: &Scratch,
    system: &System,
    workload: &Workload,
    clients: u32,
    plan: &Plan,
) -> Result<Sample> {
    let script = scratch.write("script.sql", &workload.script(system.way))?;
    let log = scratch.path().join("latencies");
    let before = system.pid.map(cpu::used).transpose()?;
    let output = Command::new(cluster.binaries().program("pgbench"))
        .args(["--no-vacuum", "--host=127.0.0.1", "--log"])
        // A thread each: pgbench waits in a thread for what it prepares, and would keep waiting
        // for a server connection that another client of the same thread holds.
        .arg(format!("--jobs={clients}"))
        .arg(format!("--log-prefix={}", log.display()))
        .arg(format!("--file={}", script.display()))
        .arg(format!("--protocol={}", workload.protocol.name()))
        .arg(format!("--client={clients}"))
        .arg(format!("--time={}", plan.seconds))
        .arg(format!("--port={}", system.port))
        .arg(format!("--username={}", system.user))
        .arg(system.database)
        .env("PGPASSWORD", &system.password)
        .output()
        .context("running pgbench")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    let after = system.pid.map(cpu::used).transpose()?;
    let latencies = latencies(scratch)?;
    let count = u32::try_from(latencies.len())?;
    ensure!(count > 0, "no transaction ended in time: {said}");
    ensure!(said.contains("number of failed transactions: 0 "), "some failed: {said}");
    let at = |of_a_hundred: usize| {
        let last = latencies.len() - 1;
        latencies.get(last * of_a_hundred / 100).copied().unwrap_or_default()
    };
    Ok(Sample {
        per_second: per_second(&said)?,
        latency: [at(50), at(95), at(99)],
        cpu: before.zip(after).map(|(before, after)| after.saturating_sub(before) / count),
    })
}

/// Reads `tps = 12345.6 (without initial connection time)`.
fn per_second(said: &str) -> Result<f64> {
    let number = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
    number.and_then(|number| number.parse().ok()).with_context(|| format!("no tps: {said}"))
}

/// The latencies that pgbench has logged, in order; the logs are gone then.
fn latencies(scratch: &Scratch) -> Result<Vec<Duration>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(scratch.path())? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with("latencies.") {
            continue;
        }
        // client, transaction, microseconds ...
        let text = fs::read_to_string(entry.path())?;
        let latency =
            |line: &str| Some(Duration::from_micros(line.split(' ').nth(2)?.parse().ok()?));
        all.extend(text.lines().filter_map(latency));
        fs::remove_file(entry.path())?;
    }
    all.sort_unstable();
    Ok(all)
}

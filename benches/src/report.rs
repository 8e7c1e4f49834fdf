use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;
use septum_tests::Cluster;

use crate::pgbench::Sample;
use crate::pgbouncer::PgBouncer;
use crate::plan::Plan;
use crate::system::{POOL, System};
use crate::workload::Workload;

/// What ran, so that a result can be understood later.
pub(crate) fn about(
    plan: &Plan,
    cluster: &Cluster,
    pgbouncer: Result<&PgBouncer, &anyhow::Error>,
) -> String {
    let pgbouncer = match pgbouncer {
        Ok(PgBouncer { version: (major, minor), .. }) => format!("PgBouncer {major}.{minor}"),
        Err(error) => format!("no PgBouncer ({error:#})"),
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!(
        "PostgreSQL {}, {pgbouncer}; pools of {POOL}; {} rounds of {} s; {cores} cores, load {}",
        cluster.version(),
        plan.rounds,
        plan.seconds,
        load()
    )
}

/// The machine's load: what others do here while we measure.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// One workload at one number of clients: medians over the rounds, and ratios to the first.
pub(crate) fn table(
    workload: &Workload,
    clients: u32,
    systems: &[&System],
    samples: &[Vec<Sample>],
) -> String {
    let mut text = format!(
        "\n{}, {}, {clients} clients, load {}\n{:20}{:>9}{:>16}{:>11}{:>14}{:>8}{:>8}{:>8}{:>9}{:>14}",
        workload.name,
        workload.protocol.name(),
        load(),
        "",
        "tps",
        "(least-most)",
        "of direct",
        "of PgBouncer",
        "p50 us",
        "p95",
        "p99",
        "cpu us",
        "of PgBouncer"
    );
    let rates: Vec<f64> = samples.iter().map(|samples| rate(samples)).collect();
    let rate_of = |name| {
        let number = systems.iter().position(|system| system.name == name)?;
        rates.get(number).copied()
    };
    let (direct, pgbouncer) = (rate_of("direct"), rate_of("PgBouncer"));
    let cpu_of_pgbouncer =
        systems.iter().zip(samples).find(|(system, _)| system.name == "PgBouncer");
    let cpu_of_pgbouncer = cpu_of_pgbouncer.map(|(_, samples)| cpu(samples));
    for ((system, samples), rate) in systems.iter().zip(samples).zip(&rates) {
        let of = |other: Option<f64>| match other {
            Some(other) => format!("{:.2}", rate / other),
            None => "-".into(),
        };
        let (least, most) = spread(samples);
        let _ = write!(
            text,
            "\n  {:18}{rate:>9.0}{:>16}{:>11}{:>14}",
            system.name,
            format!("({least:.0}-{most:.0})"),
            of(direct),
            of(pgbouncer)
        );
        for percentile in 0..3 {
            let latency = |sample: &Sample| sample.latency.get(percentile).copied();
            let _ = write!(text, "{:>8}", micros(median(samples.iter().filter_map(latency))));
        }
        let cpu = cpu(samples);
        let ratio = match cpu_of_pgbouncer {
            Some(other) if !cpu.is_zero() => format!("{:.2}", cpu.div_duration_f64(other)),
            Some(_) | None => "-".into(),
        };
        let cpu = if system.pid.is_some() { micros(cpu) } else { "-".into() };
        let _ = write!(text, "{cpu:>9}{ratio:>14}");
    }
    text
}

fn micros(time: Duration) -> String {
    time.as_micros().to_string()
}

fn cpu(samples: &[Sample]) -> Duration {
    median(samples.iter().filter_map(|sample| sample.cpu))
}

fn rate(samples: &[Sample]) -> f64 {
    let mut rates: Vec<f64> = samples.iter().map(|sample| sample.per_second).collect();
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

fn spread(samples: &[Sample]) -> (f64, f64) {
    let rates = samples.iter().map(|sample| sample.per_second);
    rates.fold((f64::INFINITY, 0.0), |(least, most), rate| (least.min(rate), most.max(rate)))
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

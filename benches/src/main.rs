//! `cargo xtask bench`: what Septum costs, beside a direct connection and PgBouncer, in
//! interleaved rounds of one run. `benches/README.md` says how to read it.
#![expect(clippy::print_stdout, reason = "it is there to be read")]

mod cpu;
mod database;
mod pgbench;
mod pgbouncer;
mod plan;
mod report;
mod system;
mod workload;

use std::env;

use anyhow::{Context, Result};
use septum_tests::{Config, Scratch, Septum};

use plan::Plan;
use system::{System, Systems};

#[tokio::main]
async fn main() -> Result<()> {
    let plan = Plan::read(env::args().skip(1))?;
    let cluster = database::start()?;
    let scratch = Scratch::new()?;
    let mut config = Config::new(&scratch, &cluster)?;
    config.text = config.text.replace("pool_size = 4", &format!("pool_size = {}", system::POOL));
    database::fill(&cluster, &config).await?;
    let septum = Septum::start(&scratch, &config).await?;
    let pgbouncer = pgbouncer::start(&cluster, &config.secrets.database).await;
    let systems = Systems::new(&cluster, &config, &septum, pgbouncer.as_ref().ok());
    println!("{}", report::about(&plan, &cluster, pgbouncer.as_ref()));

    for workload in workload::ALL {
        for clients in plan.clients {
            let able: Vec<&System> =
                systems.all.iter().filter(|system| system.can(workload.protocol)).collect();
            let mut samples = vec![Vec::new(); able.len()];
            for round in 0..plan.rounds {
                // Whoever begins a round has it a little better or worse: take turns.
                for turn in 0..able.len() {
                    let number = (round + turn) % able.len();
                    let (Some(system), Some(samples)) = (able.get(number), samples.get_mut(number))
                    else {
                        continue;
                    };
                    let sample =
                        pgbench::run(&cluster, &scratch, system, workload, *clients, &plan);
                    let named = || format!("{}, {}", system.name, workload.name);
                    samples.push(sample.with_context(named)?);
                }
            }
            println!("{}", report::table(workload, *clients, &able, &samples));
        }
    }
    Ok(())
}

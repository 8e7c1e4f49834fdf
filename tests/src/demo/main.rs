//! `cargo xtask demo`: three customers, one application that knows nothing of tenants, one
//! database, and attacks on them.
#![expect(clippy::print_stdout, reason = "it is there to be read")]

mod attacks;
mod customers;
mod screen;
mod verdict;

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};
use screen::{Screen, bold, dim, red};
use septum_tests::{Cluster, Config, Crm, Customer, Scratch, Septum, Stack};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\n{} {error:#}", red("the demo failed:"));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let keep = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--keep" => true,
        other => bail!("`{}`: the only option is --keep", other.join(" ")),
    };
    let begin = Instant::now();
    let mut screen = Screen::default();
    let mut stack = start(&mut screen).await?;

    screen.chapter("each customer sees its own rows, and only those");
    customers::act(&mut screen, &stack).await?;

    screen.chapter("attacks");
    attacks::run(&mut screen, &stack).await?;

    screen.chapter("the audit log");
    audit(&mut screen, &stack)?;

    let failures = screen.failures();
    let took = begin.elapsed().as_secs_f64();
    if keep {
        show_addresses(&stack);
        tokio::signal::ctrl_c().await?;
    }
    screen.step("stop", || stack.septum.process.terminate())?;
    drop(stack);
    if failures > 0 {
        bail!("{failures} of the checks above did not hold");
    }
    println!("\n{}", bold(&format!("every check held; {took:.1} s")));
    Ok(())
}

async fn start(screen: &mut Screen) -> Result<Stack> {
    screen.chapter("start");
    let cluster = screen.step("PostgreSQL, in a folder of its own", Cluster::start)?;
    screen.detail(&format!("version {}, 127.0.0.1:{}", cluster.version(), cluster.port()));
    let scratch = Scratch::new()?;
    let config = screen.step("keys and septum.toml", || {
        let config = Config::new(&scratch, &cluster)?;
        config.write()?;
        Ok(config)
    })?;
    screen
        .wait("the CRM's tables, as its developers wrote them", async {
            Crm::create(&cluster, &config.secrets.database).await
        })
        .await?;
    screen.step("septum migrate", || Septum::migrate(&config))?;
    screen.wait("row-level security on each table", Crm::protect(&cluster)).await?;
    let rows = screen.wait("three customers' rows", Crm::seed(&cluster)).await?;
    screen.detail(&format!("{rows} rows in one database"));
    let (listen, database) = (config.application, config.database_url());
    let crm = screen
        .wait("crm-plain, which knows nothing of tenants", Crm::start(&scratch, listen, &database))
        .await?;
    let septum = screen.wait("septum run", Septum::start(&scratch, &config)).await?;
    Ok(Stack { septum, crm, cluster, config, scratch })
}

fn audit(screen: &mut Screen, stack: &Stack) -> Result<()> {
    let report = screen.step("septum audit verify", || Septum::verify(&stack.config, None))?;
    for line in report.lines() {
        screen.detail(line);
    }
    let changed = verdict::change_a_byte(stack)?;
    let noticed = Septum::verify(&stack.config, Some(&changed)).is_err();
    screen.check(noticed, "a copy with one byte changed does not verify");
    Ok(())
}

fn show_addresses(stack: &Stack) {
    let (config, secrets) = (&stack.config, &stack.config.secrets);
    let port = config.gateway.port();
    println!("\n{}", bold("left running until Ctrl-C"));
    for customer in Customer::ALL {
        println!("  http://{}.localhost:{port}/", customer.name());
    }
    println!(
        "  curl -H 'X-Api-Key: {}' -H 'Host: api.crm.test' http://{}/api/summary",
        secrets.api_key, config.gateway
    );
    println!("  psql '{}'", config.dsn("app.acme"));
    println!("  {}", dim(&format!("configuration and logs: {}", stack.scratch.path().display())));
}

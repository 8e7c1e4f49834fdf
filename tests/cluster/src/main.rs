//! A scratch PostgreSQL: prints where it is, one `name=value` a line, and ends with its
//! standard input.
#![expect(clippy::print_stdout, reason = "printing is its job")]

use std::io::{Read, Write};

use anyhow::Result;
use septum_test_cluster::Cluster;

fn main() -> Result<()> {
    let cluster = Cluster::start()?;
    println!("pid={}", cluster.pid());
    println!("folder={}", cluster.socket_folder().display());
    println!("dsn={}", cluster.dsn("postgres"));
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

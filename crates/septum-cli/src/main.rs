//! The program `septum`.
//!
//! Exit status: 0 fine, 1 refused or failed, 2 wrong usage.

mod catalog;
mod command;
mod config;
mod migrate;
mod output;

use std::process::ExitCode;

use clap::Parser;

/// Keeps each customer's data apart in a shared PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "septum", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

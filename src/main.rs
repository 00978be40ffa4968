//! `debrief`: one binary, whose roles are subcommands.
//!
//! [`config`] loads the settings, [`system`] opens what they name, [`serve`] runs the roles in a
//! process, and [`commands`] has a file for each subcommand.

mod commands;
mod config;
mod serve;
mod system;
mod telemetry;

use clap::Parser;
use commands::Cli;
use std::process::ExitCode;

/// Returns memory that workers free to the system; glibc kept three times as much after a bulk
/// import (docs/performance.md, "Calls").
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if !cli.serves() {
        // `debrief events tail | head` ends with `head`, not with a panic. A server must outlive
        // the reader of its output.
        sigpipe::reset();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("debrief: cannot start the async runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("debrief: {error:#}");
            ExitCode::FAILURE
        }
    }
}

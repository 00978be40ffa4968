//! `debrief`: one binary, whose roles are subcommands.
//!
//! [`config`] says what is set, [`system`] opens what that names, [`serve`] runs the roles of a
//! process, of which [`services`] has a file for each part, and [`commands`] one for each subcommand.

mod commands;
mod config;
mod meaning;
mod serve;
mod services;
mod system;
mod telemetry;

use clap::Parser;
use commands::Cli;
use std::process::ExitCode;

/// What workers free goes back to the system; glibc kept three times as much after a bulk import
/// (docs/performance.md, "Calls").
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if !cli.serves() {
        // `debrief events tail | head` ends with `head`, not with a panic. A server must outlive
        // whoever reads its output.
        sigpipe::reset();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("debrief: no runtime: {error}");
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

//! `debrief`: one binary, whose roles are subcommands.
//!
//! [`config`] loads the settings, [`system`] opens what they name, [`serve`] runs the roles of a
//! process, [`services`] has a file for each part of it, and [`commands`] one for each subcommand.

mod commands;
mod config;
mod roles;
mod semantic;
mod serve;
mod services;
mod system;
mod telemetry;

use clap::Parser;
use commands::Cli;
use rustix::fs::Mode;
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Runtime;

/// How long threads that block may hold up the end of the process.
const LEAVING: Duration = Duration::from_secs(1);

/// Returns memory that workers free to the system; glibc kept three times as much after a bulk
/// import (docs/performance.md, "Calls").
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Whatever this program creates is its user's alone.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let cli = Cli::parse();
    if let Some(reader) = cli.reader() {
        return reader.run();
    }
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
    match run(runtime, commands::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("debrief: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the program to its end. What blocks a thread by then has lost its job already; it must not
/// keep the process.
fn run<T>(runtime: Runtime, program: impl Future<Output = T>) -> T {
    let result = runtime.block_on(program);
    runtime.shutdown_timeout(LEAVING);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    #[test]
    fn a_thread_that_never_ends_does_not_keep_the_process() {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let (began, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (begins, ends) = (Arc::clone(&began), Arc::clone(&over));
        runtime.spawn_blocking(move || {
            begins.store(true, Ordering::SeqCst);
            while !ends.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        while !began.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        let stopped = Instant::now();
        assert_eq!(run(runtime, async { 7 }), 7);
        assert!(stopped.elapsed() < LEAVING * 5, "it took {:?}", stopped.elapsed());
        over.store(true, Ordering::SeqCst);
    }
}

//! `projections list|rebuild|verify`.

use crate::config::Config;
use crate::system::System;
use clap::Subcommand;
use debrief_projections::engine::{Projection, ProjectionError, checkpoints, rebuild, verify};
use indicatif::{ProgressBar, ProgressStyle};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

#[derive(Debug, Subcommand)]
pub(super) enum Projections {
    /// Show the position of each projection
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Rebuild projections from the log beside the live ones, and switch to them
    Rebuild {
        /// Name of the projection [default: all, in one pass over the log]
        name: Option<String>,
    },
    /// Compare the live read models with a fresh rebuild; fails if they differ
    Verify {
        /// Name of the projection [default: all]
        name: Option<String>,
    },
}

pub(super) async fn run(config: &Config, command: Projections) -> anyhow::Result<ExitCode> {
    let system = System::open(config, false).await?;
    system.check().await?;
    let code = match command {
        Projections::List { json } => list(&system, json).await?,
        Projections::Rebuild { name } => {
            let chosen = choose(&system, name)?;
            let began = Instant::now();
            let bar = bar();
            let rebuilt = rebuild(&system.log, &system.database.views, &chosen, |done, head| {
                show(&bar, done, head);
            })
            .await?;
            bar.finish_and_clear();
            for rebuilt in &rebuilt {
                println!(
                    "{:<14} rebuilt to position {} (generation {})",
                    rebuilt.name, rebuilt.position, rebuilt.generation
                );
            }
            let events = rebuilt.iter().map(|r| r.position).max().unwrap_or(0);
            let seconds = began.elapsed().as_secs_f64();
            println!(
                "{events} events in {seconds:.1} s, {:.0} per second",
                events as f64 / seconds
            );
            ExitCode::SUCCESS
        }
        Projections::Verify { name } => {
            let mut same = true;
            for projection in choose(&system, name)? {
                let bar = bar();
                let views = &system.database.views;
                let verified =
                    verify(&system.log, views, &projection, |done, head| show(&bar, done, head))
                        .await?;
                bar.finish_and_clear();
                if verified.differences.is_empty() {
                    println!(
                        "{:<14} equals the log: {} rows at position {}",
                        verified.name, verified.rows, verified.position
                    );
                }
                for difference in &verified.differences {
                    same = false;
                    println!(
                        "{:<14} DIFFERS in {}: {} rows too many, {} missing",
                        verified.name, difference.table, difference.surplus, difference.missing
                    );
                }
            }
            if !same {
                println!("Run `debrief projections rebuild` to repair this.");
            }
            if same { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    };
    system.database.close().await;
    Ok(code)
}

async fn list(system: &System, json: bool) -> anyhow::Result<ExitCode> {
    let head = system.log.head().await?;
    let checkpoints = checkpoints(&system.database.views).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&checkpoints)?);
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{:<14} {:>10} {:>8} {:>8} {:>11}",
        "projection", "position", "lag", "version", "generation"
    );
    for at in checkpoints {
        println!(
            "{:<14} {:>10} {:>8} {:>8} {:>11}",
            at.name,
            at.position,
            head - at.position,
            at.version,
            at.generation
        );
    }
    println!("the log is at {head}");
    Ok(ExitCode::SUCCESS)
}

fn choose(
    system: &System,
    name: Option<String>,
) -> Result<Vec<Arc<dyn Projection>>, ProjectionError> {
    let Some(name) = name else { return Ok(system.projections.clone()) };
    let found: Vec<_> = system.projections.iter().filter(|p| p.name() == name).cloned().collect();
    if found.is_empty() { Err(ProjectionError::Unknown(name)) } else { Ok(found) }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} events  {per_sec}  {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, done: i64, head: i64) {
    bar.set_length(head.max(0) as u64);
    bar.set_position(done.max(0) as u64);
}

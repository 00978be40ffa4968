//! `dead-letters list|show|retry|discard`.

use crate::config::Config;
use crate::system::System;
use chrono::DateTime;
use clap::{Args, Subcommand};
use debrief_infra::queue::{DeadLetter, WorkId};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum DeadLetters {
    /// List jobs that failed for good, oldest first
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what happened at each attempt
    Show(Which),
    /// Retry the job with all its attempts
    Retry {
        #[command(flatten)]
        which: WhichOrAll,
    },
    /// Discard the job without doing it
    Discard(Which),
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// The worker
    worker: String,
    /// Position of the event
    position: i64,
    /// The part of the job, if it was split
    #[arg(long, default_value = "", hide_default_value = true)]
    key: String,
}

impl Which {
    fn id(&self) -> WorkId<'_> {
        WorkId { position: self.position, consumer: &self.worker, key: &self.key }
    }
}

#[derive(Debug, Args)]
pub(super) struct WhichOrAll {
    /// The worker
    #[arg(required_unless_present = "all")]
    worker: Option<String>,
    /// Position of the event
    #[arg(required_unless_present = "all")]
    position: Option<i64>,
    /// The part of the job, if it was split
    #[arg(long, default_value = "", hide_default_value = true)]
    key: String,
    /// All of them
    #[arg(long, conflicts_with_all = ["worker", "position", "key"])]
    all: bool,
}

/// Dead letters read at a time.
const PAGE: u32 = 500;

pub(super) async fn run(config: &Config, command: DeadLetters) -> anyhow::Result<ExitCode> {
    let system = System::open(config, false).await?;
    system.check().await?;
    let ledger = &system.ledger;
    let found = match command {
        DeadLetters::List { json } => {
            let letters = all(&system).await?;
            if json {
                println!("{}", serde_json::to_string_pretty(&letters)?);
            } else if letters.is_empty() {
                println!("No dead letters.");
            } else {
                letters.iter().for_each(|letter| println!("{}", line(letter)));
            }
            true
        }
        DeadLetters::Show(which) => match ledger.dead_letter(None, which.id()).await? {
            Some(letter) => {
                println!("{}", line(&letter));
                for attempt in &letter.history {
                    println!("  {}  {}", time(attempt.at), attempt.error);
                }
                println!("To see the event: debrief events show {}", which.position);
                true
            }
            None => false,
        },
        DeadLetters::Retry { which: WhichOrAll { all: true, .. } } => {
            let letters = all(&system).await?;
            for letter in &letters {
                ledger.retry(None, letter.id()).await?;
            }
            println!("{} jobs will be retried.", letters.len());
            true
        }
        DeadLetters::Retry { which } => {
            let (worker, position) =
                (which.worker.unwrap_or_default(), which.position.unwrap_or_default());
            let id = WorkId { position, consumer: &worker, key: &which.key };
            let found = ledger.retry(None, id).await?;
            if found {
                println!("The job will be retried.");
            }
            found
        }
        DeadLetters::Discard(which) => {
            let found = ledger.discard(None, which.id()).await?;
            if found {
                println!("Discarded.");
            }
            found
        }
    };
    system.database.close().await;
    if found {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("No such dead letter; see `debrief dead-letters list`.");
    Ok(ExitCode::FAILURE)
}

async fn all(system: &System) -> anyhow::Result<Vec<DeadLetter>> {
    let mut letters: Vec<DeadLetter> = Vec::new();
    loop {
        let after = letters.last().map(DeadLetter::id);
        let page = system.ledger.dead_letters(None, after, PAGE).await?;
        let full = page.len() == PAGE as usize;
        letters.extend(page);
        if !full {
            return Ok(letters);
        }
    }
}

fn time(millis: i64) -> String {
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn line(letter: &DeadLetter) -> String {
    let last = letter.history.last().map_or("no outcome", |attempt| attempt.error.as_str());
    let part = match letter.key.as_str() {
        "" => String::new(),
        key => format!("  part {key}"),
    };
    format!(
        "{:<10} {:>8}{part}  {}  {} attempts, {} abandoned  {last}",
        letter.consumer,
        letter.position,
        time(letter.created_at),
        letter.attempts,
        letter.abandoned
    )
}

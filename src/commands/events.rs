//! `events tail|show`.
//!
//! Personal content is hidden unless `--reveal` is given.

use crate::config::Config;
use crate::system::System;
use anyhow::bail;
use clap::Subcommand;
use debrief_domain::personal::PERSONAL;
use debrief_infra::log::RecordedEvent;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// Events read at a time.
const PAGE: u32 = 500;
/// The polling interval with `--follow`.
const POLL: Duration = Duration::from_millis(200);

#[derive(Debug, Subcommand)]
pub(super) enum Events {
    /// Print the last events, oldest first
    Tail {
        /// Print the events after this position instead of the last ones
        #[arg(long, value_name = "POSITION")]
        after: Option<i64>,
        /// Number of last events
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: i64,
        /// Keep printing events as they happen
        #[arg(short, long)]
        follow: bool,
        /// One JSON object per line, with payload
        #[arg(long)]
        json: bool,
        /// Show personal content
        #[arg(long)]
        reveal: bool,
    },
    /// Print one event
    Show {
        /// Its position or its id
        event: String,
        /// Show personal content
        #[arg(long)]
        reveal: bool,
    },
}

pub(super) async fn run(config: &Config, command: Events) -> anyhow::Result<()> {
    let system = System::open(config, false).await?;
    system.check().await?;
    match command {
        Events::Tail { after, lines, follow, json, reveal } => {
            let mut at = match after {
                Some(after) => after,
                None => (system.log.head().await? - lines).max(0),
            };
            loop {
                let events = system.log.read(at, PAGE).await?;
                if events.is_empty() {
                    if !follow {
                        break;
                    }
                    tokio::select! {
                        () = tokio::time::sleep(POLL) => continue,
                        _ = tokio::signal::ctrl_c() => break,
                    }
                }
                for mut event in events {
                    at = event.position;
                    if !reveal {
                        hide(&mut event.payload);
                    }
                    if json { println!("{}", json!(event)) } else { println!("{}", line(&event)) }
                }
            }
        }
        Events::Show { event, reveal } => {
            let found = match (event.parse::<i64>(), event.parse::<Uuid>()) {
                (Ok(position), _) => system.log.read_at(position).await?,
                (_, Ok(id)) => system.log.find(id).await?,
                _ => bail!("\"{event}\" is neither the position nor the id of an event"),
            };
            let Some(mut found) = found else { bail!("no such event: {event}") };
            if !reveal {
                hide(&mut found.payload);
            }
            println!("{}", serde_json::to_string_pretty(&found)?);
        }
    }
    system.database.close().await;
    Ok(())
}

fn line(event: &RecordedEvent) -> String {
    format!(
        "{:>8}  {}  {:<32} {}  v{:<4} {}",
        event.position,
        event.recorded_at.format("%Y-%m-%d %H:%M:%S%.3f"),
        event.event_type,
        event.stream_id,
        event.version,
        event.metadata.actor
    )
}

/// Replaces personal content by its size.
fn hide(value: &mut Value) {
    match value {
        Value::Object(map) if map.contains_key(PERSONAL) => {
            let size = map[PERSONAL].to_string().len();
            *value = json!(format!("<personal, {size} bytes; --reveal shows it>"));
        }
        Value::Object(map) => map.values_mut().for_each(hide),
        Value::Array(values) => values.iter_mut().for_each(hide),
        _ => {}
    }
}

//! `events tail|show`.
//!
//! Personal words are left out unless they are asked for.

use crate::config::Config;
use crate::system::System;
use anyhow::bail;
use clap::Subcommand;
use debrief_domain::personal::PERSONAL;
use debrief_infra::log::RecordedEvent;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// Events that are read at a time.
const PAGE: u32 = 500;
/// Time between two looks while following.
const POLL: Duration = Duration::from_millis(200);

#[derive(Debug, Subcommand)]
pub(super) enum Events {
    /// Print events, the last ones first to come
    Tail {
        /// Print what comes after this position, instead of the last events
        #[arg(long, value_name = "POSITION")]
        after: Option<i64>,
        /// How many of the last events to begin with
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: i64,
        /// Go on as events come
        #[arg(short, long)]
        follow: bool,
        /// One JSON object a line, with payload
        #[arg(long)]
        json: bool,
        /// Show personal words, too
        #[arg(long)]
        reveal: bool,
    },
    /// Print one event
    Show {
        /// Its position or its id
        event: String,
        /// Show personal words, too
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
                _ => bail!("\"{event}\" is neither a position nor an id of an event"),
            };
            let Some(mut found) = found else { bail!("there is no event {event}") };
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

/// Puts the size of personal words in their place.
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

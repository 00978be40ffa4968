//! `refine SESSION MESSAGE…`: refines a summary by talking, and goes back and forth between its
//! versions.

use super::{client, find, print};
use crate::config::Config;
use anyhow::Context;
use clap::Args;
use debrief_api_types::Page;
use debrief_api_types::Written;
use debrief_api_types::summaries::{
    ChangedSummary, ChatMessage, OnVersion, Refine as Message, RestoreVersion, SummaryDiff,
};
use debrief_domain::ids::SummaryId;
use debrief_domain::summary::MessageState;
use debrief_domain::summary::diff::Change;
use serde::Deserialize;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use uuid::Uuid;

#[derive(Debug, Args)]
pub(in crate::commands) struct Refine {
    /// The session, or its summary, by id
    #[arg(value_name = "ID")]
    id: Uuid,
    /// What to change, such as "make the second action item Omer's", or a question
    #[arg(value_name = "MESSAGE", required_unless_present_any = [
        "undo", "redo", "restore", "approve", "diff", "chat",
    ])]
    message: Vec<String>,
    /// URL of the server [default: this machine]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Undo the newest version
    #[arg(long, group = "step", conflicts_with = "message")]
    undo: bool,
    /// Redo what was undone
    #[arg(long, group = "step", conflicts_with = "message")]
    redo: bool,
    /// Bring an earlier version back
    #[arg(long, group = "step", conflicts_with = "message", value_name = "N")]
    restore: Option<u32>,
    /// Approve the newest version
    #[arg(long, group = "step", conflicts_with = "message")]
    approve: bool,
    /// Show what differs between two versions, such as 2..5, or since the version before
    #[arg(long, group = "step", conflicts_with = "message", value_name = "FROM..TO",
          num_args = 0..=1, default_missing_value = "..")]
    diff: Option<String>,
    /// List the messages so far
    #[arg(long, group = "step", conflicts_with = "message")]
    chat: bool,
}

pub(in crate::commands) async fn run(config: &Config, wanted: Refine) -> anyhow::Result<ExitCode> {
    let client = client(config, wanted.url.as_deref())?;
    let id = find(&client, wanted.id).await?.id;
    let colored = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let marks = print::Marks::new(colored);
    if !wanted.message.is_empty() {
        return send(&client, id, wanted.message.join(" "), marks).await;
    }
    if wanted.chat {
        return chat(&client, id).await;
    }
    let path = |step: &str| format!("/v1/summaries/{id}/{step}");
    let on = OnVersion::default();
    let mut query = String::new();
    if let Some(range) = &wanted.diff {
        query = range_of(range)?;
    } else {
        let done: Written<ChangedSummary> = match wanted.restore {
            Some(version) => {
                let restore = RestoreVersion { version, base_version: None };
                client.post(&path("restore"), &restore).await?
            }
            None if wanted.undo => client.post(&path("undo"), &on).await?,
            None if wanted.redo => client.post(&path("redo"), &on).await?,
            None => client.post(&path("approve"), &on).await?,
        };
        query.push_str(&format!("?min_position={}", done.position));
    }
    let mut out = std::io::stdout().lock();
    if wanted.approve {
        let summary = super::get(&client, id, &query).await?;
        writeln!(out, "Version {} is approved.", summary.version)?;
        return Ok(ExitCode::SUCCESS);
    }
    let diff: SummaryDiff = client.get(&format!("/v1/summaries/{id}/diff{query}")).await?;
    print::diff(&mut out, &diff, marks)?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the query of a range such as `2..5`, `2..`, `..5`, `5` or `..`.
fn range_of(range: &str) -> anyhow::Result<String> {
    let (from, to) = range.split_once("..").unwrap_or(("", range));
    let mut query = Vec::new();
    for (name, version) in [("from", from), ("to", to)] {
        if !version.is_empty() {
            let version: u32 = version
                .parse()
                .with_context(|| format!("{range:?} is no range of versions, such as 2..5"))?;
            query.push(format!("{name}={version}"));
        }
    }
    Ok(if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) })
}

#[derive(Deserialize)]
struct Delta {
    text: String,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct End {
    state: MessageState,
    message: ChatMessage,
}

/// Sends a message, and prints the answer as it is written.
async fn send(
    client: &super::Client,
    id: SummaryId,
    message: String,
    marks: print::Marks,
) -> anyhow::Result<ExitCode> {
    let message = Message { summary_id: id, message, base_version: None };
    let mut events = client.post_for_events("/v1/analyze/refine", &message).await?;
    let mut out = std::io::stdout();
    let mut says = false;
    while let Some((name, data)) = events.next().await? {
        match name.as_str() {
            "start" if says => {
                // Another attempt begins anew.
                writeln!(out, "\n…")?;
                says = false;
            }
            "delta" => {
                let delta: Delta = serde_json::from_str(&data)?;
                write!(out, "{}", delta.text)?;
                out.flush()?;
                says = true;
            }
            "version" => {
                let version: Version = serde_json::from_str(&data)?;
                writeln!(out, "\n\nVersion {}:", version.version)?;
                print::changes(&mut out, &version.changes, marks)?;
                says = false;
            }
            "end" => {
                let end: End = serde_json::from_str(&data)?;
                if says {
                    writeln!(out)?;
                }
                if let Some(failure) = &end.message.failure {
                    writeln!(out, "{failure}")?;
                }
                let done = end.state == MessageState::Complete;
                return Ok(if done { ExitCode::SUCCESS } else { ExitCode::FAILURE });
            }
            _ => {}
        }
    }
    anyhow::bail!("the answer broke off; `debrief refine {id} --chat` shows what came of it")
}

async fn chat(client: &super::Client, id: SummaryId) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let mut after = String::new();
    loop {
        let path = format!("/v1/summaries/{id}/chat{after}");
        let page: Page<ChatMessage> = client.get(&path).await?;
        for message in page.items {
            let version = message.version.map_or_else(String::new, |it| format!(", version {it}"));
            writeln!(
                out,
                "{} {} ({}{version})",
                message.created_at.format("%Y-%m-%d %H:%M"),
                message.from,
                message.state.as_str()
            )?;
            writeln!(out, "  > {}", message.text.as_deref().unwrap_or("(erased)"))?;
            let answer = message.answer.as_deref().or(message.failure.as_deref());
            answer
                .iter()
                .flat_map(|it| it.lines())
                .try_for_each(|line| writeln!(out, "  {line}"))?;
        }
        match page.next {
            Some(next) => after = format!("?after={next}"),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

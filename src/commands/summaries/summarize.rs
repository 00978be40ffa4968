//! `summarize SESSION`: shows a summary, or has it written again.

use super::{POLL, client, find, get, print};
use crate::config::Config;
use clap::Args;
use debrief_api_types::Written;
use debrief_api_types::summaries::{AnalyzeSession, AnalyzedSession, Summary, SummaryState};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use uuid::Uuid;

#[derive(Debug, Args)]
pub(in crate::commands) struct Summarize {
    /// The session, or its summary, by id
    #[arg(value_name = "ID")]
    id: Uuid,
    /// URL of the server [default: this machine]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Write a new version, also without another prompt or instructions
    #[arg(long)]
    again: bool,
    /// Write a new version by this prompt
    #[arg(long, value_name = "NAME")]
    prompt: Option<String>,
    /// Write a new version in this language, such as en or he
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Write a new version that pays attention to this
    #[arg(long, value_name = "TEXT")]
    instructions: Option<String>,
    /// Show this version [default: the newest]
    #[arg(long, value_name = "N")]
    number: Option<u32>,
    /// Print the text that is sent, as Markdown
    #[arg(long, conflicts_with = "json")]
    text: bool,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::commands) async fn run(
    config: &Config,
    wanted: Summarize,
) -> anyhow::Result<ExitCode> {
    let client = client(config, wanted.url.as_deref())?;
    let mut summary = find(&client, wanted.id).await?;
    let asks = wanted.again
        || wanted.prompt.is_some()
        || wanted.language.is_some()
        || wanted.instructions.is_some();
    if asks {
        let request = AnalyzeSession {
            transcript_id: summary.transcript_id,
            prompt: wanted.prompt,
            language: wanted.language,
            instructions: wanted.instructions,
        };
        let asked: Written<AnalyzedSession> = client.post("/v1/analyze/session", &request).await?;
        let query = format!("?min_position={}", asked.position);
        summary = get(&client, asked.answer.summary_id, &query).await?;
    }
    summary = until_written(&client, summary).await?;
    if let Some(version) = wanted.number {
        summary = get(&client, summary.id, &format!("?version={version}")).await?;
    }
    let mut out = std::io::stdout().lock();
    if wanted.json {
        serde_json::to_writer_pretty(&mut out, &summary)?;
        writeln!(out)?;
    } else if wanted.text {
        print::as_text(&mut out, &summary)?;
    } else {
        let colored = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        print::summary(&mut out, &summary, print::Marks::new(colored))?;
    }
    let failed = asks && summary.failure.is_some();
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Waits until the language model has written, showing that it does.
async fn until_written(client: &super::Client, mut summary: Summary) -> anyhow::Result<Summary> {
    if summary.state != SummaryState::Writing {
        return Ok(summary);
    }
    let bar = ProgressBar::new_spinner().with_message("the language model is writing");
    bar.set_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})")?);
    while summary.state == SummaryState::Writing {
        tokio::time::sleep(POLL).await;
        bar.tick();
        summary = get(client, summary.id, "").await?;
    }
    bar.finish_and_clear();
    Ok(summary)
}

//! `voice`: shows how the coach writes, trains it, and changes what was learned.

use super::client::Client;
use super::upload::key;
use crate::config::Config;
use anyhow::Context;
use clap::Args;
use debrief_domain::voice::{Origin, Passage, Rule, VoiceChange};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use uuid::Uuid;

#[derive(Debug, Args)]
pub(super) struct Voice {
    /// URL of the server [default: this machine]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Measure how these texts of the coach are written, in place of what was measured before
    #[arg(long, value_name = "FILE", num_args = 1.., group = "act")]
    train: Vec<PathBuf>,
    /// The same with the last approved summaries
    #[arg(long, value_name = "N", group = "act")]
    train_from_approved: Option<u32>,
    /// Add a rule in your own words, such as "Ask one question at the end"
    #[arg(long, value_name = "RULE", group = "act")]
    add: Option<String>,
    /// Follow a rule no longer; it is not learned again
    #[arg(long, value_name = "ID", group = "act")]
    off: Option<String>,
    /// Follow a rule again
    #[arg(long, value_name = "ID", group = "act")]
    on: Option<String>,
    /// Forget what edits have taught about one habit
    #[arg(long, value_name = "ID", group = "act")]
    forget: Option<String>,
    /// Take back what the edits of one summary have taught
    #[arg(long, value_name = "SUMMARY", group = "act")]
    revert: Option<Uuid>,
    /// Delete the whole profile
    #[arg(long, group = "act")]
    delete: bool,
    /// Print the profile as JSON
    #[arg(long)]
    json: bool,
}

/// How the coach writes, as far as it is printed.
#[derive(Debug, Deserialize)]
struct Profile {
    version: u32,
    samples: u32,
    rules: Vec<Rule>,
    passages: Vec<Passage>,
    learned: Vec<Learned>,
    learned_from: Vec<LearnedFrom>,
}

#[derive(Debug, Deserialize)]
struct Learned {
    id: String,
    text: String,
    why: String,
    state: Value,
}

#[derive(Debug, Deserialize)]
struct LearnedFrom {
    summary_id: Uuid,
    summary_version: u32,
    taught: Vec<Taught>,
}

#[derive(Debug, Deserialize)]
struct Taught {
    lesson_id: String,
    before: String,
    after: String,
}

const PATH: &str = "/v1/analyze/voice";

pub(super) async fn run(config: &Config, wanted: Voice) -> anyhow::Result<ExitCode> {
    let url = wanted.url.clone().unwrap_or_else(|| config.public_url(config.listen));
    let client = Client::new(&url, &key(config)?)?;
    if wanted.delete {
        let _: Value = client.delete(PATH).await?;
        println!("The profile is deleted.");
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(training) = training(&wanted).await? {
        let _: Value = client.post(&format!("{PATH}/train"), &training).await?;
    }
    if let Some(summary) = wanted.revert {
        let _: Value = client.patch(PATH, &json!({ "revert": summary })).await?;
    }
    if let Some(change) = change(&wanted) {
        let _: Value = client.patch(PATH, &json!({ "changes": [change] })).await?;
    }
    let profile: Value = client.get(PATH).await?;
    let mut out = std::io::stdout().lock();
    if wanted.json {
        serde_json::to_writer_pretty(&mut out, &profile)?;
        writeln!(out)?;
    } else {
        let profile =
            serde_json::from_value(profile).context("cannot parse the server's answer")?;
        print(&mut out, &profile)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn training(wanted: &Voice) -> anyhow::Result<Option<Value>> {
    if let Some(count) = wanted.train_from_approved {
        return Ok(Some(json!({ "from_approved": count })));
    }
    let mut samples = Vec::new();
    for path in &wanted.train {
        let text = tokio::fs::read_to_string(path).await;
        samples.push(text.with_context(|| format!("cannot read {} as text", path.display()))?);
    }
    Ok((!samples.is_empty()).then(|| json!({ "samples": samples })))
}

fn change(wanted: &Voice) -> Option<VoiceChange> {
    if let Some(text) = wanted.add.clone() {
        return Some(VoiceChange::AddRule { text });
    }
    if let Some(id) = wanted.forget.clone() {
        return Some(VoiceChange::ForgetLesson { id });
    }
    let off = wanted.off.clone().map(|id| VoiceChange::SwitchRule { id, on: false });
    off.or_else(|| wanted.on.clone().map(|id| VoiceChange::SwitchRule { id, on: true }))
}

fn print(out: &mut impl Write, profile: &Profile) -> std::io::Result<()> {
    if profile.version == 0 {
        return writeln!(
            out,
            "There is no profile yet. `debrief voice --train FILE…` measures texts of yours; \
             approved summaries that you changed teach it by themselves."
        );
    }
    writeln!(out, "Version {}, measured in {} texts", profile.version, profile.samples)?;
    writeln!(out, "\nRules")?;
    for rule in &profile.rules {
        let origin = match rule.origin {
            Origin::Coach => "your own",
            Origin::Learned => "learned",
            Origin::Measured => "measured",
        };
        let off = if rule.on { "" } else { ", off" };
        let why = if rule.why.is_empty() { String::new() } else { format!(" {}", rule.why) };
        writeln!(out, "  {}  {} ({origin}{off}){why}", rule.id, rule.text)?;
    }
    if !profile.learned.is_empty() {
        writeln!(out, "\nWhat your edits have shown")?;
    }
    for habit in &profile.learned {
        let state = habit.state.as_str().unwrap_or_default().replace('_', " ");
        writeln!(out, "  {}  {} ({state}) {}", habit.id, habit.text, habit.why)?;
    }
    for from in &profile.learned_from {
        writeln!(out, "\nFrom summary {}, version {}", from.summary_id, from.summary_version)?;
        for taught in &from.taught {
            writeln!(out, "  {}  “{}” → “{}”", taught.lesson_id, taught.before, taught.after)?;
        }
    }
    if !profile.passages.is_empty() {
        writeln!(out, "\nPassages")?;
    }
    profile.passages.iter().try_for_each(|passage| writeln!(out, "  {}", passage.text))
}

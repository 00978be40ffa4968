//! `upload FILE…`: uploads transcripts, with a progress bar for each. [`super::import`] handles
//! folders, and more files than there is room for bars.

use super::client::{Client, Failed, Uploaded, while_busy};
use super::run::owner_key_file;
use crate::config::Config;
use anyhow::{Context, anyhow};
use clap::Args;
use debrief_api_types::transcripts::{Transcript, TranscriptStatus};
use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::State;
use futures::{StreamExt, TryStreamExt};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use reqwest::Body;
use reqwest::multipart::Part;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

/// The interval between two requests for the status.
const POLL: Duration = Duration::from_millis(100);
/// How long a status may be unavailable.
const PATIENCE: Duration = Duration::from_secs(60);
/// The number of concurrent uploads.
const AT_ONCE: usize = 4;
/// The maximum number of files that get a bar each.
const BARS: usize = 20;
/// The number of steps of the bar.
const STEPS: u64 = 1_000;

#[derive(Debug, Args)]
pub(super) struct Upload {
    /// Transcripts in any supported format, or folders of them
    #[arg(required = true, value_name = "PATH")]
    pub(super) files: Vec<PathBuf>,
    /// URL of the server [default: this machine]
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// Title of the session [default: the file's name]
    #[arg(long)]
    pub(super) title: Option<String>,
    /// The session's client, by id
    #[arg(long, value_name = "ID")]
    pub(super) client_id: Option<Uuid>,
    /// When the session was held, such as 2026-11-21T09:30:00Z
    #[arg(long, value_name = "TIME")]
    pub(super) held_at: Option<String>,
    /// Language of the session, such as en or he
    #[arg(long, value_name = "TAG")]
    pub(super) language: Option<String>,
    /// Do not wait for the summaries
    #[arg(long)]
    pub(super) no_wait: bool,
    /// Treat the files of each folder as one session, such as a transcript and its chat
    #[arg(long)]
    pub(super) together: bool,
    /// Keep running, and upload files that are added to the folders later
    #[arg(long)]
    pub(super) watch: bool,
    /// Upload everything again, even if an earlier import is done with it
    #[arg(long)]
    pub(super) again: bool,
    /// Number of concurrent uploads of a folder
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = jobs)]
    pub(super) jobs: usize,
}

fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=64) => Ok(jobs),
        _ => Err("expected 1 to 64".to_owned()),
    }
}

/// Returns the API key: from the settings, or the one that `up` generated on this machine.
pub(super) fn key(config: &Config) -> anyhow::Result<String> {
    match &config.api_key {
        Some(key) => Ok(key.reveal().to_owned()),
        None => std::fs::read_to_string(owner_key_file(config))
            .map(|key| key.trim().to_owned())
            .map_err(|_| {
                anyhow!("no API key: set DEBRIEF_API_KEY to the key that `debrief up` printed")
            }),
    }
}

pub(super) async fn run(config: &Config, upload: Upload) -> anyhow::Result<ExitCode> {
    let many = upload.files.len() > BARS || upload.files.iter().any(|path| path.is_dir());
    if many || upload.together || upload.watch {
        return super::import::run(config, upload).await;
    }
    let key = key(config)?;
    let url = upload.url.clone().unwrap_or_else(|| config.public_url(config.listen));
    let client = Client::new(&url, &key)?;
    let bars = MultiProgress::new();
    let results: Vec<_> = futures::stream::iter(&upload.files)
        .map(|path| {
            let (client, bars, upload) = (&client, &bars, &upload);
            async move { (path, one(client, bars, upload, path).await) }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut failed = 0;
    for (path, result) in results {
        match result {
            Ok(Some(line)) => println!("{}  {line}", path.display()),
            Ok(None) => {}
            Err(error) => {
                failed += 1;
                eprintln!("{}: {error:#}", path.display());
            }
        }
    }
    if failed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{failed} of {} files could not be uploaded.", upload.files.len());
    Ok(ExitCode::FAILURE)
}

/// Returns a bar that shows its current step.
pub(super) fn bar(bars: &MultiProgress, name: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:28!} {bar:30} {msg}");
    let bar = ProgressBar::new(STEPS)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_prefix(name.to_owned());
    bars.add(bar)
}

async fn one(
    client: &Client,
    bars: &MultiProgress,
    upload: &Upload,
    path: &Path,
) -> anyhow::Result<Option<String>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bar = bar(bars, &name);
    bar.set_message("uploading");
    let title = upload
        .title
        .clone()
        .unwrap_or_else(|| path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
    let mut fields = vec![("title", title)];
    fields.extend(upload.client_id.map(|id| ("client_id", id.to_string())));
    fields.extend(upload.held_at.clone().map(|at| ("held_at", at)));
    fields.extend(upload.language.clone().map(|tag| ("language", tag)));
    let key = Uuid::new_v4().to_string();
    let uploaded = while_busy(|| async {
        let part = part(path, &name, &bar).await.map_err(Failed::Away)?;
        client.upload(part, fields.clone(), &key).await
    })
    .await;
    let uploaded = uploaded.inspect_err(|_| bar.abandon_with_message("refused"))?;
    if upload.no_wait {
        bar.finish_with_message("received");
        return Ok(Some(uploaded.answer.id.to_string()));
    }
    follow(client, &uploaded, &bar).await?;
    let known = if uploaded.answer.duplicate { "  (already uploaded)" } else { "" };
    Ok(Some(format!("{}{known}", describe(client, uploaded.answer.id).await?)))
}

/// Returns the file as a part of a form, which moves the bar while it is sent.
async fn part(path: &Path, name: &str, bar: &ProgressBar) -> anyhow::Result<Part> {
    let file = tokio::fs::File::open(path).await.context("cannot open the file")?;
    let size = file.metadata().await.context("cannot read the file")?.len();
    let (sent, mut so_far) = (bar.clone(), 0);
    // The upload is a tenth of the bar; the server's progress is the rest.
    let stream = ReaderStream::new(file).inspect_ok(move |piece| {
        so_far += piece.len() as u64;
        sent.set_position(STEPS / 10 * so_far / size.max(1));
    });
    Ok(Part::stream_with_length(Body::wrap_stream(stream), size).file_name(name.to_owned()))
}

/// Advances the bar until the transcript is ready.
pub(super) async fn follow(
    client: &Client,
    uploaded: &Uploaded,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let since = tokio::time::Instant::now();
    loop {
        let status = match client.status(uploaded).await {
            // The index is far behind, or the server has much to do.
            Err(Failed::Away(_)) if since.elapsed() < PATIENCE => {
                tokio::time::sleep(POLL).await;
                continue;
            }
            status => status?,
        };
        let TranscriptStatus { state, progress, error } = status;
        bar.set_position((progress * STEPS as f64) as u64);
        match state {
            State::Ready => {
                bar.finish_with_message("ready");
                return Ok(());
            }
            State::Failed => {
                bar.abandon_with_message("failed");
                let message = error.map_or_else(|| "it failed".to_owned(), |e| e.message);
                return Err(anyhow!(message));
            }
            other => bar.set_message(other.as_str()),
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn describe(client: &Client, id: TranscriptId) -> anyhow::Result<String> {
    let transcript: Transcript = client.get(&format!("/v1/transcripts/{id}")).await?;
    let people = transcript.participants.len();
    let (turns, words) =
        (transcript.turn_count.unwrap_or_default(), transcript.word_count.unwrap_or_default());
    Ok(format!("{id}  {people} speakers, {turns} turns, {words} words"))
}

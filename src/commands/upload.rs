//! `upload FILE…`: brings transcripts in, with a bar for each. Folders, and more files than there
//! is room for bars, go to [`super::import`].

use super::client::{Client, Uploaded};
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

/// Time between two looks at how far the work has come.
const POLL: Duration = Duration::from_millis(100);
/// Files on their way at a time.
const AT_ONCE: usize = 4;
/// Most files that have a bar each.
const BARS: usize = 20;
/// Steps of the bar while the work goes on.
const STEPS: u64 = 1_000;

#[derive(Debug, Args)]
pub(super) struct Upload {
    /// Transcripts in any format, or folders of them
    #[arg(required = true, value_name = "PATH")]
    pub(super) files: Vec<PathBuf>,
    /// Where Debrief is; on this machine unless said
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// Title of the session; the file's name unless said
    #[arg(long)]
    pub(super) title: Option<String>,
    /// Whose session it was: the client's id
    #[arg(long, value_name = "ID")]
    pub(super) client_id: Option<Uuid>,
    /// When it was held, such as 2026-11-21T09:30:00Z
    #[arg(long, value_name = "TIME")]
    pub(super) held_at: Option<String>,
    /// Language, such as en or he
    #[arg(long, value_name = "TAG")]
    pub(super) language: Option<String>,
    /// Go on once the files are safe, without waiting for their summaries
    #[arg(long)]
    pub(super) no_wait: bool,
    /// The files of each folder are one session: parts, a transcript and its chat
    #[arg(long)]
    pub(super) together: bool,
    /// Go on, and take in what is put into the folders later
    #[arg(long)]
    pub(super) watch: bool,
    /// Send also what an earlier import has done
    #[arg(long)]
    pub(super) again: bool,
    /// Uploads at a time
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = jobs)]
    pub(super) jobs: usize,
}

fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=64) => Ok(jobs),
        _ => Err("1 to 64".to_owned()),
    }
}

/// The key to the server: from the settings, or the one that `up` made on this machine.
pub(super) fn key(config: &Config) -> anyhow::Result<String> {
    match &config.api_key {
        Some(key) => Ok(key.reveal().to_owned()),
        None => std::fs::read_to_string(owner_key_file(config))
            .map(|key| key.trim().to_owned())
            .map_err(|_| {
                anyhow!("no API key: set DEBRIEF_API_KEY to the one `debrief up` printed")
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
    eprintln!("{failed} of {} files could not be taken in.", upload.files.len());
    Ok(ExitCode::FAILURE)
}

/// A bar that tells what it is at.
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
    let file = tokio::fs::File::open(path).await.context("the file cannot be opened")?;
    let size = file.metadata().await.context("the file cannot be read")?.len();
    let bar = bar(bars, &name);
    bar.set_message("uploading");
    let (sent, mut so_far) = (bar.clone(), 0);
    // A tenth of the bar is the upload; the server counts on from there.
    let stream = ReaderStream::new(file).inspect_ok(move |piece| {
        so_far += piece.len() as u64;
        sent.set_position(STEPS / 10 * so_far / size.max(1));
    });
    let part = Part::stream_with_length(Body::wrap_stream(stream), size).file_name(name.clone());
    let title = upload
        .title
        .clone()
        .unwrap_or_else(|| path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
    let mut fields = vec![("title", title)];
    fields.extend(upload.client_id.map(|id| ("client_id", id.to_string())));
    fields.extend(upload.held_at.clone().map(|at| ("held_at", at)));
    fields.extend(upload.language.clone().map(|tag| ("language", tag)));
    let uploaded = client.upload(part, fields, &Uuid::new_v4().to_string()).await;
    let uploaded = uploaded.inspect_err(|_| bar.abandon_with_message("refused"))?;
    if upload.no_wait {
        bar.finish_with_message("received");
        return Ok(Some(uploaded.answer.id.to_string()));
    }
    follow(client, &uploaded, &bar).await?;
    let known = if uploaded.answer.duplicate { "  (these files were there already)" } else { "" };
    Ok(Some(format!("{}{known}", describe(client, uploaded.answer.id).await?)))
}

/// Moves the bar until the work is done.
pub(super) async fn follow(
    client: &Client,
    uploaded: &Uploaded,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    loop {
        let TranscriptStatus { state, progress, error } = client.status(uploaded).await?;
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

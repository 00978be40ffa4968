//! `upload DIR`: uploads thousands of files, resumes where it was stopped, and can keep watching a
//! folder.
//!
//! Invariants: an outcome is recorded before the next step ([`journal`]). A file is refused only
//! for its content, never because the server is unreachable: then the import waits, and finally
//! stops where it can resume. Files of a session that are not transcripts are refused, and the
//! others are uploaded without them.

mod journal;
mod report;
mod scan;

use super::client::{Client, Failed};
use super::upload::{Upload, key};
use crate::config::Config;
use anyhow::Context;
use debrief_api_types::Written;
use debrief_api_types::transcripts::Received;
use debrief_domain::transcript::State;
use debrief_formats as formats;
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use journal::{Journal, Outcome};
use report::Report;
use scan::{Found, Session};
use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The maximum number of sessions that are waited for.
const FOLLOWED: usize = 256;
/// The first and the longest interval between two requests for the status.
const POLL: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// How long an import waits for an unreachable server before it stops.
const PATIENCE: Duration = Duration::from_secs(60);
/// The interval between two scans of a watched folder.
const WATCH: Duration = Duration::from_secs(2);

/// The state that all tasks of an import share.
struct Import {
    client: Client,
    upload: Upload,
    journal: Mutex<Journal>,
    report: Mutex<Report>,
    bar: ProgressBar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Imports everything below the paths of `upload`.
pub(super) async fn run(config: &Config, upload: Upload) -> anyhow::Result<ExitCode> {
    let url = upload.url.clone().unwrap_or_else(|| config.public_url(config.listen));
    let client = Client::new(&url, &key(config)?)?;
    let journal = Journal::open(&config.data_dir.join("imports"), &url, &upload.files)?;
    eprintln!("Progress is recorded in {}.", journal.path().display());
    let import = Arc::new(Import {
        client,
        upload,
        journal: Mutex::new(journal),
        report: Mutex::default(),
        bar: ProgressBar::new(0).with_style(style()),
    });
    let result = if import.upload.watch { watch(&import).await } else { once(&import).await };
    import.bar.finish_and_clear();
    let report = lock(&import.report);
    report.print();
    if let Err(error) = result {
        eprintln!("Stopped: {error:#}. Run the same command to resume.");
        return Ok(ExitCode::FAILURE);
    }
    Ok(if report.refused() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn style() -> ProgressStyle {
    let template = "{bar:30} {pos}/{len} sessions, {per_sec}, {eta} to go  {msg}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

async fn once(import: &Arc<Import>) -> anyhow::Result<()> {
    let Upload { files, together, .. } = &import.upload;
    let sessions = scan::sessions(files, *together, |text| eprintln!("skipped: {text}"))?;
    take_in(import, sessions).await
}

/// Uploads new sessions until the program is stopped. A file is new once it has not changed between
/// two scans.
async fn watch(import: &Arc<Import>) -> anyhow::Result<()> {
    eprintln!("Watching; stop with Ctrl-C.");
    let mut seen: HashMap<PathBuf, Found> = HashMap::new();
    loop {
        let Upload { files, together, .. } = &import.upload;
        // A folder that is temporarily unavailable, as on a network drive, is not a reason to stop.
        let sessions = scan::sessions(files, *together, |_| {}).unwrap_or_default();
        let mut now = HashMap::new();
        let mut settled = Vec::new();
        for session in sessions {
            let still = session.files.iter().all(|found| seen.get(&found.path) == Some(found));
            now.extend(session.files.iter().map(|found| (found.path.clone(), found.clone())));
            if still && lock(&import.journal).outcome(&session).is_none() {
                settled.push(session);
            }
        }
        seen = now;
        if !settled.is_empty()
            && let Err(error) = take_in(import, settled).await
        {
            eprintln!("{error:#}; retrying");
        }
        tokio::select! {
            () = tokio::time::sleep(WATCH) => {}
            stopped = tokio::signal::ctrl_c() => return stopped.context("cannot listen for Ctrl-C"),
        }
    }
}

async fn take_in(import: &Arc<Import>, sessions: Vec<Session>) -> anyhow::Result<()> {
    import.bar.inc_length(sessions.len() as u64);
    let uploads = futures::stream::iter(sessions).map(|session| {
        let import = Arc::clone(import);
        async move {
            let received = import.send(&session).await;
            (session, received)
        }
    });
    let mut followed = uploads
        .buffered(import.upload.jobs)
        .map(|(session, received)| {
            let import = Arc::clone(import);
            async move {
                let outcome = match received {
                    Ok(Outcome::Received { id, position, duplicate }) if !import.upload.no_wait => {
                        let answer = Received { duplicate, ..Received::new(id) };
                        import.follow(&session, Written { answer, position }).await
                    }
                    other => other,
                };
                (session, outcome)
            }
        })
        .buffer_unordered(FOLLOWED);
    while let Some((session, outcome)) = followed.next().await {
        let outcome = outcome?;
        import.bar.inc(1);
        let outcomes = [(session.label(), outcome)].into_iter().chain(import.left_out(&session));
        for (label, outcome) in outcomes {
            lock(&import.report).count(&label, &outcome);
            if import.upload.watch {
                import.bar.suspend(|| println!("{}", report::line(&label, &outcome)));
            }
        }
    }
    Ok(())
}

impl Import {
    fn record(&self, session: &Session, outcome: Outcome) -> anyhow::Result<Outcome> {
        lock(&self.journal).record(session, outcome.clone())?;
        Ok(outcome)
    }

    /// Returns the files of a session that were refused, and why.
    fn left_out(&self, session: &Session) -> Vec<(String, Outcome)> {
        let refused = |file: Session| match lock(&self.journal).outcome(&file) {
            Some(outcome @ Outcome::Refused { .. }) => Some((file.label(), outcome.clone())),
            _ => None,
        };
        session.each().into_iter().filter_map(refused).collect()
    }

    /// Uploads a session, unless that was done before.
    async fn send(&self, session: &Session) -> anyhow::Result<Outcome> {
        let before = lock(&self.journal).outcome(session).cloned();
        if let Some(before) = before
            && !self.upload.again
        {
            return Ok(before);
        }
        let mut paths = Vec::new();
        for (file, inspected) in inspect(session).await? {
            match inspected {
                Ok(()) => paths.push(file.path),
                Err(reason) => {
                    self.record(&Session::of(vec![file]), Outcome::Refused { reason })?;
                }
            }
        }
        if paths.is_empty() {
            let reason = "none of its files is a transcript".to_owned();
            let alone = lock(&self.journal).outcome(session).cloned();
            return alone.map_or_else(|| self.record(session, Outcome::Refused { reason }), Ok);
        }
        let sent = with_retries(|| self.client.upload_files(paths.clone(), self.fields(session)));
        match sent.await {
            Ok(Written { answer: Received { id, duplicate, .. }, position }) => {
                self.record(session, Outcome::Received { id, position, duplicate })
            }
            Err(Failed::Refused { detail }) => {
                self.record(session, Outcome::Refused { reason: detail })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn fields(&self, session: &Session) -> Vec<(&'static str, String)> {
        let Upload { title, client_id, held_at, language, .. } = &self.upload;
        let title = title.clone().unwrap_or_else(|| session.title.clone());
        let held_at = held_at.clone().or_else(|| session.held_at().map(|at| at.to_rfc3339()));
        let mut fields = vec![("title", title)];
        fields.extend(client_id.map(|id| ("client_id", id.to_string())));
        fields.extend(held_at.map(|at| ("held_at", at)));
        fields.extend(language.clone().map(|tag| ("language", tag)));
        fields
    }

    /// Waits until a session is ready or failed.
    async fn follow(
        &self,
        session: &Session,
        uploaded: Written<Received>,
    ) -> anyhow::Result<Outcome> {
        let (mut pause, most) = POLL;
        loop {
            let status = match with_retries(|| self.client.status(&uploaded)).await {
                Ok(status) => status,
                // Deleted meanwhile.
                Err(Failed::Refused { detail }) => {
                    return self.record(session, Outcome::Refused { reason: detail });
                }
                Err(error) => return Err(error.into()),
            };
            let Received { id, duplicate, .. } = uploaded.answer;
            match status.state {
                State::Ready => {
                    return self.record(session, Outcome::Ready { id, duplicate });
                }
                State::Failed => {
                    let reason = status.error.map_or("it failed".to_owned(), |e| e.message);
                    return self.record(session, Outcome::Refused { reason });
                }
                _ => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(most);
        }
    }
}

/// Checks the beginnings of the files, so that those that are not transcripts are not uploaded;
/// returns the reason for each of them.
async fn inspect(session: &Session) -> anyhow::Result<Vec<(Found, Result<(), String>)>> {
    let files = session.files.clone();
    let look = |file: &Found| -> Result<(), String> {
        let mut head = Vec::new();
        std::fs::File::open(&file.path)
            .and_then(|it| it.take(formats::HEAD_BYTES as u64).read_to_end(&mut head))
            .map_err(|error| error.to_string())?;
        formats::inspect(&head).map(drop).map_err(|refusal| refusal.to_string())
    };
    let looked = tokio::task::spawn_blocking(move || {
        files.into_iter().map(|file| (look(&file), file)).map(|(seen, file)| (file, seen)).collect()
    });
    Ok(looked.await?)
}

/// Retries while the server is unreachable, for up to [`PATIENCE`], and while it is busy.
async fn with_retries<T, F>(mut ask: impl FnMut() -> F) -> Result<T, Failed>
where
    F: Future<Output = Result<T, Failed>>,
{
    let mut since = tokio::time::Instant::now();
    let mut pause = Duration::from_millis(200);
    loop {
        match ask().await {
            // It answers: it is worth waiting for, however long it takes.
            Err(Failed::Busy { after, .. }) => {
                tokio::time::sleep(after).await;
                since = tokio::time::Instant::now();
            }
            Err(Failed::Away(_)) if since.elapsed() + pause < PATIENCE => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
            other => return other,
        }
    }
}

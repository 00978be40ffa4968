//! Stores the files of a request: for a new session, or to add to or replace those of an existing
//! one.
//!
//! Invariants: only a few pieces of a file are in memory at once; a request that was refused,
//! interrupted or too slow leaves nothing behind; blobs are durable before the event that names
//! them.

mod files;
mod form;

pub(super) use files::ReceivedFile;
pub(super) use form::{Fields, FilesBody, Typed, UploadBody, no_file};

use crate::http::codes::Code;
use crate::http::correlation;
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use axum::extract::Request;
use debrief_domain::ids::OrganizationId;
use debrief_domain::transcript::TranscriptError;
use debrief_infra::keys::DataKey;
use debrief_infra::log::CommandError;
use files::Intake;
use std::time::Duration;

/// The files of a request.
pub(super) struct Brought {
    pub(super) fields: Fields,
    /// In the order in which they arrived. Their blobs are durable.
    pub(super) files: Vec<ReceivedFile>,
}

/// Whether an event names the blobs of this request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Blobs {
    /// They belong to a transcript now.
    Named,
    /// The request is a repetition, or the same files are stored already.
    Unneeded,
}

/// Stores files, sealed under `key`, and has them recorded. Unused blobs are removed.
pub(super) async fn receive<T, F>(
    state: ApiState,
    organization: OrganizationId,
    key: DataKey,
    request: Request,
    record: impl FnOnce(Brought) -> F + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    F: Future<Output = Result<(T, Blobs), Problem>> + Send,
{
    // On a task of its own: a client that goes away ends its body, not this work, so that what
    // it sent before is cleared away.
    let work = async move { take_in(&state, organization, &key, request, record).await };
    let received = correlation::spawn(work).await;
    received.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

async fn take_in<T, F>(
    state: &ApiState,
    organization: OrganizationId,
    key: &DataKey,
    request: Request,
    record: impl FnOnce(Brought) -> F,
) -> Result<T, Problem>
where
    F: Future<Output = Result<(T, Blobs), Problem>>,
{
    let mut intake = Intake::new(state, organization, key);
    let limit = state.limits.upload_timeout;
    let read = tokio::time::timeout(limit, form::read(state, request, &mut intake)).await;
    let Intake { taken: files, blobs, .. } = intake;
    let (answer, undecided) = match read.unwrap_or_else(|_| Err(too_slow(limit))) {
        Ok(fields) => {
            // From here on blobs lie there that no event names yet.
            let answer = record(Brought { fields, files }).await;
            let undecided = matches!(&answer, Err(problem) if problem.status().is_server_error());
            (answer, undecided)
        }
        // Files may have been stored before what followed them was found wrong.
        Err(problem) => (Err(problem), false),
    };
    let in_use = matches!(&answer, Ok((_, Blobs::Named)));
    // After a failure that may have been a success the blobs stay: lost words cannot be found
    // again, and what no event names can be read by nobody, its key being nowhere.
    if !in_use && !undecided {
        for blob in blobs {
            if let Err(error) = state.documents.delete(&blob).await {
                tracing::warn!(%error, "a blob that is not needed could not be removed");
            }
        }
    }
    answer.map(|(answer, _)| answer)
}

fn too_slow(limit: Duration) -> Problem {
    Problem::new(
        Code::UploadTooSlow,
        format!("The upload took longer than {} seconds and was cancelled.", limit.as_secs()),
    )
}

/// Returns the content of a request, for its fingerprint.
pub(super) fn names_and_sums(files: &[ReceivedFile]) -> Vec<(Option<&str>, &str)> {
    files.iter().map(|file| (file.filename.as_deref(), file.sha256.as_str())).collect()
}

/// Why files were not recorded.
pub(super) fn refused(error: CommandError<TranscriptError>) -> Problem {
    of_command(error, |error| match error {
        TranscriptError::NotFound => Problem::not_found("transcript"),
        error => Problem::conflict(error.to_string()),
    })
}

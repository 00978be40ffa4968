//! `POST /v1/transcripts/upload`: a file comes in, piece by piece, and goes on sealed.
//!
//! Invariants: no more of the file is in memory than a few pieces; what was refused, broke off or
//! came too slowly leaves nothing behind; the blob is durable before the event that names it.

mod form;
mod intake;

use super::{check_details, key_of_client};
use crate::http::auth::Caller;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::Checks;
use crate::http::problem::{Problem, of_command};
use crate::http::trace;
use crate::state::ApiState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::{
    Transcript, TranscriptCommand, TranscriptError, TranscriptUploaded,
};
use debrief_infra::blobs::BlobKey;
use debrief_infra::keys::DataKey;
use debrief_projections::transcripts::State as TranscriptState;
use form::Fields;
use intake::Intake;
use serde::Serialize;
use serde_json::json;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// The fields of the form, for the documentation.
#[derive(ToSchema)]
#[allow(dead_code)]
struct UploadForm {
    /// The file: WebVTT, SRT or `Name: text`, recognised by what it holds.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What you call the session; up to 300 characters.
    title: Option<String>,
    /// Whose session it was.
    client_id: Option<Uuid>,
    /// When it was held, as RFC 3339: `2026-11-21T09:30:00Z`.
    held_at: Option<String>,
    /// BCP 47 tag, such as `en`.
    language: Option<String>,
    /// Your notes; up to 20,000 characters.
    notes: Option<String>,
}

/// A file was taken in.
#[derive(Serialize, ToSchema)]
#[allow(dead_code)]
struct UploadedOut {
    /// The transcript's id.
    id: TranscriptId,
    /// `received`: the work goes on by itself.
    state: String,
    /// Position that this reached; read with it as `min_position`.
    position: i64,
}

/// Upload a transcript.
///
/// Send a form with a `file` (or `multipart/form-data` in any order of its fields), or the file
/// itself as the body with `?filename=`. The answer comes once the file is safe; reading and
/// summarizing go on by themselves: follow `GET /v1/transcripts/{id}/status` or the WebSocket.
#[utoipa::path(
    post, path = "/v1/transcripts/upload", operation_id = "upload_transcript",
    tag = "transcripts",
    request_body(content((UploadForm = "multipart/form-data"), (String = "text/plain"))),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again"),
        ("filename" = Option<String>, Query, description = "Name of a file that is the whole body"),
    ),
    responses(
        (status = 202, body = UploadedOut),
        (status = 400, description = "Broken form, or no file", body = Problem),
        (status = 408, description = "The pieces came too slowly", body = Problem),
        (status = 413, description = "The file is too large", body = Problem),
        (status = 415, description = "Not a text transcript", body = Problem),
        (status = 422, description = "A field breaks a rule, or the file is no transcript", body = Problem),
    ),
    security(("api_key" = []))
)]
pub(super) async fn upload(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    request: Request,
) -> Result<Accepted, Problem> {
    // On a task of its own: a client that goes away ends its body, not this work, so that what
    // it sent before is cleared away.
    let received = trace::spawn(receive(state, caller, key, request)).await;
    received.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

async fn receive(
    state: ApiState,
    caller: Caller,
    key: IdempotencyKey,
    request: Request,
) -> Result<Accepted, Problem> {
    let id = TranscriptId(Uuid::now_v7());
    let data_key = DataKey::generate(id.0);
    let blob = BlobKey::new(caller.organization.0, "source", id.0);
    let intake = Intake::new(&state, &blob, &data_key);
    let limit = state.limits.upload_timeout;
    let read = tokio::time::timeout(limit, form::read(&state, request, intake)).await;
    let (answer, undecided) = match read.unwrap_or_else(|_| Err(too_slow(limit))) {
        Ok((fields, file)) => {
            // From here on a blob lies there that no event names yet.
            let answer = record(&state, caller, key, id, &data_key, &blob, fields, file).await;
            let undecided = matches!(&answer, Err(problem) if problem.status >= 500);
            (answer, undecided)
        }
        // The file may have been stored before what followed it was found wrong.
        Err(problem) => (Err(problem), false),
    };
    let in_use = matches!(&answer, Ok(accepted) if !accepted.committed.replayed);
    // After a failure that may have been a success the blob stays: lost words cannot be found
    // again, and what no event names can be read by nobody, its key being nowhere.
    if !in_use
        && !undecided
        && let Err(error) = state.documents.delete(&blob).await
    {
        tracing::warn!(%error, "a blob that is not needed could not be removed");
    }
    answer
}

fn too_slow(limit: Duration) -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "upload_too_slow",
        format!("The upload took longer than {} seconds and was given up.", limit.as_secs()),
    )
}

#[expect(clippy::too_many_arguments, reason = "the parts of one event")]
async fn record(
    state: &ApiState,
    caller: Caller,
    key: IdempotencyKey,
    id: TranscriptId,
    data_key: &DataKey,
    blob: &BlobKey,
    fields: Fields,
    file: intake::Taken,
) -> Result<Accepted, Problem> {
    let mut checks = Checks::default();
    let (title, notes) = (fields.title.as_deref(), fields.notes.as_deref());
    check_details(&mut checks, title, fields.language.as_deref(), notes);
    let details = fields.typed(&mut checks);
    checks.done()?;
    let parent = match details.client_id {
        Some(client) => Some(key_of_client(state, caller.organization, client).await?),
        None => None,
    };
    let answer = json!({"id": id, "state": TranscriptState::Received.as_str()});
    let request = (&file.sha256, &fields);
    let mut context = key.context(&caller, "POST /v1/transcripts/upload", &request, answer)?;
    let keys = state.log.keys();
    context.wrapped_keys.push(keys.wrap(caller.organization, data_key, parent.as_ref()));
    context.data_key = Some(data_key.clone());
    let command = TranscriptCommand::Upload(TranscriptUploaded {
        source: blob.as_str().to_owned(),
        filename: fields.filename.map(Into::into),
        size_bytes: file.size,
        sha256: file.sha256.into(),
        title: fields.title.map(Into::into),
        client_id: details.client_id,
        held_at: details.held_at,
        language: fields.language,
        notes: fields.notes.map(Into::into),
    });
    let committed = state.log.create::<Transcript>(context, id.0, command).await;
    let committed = committed.map_err(|error| {
        of_command(error, |error: TranscriptError| Problem::conflict("conflict", error.to_string()))
    })?;
    Ok(Accepted { status: StatusCode::ACCEPTED, committed })
}

//! `POST /v1/transcripts/upload`: files come in, piece by piece, and go on sealed. What [`files`]
//! takes comes in the same way.
//!
//! [`files`]: super::files
//!
//! Invariants: no more of a file is in memory than a few pieces; what was refused, broke off or
//! came too slowly leaves nothing behind; the blobs are durable before the event that names them.
//! A session's id follows from what its files hold ([`KeyStore::content_id`]), so that the same
//! files sent twice, even at the same moment, meet in one stream.
//!
//! [`KeyStore::content_id`]: debrief_infra::keys::KeyStore::content_id

pub(super) mod form;
pub(super) mod intake;

use super::{check_details, files, key_of_client};
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
    SourceFile, State as TranscriptState, Transcript, TranscriptCommand, TranscriptError,
    TranscriptUploaded,
};
use debrief_infra::keys::DataKey;
use debrief_infra::log::{CommandError, Committed};
use debrief_projections::transcripts;
use form::Fields;
use intake::{Intake, Taken};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// How often the same files can have been deleted and sent again.
const GENERATIONS: u32 = 1_000;

/// The fields of the form, for the documentation.
#[derive(ToSchema)]
#[allow(dead_code)]
struct UploadForm {
    /// The transcript, recognised by what it holds. May be there up to 20 times: the parts of a
    /// recording, a transcript and the chat of the same call, one file for each speaker. They
    /// become one session.
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
    /// `true`: a session of its own, even where the same files are there already.
    allow_duplicate: Option<bool>,
}

/// A file was taken in.
#[derive(Serialize, ToSchema)]
#[allow(dead_code)]
pub(super) struct UploadedOut {
    /// The transcript's id.
    id: TranscriptId,
    /// `received`: the work goes on by itself.
    state: String,
    /// `true` where the same files had been sent before: the id is that of the session that is
    /// there, and nothing of it was changed.
    duplicate: Option<bool>,
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
        (status = 200, description = "The same files are there already", body = UploadedOut),
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
    receive(state, caller, key, request, Purpose::Session).await
}

/// What becomes of the files of a request.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Session,
    Add(TranscriptId),
    Replace(TranscriptId),
}

pub(super) async fn receive(
    state: ApiState,
    caller: Caller,
    key: IdempotencyKey,
    request: Request,
    purpose: Purpose,
) -> Result<Accepted, Problem> {
    // On a task of its own: a client that goes away ends its body, not this work, so that what
    // it sent before is cleared away.
    let received = trace::spawn(take_in(state, caller, key, request, purpose)).await;
    received.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

async fn take_in(
    state: ApiState,
    caller: Caller,
    key: IdempotencyKey,
    request: Request,
    purpose: Purpose,
) -> Result<Accepted, Problem> {
    let data_key = match purpose {
        Purpose::Session => DataKey::generate(Uuid::nil()),
        Purpose::Add(id) | Purpose::Replace(id) => {
            let own = super::own_key(&state, &caller, id).await?;
            own.ok_or_else(|| Problem::not_found("transcript"))?
        }
    };
    let mut intake = Intake::new(&state, caller.organization, &data_key);
    let limit = state.limits.upload_timeout;
    let read = tokio::time::timeout(limit, form::read(&state, request, &mut intake)).await;
    let Intake { taken, blobs, .. } = intake;
    let (answer, undecided) = match read.unwrap_or_else(|_| Err(too_slow(limit))) {
        Ok(fields) => {
            // From here on blobs lie there that no event names yet.
            let answer = match purpose {
                Purpose::Session => record(&state, caller, key, data_key, fields, taken).await,
                Purpose::Add(id) => {
                    files::extend(&state, caller, key, (id, false), fields, taken).await
                }
                Purpose::Replace(id) => {
                    files::extend(&state, caller, key, (id, true), fields, taken).await
                }
            };
            let undecided = matches!(&answer, Err(problem) if problem.status >= 500);
            (answer, undecided)
        }
        // Files may have been stored before what followed them was found wrong.
        Err(problem) => (Err(problem), false),
    };
    let in_use = matches!(&answer, Ok((_, Stored::New)));
    // After a failure that may have been a success the blobs stay: lost words cannot be found
    // again, and what no event names can be read by nobody, its key being nowhere.
    if !in_use && !undecided {
        for blob in blobs {
            if let Err(error) = state.documents.delete(&blob).await {
                tracing::warn!(%error, "a blob that is not needed could not be removed");
            }
        }
    }
    answer.map(|(accepted, _)| accepted)
}

fn too_slow(limit: Duration) -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "upload_too_slow",
        format!("The upload took longer than {} seconds and was given up.", limit.as_secs()),
    )
}

/// Whether an event names the blobs of this request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    New,
    Before,
}

impl Stored {
    pub(super) fn by(committed: &Committed) -> Self {
        if committed.replayed { Self::Before } else { Self::New }
    }
}

/// What a request holds, for its fingerprint.
pub(super) fn names_and_sums(files: &[Taken]) -> Vec<(Option<&str>, &str)> {
    files.iter().map(|file| (file.filename.as_deref(), file.sha256.as_str())).collect()
}

async fn record(
    state: &ApiState,
    caller: Caller,
    key: IdempotencyKey,
    data_key: DataKey,
    fields: Fields,
    files: Vec<Taken>,
) -> Result<(Accepted, Stored), Problem> {
    let mut checks = Checks::default();
    let (title, notes) = (fields.title.as_deref(), fields.notes.as_deref());
    check_details(&mut checks, title, fields.language.as_deref(), notes);
    let details = fields.typed(&mut checks);
    checks.done()?;
    let parent = match details.client_id {
        Some(client) => Some(key_of_client(state, caller.organization, client).await?),
        None => None,
    };
    let keys = state.log.keys();
    let (first, more) = files.split_first().ok_or_else(form::no_file)?;
    let mut digest = Sha256::new();
    files.iter().for_each(|file| digest.update(file.sha256.as_bytes()));
    let digest = digest.finalize();
    for generation in 0..GENERATIONS {
        let id = if details.allow_duplicate {
            Uuid::now_v7()
        } else {
            keys.content_id(caller.organization, &digest, generation)
        };
        let answer = json!({"id": id, "state": TranscriptState::Received.as_str()});
        let request = (names_and_sums(&files), &fields);
        let mut context =
            key.clone().context(&caller, "POST /v1/transcripts/upload", &request, answer)?;
        let data_key = data_key.clone().for_id(id);
        context.wrapped_keys.push(keys.wrap(caller.organization, &data_key, parent.as_ref()));
        context.data_key = Some(data_key);
        let command = TranscriptCommand::Upload(uploaded(&fields, &details, (first, more)));
        match state.log.create::<Transcript>(context, id, command).await {
            Ok(committed) => {
                let stored = Stored::by(&committed);
                return Ok((Accepted { status: StatusCode::ACCEPTED, committed }, stored));
            }
            Err(CommandError::Refused(TranscriptError::AlreadyExists)) => {
                if let Some(known) = known(state, &caller, TranscriptId(id)).await? {
                    return Ok((known, Stored::Before));
                }
            }
            Err(error) => return Err(refused(error)),
        }
    }
    Err(Problem::conflict("conflict", "The same files were deleted and sent again too often."))
}

/// The answer for files that are there already; `None` where they were deleted.
async fn known(
    state: &ApiState,
    caller: &Caller,
    id: TranscriptId,
) -> Result<Option<Accepted>, Problem> {
    let loaded = state.log.load::<Transcript>(caller.organization, id.0).await;
    let (transcript, version) = loaded.map_err(refused)?;
    if !transcript.is_alive() {
        return Ok(None);
    }
    let row = transcripts::transcript(&state.views, caller.viewer(), id).await?;
    let state_now = row.map_or(TranscriptState::Received, |row| row.state);
    let answer = json!({"id": id, "state": state_now.as_str(), "duplicate": true});
    let position = state.log.head().await?;
    let committed = Committed { position, version, answer, replayed: false };
    Ok(Some(Accepted { status: StatusCode::OK, committed }))
}

fn uploaded(
    fields: &Fields,
    details: &form::Typed,
    (first, more): (&Taken, &[Taken]),
) -> TranscriptUploaded {
    let first = first.clone().into();
    let SourceFile { source, filename, size_bytes, sha256 } = first;
    TranscriptUploaded {
        source,
        filename,
        size_bytes,
        sha256,
        title: fields.title.clone().map(Into::into),
        client_id: details.client_id,
        held_at: details.held_at,
        language: fields.language.clone(),
        notes: fields.notes.clone().map(Into::into),
        more_files: more.iter().cloned().map(SourceFile::from).collect(),
    }
}

pub(super) fn refused(error: CommandError<TranscriptError>) -> Problem {
    of_command(error, |error| match error {
        TranscriptError::NotFound => Problem::not_found("transcript"),
        error => Problem::conflict("conflict", error.to_string()),
    })
}

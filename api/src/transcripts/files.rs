//! `POST` and `PUT /v1/transcripts/{id}/files`: more files of a session, or better ones.

use super::upload::form::Fields;
use super::upload::intake::Taken;
use super::upload::{Purpose, Stored, UploadedOut, names_and_sums, receive, refused};
use crate::http::auth::Caller;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::{
    SourceFile, State as TranscriptState, Transcript, TranscriptCommand,
};
use serde_json::json;
use utoipa::{IntoParams, IntoResponses, ToSchema};
use uuid::Uuid;

/// The fields of the form, for the documentation.
#[derive(ToSchema)]
#[allow(dead_code)]
struct FilesForm {
    /// A file of the session; up to 20 times.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What names the session, for the documentation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code)]
struct FilesParams {
    /// The transcript's id.
    id: Uuid,
}

/// What can be answered, for the documentation.
#[derive(IntoResponses)]
#[allow(dead_code)]
enum FilesAnswers {
    /// The files are safe; they will be read.
    #[response(status = 202)]
    TakenIn(#[to_schema] UploadedOut),
    /// There is no such transcript.
    #[response(status = 404)]
    NotFound(#[to_schema] Problem),
    /// The session has too many files.
    #[response(status = 409)]
    TooMany(#[to_schema] Problem),
    /// A file is too large.
    #[response(status = 413)]
    TooLarge(#[to_schema] Problem),
    /// Not a text transcript.
    #[response(status = 415)]
    NoText(#[to_schema] Problem),
    /// A file is no transcript.
    #[response(status = 422)]
    NoTranscript(#[to_schema] Problem),
}

/// Add files to a session.
///
/// A later part of the recording, or the chat of the call. All files of the session are read
/// together again; corrections stay.
#[utoipa::path(
    post, path = "/v1/transcripts/{id}/files", operation_id = "add_transcript_files",
    tag = "transcripts",
    request_body(content((FilesForm = "multipart/form-data"), (String = "text/plain"))),
    params(
        FilesParams,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again"),
    ),
    responses(FilesAnswers), security(("api_key" = []))
)]
pub(super) async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
    request: Request,
) -> Result<Accepted, Problem> {
    receive(state, caller, key, request, Purpose::Add(id)).await
}

/// Replace the files of a session by a better transcript of it.
///
/// The text is read anew and the summary with it. Title, client, date and notes stay, and so do
/// those corrections that still fit. What was there before stays in the history until the session
/// is deleted.
#[utoipa::path(
    put, path = "/v1/transcripts/{id}/files", operation_id = "replace_transcript_files",
    tag = "transcripts",
    request_body(content((FilesForm = "multipart/form-data"), (String = "text/plain"))),
    params(
        FilesParams,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again"),
    ),
    responses(FilesAnswers), security(("api_key" = []))
)]
pub(super) async fn replace(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
    request: Request,
) -> Result<Accepted, Problem> {
    receive(state, caller, key, request, Purpose::Replace(id)).await
}

/// Adds files to a session, or replaces those that it has.
pub(super) async fn extend(
    state: &ApiState,
    caller: Caller,
    key: IdempotencyKey,
    (id, replace): (TranscriptId, bool),
    fields: Fields,
    files: Vec<Taken>,
) -> Result<(Accepted, Stored), Problem> {
    if !fields.are_empty() {
        return Err(Problem::bad_request(
            "unknown_field",
            "Here the form has only `file`; change the rest with PATCH /v1/transcripts/{id}.",
        ));
    }
    let method = if replace { "PUT" } else { "POST" };
    let answer = json!({"id": id, "state": TranscriptState::Received.as_str()});
    let route = format!("{method} /v1/transcripts/{id}/files");
    let mut context = key.context(&caller, &route, &names_and_sums(&files), answer)?;
    context.data_key = state.log.keys().get(caller.organization, id.0).await?;
    let files = files.into_iter().map(SourceFile::from).collect();
    let command = match replace {
        true => TranscriptCommand::ReplaceFiles(files),
        false => TranscriptCommand::AddFiles(files),
    };
    let committed = state.log.execute::<Transcript>(context, id.0, command).await;
    let committed = committed.map_err(refused)?;
    let stored = Stored::by(&committed);
    Ok((Accepted { status: StatusCode::ACCEPTED, committed }, stored))
}

//! `POST` and `PUT /v1/transcripts/{id}/files`: adds or replaces the files of a session.

use super::details;
use super::intake::{Blobs, Brought, FilesBody, names_and_sums, receive, refused};
use crate::http::auth::{Caller, Write};
use crate::http::codes::Code;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use debrief_api_types::transcripts::Received;
use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::{SourceFile, Transcript, TranscriptCommand};

/// Add files to a transcript.
///
/// For instance a later part of the recording, or the chat of the call. All files of the session
/// are read together again; corrections stay.
#[utoipa::path(
    post, path = "/v1/transcripts/{id}/files", operation_id = "add_transcript_files",
    tag = "transcripts",
    responses((status = 202, description = "The files are stored and will be processed"))
)]
pub(super) async fn add(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
    FilesBody(request): FilesBody,
) -> Result<Accepted<Received>, Problem> {
    take(state, caller, key, Change::Add(id), request).await
}

/// Replace the files of a transcript.
///
/// The new files are read and summarized. Title, client, date and notes stay, and so do the
/// corrections that still fit. The old files stay in the history until the transcript is deleted.
#[utoipa::path(
    put, path = "/v1/transcripts/{id}/files", operation_id = "replace_transcript_files",
    tag = "transcripts",
    responses((status = 202, description = "The files are stored and will be processed"))
)]
pub(super) async fn replace(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
    FilesBody(request): FilesBody,
) -> Result<Accepted<Received>, Problem> {
    take(state, caller, key, Change::Replace(id), request).await
}

/// Whether files are added or replaced.
#[derive(Clone, Copy)]
enum Change {
    Add(TranscriptId),
    Replace(TranscriptId),
}

async fn take(
    state: ApiState,
    caller: Caller<Write>,
    key: IdempotencyKey,
    change: Change,
    request: Request,
) -> Result<Accepted<Received>, Problem> {
    let (Change::Add(id) | Change::Replace(id)) = change;
    let data_key = details::key(&state, caller.organization(), id).await?;
    let data_key = data_key.ok_or_else(|| Problem::not_found("transcript"))?;
    let shared = state.clone();
    let record = move |brought| async move { record(&shared, caller, key, change, brought).await };
    receive(state, caller.organization(), data_key, request, record).await
}

async fn record(
    state: &ApiState,
    caller: Caller<Write>,
    key: IdempotencyKey,
    change: Change,
    Brought { fields, files }: Brought,
) -> Result<(Accepted<Received>, Blobs), Problem> {
    if !fields.are_empty() {
        return Err(Problem::new(
            Code::UnknownField,
            "This form takes only `file`; change other details with PATCH /v1/transcripts/{id}.",
        ));
    }
    let (method, id) = match change {
        Change::Add(id) => ("POST", id),
        Change::Replace(id) => ("PUT", id),
    };
    let answer = Received::new(id);
    let route = format!("{method} /v1/transcripts/{id}/files");
    let mut context = key.context(&caller, &route, &names_and_sums(&files), &answer)?;
    context.data_key = state.log.keys().get(caller.organization(), id.0).await?;
    let files = files.into_iter().map(SourceFile::from).collect();
    let command = match change {
        Change::Add(_) => TranscriptCommand::AddFiles(files),
        Change::Replace(_) => TranscriptCommand::ReplaceFiles(files),
    };
    let committed = state.log.execute::<Transcript>(context, id.0, command).await;
    let accepted = Accepted::new(StatusCode::ACCEPTED, answer, committed.map_err(refused)?);
    let blobs = if accepted.is_again() { Blobs::Unneeded } else { Blobs::Named };
    Ok((accepted, blobs))
}

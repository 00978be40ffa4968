//! `POST /v1/transcripts/upload`: creates a session from files.
//!
//! Invariant: a session's id is derived from the content of its files ([`KeyStore::content_id`]),
//! so that the same files sent twice, even concurrently, meet in one stream.
//!
//! [`KeyStore::content_id`]: debrief_infra::keys::KeyStore::content_id

use super::details;
use super::intake::{
    Blobs, Brought, Fields, ReceivedFile, Typed, UploadBody, names_and_sums, no_file, receive,
    refused,
};
use crate::clients::key_of_client;
use crate::http::auth::{Caller, Write};
use crate::http::checks::Checks;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use debrief_api_types::transcripts::Received;
use debrief_domain::ids::TranscriptId;
use debrief_domain::principal::Viewer;
use debrief_domain::transcript::{
    self, SourceFile, Transcript, TranscriptCommand, TranscriptError, TranscriptUploaded,
};
use debrief_infra::keys::DataKey;
use debrief_infra::log::CommandError;
use debrief_projections::transcripts;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Maximum number of times that the same files can be deleted and uploaded again.
const GENERATIONS: u32 = 1_000;

/// Upload a transcript.
///
/// Send a form with one or more parts named `file`, or a single file as the body with `?filename=`.
/// The answer comes once the files are stored; they are read and summarized afterwards. To follow
/// that, poll `GET /v1/transcripts/{id}/status` or subscribe to the WebSocket.
#[utoipa::path(
    post, path = "/v1/transcripts/upload", operation_id = "upload_transcript",
    tag = "transcripts",
    responses(
        (status = 202, description = "The files are stored and will be processed"),
        (status = 200, description = "The same files were uploaded before"),
    )
)]
pub(super) async fn upload(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    UploadBody(request): UploadBody,
) -> Result<Accepted<Received>, Problem> {
    let data_key = DataKey::generate(Uuid::nil());
    let (shared, sealed_under) = (state.clone(), data_key.clone());
    let record =
        move |brought| async move { record(&shared, caller, key, data_key, brought).await };
    receive(state, caller.organization(), sealed_under, request, record).await
}

async fn record(
    state: &ApiState,
    caller: Caller<Write>,
    key: IdempotencyKey,
    data_key: DataKey,
    Brought { fields, files }: Brought,
) -> Result<(Accepted<Received>, Blobs), Problem> {
    let organization = caller.organization();
    let mut checks = Checks::default();
    let (title, notes) = (fields.title.as_deref(), fields.notes.as_deref());
    details::check(&mut checks, title, fields.language.as_deref(), notes);
    let details = fields.typed(&mut checks);
    checks.done()?;
    let parent = match details.client_id {
        Some(client) => Some(key_of_client(state, organization, client).await?),
        None => None,
    };
    let keys = state.log.keys();
    let (first, more) = files.split_first().ok_or_else(no_file)?;
    let mut digest = Sha256::new();
    files.iter().for_each(|file| digest.update(file.sha256.as_bytes()));
    let digest = digest.finalize();
    for generation in 0..GENERATIONS {
        let id = if details.allow_duplicate {
            Uuid::now_v7()
        } else {
            keys.content_id(organization, &digest, generation)
        };
        let answer = Received::new(TranscriptId(id));
        let request = (names_and_sums(&files), &fields);
        let mut context =
            key.clone().context(&caller, "POST /v1/transcripts/upload", &request, &answer)?;
        let data_key = data_key.clone().for_id(id);
        context.wrapped_keys.push(keys.wrap(organization, &data_key, parent.as_ref()));
        context.data_key = Some(data_key);
        let command = TranscriptCommand::Upload(uploaded(&fields, &details, (first, more)));
        match state.log.create::<Transcript>(context, id, command).await {
            Ok(committed) => {
                let accepted = Accepted::new(StatusCode::ACCEPTED, answer, committed);
                let blobs = if accepted.is_again() { Blobs::Unneeded } else { Blobs::Named };
                return Ok((accepted, blobs));
            }
            Err(CommandError::Refused(TranscriptError::AlreadyExists)) => {
                if let Some(known) = known(state, caller.viewer(), TranscriptId(id)).await? {
                    return Ok((known, Blobs::Unneeded));
                }
            }
            Err(error) => return Err(refused(error)),
        }
    }
    Err(Problem::conflict("The same files were deleted and uploaded again too many times."))
}

/// Returns the answer for files that are stored already; `None` if they were deleted.
async fn known(
    state: &ApiState,
    viewer: Viewer,
    id: TranscriptId,
) -> Result<Option<Accepted<Received>>, Problem> {
    let loaded = state.log.load::<Transcript>(viewer.organization(), id.0).await;
    let (transcript, _) = loaded.map_err(refused)?;
    if !transcript.is_alive() {
        return Ok(None);
    }
    let row = transcripts::transcript(&state.views, viewer, id).await?;
    let state_now = row.map_or(transcript::State::Received, |row| row.state);
    let answer = Received { id, state: state_now, duplicate: true };
    let position = state.log.head().await?;
    Ok(Some(Accepted::unchanged(StatusCode::OK, answer, position)))
}

fn uploaded(
    fields: &Fields,
    details: &Typed,
    (first, more): (&ReceivedFile, &[ReceivedFile]),
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

//! Changing what is known of a transcript, deleting it, and having it read again.

use super::{check_details, key_of_client};
use crate::http::auth::Caller;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Checks, Path};
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_domain::change::Change;
use debrief_domain::ids::{ClientId, TranscriptId};
use debrief_domain::transcript::{
    State as TranscriptState, Transcript, TranscriptCommand, TranscriptDetailsChanged,
    TranscriptError,
};
use debrief_infra::keys::DataKey;
use debrief_infra::log::{CommandContext, CommandError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// What is to change. A field that is left out stays; `null` takes its value away.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TranscriptPatch {
    /// What you call the session; up to 300 characters.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<String>)]
    title: Change<String>,
    /// Whose session it was.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<Uuid>)]
    client_id: Change<ClientId>,
    /// When it was held, as RFC 3339.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    held_at: Change<DateTime<Utc>>,
    /// BCP 47 tag.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<String>)]
    language: Change<String>,
    /// Your notes; up to 20,000 characters.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<String>)]
    notes: Change<String>,
}

/// A command was carried out.
#[derive(Serialize, ToSchema)]
#[allow(dead_code)]
pub(super) struct ChangedOut {
    /// The transcript's id.
    id: TranscriptId,
    /// Position that this reached; read with it as `min_position`.
    position: i64,
}

fn set<T>(change: &Change<T>) -> Option<&T> {
    change.as_change().flatten()
}

/// Change title, client, date, language or notes.
#[utoipa::path(
    patch, path = "/v1/transcripts/{id}", operation_id = "change_transcript",
    tag = "transcripts",
    params(("id" = Uuid, Path)), request_body = TranscriptPatch,
    responses(
        (status = 200, body = ChangedOut), (status = 404, body = Problem),
        (status = 422, body = Problem)
    ),
    security(("api_key" = []))
)]
pub(super) async fn change(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
    Body(patch): Body<TranscriptPatch>,
) -> Result<Accepted, Problem> {
    let mut checks = Checks::default();
    let text = |change| set(change).map(String::as_str);
    check_details(&mut checks, text(&patch.title), text(&patch.language), text(&patch.notes));
    checks.done()?;
    let route = format!("PATCH /v1/transcripts/{id}");
    let mut context = key.context(&caller, &route, &patch, json!({"id": id}))?;
    // Without a key the transcript was deleted, or is another organization's. The domain says so,
    // unless this very request was carried out before: then its answer stands.
    let data_key = own_key(&state, &caller, id).await?;
    if let (Some(data_key), Some(client)) = (&data_key, patch.client_id.as_change()) {
        // The words follow the client: their key is wrapped by the new client's.
        let parent = match client {
            Some(client) => Some(key_of_client(&state, caller.organization, *client).await?),
            None => None,
        };
        let keys = state.log.keys();
        context.wrapped_keys.push(keys.wrap(caller.organization, data_key, parent.as_ref()));
    }
    context.data_key = data_key;
    let command = TranscriptCommand::ChangeDetails(TranscriptDetailsChanged {
        title: patch.title.map(Into::into),
        client_id: patch.client_id,
        held_at: patch.held_at,
        language: patch.language,
        notes: patch.notes.map(Into::into),
    });
    execute(&state, context, id, command, StatusCode::OK).await
}

/// The key of a transcript that the caller may change.
pub(super) async fn own_key(
    state: &ApiState,
    caller: &Caller,
    id: TranscriptId,
) -> Result<Option<DataKey>, Problem> {
    let loaded = state.log.load::<Transcript>(caller.organization, id.0).await;
    let (transcript, _) = loaded.map_err(|error| of_command(error, |_| gone()))?;
    if !transcript.is_alive() {
        return Ok(None);
    }
    Ok(state.log.keys().get(caller.organization, id.0).await?)
}

/// Delete a transcript, with its file, its turns and its summary.
#[utoipa::path(
    delete, path = "/v1/transcripts/{id}", operation_id = "delete_transcript",
    tag = "transcripts", params(("id" = Uuid, Path)),
    responses((status = 200, body = ChangedOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
pub(super) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
) -> Result<Accepted, Problem> {
    let route = format!("DELETE /v1/transcripts/{id}");
    let context = key.context(&caller, &route, &(), json!({"id": id}))?;
    execute(&state, context, id, TranscriptCommand::Delete, StatusCode::OK).await
}

/// Which transcript to read again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProcessIn {
    /// The transcript's id.
    id: TranscriptId,
}

/// Read and summarize a transcript again.
#[utoipa::path(
    post, path = "/v1/transcripts/process", operation_id = "process_transcript",
    tag = "transcripts", request_body = ProcessIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again")),
    responses((status = 202, body = ChangedOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
pub(super) async fn process(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Body(process): Body<ProcessIn>,
) -> Result<Accepted, Problem> {
    let answer = json!({"id": process.id, "state": TranscriptState::Received.as_str()});
    let context = key.context(&caller, "POST /v1/transcripts/process", &process, answer)?;
    let command = TranscriptCommand::RequestProcessing;
    execute(&state, context, process.id, command, StatusCode::ACCEPTED).await
}

fn gone() -> Problem {
    Problem::not_found("transcript")
}

async fn execute(
    state: &ApiState,
    context: CommandContext,
    id: TranscriptId,
    command: TranscriptCommand,
    status: StatusCode,
) -> Result<Accepted, Problem> {
    match state.log.execute::<Transcript>(context, id.0, command).await {
        Ok(committed) => Ok(Accepted { status, committed }),
        Err(CommandError::Refused(TranscriptError::NotFound)) => Err(gone()),
        Err(error) => {
            Err(of_command(error, |error| Problem::conflict("conflict", error.to_string())))
        }
    }
}

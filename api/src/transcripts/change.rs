//! Changes a transcript's details, deletes it, or processes it again.

use super::details;
use crate::clients::key_of_client;
use crate::http::auth::{Caller, Write};
use crate::http::checks::Checks;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Path};
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_api_types::transcripts::Received;
use debrief_domain::change::Change;
use debrief_domain::ids::{ClientId, TranscriptId};
use debrief_domain::transcript::{
    Transcript, TranscriptCommand, TranscriptDetailsChanged, TranscriptError,
};
use debrief_infra::log::{CommandContext, CommandError, Committed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Changes to a transcript. A field that is left out stays as it is; `null` clears it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TranscriptPatch {
    /// The title of the session, up to 300 characters.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<String>)]
    title: Change<String>,
    /// The client whose session it was.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<Uuid>)]
    client_id: Change<ClientId>,
    /// When the session was held, as RFC 3339.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    held_at: Change<DateTime<Utc>>,
    /// BCP 47 tag.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<String>)]
    language: Change<String>,
    /// The coach's notes, up to 20,000 characters.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    #[schema(value_type = Option<String>)]
    notes: Change<String>,
}

/// A transcript that was changed or deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangedTranscript {
    /// Identifies the transcript.
    id: TranscriptId,
}

fn set<T>(change: &Change<T>) -> Option<&T> {
    change.as_change().flatten()
}

/// Change a transcript's details.
///
/// Changes the title, client, date, language or notes.
#[utoipa::path(
    patch,
    path = "/v1/transcripts/{id}",
    operation_id = "change_transcript",
    tag = "transcripts"
)]
pub(super) async fn change(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
    Body(patch): Body<TranscriptPatch>,
) -> Result<Accepted<ChangedTranscript>, Problem> {
    let mut checks = Checks::default();
    let text = |change| set(change).map(String::as_str);
    details::check(&mut checks, text(&patch.title), text(&patch.language), text(&patch.notes));
    checks.done()?;
    let route = format!("PATCH /v1/transcripts/{id}");
    let answer = ChangedTranscript { id };
    let mut context = key.context(&caller, &route, &patch, &answer)?;
    let organization = caller.organization();
    // Without a key the transcript was deleted, or is another organization's. The domain says so,
    // unless this very request was carried out before: then its answer stands.
    let data_key = details::key(&state, organization, id).await?;
    if let (Some(data_key), Some(client)) = (&data_key, patch.client_id.as_change()) {
        // The words follow the client: their key is wrapped by the new client's.
        let parent = match client {
            Some(client) => Some(key_of_client(&state, organization, *client).await?),
            None => None,
        };
        let keys = state.log.keys();
        context.wrapped_keys.push(keys.wrap(organization, data_key, parent.as_ref()));
    }
    context.data_key = data_key;
    let command = TranscriptCommand::ChangeDetails(TranscriptDetailsChanged {
        title: patch.title.map(Into::into),
        client_id: patch.client_id,
        held_at: patch.held_at,
        language: patch.language,
        notes: patch.notes.map(Into::into),
    });
    let committed = execute(&state, context, id, command).await?;
    Ok(Accepted::new(StatusCode::OK, answer, committed))
}

/// Delete a transcript.
///
/// Deletes its files, turns, corrections and summary with it.
#[utoipa::path(
    delete,
    path = "/v1/transcripts/{id}",
    operation_id = "delete_transcript",
    tag = "transcripts"
)]
pub(super) async fn delete(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
) -> Result<Accepted<ChangedTranscript>, Problem> {
    let answer = ChangedTranscript { id };
    let route = format!("DELETE /v1/transcripts/{id}");
    let context = key.context(&caller, &route, &(), &answer)?;
    let committed = execute(&state, context, id, TranscriptCommand::Delete).await?;
    Ok(Accepted::new(StatusCode::OK, answer, committed))
}

/// Which transcript to process.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProcessRequest {
    /// Identifies the transcript.
    id: TranscriptId,
}

/// Process a transcript again.
///
/// Reads its files and writes its summary again, for instance after it failed.
#[utoipa::path(
    post, path = "/v1/transcripts/process", operation_id = "process_transcript",
    tag = "transcripts",
    responses((status = 202, description = "The work has been queued"), (status = 404))
)]
pub(super) async fn process(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Body(process): Body<ProcessRequest>,
) -> Result<Accepted<Received>, Problem> {
    let answer = Received::new(process.id);
    let context = key.context(&caller, "POST /v1/transcripts/process", &process, &answer)?;
    let command = TranscriptCommand::RequestProcessing;
    let committed = execute(&state, context, process.id, command).await?;
    Ok(Accepted::new(StatusCode::ACCEPTED, answer, committed))
}

async fn execute(
    state: &ApiState,
    context: CommandContext,
    id: TranscriptId,
    command: TranscriptCommand,
) -> Result<Committed, Problem> {
    let committed = state.log.execute::<Transcript>(context, id.0, command).await;
    committed.map_err(|error| match error {
        CommandError::Refused(TranscriptError::NotFound) => Problem::not_found("transcript"),
        error => of_command(error, |error| Problem::conflict(error.to_string())),
    })
}

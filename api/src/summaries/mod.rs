//! `/v1/summaries`: the summary of a session, its versions, and the messages that refine it.
//!
//! Reading is in [`read`], changing in [`change`], messages in [`chat`]. What makes summaries is
//! under `/v1/analyze`.

mod change;
pub(crate) mod chat;
mod read;

use crate::http::auth::{Caller, Write};
use crate::http::codes::Code;
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use debrief_domain::ids::{OrganizationId, SummaryId, TranscriptId};
use debrief_domain::summary::{Summary, SummaryCommand, SummaryError};
use debrief_infra::keys::DataKey;
use debrief_infra::log::{CommandContext, CommandError, Committed};
use debrief_projections::transcripts;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().merge(read::router()).merge(change::router()).merge(chat::router())
}

fn refused(error: CommandError<SummaryError>) -> Problem {
    of_command(error, |refusal| match refusal {
        SummaryError::Erased | SummaryError::NotFound => Problem::not_found("summary"),
        SummaryError::NoMessage => Problem::not_found("message"),
        SummaryError::NoVersion(version) => {
            Problem::invalid_field("version", format!("there is no version {version}"))
        }
        SummaryError::Edit(error) => Problem::invalid_field("edits", error.to_string()),
        SummaryError::Changed { newest } => Problem::new(
            Code::SummaryChanged,
            format!(
                "Somebody wrote another version meanwhile: the newest is {newest}. Read it, and \
                 send the change again with it as base_version. Nothing was changed."
            ),
        ),
        SummaryError::NothingToUndo => Problem::conflict("There is nothing to undo."),
        SummaryError::NothingToRedo => Problem::conflict("There is nothing to redo."),
        SummaryError::MessageEnded(state) => {
            Problem::conflict(format!("This message has ended: it is {}.", state.as_str()))
        }
        error @ (SummaryError::TooManyVersions | SummaryError::TooManyMessages) => {
            Problem::conflict(format!("{}.", capitalized(&error.to_string())))
        }
        // What only workers are told.
        error @ (SummaryError::NotItsTurn
        | SummaryError::RequestEnded
        | SummaryError::ChangedWhileWriting) => Problem::internal(&error),
    })
}

fn capitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns the summary as the log has it, and the key of its transcript; `None` if the organization
/// has no such summary, or it was erased.
pub(crate) async fn load(
    state: &ApiState,
    organization: OrganizationId,
    id: SummaryId,
) -> Result<Option<(Summary, DataKey)>, Problem> {
    let loaded = state.log.load::<Summary>(organization, id.0).await;
    let (summary, _) = loaded.map_err(refused)?;
    let Some(transcript) = summary.transcript_id().filter(|_| !summary.is_erased()) else {
        return Ok(None);
    };
    let key = state.log.keys().get(organization, transcript.0).await?;
    Ok(key.map(|key| (summary, key)))
}

/// Executes a command; its words are sealed under the key of the transcript.
pub(crate) async fn execute(
    state: &ApiState,
    mut context: CommandContext,
    id: SummaryId,
    command: impl FnOnce(&Summary) -> SummaryCommand,
) -> Result<Committed, Problem> {
    let loaded = load(state, context.organization, id).await?;
    let (summary, key) = loaded.ok_or_else(|| Problem::not_found("summary"))?;
    context.data_key = Some(key);
    let command = command(&summary);
    state.log.execute::<Summary>(context, id.0, command).await.map_err(refused)
}

/// Returns why a session has no summary: there is no such session, or its files were not read yet.
pub(crate) async fn not_there(
    state: &ApiState,
    caller: &Caller<Write>,
    id: TranscriptId,
    problem: Problem,
) -> Result<Problem, Problem> {
    let row = transcripts::transcript(&state.views, caller.viewer(), id).await?;
    Ok(match row {
        Some(_) => Problem::new(
            Code::NotRead,
            "The files of this session were not read yet. Wait until its state is ready.",
        ),
        None if problem.status().is_client_error() => Problem::not_found("transcript"),
        None => problem,
    })
}

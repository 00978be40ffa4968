//! Transcripts and their turns for handlers: what is not there is a 404.

use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::state::ApiState;
use debrief_domain::ids::TranscriptId;
use debrief_projections::transcripts::TranscriptRow;
use debrief_sessions::{Current, Loaded};
use std::sync::Arc;

/// Loads a transcript from the log.
pub(super) async fn load(
    state: &ApiState,
    caller: &Caller,
    id: TranscriptId,
) -> Result<Loaded, Problem> {
    let loaded = debrief_sessions::load(&state.log, &state.documents, caller.organization, id);
    loaded.await?.ok_or_else(gone)
}

/// The turns of a row as they are now; `None` until the files were read.
pub(super) async fn current(
    state: &ApiState,
    caller: &Caller,
    row: &TranscriptRow,
) -> Result<Option<Arc<Current>>, Problem> {
    let (Some(_), Some(version)) = (&row.content, row.turns_version) else { return Ok(None) };
    let turns = &state.shared().turns;
    let current =
        turns.current(&state.log, &state.documents, caller.organization, row.id, version).await?;
    current.map(Some).ok_or_else(gone)
}

fn gone() -> Problem {
    Problem::not_found("transcript")
}

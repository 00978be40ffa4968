//! Lists the corrections of a transcript, from its history.

use crate::http::auth::{Caller, Read};
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::state::ApiState;
use crate::transcripts::contents::Contents;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::correction::{Correction, TurnRef};
use debrief_domain::transcript::corrections::CorrectionError;
use debrief_domain::transcript::{Transcript, TranscriptEvent};
use debrief_infra::log::StreamId;
use debrief_sessions::{Loaded, corrected};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Number of events that are read at once.
const PAGE: u32 = 500;

/// A correction, as it was made.
#[derive(Debug, Serialize, ToSchema)]
struct MadeCorrection {
    /// Identifies the correction.
    correction_id: Uuid,
    /// What was corrected.
    correction: Correction,
    /// The current index of the turn, for a correction of one turn.
    turn: Option<u32>,
    /// Why the correction is suspended, if it is: what it was made on is not there any more.
    rests: Option<String>,
    /// When it was made.
    made_at: DateTime<Utc>,
    /// Who made it.
    made_by: String,
    /// When it was undone.
    undone_at: Option<DateTime<Utc>>,
}

/// The corrections of a transcript.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::transcripts) struct Corrections {
    /// In the order in which they were made, including those that were undone.
    items: Vec<MadeCorrection>,
    /// Counts changes to the turns; see `revision` of `POST …/corrections`.
    revision: u64,
}

/// List the corrections of a transcript.
#[utoipa::path(
    get,
    path = "/v1/transcripts/{id}/corrections",
    operation_id = "list_corrections",
    tag = "transcripts"
)]
pub(in crate::transcripts) async fn list(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    State(contents): State<Contents>,
    Path(id): Path<TranscriptId>,
) -> Result<Json<Corrections>, Problem> {
    let Loaded { transcript, turns, .. } = contents.load(caller.viewer(), id).await?;
    let revision = transcript.revision();
    let read = turns.map(|turns| turns.read).unwrap_or_default();
    let now = corrected(read, transcript.corrections()).await?;
    let rests: HashMap<Uuid, CorrectionError> = now.dormant.iter().copied().collect();
    let places: HashMap<TurnRef, u32> =
        now.refs.iter().zip(0..).map(|(turn, index)| (*turn, index)).collect();
    let mut items: Vec<MadeCorrection> = Vec::new();
    let stream = StreamId { stream_type: "transcript", id: id.0 };
    let mut version = 0;
    loop {
        let events = state.log.read_stream(caller.organization(), stream, version, PAGE).await?;
        let Some(last) = events.last() else { break };
        version = last.version;
        for event in events {
            match event.of::<Transcript>().map_err(|error| Problem::internal(&error))? {
                Some(TranscriptEvent::Corrected(made)) => {
                    let Some(correction) = made.correction.into_known() else { continue };
                    items.push(MadeCorrection {
                        correction_id: made.correction_id,
                        turn: turn_of(&correction).and_then(|turn| places.get(&turn).copied()),
                        correction,
                        rests: rests.get(&made.correction_id).map(ToString::to_string),
                        made_at: event.recorded_at,
                        made_by: event.metadata.actor,
                        undone_at: None,
                    });
                }
                Some(TranscriptEvent::CorrectionUndone(undone)) => {
                    let made =
                        items.iter_mut().find(|item| item.correction_id == undone.correction_id);
                    if let Some(made) = made {
                        made.undone_at = Some(event.recorded_at);
                    }
                }
                _ => {}
            }
        }
    }
    Ok(Json(Corrections { items, revision }))
}

fn turn_of(correction: &Correction) -> Option<TurnRef> {
    match correction {
        Correction::EditTurn { turn, .. }
        | Correction::SetSpeaker { turn, .. }
        | Correction::SplitTurn { turn, .. } => Some(*turn),
        Correction::RenameSpeaker { .. }
        | Correction::MergeSpeakers { .. }
        | Correction::SetRole { .. }
        | Correction::ApplyVocabulary { .. } => None,
    }
}

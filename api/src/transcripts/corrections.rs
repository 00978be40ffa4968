//! `…/{id}/corrections`: what the coach puts right in a transcript.
//!
//! Invariants: a correction is an event and is undone by an event; the files and what was read
//! from them stay as they are. A correction is checked against the turns as they are in the log,
//! and recorded only if they still are: who loses that race is tried again on the new turns.

use super::content::load;
use crate::http::auth::Caller;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Path, Query};
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use crate::vocabulary;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_domain::change::Change;
use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::content::{Content, Role};
use debrief_domain::transcript::correction::{Correction, TurnRef, VocabularyEntry};
use debrief_domain::transcript::corrections::{self, Corrected, CorrectionError};
use debrief_domain::transcript::{
    Outline, Transcript, TranscriptCommand, TranscriptCorrected, TranscriptCorrectionUndone,
    TranscriptError, TranscriptEvent,
};
use debrief_infra::log::{Appended, CommandContext, CommandError, Committed, StreamId};
use debrief_sessions::{Loaded, corrected};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// How often a correction is tried again that others were faster than.
const ATTEMPTS: usize = 8;
/// Events that are read at a time.
const PAGE: u32 = 500;

/// A correction. Turns are named by their `index` as it is now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum CorrectionIn {
    /// A speaker has another name. The name of another speaker makes one person of the two.
    RenameSpeaker {
        /// The name now.
        from: String,
        /// The right name.
        to: String,
    },
    /// Several speakers are one person.
    MergeSpeakers {
        /// Names now.
        from: Vec<String>,
        /// The name of them all, one of theirs or a new one.
        into: String,
    },
    /// A speaker is coach or client.
    SetRole {
        /// The name now.
        speaker: String,
        /// The part this person plays.
        role: Role,
    },
    /// A turn has other words.
    EditTurn {
        /// Its index.
        turn: u32,
        /// What was said.
        text: String,
    },
    /// Somebody else said a turn.
    SetSpeaker {
        /// Its index.
        turn: u32,
        /// Who said it, also somebody new; `null` where that is not known.
        speaker: Option<String>,
    },
    /// A turn is two.
    SplitTurn {
        /// Its index.
        turn: u32,
        /// Where the second half begins, in characters (Unicode scalar values).
        at: u32,
        /// Who said the second half; left out where the same person did, `null` where that is not
        /// known.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[schema(value_type = Option<String>)]
        speaker: Change<String>,
    },
    /// Terms are written as they should be.
    ApplyVocabulary {
        /// The terms; the organization's vocabulary unless said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entries: Option<Vec<VocabularyEntry>>,
    },
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct CorrectQuery {
    /// The `revision` of the turns that you looked at. If they have changed since, nothing is
    /// done; without it the correction is made on the turns as they are.
    revision: Option<u64>,
}

/// A correction was made, or taken back.
#[derive(Serialize, ToSchema)]
#[allow(dead_code)]
struct CorrectedOut {
    /// The transcript's id.
    id: TranscriptId,
    /// Names the correction; with it, it can be undone.
    correction_id: Uuid,
    /// Position that this reached; read with it as `min_position`.
    position: i64,
}

/// Correct a transcript.
///
/// Summary, search and exports follow by themselves.
#[utoipa::path(
    post, path = "/v1/transcripts/{id}/corrections", operation_id = "correct_transcript",
    tag = "transcripts",
    params(
        ("id" = Uuid, Path), CorrectQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again"),
    ),
    request_body = CorrectionIn,
    responses(
        (status = 201, body = CorrectedOut), (status = 404, body = Problem),
        (status = 409, description = "Not read yet, or the turns are not those that you looked at", body = Problem),
        (status = 422, description = "It does not fit the transcript", body = Problem),
    ),
    security(("api_key" = []))
)]
pub(super) async fn correct(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
    Query(query): Query<CorrectQuery>,
    Body(wanted): Body<CorrectionIn>,
) -> Result<Accepted, Problem> {
    let correction_id = Uuid::now_v7();
    let answer = json!({"id": id, "correction_id": correction_id});
    let route = format!("POST /v1/transcripts/{id}/corrections");
    let context = key.context(&caller, &route, &wanted, answer)?;
    if let Some(before) = answered(&state, &context, StatusCode::CREATED).await? {
        return Ok(before);
    }
    for _ in 0..ATTEMPTS {
        let Loaded { transcript, turns, .. } = load(&state, &caller, id).await?;
        let read = turns.ok_or_else(not_read)?.read;
        check_revision(&transcript, query.revision)?;
        let list = transcript.corrections();
        let before = corrected(read.clone(), list.clone()).await?;
        let correction = resolve(&state, &caller, &before, wanted.clone()).await?;
        corrections::check(&before, &correction).map_err(unfit)?;
        let list = [list, vec![(correction_id, correction.clone())]].concat();
        let after = corrected(read, list).await?;
        let command = TranscriptCommand::Correct {
            on: transcript.revision(),
            corrected: TranscriptCorrected {
                correction_id,
                correction: correction.into(),
                outline: outline(&after.content),
            },
        };
        match execute(&state, context.clone(), id, command, StatusCode::CREATED).await? {
            Some(accepted) => return Ok(accepted),
            None => continue,
        }
    }
    Err(too_many_at_once())
}

/// Undo a correction.
///
/// Corrections that were made on top of it rest, until they fit again.
#[utoipa::path(
    delete, path = "/v1/transcripts/{id}/corrections/{correction_id}",
    operation_id = "undo_correction", tag = "transcripts",
    params(
        ("id" = Uuid, Path), ("correction_id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again"),
    ),
    responses((status = 200, body = CorrectedOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
pub(super) async fn undo(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Path((id, correction_id)): Path<(TranscriptId, Uuid)>,
) -> Result<Accepted, Problem> {
    let route = format!("DELETE /v1/transcripts/{id}/corrections/{correction_id}");
    let answer = json!({"id": id, "correction_id": correction_id});
    let context = key.context(&caller, &route, &(), answer)?;
    if let Some(before) = answered(&state, &context, StatusCode::OK).await? {
        return Ok(before);
    }
    for _ in 0..ATTEMPTS {
        let Loaded { transcript, turns, .. } = load(&state, &caller, id).await?;
        let read = turns.ok_or_else(not_read)?.read;
        let mut list = transcript.corrections();
        list.retain(|(id, _)| *id != correction_id);
        let after = corrected(read, list).await?;
        let command = TranscriptCommand::UndoCorrection {
            on: transcript.revision(),
            undone: TranscriptCorrectionUndone { correction_id, outline: outline(&after.content) },
        };
        if let Some(accepted) =
            execute(&state, context.clone(), id, command, StatusCode::OK).await?
        {
            return Ok(accepted);
        }
    }
    Err(too_many_at_once())
}

/// A correction as it was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CorrectionOut {
    /// Names it.
    correction_id: Uuid,
    /// What was corrected.
    correction: Correction,
    /// The turn's index now, for a correction of one turn.
    turn: Option<u32>,
    /// Why it does not count at present, if so: what it was made on is not there any more.
    rests: Option<String>,
    /// When it was made.
    made_at: DateTime<Utc>,
    /// Who made it.
    made_by: String,
    /// When it was undone.
    undone_at: Option<DateTime<Utc>>,
}

/// All corrections of a transcript.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CorrectionsOut {
    /// In the order in which they were made, with those that were undone.
    items: Vec<CorrectionOut>,
    /// Counts changes of the turns; see `revision` of `POST …/corrections`.
    revision: u64,
}

/// List the corrections of a transcript.
#[utoipa::path(
    get, path = "/v1/transcripts/{id}/corrections", operation_id = "list_corrections",
    tag = "transcripts", params(("id" = Uuid, Path)),
    responses((status = 200, body = CorrectionsOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<TranscriptId>,
) -> Result<Json<CorrectionsOut>, Problem> {
    let Loaded { transcript, turns, .. } = load(&state, &caller, id).await?;
    let revision = transcript.revision();
    let read = turns.map(|turns| turns.read).unwrap_or_default();
    let now = corrected(read, transcript.corrections()).await?;
    let rests: HashMap<Uuid, CorrectionError> = now.dormant.iter().copied().collect();
    let places: HashMap<TurnRef, u32> =
        now.refs.iter().zip(0..).map(|(turn, index)| (*turn, index)).collect();
    let mut items: Vec<CorrectionOut> = Vec::new();
    let stream = StreamId { stream_type: "transcript", id: id.0 };
    let mut version = 0;
    loop {
        let events = state.log.read_stream(caller.organization, stream, version, PAGE).await?;
        let Some(last) = events.last() else { break };
        version = last.version;
        for event in events {
            match event.of::<Transcript>().map_err(|error| Problem::internal(&error))? {
                Some(TranscriptEvent::Corrected(made)) => {
                    let Some(correction) = made.correction.into_known() else { continue };
                    items.push(CorrectionOut {
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
    Ok(Json(CorrectionsOut { items, revision }))
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

/// Puts the turns that a request names by their index into the words of the domain.
async fn resolve(
    state: &ApiState,
    caller: &Caller,
    now: &Corrected,
    wanted: CorrectionIn,
) -> Result<Correction, Problem> {
    let turn = |index: u32| -> Result<(TurnRef, String), Problem> {
        let place = index as usize;
        match (now.refs.get(place), now.content.turns.get(place)) {
            (Some(reference), Some(turn)) => Ok((*reference, turn.text.clone())),
            _ => Err(unfit(CorrectionError::NoSuchTurn)),
        }
    };
    Ok(match wanted {
        CorrectionIn::RenameSpeaker { from, to } => Correction::RenameSpeaker { from, to },
        CorrectionIn::MergeSpeakers { from, into } => Correction::MergeSpeakers { from, into },
        CorrectionIn::SetRole { speaker, role } => Correction::SetRole { speaker, role },
        CorrectionIn::EditTurn { turn: index, text } => {
            let (turn, was) = turn(index)?;
            Correction::EditTurn { turn, was, text }
        }
        CorrectionIn::SetSpeaker { turn: index, speaker } => {
            let (turn, was) = turn(index)?;
            Correction::SetSpeaker { turn, was, speaker }
        }
        CorrectionIn::SplitTurn { turn: index, at, speaker } => {
            let (turn, was) = turn(index)?;
            Correction::SplitTurn { turn, was, at, speaker }
        }
        CorrectionIn::ApplyVocabulary { entries: Some(entries) } => {
            Correction::ApplyVocabulary { entries }
        }
        CorrectionIn::ApplyVocabulary { entries: None } => {
            let entries = vocabulary::of(state, caller.organization).await?;
            Correction::ApplyVocabulary { entries }
        }
    })
}

fn outline(content: &Content) -> Outline {
    Outline {
        participants: content.participants.clone().into(),
        turn_count: u32::try_from(content.turns.len()).unwrap_or(u32::MAX),
        word_count: content.word_count(),
    }
}

fn unfit(error: CorrectionError) -> Problem {
    Problem::unprocessable(error.code(), format!("It cannot be corrected so: {error}."))
}

fn not_read() -> Problem {
    Problem::conflict(
        "not_read",
        "The transcript was not read yet; correct it once its state is `ready`.",
    )
}

fn too_many_at_once() -> Problem {
    Problem::conflict("conflict", "Others corrected this at the same time. Repeat the request.")
}

fn check_revision(transcript: &Transcript, looked_at: Option<u64>) -> Result<(), Problem> {
    match looked_at {
        Some(revision) if revision != transcript.revision() => Err(Problem::conflict(
            "turns_changed",
            "The turns have changed since you looked at them. Load them again, and correct them as \
             they are now.",
        )),
        _ => Ok(()),
    }
}

/// The answer of the first time, where a request is sent again.
async fn answered(
    state: &ApiState,
    context: &CommandContext,
    status: StatusCode,
) -> Result<Option<Accepted>, Problem> {
    match state.log.answer_to(context.organization, &context.key).await? {
        None => Ok(None),
        Some(Appended::Replayed(stored)) => {
            let committed = Committed {
                position: stored.position,
                version: stored.version,
                answer: stored.answer,
                replayed: true,
            };
            Ok(Some(Accepted { status, committed }))
        }
        Some(_) => Err(of_command::<TranscriptError>(CommandError::KeyReused, |_| not_read())),
    }
}

/// `None` where the turns were changed by somebody else.
async fn execute(
    state: &ApiState,
    mut context: CommandContext,
    id: TranscriptId,
    command: TranscriptCommand,
    status: StatusCode,
) -> Result<Option<Accepted>, Problem> {
    context.data_key = state.log.keys().get(context.organization, id.0).await?;
    match state.log.execute::<Transcript>(context, id.0, command).await {
        Ok(committed) => Ok(Some(Accepted { status, committed })),
        Err(CommandError::Refused(TranscriptError::Stale)) => Ok(None),
        Err(error) => Err(of_command(error, |error| match error {
            TranscriptError::NotFound => Problem::not_found("transcript"),
            TranscriptError::NoSuchCorrection => Problem::not_found("correction"),
            TranscriptError::NotRead => not_read(),
            error => Problem::conflict("conflict", error.to_string()),
        })),
    }
}

//! Makes and undoes corrections.

use crate::http::auth::{Caller, Write};
use crate::http::codes::Code;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Path, Paths};
use crate::http::problem::{Problem, of_command};
use crate::http::query::Query;
use crate::state::ApiState;
use crate::transcripts::contents::Contents;
use crate::vocabulary;
use axum::extract::State;
use axum::http::StatusCode;
use debrief_domain::change::Change;
use debrief_domain::ids::{OrganizationId, TranscriptId};
use debrief_domain::principal::Viewer;
use debrief_domain::transcript::content::Role;
use debrief_domain::transcript::correction::{Correction, TurnRef, VocabularyEntry};
use debrief_domain::transcript::corrections::{Corrected as Now, CorrectionError};
use debrief_domain::transcript::{
    Outline, Transcript, TranscriptCommand, TranscriptCorrected, TranscriptCorrectionUndone,
    TranscriptError,
};
use debrief_infra::log::{Appended, CommandContext, CommandError, Committed};
use debrief_sessions::CurrentTurns;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Maximum number of attempts if the turns are changed concurrently.
const ATTEMPTS: usize = 8;

/// A correction. Turns are named by their current `index`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(in crate::transcripts) enum NewCorrection {
    /// Renames a speaker. A name that another speaker has merges the two.
    RenameSpeaker {
        /// The current name.
        from: String,
        /// The new name, up to 200 characters.
        #[schema(min_length = 1, max_length = 200)]
        to: String,
    },
    /// Merges speakers into one.
    MergeSpeakers {
        /// Their current names.
        #[schema(min_items = 1)]
        from: Vec<String>,
        /// Their common name: one of theirs, or a new one, up to 200 characters.
        #[schema(min_length = 1, max_length = 200)]
        into: String,
    },
    /// Sets the role of a speaker.
    SetRole {
        /// The current name.
        speaker: String,
        /// Coach, client or unknown.
        role: Role,
    },
    /// Replaces the words of a turn.
    EditTurn {
        /// Index of the turn.
        turn: u32,
        /// What was said, up to 4,000 characters.
        #[schema(min_length = 1, max_length = 4_000)]
        text: String,
    },
    /// Sets who said a turn.
    SetSpeaker {
        /// Index of the turn.
        turn: u32,
        /// The speaker, who may be new; `null` if not known.
        #[schema(min_length = 1, max_length = 200)]
        speaker: Option<String>,
    },
    /// Splits a turn in two.
    SplitTurn {
        /// Index of the turn.
        turn: u32,
        /// Where the second half begins, in characters (Unicode scalar values).
        at: u32,
        /// Who said the second half: left out for the same speaker, `null` if not known.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[schema(value_type = Option<String>)]
        speaker: Change<String>,
    },
    /// Replaces misheard spellings by the terms of a vocabulary.
    ApplyVocabulary {
        /// The terms; default the organization's vocabulary.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_items = 1_000)]
        entries: Option<Vec<VocabularyEntry>>,
    },
}

#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::transcripts) struct Looked {
    /// The `revision` of the turns that the correction was made for. If they have changed since,
    /// it is refused. Without it, the correction is made on the current turns.
    revision: Option<u64>,
}

/// Identifies a correction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Uuid)]
pub(in crate::transcripts) struct Which(Uuid);

/// A correction that was made or undone.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(in crate::transcripts) struct CorrectionId {
    /// Identifies the transcript.
    id: TranscriptId,
    /// Identifies the correction. Undo it by this id.
    correction_id: Uuid,
}

/// Correct a transcript.
///
/// Summary, search and exports follow.
#[utoipa::path(
    post, path = "/v1/transcripts/{id}/corrections", operation_id = "correct_transcript",
    tag = "transcripts",
    responses(
        (status = 201, description = "The correction was made"),
        (status = 409, description = "`not_read`: The files were not read yet.\n\n\
            `turns_changed`: The turns are not those of the `revision` that was given."),
        (status = 422, description = "The correction does not fit the transcript"),
    )
)]
pub(in crate::transcripts) async fn correct(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    State(contents): State<Contents>,
    key: IdempotencyKey,
    Path(id): Path<TranscriptId>,
    Query(looked, ..): Query<Looked>,
    Body(wanted): Body<NewCorrection>,
) -> Result<Accepted<CorrectionId>, Problem> {
    let correction_id = Uuid::now_v7();
    let answer = CorrectionId { id, correction_id };
    let route = format!("POST /v1/transcripts/{id}/corrections");
    let context = key.context(&caller, &route, &wanted, &answer)?;
    if let Some(before) = answered(&state, &context, StatusCode::CREATED).await? {
        return Ok(before);
    }
    let viewer = caller.viewer();
    let _may = contents.queue().wait(id).await?;
    for _ in 0..ATTEMPTS {
        let transcript = contents.transcript(viewer, id).await?;
        let before = contents.of(viewer, id, &transcript).await?.ok_or_else(not_read)?;
        check_revision(&transcript, looked.revision)?;
        let wanted = wanted.clone();
        let correction = resolve(&state, caller.organization(), &before.now, wanted).await?;
        let list = [transcript.corrections(), vec![(correction_id, correction.clone())]].concat();
        let after = contents.with(viewer, id, &transcript, list).await?;
        if let Some((_, reason)) = after.dormant.iter().find(|(id, _)| *id == correction_id) {
            return Err(unfit(*reason));
        }
        let (after, outline) = outlined(&transcript, before, after).await?;
        let command = TranscriptCommand::Correct {
            on: transcript.revision(),
            corrected: TranscriptCorrected {
                correction_id,
                correction: correction.into(),
                outline,
            },
        };
        if let Some(committed) = execute(&state, context.clone(), id, command).await? {
            keep(&contents, viewer, id, &committed, &transcript, after).await;
            return Ok(Accepted::new(StatusCode::CREATED, answer, committed));
        }
    }
    Err(too_many_at_once())
}

/// Undo a correction.
///
/// Corrections that were made on top of it are suspended until they fit again.
#[utoipa::path(
    delete, path = "/v1/transcripts/{id}/corrections/{correction_id}",
    operation_id = "undo_correction", tag = "transcripts",
    responses((status = 409, description = "`not_read`: The files were not read yet."))
)]
pub(in crate::transcripts) async fn undo(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    State(contents): State<Contents>,
    key: IdempotencyKey,
    Paths(id, Which(correction_id)): Paths<TranscriptId, Which>,
) -> Result<Accepted<CorrectionId>, Problem> {
    let route = format!("DELETE /v1/transcripts/{id}/corrections/{correction_id}");
    let answer = CorrectionId { id, correction_id };
    let context = key.context(&caller, &route, &(), &answer)?;
    if let Some(before) = answered(&state, &context, StatusCode::OK).await? {
        return Ok(before);
    }
    let viewer = caller.viewer();
    let _may = contents.queue().wait(id).await?;
    for _ in 0..ATTEMPTS {
        let transcript = contents.transcript(viewer, id).await?;
        let before = contents.of(viewer, id, &transcript).await?.ok_or_else(not_read)?;
        let mut list = transcript.corrections();
        list.retain(|(id, _)| *id != correction_id);
        let after = contents.with(viewer, id, &transcript, list).await?;
        let (after, outline) = outlined(&transcript, before, after).await?;
        let command = TranscriptCommand::UndoCorrection {
            on: transcript.revision(),
            undone: TranscriptCorrectionUndone { correction_id, outline },
        };
        if let Some(committed) = execute(&state, context.clone(), id, command).await? {
            keep(&contents, viewer, id, &committed, &transcript, after).await;
            return Ok(Accepted::new(StatusCode::OK, answer, committed));
        }
    }
    Err(too_many_at_once())
}

/// What turns amount to and how that has changed, computed where it blocks nobody.
async fn outlined(
    transcript: &Transcript,
    before: Arc<CurrentTurns>,
    after: Now,
) -> Result<(Now, Outline), Problem> {
    let changes = transcript.participant_changes();
    let outlined = tokio::task::spawn_blocking(move || {
        let outline = Outline::between(&before.now.content, &after.content, changes);
        (after, outline)
    });
    outlined.await.map_err(|error| Problem::internal(&error))
}

/// Keeps the turns that a command has led to for whoever comes next.
async fn keep(
    contents: &Contents,
    viewer: Viewer,
    id: TranscriptId,
    committed: &Committed,
    before: &Transcript,
    now: Now,
) {
    if !committed.replayed {
        let current = CurrentTurns { now, revision: before.revision() + 1 };
        contents.keep(viewer, id, committed.version, current).await;
    }
}

/// Converts a request, which names turns by index, into a correction of the domain.
async fn resolve(
    state: &ApiState,
    organization: OrganizationId,
    now: &Now,
    wanted: NewCorrection,
) -> Result<Correction, Problem> {
    let turn = |index: u32| -> Result<(TurnRef, String), Problem> {
        let place = index as usize;
        match (now.refs.get(place), now.content.turns.get(place)) {
            (Some(reference), Some(turn)) => Ok((*reference, turn.text.clone())),
            _ => Err(unfit(CorrectionError::NoSuchTurn)),
        }
    };
    Ok(match wanted {
        NewCorrection::RenameSpeaker { from, to } => Correction::RenameSpeaker { from, to },
        NewCorrection::MergeSpeakers { from, into } => Correction::MergeSpeakers { from, into },
        NewCorrection::SetRole { speaker, role } => Correction::SetRole { speaker, role },
        NewCorrection::EditTurn { turn: index, text } => {
            let (turn, was) = turn(index)?;
            Correction::EditTurn { turn, was, text }
        }
        NewCorrection::SetSpeaker { turn: index, speaker } => {
            let (turn, was) = turn(index)?;
            Correction::SetSpeaker { turn, was, speaker }
        }
        NewCorrection::SplitTurn { turn: index, at, speaker } => {
            let (turn, was) = turn(index)?;
            Correction::SplitTurn { turn, was, at, speaker }
        }
        NewCorrection::ApplyVocabulary { entries: Some(entries) } => {
            Correction::ApplyVocabulary { entries }
        }
        NewCorrection::ApplyVocabulary { entries: None } => {
            let entries = vocabulary::of(state, organization).await?;
            Correction::ApplyVocabulary { entries }
        }
    })
}

fn unfit(error: CorrectionError) -> Problem {
    Problem::new(Code::from(error), format!("The correction does not fit: {error}."))
}

fn not_read() -> Problem {
    Problem::new(
        Code::NotRead,
        "The transcript has not been read yet; correct it once its state is `ready`.",
    )
}

fn too_many_at_once() -> Problem {
    Problem::conflict(
        "The transcript was corrected at the same time by another request. Repeat the request.",
    )
}

fn check_revision(transcript: &Transcript, looked_at: Option<u64>) -> Result<(), Problem> {
    match looked_at {
        Some(revision) if revision != transcript.revision() => Err(Problem::new(
            Code::TurnsChanged,
            "The turns have changed since this revision. Read them again, and correct the current \
             ones.",
        )),
        _ => Ok(()),
    }
}

/// Returns the stored answer if the request is a repetition.
async fn answered(
    state: &ApiState,
    context: &CommandContext,
    status: StatusCode,
) -> Result<Option<Accepted<CorrectionId>>, Problem> {
    match state.log.answer_to(context.organization, &context.key).await? {
        None => Ok(None),
        Some(Appended::Replayed(stored)) => {
            Ok(Some(Accepted::again(status, stored.answer, stored.position)))
        }
        Some(_) => Err(of_command::<TranscriptError>(CommandError::KeyReused, |_| not_read())),
    }
}

/// Returns `None` if somebody else changed the turns.
async fn execute(
    state: &ApiState,
    mut context: CommandContext,
    id: TranscriptId,
    command: TranscriptCommand,
) -> Result<Option<Committed>, Problem> {
    context.data_key = state.log.keys().get(context.organization, id.0).await?;
    match state.log.execute::<Transcript>(context, id.0, command).await {
        Ok(committed) => Ok(Some(committed)),
        Err(CommandError::Refused(TranscriptError::Stale)) => Ok(None),
        Err(error) => Err(of_command(error, |error| match error {
            TranscriptError::NotFound => Problem::not_found("transcript"),
            TranscriptError::NoSuchCorrection => Problem::not_found("correction"),
            TranscriptError::NotRead => not_read(),
            error => Problem::conflict(error.to_string()),
        })),
    }
}

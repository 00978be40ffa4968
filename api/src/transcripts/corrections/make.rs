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
use debrief_domain::transcript::content::{Content, Role};
use debrief_domain::transcript::correction::{Correction, TurnRef, VocabularyEntry};
use debrief_domain::transcript::corrections::{self, Corrected as Now, CorrectionError};
use debrief_domain::transcript::{
    Outline, Transcript, TranscriptCommand, TranscriptCorrected, TranscriptCorrectionUndone,
    TranscriptError,
};
use debrief_infra::log::{Appended, CommandContext, CommandError, Committed};
use debrief_sessions::{Loaded, corrected};
use serde::{Deserialize, Serialize};
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
        /// The new name.
        to: String,
    },
    /// Merges speakers into one.
    MergeSpeakers {
        /// Their current names.
        from: Vec<String>,
        /// Their common name: one of theirs, or a new one.
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
        /// What was said.
        text: String,
    },
    /// Sets who said a turn.
    SetSpeaker {
        /// Index of the turn.
        turn: u32,
        /// The speaker, who may be new; `null` if not known.
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
    for _ in 0..ATTEMPTS {
        let (transcript, content) = read(&contents, &caller, id).await?;
        check_revision(&transcript, looked.revision)?;
        let list = transcript.corrections();
        let before = corrected(content.clone(), list.clone()).await?;
        let correction = resolve(&state, caller.organization(), &before, wanted.clone()).await?;
        corrections::check(&before, &correction).map_err(unfit)?;
        let list = [list, vec![(correction_id, correction.clone())]].concat();
        let after = corrected(content, list).await?;
        let command = TranscriptCommand::Correct {
            on: transcript.revision(),
            corrected: TranscriptCorrected {
                correction_id,
                correction: correction.into(),
                outline: Outline::of(&after.content),
            },
        };
        if let Some(committed) = execute(&state, context.clone(), id, command).await? {
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
    for _ in 0..ATTEMPTS {
        let (transcript, content) = read(&contents, &caller, id).await?;
        let mut list = transcript.corrections();
        list.retain(|(id, _)| *id != correction_id);
        let after = corrected(content, list).await?;
        let command = TranscriptCommand::UndoCorrection {
            on: transcript.revision(),
            undone: TranscriptCorrectionUndone {
                correction_id,
                outline: Outline::of(&after.content),
            },
        };
        if let Some(committed) = execute(&state, context.clone(), id, command).await? {
            return Ok(Accepted::new(StatusCode::OK, answer, committed));
        }
    }
    Err(too_many_at_once())
}

/// Loads the transcript and its turns as parsed.
async fn read(
    contents: &Contents,
    caller: &Caller<Write>,
    id: TranscriptId,
) -> Result<(Transcript, Content), Problem> {
    let Loaded { transcript, turns, .. } = contents.load(caller.viewer(), id).await?;
    Ok((transcript, turns.ok_or_else(not_read)?.read))
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

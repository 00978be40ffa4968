//! The coach's writing voice: trained, read, edited, and deleted.

use crate::http::auth::{Caller, Read, Write};
use crate::http::checks::Checks;
use crate::http::codes::Code;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::Body;
use crate::http::problem::{Problem, of_command};
use crate::http::routes::routes;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use debrief_domain::ids::{SummaryId, VoiceId};
use debrief_domain::summary::Summary;
use debrief_domain::summary::text::{Style, render};
use debrief_domain::voice::{
    Lesson, LessonState, Measured, Passage, Profile, Rule, SAMPLE_MAX, SAMPLES_MAX, Stance, Voice,
    VoiceChange, VoiceCommand, VoiceRefused,
};
use debrief_infra::log::CommandError;
use debrief_language::voice::{describe, train as measure, why_learned, words};
use debrief_projections::{directory, transcripts};
use debrief_workers::voice;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

/// Maximum number of clients whose names are kept out of passages and rules.
const CLIENTS_MAX: u32 = 5_000;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(train)).routes(routes!(get, patch, delete))
}

/// Texts to measure: either one's own, or approved summaries.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TrainVoice {
    /// Texts that the coach wrote, such as emails to clients: 1 to 50, of up to 20,000 characters.
    #[serde(default)]
    #[schema(max_items = 50)]
    samples: Vec<String>,
    /// How many of the summaries that were approved last to measure: 1 to 50.
    #[schema(minimum = 1, maximum = 50)]
    from_approved: Option<u32>,
}

/// A voice that was trained.
#[derive(Debug, Serialize, ToSchema)]
struct TrainedVoice {
    /// The number of texts that were measured.
    samples: usize,
}

/// A habit that edits have shown.
#[derive(Debug, Serialize, ToSchema)]
struct LearnedHabit {
    /// Identifies the lesson, and the rule that it gives.
    id: String,
    /// The rule in plain words.
    text: String,
    /// Why: in how many sessions it was seen.
    why: String,
    /// Whether it is followed, or why not.
    state: LessonState,
}

/// What one approved summary says of a habit.
#[derive(Debug, Serialize, ToSchema)]
struct Taught {
    /// The lesson.
    lesson_id: String,
    /// What the edits say of it.
    stance: Stance,
    /// What was written before, shortened; empty if nothing was.
    before: String,
    /// What the coach wrote, shortened; empty if nothing.
    after: String,
}

/// What was learned from one approved summary.
#[derive(Debug, Serialize, ToSchema)]
struct LearnedFrom {
    /// The summary.
    summary_id: SummaryId,
    /// Its approved version.
    summary_version: u32,
    /// What its edits say.
    taught: Vec<Taught>,
}

/// How the coach writes.
#[derive(Debug, Default, Serialize, ToSchema)]
struct VoiceProfile {
    /// Version of the profile; 0 while there is none.
    version: u32,
    /// Number of texts that it was measured in.
    samples: u32,
    /// The rules in plain words, the most binding first: the coach's own, those learned from edits,
    /// those measured in texts.
    rules: Vec<Rule>,
    /// Passages that show how the coach writes.
    passages: Vec<Passage>,
    /// What edits have taught, also what is not followed: seen in one session only, or contradicted.
    learned: Vec<LearnedHabit>,
    /// The same by approved summary.
    learned_from: Vec<LearnedFrom>,
}

/// Changes of the profile.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeVoice {
    /// The version that the changes were made on; if it is not the newest, nothing is changed.
    base_version: Option<u32>,
    /// The changes, in order. All are made or none.
    #[serde(default)]
    #[schema(max_items = 100)]
    changes: Vec<VoiceChange>,
    /// A summary of which everything that it taught is taken back; sent without `changes`.
    revert: Option<SummaryId>,
}

/// A voice that was changed or deleted.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedVoice {}

/// Train the voice.
///
/// Measures how the coach writes, in place of what was measured before. What edits have taught and
/// what the coach says stays. Names of clients are kept out of it.
#[utoipa::path(
    post, path = "/v1/analyze/voice/train", operation_id = "train_voice", tag = "analyze",
    responses(
        (status = 201, description = "The voice was trained"),
        (status = 409, description = "No summary was approved yet"),
    )
)]
async fn train(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Body(body): Body<TrainVoice>,
) -> Result<Accepted<TrainedVoice>, Problem> {
    check(&body)?;
    let clients = directory::clients(&state.views, caller.viewer(), 0, CLIENTS_MAX).await?;
    let names: Vec<String> = clients.into_iter().filter_map(|client| client.name).collect();
    let (texts, summaries) = match body.from_approved {
        Some(most) => approved(&state, &caller, most).await?,
        None => (body.samples.clone(), Vec::new()),
    };
    let answer = TrainedVoice { samples: texts.len() };
    let context = key.context(&caller, "POST /v1/analyze/voice/train", &body, &answer)?;
    let train = move || {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        measure(&texts, &names)
    };
    let trained = tokio::task::spawn_blocking(train).await;
    let Profile { samples, traits, passages, .. } =
        trained.map_err(|error| Problem::internal(&error))?;
    let measured = Measured { samples, traits, passages };
    let command = |key_id| VoiceCommand::Train {
        key_id,
        measured: measured.clone(),
        summaries: summaries.clone(),
    };
    let committed = voice::write(&state.log, &context, command).await.map_err(refused)?;
    Ok(Accepted::new(StatusCode::CREATED, answer, committed))
}

fn check(body: &TrainVoice) -> Result<(), Problem> {
    let mut checks = Checks::default();
    match (body.samples.is_empty(), body.from_approved) {
        (true, None) | (false, Some(_)) => {
            checks.fail("samples", "send either samples or from_approved.");
        }
        (_, Some(count)) if count == 0 || count as usize > SAMPLES_MAX => {
            checks.fail("from_approved", format!("must be from 1 to {SAMPLES_MAX}."));
        }
        _ if body.samples.len() > SAMPLES_MAX => {
            let count = body.samples.len();
            checks.fail("samples", format!("has {count} texts; the limit is {SAMPLES_MAX}."));
        }
        _ => {}
    }
    for sample in body.samples.iter().take(SAMPLES_MAX) {
        checks.text("samples", sample, SAMPLE_MAX);
    }
    checks.done()
}

/// Returns the texts of the summaries that were approved last, and which they are.
async fn approved(
    state: &ApiState,
    caller: &Caller<Write>,
    most: u32,
) -> Result<(Vec<String>, Vec<SummaryId>), Problem> {
    let rows = transcripts::approved_summaries(&state.views, caller.viewer(), most).await?;
    let (mut texts, mut summaries) = (Vec::new(), Vec::new());
    for (id, version) in rows {
        let loaded = state.log.load::<Summary>(caller.organization(), id.0).await;
        let (summary, _) =
            loaded.map_err(|error| of_command(error, |it| Problem::internal(&it)))?;
        // What was erased since is passed over.
        if let Some(content) = summary.content_of(version) {
            texts.push(render(content, &Style::default()));
            summaries.push(id);
        }
    }
    match texts.is_empty() {
        true => Err(Problem::conflict("No summary was approved yet; send samples instead.")),
        false => Ok((texts, summaries)),
    }
}

/// Get the voice.
///
/// The rules that summaries follow, each with where it comes from and why, and what was learned
/// from which approved summary.
#[utoipa::path(get, path = "/v1/analyze/voice", operation_id = "get_voice", tag = "analyze")]
async fn get(
    State(state): State<ApiState>,
    caller: Caller<Read>,
) -> Result<Json<VoiceProfile>, Problem> {
    let organization = caller.organization();
    let loaded = state.log.load::<Voice>(organization, VoiceId::of(organization).0).await;
    let (voice, _) = loaded.map_err(refused)?;
    let Some(profile) = voice.profile() else { return Ok(Json(VoiceProfile::default())) };
    let learned = |lesson: &Lesson| LearnedHabit {
        id: lesson.id.clone(),
        text: words(&lesson.habit),
        why: why_learned(lesson),
        state: lesson.state(),
    };
    let learned_from = voice.taught().iter().map(|(summary_id, summary_version)| {
        let session = summary_id.to_string();
        let taught = profile.lessons.iter().flat_map(|lesson| {
            let of_session = lesson.evidence.iter().filter(|seen| seen.session == session);
            of_session.map(|seen| Taught {
                lesson_id: lesson.id.clone(),
                stance: seen.stance,
                before: seen.before.clone(),
                after: seen.after.clone(),
            })
        });
        LearnedFrom {
            summary_id: *summary_id,
            summary_version: *summary_version,
            taught: taught.collect(),
        }
    });
    Ok(Json(VoiceProfile {
        version: voice.version(),
        samples: profile.samples,
        rules: describe(profile),
        passages: profile.passages.clone(),
        learned: profile.lessons.iter().map(learned).collect(),
        learned_from: learned_from.collect(),
    }))
}

/// Edit the voice.
///
/// The coach's own word wins: a rule that was written, changed or switched off here is not changed
/// by what is measured or learned. What a summary taught can be taken back as a whole.
#[utoipa::path(
    patch, path = "/v1/analyze/voice", operation_id = "edit_voice", tag = "analyze",
    responses(
        (status = 404, description = "There is no profile yet, or nothing to take back"),
        (status = 409, description = "`voice_changed`: Somebody changed it meanwhile."),
        (status = 422, description = "A change cannot be made"),
    )
)]
async fn patch(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Body(body): Body<ChangeVoice>,
) -> Result<Accepted<ChangedVoice>, Problem> {
    if body.changes.is_empty() == body.revert.is_none() {
        return Err(Problem::invalid_field("changes", "send either changes or revert."));
    }
    let answer = ChangedVoice {};
    let context = key.context(&caller, "PATCH /v1/analyze/voice", &body, &answer)?;
    let committed = match body.revert {
        Some(summary_id) => {
            let id = VoiceId::of(caller.organization()).0;
            state
                .log
                .execute::<Voice>(
                    context,
                    id,
                    VoiceCommand::Revert { base_version: body.base_version, summary_id },
                )
                .await
        }
        None => {
            let command = |key_id| VoiceCommand::Edit {
                key_id,
                base_version: body.base_version,
                changes: body.changes.clone(),
            };
            voice::write(&state.log, &context, command).await
        }
    };
    Ok(Accepted::new(StatusCode::OK, answer, committed.map_err(refused)?))
}

/// Delete the voice.
///
/// Forgets everything: what was measured, learned and written, with the key that sealed it. The
/// next approved summary, or training, begins anew.
#[utoipa::path(
    delete, path = "/v1/analyze/voice", operation_id = "delete_voice", tag = "analyze",
    responses((status = 404, description = "There is no profile"))
)]
async fn delete(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
) -> Result<Accepted<ChangedVoice>, Problem> {
    let answer = ChangedVoice {};
    let context = key.context(&caller, "DELETE /v1/analyze/voice", &(), &answer)?;
    let id = VoiceId::of(caller.organization()).0;
    let committed = state.log.execute::<Voice>(context, id, VoiceCommand::Delete).await;
    Ok(Accepted::new(StatusCode::OK, answer, committed.map_err(refused)?))
}

fn refused(error: CommandError<VoiceRefused>) -> Problem {
    of_command(error, |error| match error {
        VoiceRefused::NotFound => {
            Problem::new(Code::NotFound, "Your organization has no voice profile yet.")
        }
        VoiceRefused::NothingLearned => {
            Problem::new(Code::NotFound, "Nothing was learned from this summary.")
        }
        VoiceRefused::OtherKey => Problem::conflict(
            "The voice was deleted or begun at the same time by another request; send it again.",
        ),
        VoiceRefused::Changed { newest } => Problem::new(
            Code::VoiceChanged,
            format!(
                "The voice was changed meanwhile: its newest version is {newest}. Read it, and \
                 send the changes again with it as base_version. Nothing was changed."
            ),
        ),
        error @ (VoiceRefused::TooManyChanges | VoiceRefused::Change(_)) => {
            Problem::invalid_field("changes", format!("{error}. Nothing was changed."))
        }
    })
}

//! Summarizes a session again.

use super::prompts;
use crate::http::auth::{Caller, Write};
use crate::http::checks::Checks;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::Body;
use crate::http::problem::Problem;
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::summaries;
use axum::extract::State;
use axum::http::StatusCode;
use debrief_api_types::summaries::{AnalyzeSession, AnalyzedSession};
use debrief_domain::ids::{RequestId, SummaryId};
use debrief_domain::language_tag;
use debrief_domain::summary::{SummaryCommand, SummaryRequested};
use debrief_workers::prompts::named;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

/// Maximum length of a prompt's name, in characters.
const NAME_MAX: usize = 100;
/// Maximum length of instructions, in characters.
const INSTRUCTIONS_MAX: usize = 2_000;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(analyze))
}

/// Summarize a session.
///
/// Asks the language model for a new version of the summary, which shows `writing` until it is
/// there. Every session is summarized by itself once it was read, so this is for another prompt,
/// another language or instructions. Without a language model the new version is extractive, and
/// prompt, language and instructions have no effect.
#[utoipa::path(
    post, path = "/v1/analyze/session", operation_id = "analyze_session", tag = "analyze",
    responses(
        (status = 202, description = "The version was asked for"),
        (status = 404, description = "`not_found`: There is no such session, or prompt."),
        (status = 409, description = "`not_read`: The files were not read yet."),
    )
)]
async fn analyze(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Body(wanted): Body<AnalyzeSession>,
) -> Result<Accepted<AnalyzedSession>, Problem> {
    let mut checks = Checks::default();
    if let Some(prompt) = &wanted.prompt {
        checks.text("prompt", prompt, NAME_MAX);
    }
    if let Some(language) = &wanted.language {
        checks.language("language", language);
    }
    if let Some(instructions) = &wanted.instructions {
        checks.text("instructions", instructions, INSTRUCTIONS_MAX);
    }
    checks.done()?;
    if let Some(prompt) = &wanted.prompt {
        let found = named(&state.log, caller.organization(), prompt).await?;
        found.ok_or_else(prompts::not_found)?;
    }
    let id = SummaryId::of(wanted.transcript_id);
    let answer = AnalyzedSession { summary_id: id };
    let context = key.context(&caller, "POST /v1/analyze/session", &wanted, &answer)?;
    let language = wanted.language.map(|tag| language_tag::canonical(&tag).unwrap_or(tag));
    let requested = SummaryRequested {
        transcript_id: wanted.transcript_id,
        request_id: RequestId(Uuid::now_v7()),
        prompt: wanted.prompt,
        language,
        instructions: wanted.instructions.map(Into::into),
    };
    let command = |_: &_| SummaryCommand::Request(requested);
    let committed = summaries::execute(&state, context, id, command).await;
    let committed = match committed {
        // There is no summary: there is no such session, or it was not read yet.
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            return Err(summaries::not_there(&state, &caller, wanted.transcript_id, problem).await?);
        }
        committed => committed?,
    };
    Ok(Accepted::new(StatusCode::ACCEPTED, answer, committed))
}

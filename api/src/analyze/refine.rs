//! Refines a summary by a message.

use crate::http::auth::{Caller, Write};
use crate::http::checks::Checks;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::Body;
use crate::http::problem::Problem;
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::summaries;
use crate::summaries::chat::{MessageAnswer, Streamed, stream};
use axum::extract::State;
use axum::http::StatusCode;
use debrief_api_types::summaries::{Refine, SentMessage};
use debrief_domain::ids::MessageId;
use debrief_domain::summary::{MESSAGE_MAX, SummaryCommand};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(refine))
}

/// Refine a summary.
///
/// Sends a message that asks for a change ("make the second action item Omer's", "shorter") or
/// something about the session. What it does not ask for stays as it is. Messages are answered one
/// after the other; `GET /v1/summaries/{id}/chat` lists them.
///
/// With `Accept: text/event-stream` the answer is a stream of events: `start`, `delta` (`{text}`),
/// `version` (`{version, changes}`) and `end` (`{state, message}`). Closing it cancels nothing.
///
/// Without a language model, the changes that need none are made; the answer to the rest says so.
#[utoipa::path(
    post, path = "/v1/analyze/refine", operation_id = "refine_summary", tag = "analyze",
    responses(
        (status = 202, description = "The message was sent"),
        (status = 404, description = "`not_found`: There is no such summary."),
        (status = 409, description = "`conflict`: Too many messages wait, or were sent."),
    )
)]
async fn refine(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Streamed(streamed): Streamed,
    Body(wanted): Body<Refine>,
) -> Result<MessageAnswer<Accepted<SentMessage>>, Problem> {
    let mut checks = Checks::default();
    checks.text("message", &wanted.message, MESSAGE_MAX);
    checks.done()?;
    let message_id = MessageId(Uuid::now_v7());
    let answer = SentMessage { message_id };
    let context = key.context(&caller, "POST /v1/analyze/refine", &wanted, &answer)?;
    let Refine { summary_id, message, base_version } = wanted;
    let command = |_: &_| SummaryCommand::Send { message_id, text: message, base_version };
    let committed = summaries::execute(&state, context, summary_id, command).await?;
    if streamed {
        // The first request with this key may have sent another message.
        let stored = committed.answer.get("message_id").cloned();
        let sent = stored.and_then(|id| serde_json::from_value(id).ok()).unwrap_or(message_id);
        return Ok(MessageAnswer::Stream(stream(state, caller.viewer(), summary_id, sent)));
    }
    Ok(MessageAnswer::Whole(Accepted::new(StatusCode::ACCEPTED, answer, committed)))
}

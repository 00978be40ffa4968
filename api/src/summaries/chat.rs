//! The messages that refine a summary, as a list and as a stream.
//!
//! A stream of a message has the events `start`, `delta {text}`, `version {version, changes}` and
//! `end {state, message}`. The deltas are a draft ([`Drafts`](debrief_infra::drafts::Drafts)): where
//! another process writes the answer, one delta has all of it.

use super::refused;
use crate::http::auth::{Caller, Read, Write};
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Path, Paths};
use crate::http::min_position::MinPosition;
use crate::http::operation::{Describe, Described};
use crate::http::paging::{Paging, Position};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::times;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use debrief_api_types::Page;
use debrief_api_types::summaries::{ChatMessage, SentMessage};
use debrief_domain::ids::{MessageId, SummaryId};
use debrief_domain::principal::Viewer;
use debrief_domain::summary::diff;
use debrief_domain::summary::{MessageState, Summary, SummaryCommand};
use debrief_infra::drafts::Draft;
use debrief_projections::transcripts::{self, MessageRow};
use futures::Stream;
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use utoipa_axum::router::OpenApiRouter;

/// Interval of comments that keep a stream open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often the message is read while nothing tells of a change.
const POLL: Duration = Duration::from_millis(500);
/// Events that wait for a slow reader.
const LANE: usize = 64;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, cancel))
}

fn message(row: MessageRow) -> ChatMessage {
    ChatMessage {
        id: row.id,
        state: row.state,
        from: row.actor,
        text: row.text,
        answer: row.answer,
        failure: row.failure,
        base_version: row.base_version,
        version: row.version,
        created_at: times::at(row.created_at),
        updated_at: times::at(row.updated_at),
    }
}

/// List the messages of a summary.
///
/// Oldest first, each with its state and its answer.
#[utoipa::path(
    get,
    path = "/v1/summaries/{id}/chat",
    operation_id = "list_messages",
    tag = "summaries"
)]
async fn list(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Path(id): Path<SummaryId>,
    Query(paging, at, ..): Query<Paging<Position, 50, 200>, MinPosition>,
) -> Result<Json<Page<ChatMessage>>, Problem> {
    at.in_projection(&state, "transcripts").await?;
    let (views, viewer) = (&state.views, caller.viewer());
    let first = paging.after().is_none();
    let rows = |after: Option<Position>, limit| {
        transcripts::messages(views, viewer, id, after.map(|Position(after)| after), limit)
    };
    let page = paging.page(rows, |row| Position(row.position), message).await?;
    let known = || transcripts::summary_state(views, viewer, id);
    if first && page.items.is_empty() && known().await?.is_none() {
        return Err(Problem::not_found("summary"));
    }
    Ok(Json(page))
}

/// Get a message of a summary.
///
/// With `Accept: text/event-stream`, the answer as it is written: the events are `start`, `delta`
/// (`{text}`), `version` (`{version, changes}`) and `end` (`{state, message}`). The text so far comes
/// first. After another `start`, the text begins anew.
#[utoipa::path(
    get,
    path = "/v1/summaries/{id}/chat/{message_id}",
    operation_id = "get_message",
    tag = "summaries"
)]
async fn get(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Paths(id, message_id): Paths<SummaryId, MessageId>,
    Query(at, ..): Query<MinPosition>,
    Streamed(streamed): Streamed,
) -> Result<MessageAnswer<Json<ChatMessage>>, Problem> {
    at.in_projection(&state, "transcripts").await?;
    let viewer = caller.viewer();
    let row = transcripts::message(&state.views, viewer, id, message_id).await?;
    let row = row.ok_or_else(|| Problem::not_found("message"))?;
    if streamed {
        return Ok(MessageAnswer::Stream(stream(state, viewer, id, message_id)));
    }
    Ok(MessageAnswer::Whole(Json(message(row))))
}

/// Cancel a message.
///
/// One that has not ended changes nothing any more, whatever was written of its answer.
#[utoipa::path(
    delete, path = "/v1/summaries/{id}/chat/{message_id}", operation_id = "cancel_message",
    tag = "summaries",
    responses(
        (status = 200, description = "The message is cancelled"),
        (status = 409, description = "`conflict`: The message has ended."),
    )
)]
async fn cancel(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Paths(id, message_id): Paths<SummaryId, MessageId>,
) -> Result<Accepted<SentMessage>, Problem> {
    let answer = SentMessage { message_id };
    let route = format!("DELETE /v1/summaries/{id}/chat/{message_id}");
    let context = key.context(&caller, &route, &(), &answer)?;
    let loaded = super::load(&state, caller.organization(), id).await?;
    if loaded.is_none() {
        return Err(Problem::not_found("message"));
    }
    let command = SummaryCommand::Cancel { message_id };
    let committed = state.log.execute::<Summary>(context, id.0, command).await.map_err(refused)?;
    Ok(Accepted::new(StatusCode::OK, answer, committed))
}

/// Whether the caller asks for a stream of events.
pub(crate) struct Streamed(pub(crate) bool);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Streamed {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _: &S,
    ) -> Result<Self, Infallible> {
        Ok(Self(accepts_events(&parts.headers)))
    }
}

impl Describe for Streamed {
    fn describe(_: &mut Described<'_>) {}
}

fn accepts_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut kinds = accepted.flat_map(|value| value.split(','));
    kinds.any(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("text/event-stream")
    })
}

/// The answer to a request for a message: the message, or a stream of events.
pub(crate) enum MessageAnswer<T> {
    /// Everything at once.
    Whole(T),
    /// Events.
    Stream(Response),
}

impl<T: IntoResponse> IntoResponse for MessageAnswer<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Whole(whole) => whole.into_response(),
            Self::Stream(stream) => stream,
        }
    }
}

impl<T: Describe> Describe for MessageAnswer<T> {
    fn describe(described: &mut Described<'_>) {
        T::describe(described);
        described.answers_events();
    }
}

/// Returns the events of a message, from its first letter to its end.
pub(crate) fn stream(
    state: ApiState,
    viewer: Viewer,
    summary: SummaryId,
    id: MessageId,
) -> Response {
    let (events, lane) = mpsc::channel(LANE);
    let teller = Teller { state, viewer, summary, id, events };
    tokio::spawn(async move {
        if let Err(problem) = teller.tell().await {
            tracing::warn!(code = problem.code().as_str(), "a stream of a message broke off");
        }
    });
    let mut response =
        Sse::new(received(lane)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // Proxies that collect an answer before they pass it on.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    response
}

fn received(lane: mpsc::Receiver<Event>) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(lane, |mut lane| async move {
        lane.recv().await.map(|event| (Ok(event), lane))
    })
}

/// Tells somebody of a message.
struct Teller {
    state: ApiState,
    viewer: Viewer,
    summary: SummaryId,
    id: MessageId,
    events: mpsc::Sender<Event>,
}

/// The reader has gone.
struct Gone;

impl Teller {
    async fn send(&self, name: &str, data: &serde_json::Value) -> Result<(), Gone> {
        let event = Event::default().event(name).data(data.to_string());
        self.events.send(event).await.map_err(|_| Gone)
    }

    async fn row(&self) -> Result<Option<MessageRow>, Problem> {
        let row = transcripts::message(&self.state.views, self.viewer, self.summary, self.id);
        Ok(row.await?)
    }

    async fn tell(self) -> Result<(), Problem> {
        let mut reached = self.state.views.watch("transcripts");
        let mut begun = self.state.drafts.begun();
        let mut told = String::new();
        loop {
            // Subscribes before it reads, so that no change is missed in between.
            if let Some(reached) = &mut reached {
                reached.borrow_and_update();
            }
            begun.borrow_and_update();
            if let Some(draft) = self.state.drafts.watch(self.id.0) {
                told.clear();
                if self.tell_draft(draft, &mut told).await.is_err() {
                    return Ok(());
                }
            }
            match self.row().await? {
                Some(row) if row.state.is_final() => {
                    let _ = self.tell_end(row, &told).await?;
                    return Ok(());
                }
                Some(_) => {}
                // Erased meanwhile, or not in the read model of this process yet.
                None if self.events.is_closed() => return Ok(()),
                None => {}
            }
            let changed = async {
                match &mut reached {
                    Some(reached) => {
                        let _ = reached.changed().await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = changed => {}
                _ = begun.changed() => {}
                () = tokio::time::sleep(POLL) => {}
                () = self.events.closed() => return Ok(()),
            }
        }
    }

    async fn tell_draft(&self, mut draft: Draft, told: &mut String) -> Result<(), Gone> {
        self.send("start", &json!({ "message_id": self.id })).await?;
        while let Some(text) = draft.next().await {
            told.push_str(&text);
            self.send("delta", &json!({ "text": text })).await?;
        }
        Ok(())
    }

    /// Tells what is left of the answer, the version that it led to, and the end.
    async fn tell_end(&self, row: MessageRow, told: &str) -> Result<Result<(), Gone>, Problem> {
        let changes = match row.version {
            Some(version) => self.changes(version).await?,
            None => None,
        };
        let tell = async {
            if row.state == MessageState::Complete {
                let answer = row.answer.as_deref().unwrap_or_default();
                // White space at its end is not part of an answer.
                let rest = answer.strip_prefix(told.trim_end());
                if told.is_empty() || rest.is_none() {
                    self.send("start", &json!({ "message_id": self.id })).await?;
                }
                let rest = rest.unwrap_or(answer);
                if !rest.is_empty() {
                    self.send("delta", &json!({ "text": rest })).await?;
                }
            }
            if let Some(changes) = changes {
                let version = json!({ "version": row.version, "changes": changes });
                self.send("version", &version).await?;
            }
            let state = row.state;
            self.send("end", &json!({ "state": state, "message": message(row) })).await
        };
        Ok(tell.await)
    }

    async fn changes(&self, version: u32) -> Result<Option<Vec<diff::Change>>, Problem> {
        let content = async |version| {
            let row =
                transcripts::summary(&self.state.views, self.viewer, self.summary, Some(version));
            Ok::<_, Problem>(row.await?.and_then(|row| row.content))
        };
        let (Some(before), Some(after)) =
            (content(version.saturating_sub(1)).await?, content(version).await?)
        else {
            return Ok(None);
        };
        Ok(Some(diff::diff(&before, &after)))
    }
}

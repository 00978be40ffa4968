//! `/v1/search/saved`: questions whose answers to come somebody wants to hear of.
//!
//! What fits is told on the WebSocket channels `searches` and `searches/<id>`, and listed here.

use crate::http::auth::Caller;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Checks, Path, Query, cursor, page_size};
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, SavedSearchId, TranscriptId};
use debrief_domain::saved_search::{
    Criteria, SavedSearch, SavedSearchCommand, SavedSearchCreated, SavedSearchError,
};
use debrief_infra::keys::DataKey;
use debrief_infra::log::CommandError;
use debrief_projections::searches;
use debrief_search::passages::Kind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Saved searches of an organization.
const SEARCHES_MAX: u32 = debrief_workers::watch::SEARCHES_MAX;
/// Longest name, in characters.
const NAME_MAX: usize = 200;
/// Longest question, in characters.
const QUERY_MAX: usize = 1_000;
/// Values in one list of a filter.
const FILTER_MAX: usize = 100;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(delete))
        .routes(routes!(matches))
}

/// A search to be saved.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SavedSearchIn {
    /// What it is called: up to 200 characters.
    name: String,
    /// A question in plain words, as `POST /v1/search/query` takes it.
    query: String,
    /// Only these kinds of passages.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    kinds: Vec<Kind>,
    /// Only sessions and notes of these clients.
    #[serde(default)]
    client_ids: Vec<ClientId>,
    /// Only where one of these speaks.
    #[serde(default)]
    speakers: Vec<String>,
    /// Where days begin and end, as in the IANA database.
    time_zone: Option<String>,
}

/// It is saved, or gone.
#[derive(Serialize, ToSchema)]
#[allow(dead_code)]
struct SavedSearchChangedOut {
    id: SavedSearchId,
    /// Position that this reached.
    position: i64,
}

/// A saved search.
#[derive(Debug, Serialize, ToSchema)]
struct SavedSearchOut {
    id: SavedSearchId,
    name: Option<String>,
    query: Option<String>,
    kinds: Vec<String>,
    client_ids: Vec<ClientId>,
    speakers: Vec<String>,
    time_zone: Option<String>,
    created_at: DateTime<Utc>,
}

/// A page of saved searches.
#[derive(Debug, Serialize, ToSchema)]
struct SavedSearchesOut {
    /// Oldest first.
    items: Vec<SavedSearchOut>,
    /// Pass as `after` for the next page; `null` on the last.
    next: Option<String>,
}

/// Something that fits a saved search.
#[derive(Debug, Serialize, ToSchema)]
struct MatchOut {
    /// The session; `null` where it is a note of another system.
    transcript_id: Option<TranscriptId>,
    /// Whether it is such a note. Ask the question to see it.
    note: bool,
    /// Passages of it that fit.
    passages: u32,
    matched_at: DateTime<Utc>,
}

/// A page of what fits.
#[derive(Debug, Serialize, ToSchema)]
struct MatchesOut {
    /// Newest first.
    items: Vec<MatchOut>,
    /// Pass as `after` for the next page; `null` on the last.
    next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    /// `next` of the page before.
    after: Option<i64>,
    /// Items in a page, 1 to 500; 50 unless said.
    limit: Option<u32>,
    /// Wait until the answer holds all writes up to this position.
    min_position: Option<i64>,
}

fn refused(error: CommandError<SavedSearchError>) -> Problem {
    of_command(error, |error| match error {
        SavedSearchError::NotFound => Problem::not_found("saved search"),
        SavedSearchError::AlreadyExists => Problem::conflict("conflict", error.to_string()),
    })
}

/// Save a search.
///
/// From now on, each session that is summarized and each note that comes in is told on the channels
/// `searches` and `searches/<id>` of the WebSocket, where one passage of it holds every word of the
/// question and all that is asked for besides: once, however often it changes.
#[utoipa::path(
    post, path = "/v1/search/saved", operation_id = "save_search", tag = "search",
    request_body = SavedSearchIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again")),
    responses(
        (status = 201, body = SavedSearchChangedOut),
        (status = 409, description = "There are 500 already", body = Problem),
        (status = 422, body = Problem),
    ),
    security(("api_key" = []))
)]
async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Body(body): Body<SavedSearchIn>,
) -> Result<Accepted, Problem> {
    let mut checks = Checks::default();
    checks.text("name", &body.name, NAME_MAX);
    checks.text("query", &body.query, QUERY_MAX);
    for (field, count) in [
        ("kinds", body.kinds.len()),
        ("client_ids", body.client_ids.len()),
        ("speakers", body.speakers.len()),
    ] {
        if count > FILTER_MAX {
            checks.fail(field, format!("has {count} values, and at most {FILTER_MAX} are taken."));
        }
    }
    for speaker in &body.speakers {
        checks.text("speakers", speaker, NAME_MAX);
    }
    if let Some(zone) = &body.time_zone
        && zone.parse::<chrono_tz::Tz>().is_err()
    {
        checks.fail("time_zone", "is no time zone of the IANA database, such as `Asia/Jerusalem`.");
    }
    checks.done()?;
    let there = searches::saved_searches(&state.views, caller.viewer(), 0, SEARCHES_MAX).await?;
    if there.len() >= SEARCHES_MAX as usize {
        let message =
            format!("There are {SEARCHES_MAX} saved searches already; delete some first.");
        return Err(Problem::conflict("limit_reached", message));
    }
    let id = SavedSearchId(Uuid::now_v7());
    let mut context = key.context(&caller, "POST /v1/search/saved", &body, json!({"id": id}))?;
    let data_key = DataKey::generate(id.0);
    context.wrapped_keys.push(state.log.keys().wrap(caller.organization, &data_key, None));
    context.data_key = Some(data_key);
    let command = SavedSearchCommand::Create(SavedSearchCreated {
        name: body.name.into(),
        criteria: Criteria {
            query: body.query,
            kinds: body.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            client_ids: body.client_ids,
            speakers: body.speakers,
            time_zone: body.time_zone,
        }
        .into(),
    });
    let committed = state.log.create::<SavedSearch>(context, id.0, command).await;
    Ok(Accepted { status: StatusCode::CREATED, committed: committed.map_err(refused)? })
}

/// List saved searches.
#[utoipa::path(
    get, path = "/v1/search/saved", operation_id = "list_saved_searches", tag = "search",
    params(PageQuery),
    responses((status = 200, body = SavedSearchesOut)), security(("api_key" = []))
)]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<SavedSearchesOut>, Problem> {
    let limit = page_size(query.limit, 50, 500)?;
    let after = cursor(query.after)?.unwrap_or(0);
    state.read_at("searches", query.min_position).await?;
    let found = searches::saved_searches(&state.views, caller.viewer(), after, limit + 1);
    let mut rows = found.await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.position.to_string());
    let out = |row: searches::SavedSearchRow| {
        let criteria = row.criteria.unwrap_or_default();
        SavedSearchOut {
            id: row.id,
            name: row.name,
            query: Some(criteria.query).filter(|query| !query.is_empty()),
            kinds: criteria.kinds,
            client_ids: criteria.client_ids,
            speakers: criteria.speakers,
            time_zone: criteria.time_zone,
            created_at: DateTime::from_timestamp_millis(row.created_at).unwrap_or_default(),
        }
    };
    Ok(Json(SavedSearchesOut { items: rows.into_iter().map(out).collect(), next }))
}

/// List what a saved search was told of.
#[utoipa::path(
    get, path = "/v1/search/saved/{id}/matches", operation_id = "list_matches", tag = "search",
    params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = MatchesOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
async fn matches(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<SavedSearchId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<MatchesOut>, Problem> {
    let limit = page_size(query.limit, 50, 500)?;
    let before = cursor(query.after)?.unwrap_or(i64::MAX);
    state.read_at("searches", query.min_position).await?;
    let search = searches::saved_search(&state.views, caller.viewer(), id).await?;
    search.ok_or_else(|| Problem::not_found("saved search"))?;
    let found = searches::matches(&state.views, caller.viewer(), id, before, limit + 1);
    let mut rows = found.await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.position.to_string());
    let out = |row: searches::MatchRow| MatchOut {
        transcript_id: row.subject.transcript(),
        note: row.subject.is_note(),
        passages: row.passages,
        matched_at: DateTime::from_timestamp_millis(row.matched_at).unwrap_or_default(),
    };
    Ok(Json(MatchesOut { items: rows.into_iter().map(out).collect(), next }))
}

/// Delete a saved search.
#[utoipa::path(
    delete, path = "/v1/search/saved/{id}", operation_id = "delete_saved_search", tag = "search",
    params(
        ("id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again"),
    ),
    responses((status = 200, body = SavedSearchChangedOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<SavedSearchId>,
) -> Result<Accepted, Problem> {
    let context = key.context(&caller, "DELETE /v1/search/saved", &id, json!({"id": id}))?;
    let command = SavedSearchCommand::Delete;
    let committed = state.log.execute::<SavedSearch>(context, id.0, command).await;
    Ok(Accepted { status: StatusCode::OK, committed: committed.map_err(refused)? })
}

//! `/v1/search/saved`: questions whose future matches are announced.
//!
//! Matches are sent on the WebSocket channels `searches` and `searches/<id>`, and listed here.

use crate::http::auth::{Caller, Read, Write};
use crate::http::checks::Checks;
use crate::http::codes::Code;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Path};
use crate::http::min_position::MinPosition;
use crate::http::paging::{Paging, Position};
use crate::http::problem::{Problem, of_command};
use crate::http::query::Query;
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::times;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_api_types::Page;
use debrief_domain::ids::{ClientId, SavedSearchId, TranscriptId};
use debrief_domain::saved_search::{
    self, Criteria, SavedSearchCommand, SavedSearchCreated, SavedSearchError,
};
use debrief_domain::search::Kind;
use debrief_infra::keys::DataKey;
use debrief_infra::log::CommandError;
use debrief_projections::searches::{self, MatchRow, SavedSearchRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

/// Maximum number of saved searches of an organization.
const SEARCHES_MAX: u32 = debrief_workers::watch::SEARCHES_MAX;
/// Maximum length of a name, in characters.
const NAME_MAX: usize = 200;
/// Maximum length of a question, in characters.
const QUERY_MAX: usize = 1_000;
/// Maximum number of values in one list of a filter.
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
struct NewSavedSearch {
    /// The search's name, up to 200 characters.
    name: String,
    /// A question in plain words, as in `POST /v1/search/query`.
    query: String,
    /// Only passages of these kinds.
    #[serde(default)]
    kinds: Vec<Kind>,
    /// Only sessions and notes of these clients.
    #[serde(default)]
    client_ids: Vec<ClientId>,
    /// Only passages in which one of these people speaks.
    #[serde(default)]
    speakers: Vec<String>,
    /// Time zone for days in the question, from the IANA database; default `UTC`.
    time_zone: Option<String>,
}

/// A saved search that was created or deleted.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
struct SavedSearchRef {
    /// Identifies the saved search.
    id: SavedSearchId,
}

/// A saved search.
#[derive(Debug, Serialize, ToSchema)]
struct SavedSearch {
    /// Identifies the saved search.
    id: SavedSearchId,
    /// Its name.
    name: Option<String>,
    /// The question.
    query: Option<String>,
    /// Only passages of these kinds.
    kinds: Vec<String>,
    /// Only sessions and notes of these clients.
    client_ids: Vec<ClientId>,
    /// Only passages in which one of these people speaks.
    speakers: Vec<String>,
    /// Time zone for days in the question.
    time_zone: Option<String>,
    /// When it was saved.
    created_at: DateTime<Utc>,
}

impl From<SavedSearchRow> for SavedSearch {
    fn from(row: SavedSearchRow) -> Self {
        let criteria = row.criteria.unwrap_or_default();
        Self {
            id: row.id,
            name: row.name,
            query: Some(criteria.query).filter(|query| !query.is_empty()),
            kinds: criteria.kinds,
            client_ids: criteria.client_ids,
            speakers: criteria.speakers,
            time_zone: criteria.time_zone,
            created_at: times::at(row.created_at),
        }
    }
}

/// Something that matches a saved search.
#[derive(Debug, Serialize, ToSchema)]
struct Match {
    /// The session; `null` for an external note.
    transcript_id: Option<TranscriptId>,
    /// Whether it is an external note. To see it, search with the same question.
    note: bool,
    /// The number of passages that match.
    passages: u32,
    /// When it matched first.
    matched_at: DateTime<Utc>,
}

impl From<MatchRow> for Match {
    fn from(row: MatchRow) -> Self {
        Self {
            transcript_id: row.subject.transcript(),
            note: row.subject.is_note(),
            passages: row.passages,
            matched_at: times::at(row.matched_at),
        }
    }
}

fn refused(error: CommandError<SavedSearchError>) -> Problem {
    of_command(error, |error| match error {
        SavedSearchError::NotFound => Problem::not_found("saved search"),
        SavedSearchError::AlreadyExists => Problem::conflict(error.to_string()),
    })
}

/// Save a search.
///
/// From then on, each session that is summarized and each note that is indexed is announced on the
/// WebSocket channels `searches` and `searches/<id>` if one of its passages holds every word of the
/// question and meets the filters: once, however often it changes.
#[utoipa::path(
    post, path = "/v1/search/saved", operation_id = "save_search", tag = "search",
    responses(
        (status = 201, description = "The search was saved"),
        (status = 409, description = "`limit_reached`: There are 500 saved searches already."),
    )
)]
async fn create(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Body(body): Body<NewSavedSearch>,
) -> Result<Accepted<SavedSearchRef>, Problem> {
    let mut checks = Checks::default();
    checks.text("name", &body.name, NAME_MAX);
    checks.text("query", &body.query, QUERY_MAX);
    for (field, count) in [
        ("kinds", body.kinds.len()),
        ("client_ids", body.client_ids.len()),
        ("speakers", body.speakers.len()),
    ] {
        if count > FILTER_MAX {
            checks.fail(field, format!("has {count} values; the limit is {FILTER_MAX}."));
        }
    }
    for speaker in &body.speakers {
        checks.text("speakers", speaker, NAME_MAX);
    }
    if let Some(zone) = &body.time_zone
        && zone.parse::<chrono_tz::Tz>().is_err()
    {
        checks.fail(
            "time_zone",
            "must be a time zone of the IANA database, such as `Asia/Jerusalem`.",
        );
    }
    checks.done()?;
    let there = searches::saved_searches(&state.views, caller.viewer(), 0, SEARCHES_MAX).await?;
    if there.len() >= SEARCHES_MAX as usize {
        let message =
            format!("There are {SEARCHES_MAX} saved searches already; delete some first.");
        return Err(Problem::new(Code::LimitReached, message));
    }
    let id = SavedSearchId(Uuid::now_v7());
    let answer = SavedSearchRef { id };
    let mut context = key.context(&caller, "POST /v1/search/saved", &body, &answer)?;
    let data_key = DataKey::generate(id.0);
    context.wrapped_keys.push(state.log.keys().wrap(caller.organization(), &data_key, None));
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
    let committed = state.log.create::<saved_search::SavedSearch>(context, id.0, command).await;
    Ok(Accepted::new(StatusCode::CREATED, answer, committed.map_err(refused)?))
}

/// List saved searches.
///
/// Oldest first.
#[utoipa::path(
    get,
    path = "/v1/search/saved",
    operation_id = "list_saved_searches",
    tag = "search"
)]
async fn list(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Query(paging, at, ..): Query<Paging<Position, 50, 500>, MinPosition>,
) -> Result<Json<Page<SavedSearch>>, Problem> {
    at.in_projection(&state, "searches").await?;
    let rows = |after: Option<Position>, limit| {
        let after = after.map_or(0, |Position(after)| after);
        searches::saved_searches(&state.views, caller.viewer(), after, limit)
    };
    let page = paging.page(rows, |row| Position(row.position)).await?;
    Ok(Json(page.map(SavedSearch::from)))
}

/// List the matches of a saved search.
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/v1/search/saved/{id}/matches",
    operation_id = "list_matches",
    tag = "search"
)]
async fn matches(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Path(id): Path<SavedSearchId>,
    Query(paging, at, ..): Query<Paging<Position, 50, 500>, MinPosition>,
) -> Result<Json<Page<Match>>, Problem> {
    at.in_projection(&state, "searches").await?;
    let search = searches::saved_search(&state.views, caller.viewer(), id).await?;
    search.ok_or_else(|| Problem::not_found("saved search"))?;
    let rows = |after: Option<Position>, limit| {
        let before = after.map_or(i64::MAX, |Position(before)| before);
        searches::matches(&state.views, caller.viewer(), id, before, limit)
    };
    let page = paging.page(rows, |row| Position(row.position)).await?;
    Ok(Json(page.map(Match::from)))
}

/// Delete a saved search.
#[utoipa::path(
    delete,
    path = "/v1/search/saved/{id}",
    operation_id = "delete_saved_search",
    tag = "search"
)]
async fn delete(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<SavedSearchId>,
) -> Result<Accepted<SavedSearchRef>, Problem> {
    let answer = SavedSearchRef { id };
    let context = key.context(&caller, "DELETE /v1/search/saved", &id, &answer)?;
    let command = SavedSearchCommand::Delete;
    let committed = state.log.execute::<saved_search::SavedSearch>(context, id.0, command).await;
    Ok(Accepted::new(StatusCode::OK, answer, committed.map_err(refused)?))
}

//! `POST /v1/search/query`.

use super::page::Seen;
use super::{answers, hits, index, questions, understanding};
use crate::http::auth::{Caller, Read};
use crate::http::checks::Checks;
use crate::http::extract::Body;
use crate::http::min_position::MinPosition;
use crate::http::paging::Limit;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use chrono::Utc;
use debrief_api_types::search::{AnswerBy, Engines, FacetValue, SearchRequest, SearchResults};
use debrief_domain::principal::Viewer;
use debrief_search::dense::semantic::NearestChunks;
use debrief_search::follower::Search;
use debrief_search::index::IndexError;
use debrief_search::interpretation::{InterpretedQuestion, interpret};
use debrief_search::query::{Hit, Snapshot};

/// Maximum length of a question, in characters.
const QUERY_MAX: usize = 1_000;
/// Maximum length of a day's name, in characters.
const ANCHOR_MAX: usize = 100;
/// Maximum number of values in one list of a filter.
const FILTER_MAX: usize = 100;

/// Search sessions.
///
/// Finds what was said, titles, notes, summaries, action items, decisions, open questions and
/// external notes. Days, people and kinds that the question names are understood, in English and
/// Hebrew, and returned as `interpreted`; `filters` override them.
#[utoipa::path(
    post, path = "/v1/search/query", operation_id = "search", tag = "search",
    responses((status = 503, description = "The index has not reached `min_position` yet"))
)]
pub(super) async fn query(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Query(at, ..): Query<MinPosition>,
    Body(body): Body<SearchRequest>,
) -> Result<Json<SearchResults>, Problem> {
    check(&body)?;
    let limit = Limit::<10, 50>::in_body(body.limit)?.get();
    let seen = Seen::read(body.after.as_deref())?;
    at.in_search(&state).await?;
    let clients = understanding::clients(&state, caller.viewer()).await?;
    let viewer = caller.viewer();
    let question = understanding::question(&body);
    let mut understood = index::ask(&state, move |search| {
        let index = search.index();
        interpret(&question, &Snapshot::by(&index, viewer)?, &clients, Utc::now())
    })
    .await?;
    understood.query.per_session = body.per_session.unwrap_or(0) as usize;
    let nearby = state.dense.near(viewer, &understood.query).await;
    understood.query.dense.near = nearby.near.clone();
    let (facets, by, first_page) = (body.facets, body.answer, seen.len() == 0);
    let answered = index::ask(&state, move |search| {
        answer(search, viewer, understood, facets, nearby, limit, seen)
    });
    let (mut answered, hits) = answered.await?;
    answered.answer = match by {
        AnswerBy::None => None,
        AnswerBy::Extractive => answered.answer,
        AnswerBy::Model => answers::by_model(&state, &body.query, &hits, answered.answer).await,
    };
    if first_page && !answered.hits.is_empty() {
        questions::remember(&state, &caller, &body.query);
    }
    Ok(Json(answered))
}

fn answer(
    search: &Search,
    viewer: Viewer,
    understood: InterpretedQuestion,
    with_facets: bool,
    nearby: NearestChunks,
    limit: usize,
    mut seen: Seen,
) -> Result<(SearchResults, Vec<Hit>), IndexError> {
    let indexed_through = search.position();
    let index = search.index();
    let asked = Snapshot::by(&index, viewer)?;
    let InterpretedQuestion { query, interpreted, languages } = understood;
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    let found = asked.search(&query, &languages, limit, seen.len(), |key| seen.contains(key))?;
    let facets = match with_facets {
        true => Some(asked.facets(&query, &languages)?),
        false => None,
    };
    seen.add(found.hits.iter().map(Hit::key));
    let out = SearchResults {
        hits: found.hits.iter().cloned().map(hits::hit).collect(),
        next: seen.next(found.more),
        passages: found.passages,
        answer: answers::extractive(found.answer),
        interpreted: interpreted.map(understanding::interpreted),
        facets: facets.map(|facets| {
            let out = |(value, passages)| FacetValue { value, passages };
            facets
                .into_iter()
                .map(|(name, all)| (name.to_owned(), all.into_iter().map(out).collect()))
                .collect()
        }),
        indexed_through,
        engines: Engines {
            lexical: true,
            dense: nearby.asked,
            dense_through: nearby.through,
            note: nearby.note,
        },
    };
    Ok((out, found.hits))
}

fn check(body: &SearchRequest) -> Result<(), Problem> {
    let mut checks = Checks::default();
    let length = body.query.chars().count();
    if length > QUERY_MAX {
        let message = format!("has {length} characters; the limit is {QUERY_MAX}.");
        checks.fail("query", message);
    }
    let filters = &body.filters;
    for (field, count) in [
        ("filters.kinds", filters.kinds.len()),
        ("filters.client_ids", filters.client_ids.len()),
        ("filters.transcript_ids", filters.transcript_ids.len()),
        ("filters.speakers", filters.speakers.len()),
        ("filters.coaches", filters.coaches.len()),
        ("filters.languages", filters.languages.len()),
    ] {
        if count > FILTER_MAX {
            checks.fail(field, format!("has {count} values; the limit is {FILTER_MAX}."));
        }
    }
    if let (Some(from), Some(to)) = (filters.from, filters.to)
        && from >= to
    {
        checks.fail("filters.to", "must be later than filters.from.");
    }
    if let Some(zone) = &body.time_zone
        && zone.parse::<chrono_tz::Tz>().is_err()
    {
        checks.fail(
            "time_zone",
            "must be a time zone of the IANA database, such as `Asia/Jerusalem`.",
        );
    }
    if body.anchors.len() > FILTER_MAX {
        let message = format!("has {} days; the limit is {FILTER_MAX}.", body.anchors.len());
        checks.fail("anchors", message);
    }
    for anchor in body.anchors.iter().take(FILTER_MAX) {
        checks.text("anchors.name", &anchor.name, ANCHOR_MAX);
    }
    if body.per_session == Some(0) {
        checks.fail("per_session", "is 0; leave it out to get all hits of a session.");
    }
    checks.done()
}

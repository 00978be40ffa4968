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
use debrief_search::interpretation::{InterpretedQuestion, interpret, respell};
use debrief_search::query::{Hit, Snapshot};

/// Maximum length of a question, in characters.
const QUERY_MAX: usize = 1_000;
/// Maximum length of a day's name, in characters.
const ANCHOR_MAX: usize = 100;
/// Maximum number of values in one list of a filter.
const FILTER_MAX: usize = 100;

/// Said of a question of symbols only.
const NO_WORDS: &str = "The question has no words to search for.";

/// Search sessions.
///
/// Finds what was said, titles, notes, summaries, action items, decisions, open questions and
/// external notes. Days, people and kinds that the question names are understood, in English and
/// Hebrew, and returned as `interpreted`; `filters` override them.
#[utoipa::path(
    post, path = "/v1/search/query", operation_id = "search", tag = "search",
    responses((status = 503, description = "`search_busy`: Others are being searched for."))
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
    let slot = state.search_slots().enter(caller.organization()).await?;
    let clients = understanding::clients(&state, caller.viewer()).await?;
    let viewer = caller.viewer();
    let question = understanding::question(&body);
    let (mut understood, respelled) = index::ask(&state, &slot, move |search| {
        let index = search.index();
        let asked = Snapshot::by(&index, viewer)?;
        let mut understood = interpret(&question, &asked, &clients, Utc::now())?;
        let respelled = respell(&mut understood, &asked)?;
        Ok((understood, respelled))
    })
    .await?;
    understood.query.per_session = body.per_session.unwrap_or(0) as usize;
    let nearby = state.dense.near(viewer, &understood.query).await;
    understood.query.dense.near = nearby.near.clone();
    let (facets, by, first_page) = (body.facets, body.answer, seen.len() == 0);
    let answered = index::ask(&state, &slot, move |search| {
        answer(search, viewer, understood, facets, nearby, limit, seen)
    });
    let (mut answered, hits) = answered.await?;
    // A model may take seconds.
    drop(slot);
    if let Some(interpreted) = &mut answered.interpreted {
        interpreted.respelled = respelled.into_iter().map(understanding::respelled).collect();
    }
    answered.answer = match by {
        AnswerBy::None => None,
        AnswerBy::Extractive => answered.answer,
        AnswerBy::Model => {
            answers::by_model(&state, &caller, &body.query, &hits, answered.answer).await
        }
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
    let mut found =
        asked.search(&query, &languages, limit, seen.len(), |key| seen.contains(key))?;
    let facets = match with_facets {
        true => Some(asked.facets(&query, &languages)?),
        false => None,
    };
    let hits = hits::page(&found.hits);
    let more = found.more || hits.len() < found.hits.len();
    found.hits.truncate(hits.len());
    seen.add(found.hits.iter().map(Hit::key));
    let mut interpreted = interpreted.map(understanding::interpreted);
    if let Some(kind) = interpreted.as_mut().and_then(|interpreted| interpreted.kind.as_mut()) {
        kind.first = found.of_kind;
    }
    let out = SearchResults {
        hits,
        next: seen.next(more),
        passages: found.passages,
        answer: answers::extractive(found.answer),
        interpreted,
        remark: query.nothing.then(|| NO_WORDS.to_owned()),
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
    match body.per_session {
        Some(0) => checks.fail("per_session", "is 0; leave it out to get all hits of a session."),
        Some(hits) if i32::try_from(hits).is_err() => {
            checks.fail("per_session", "is too large; leave it out to get all hits of a session.");
        }
        _ => {}
    }
    checks.done()
}

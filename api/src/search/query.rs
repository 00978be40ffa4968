//! `POST /v1/search/query`: ask.

use super::answers::{self, AnswerBy, AnswerOut};
use super::hits::{HitOut, hit_out};
use super::page::Seen;
use super::{SearchQuery, ask, past, question, wait};
use crate::http::auth::Caller;
use crate::http::extract::{Body, Checks, Query, page_size};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use debrief_domain::ids::{ClientId, OrganizationId, TranscriptId};
use debrief_language::question::Interpreted;
use debrief_search::dense::leg::Nearby;
use debrief_search::follower::Search;
use debrief_search::index::IndexError;
use debrief_search::passages::Kind;
use debrief_search::query::{Asked, Hit};
use debrief_search::understood::{Understood, understand};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Longest question, in characters.
const QUERY_MAX: usize = 1_000;
/// Longest name of a day, in characters.
const ANCHOR_MAX: usize = 100;
/// Values in one list of a filter.
const FILTER_MAX: usize = 100;

/// What may be found. A list that is empty or left out allows everything.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FiltersIn {
    /// Only these: `turns`, `title`, `notes`, `summary`, `action_item`, `decision`, `question`,
    /// `external_note`.
    #[schema(value_type = Vec<String>)]
    pub(super) kinds: Vec<Kind>,
    /// Only sessions of these clients.
    pub(super) client_ids: Vec<ClientId>,
    /// Only these sessions.
    pub(super) transcript_ids: Vec<TranscriptId>,
    /// Only where one of these speaks, by the names in the transcript.
    pub(super) speakers: Vec<String>,
    /// Only sessions that one of these leads.
    pub(super) coaches: Vec<String>,
    /// Only in these languages (BCP 47).
    pub(super) languages: Vec<String>,
    /// Held at this time or later. A session without a date counts from its upload.
    pub(super) from: Option<DateTime<Utc>>,
    /// Held before this time.
    pub(super) to: Option<DateTime<Utc>>,
}

/// The first day of a week.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WeekStart {
    #[default]
    Monday,
    Saturday,
    Sunday,
}

/// A day with a name.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnchorIn {
    /// As questions name it: "the race"; up to 100 characters.
    pub(super) name: String,
    /// The day.
    pub(super) date: NaiveDate,
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchIn {
    /// In plain words, up to 1,000 characters: "what did Maya say about sleeping last month?".
    /// Words in quotation marks must be there as they stand; `-word` must not.
    pub(super) query: String,
    /// Hits of this page: 1 to 50, 10 unless said.
    limit: Option<u32>,
    /// The `next` of the page before. Pages stay apart while new sessions come in.
    after: Option<String>,
    /// What may be found. Filters always win over what the question says.
    #[serde(default)]
    pub(super) filters: FiltersIn,
    /// `false`: take the question as mere words, without dates, people and kinds.
    pub(super) interpret: Option<bool>,
    /// Where the asker's days begin and end, as in the IANA database: `Asia/Jerusalem`; `UTC`
    /// unless said.
    pub(super) time_zone: Option<String>,
    /// Whether `3/4/2026` is the third of April; it is the fourth of March unless said.
    #[serde(default)]
    pub(super) day_first: bool,
    /// The first day of the asker's weeks; `monday` unless said.
    #[serde(default)]
    pub(super) week_starts: WeekStart,
    /// Days with a name, up to 100, so that "two weeks before the race" can be understood.
    #[serde(default)]
    pub(super) anchors: Vec<AnchorIn>,
    /// At most so many hits of one session.
    pub(super) per_session: Option<u32>,
    /// `extractive`: the best sentences of what was found, unless said. `model`: a language model
    /// answers from what was found; that takes seconds. `none`: nobody.
    #[serde(default)]
    answer: AnswerBy,
    /// Whether to count what fits by kind, client, speaker and language.
    #[serde(default)]
    facets: bool,
}

/// How many passages there are of a value.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FacetOut {
    value: String,
    passages: u64,
}

/// Which engines were asked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EnginesOut {
    /// By words.
    lexical: bool,
    /// By meaning.
    dense: bool,
    /// Everything up to this position could be found by meaning; where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    dense_through: Option<i64>,
    /// Why one was not, or what there is to say of it.
    note: Option<String>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SearchOut {
    /// Best first. No turn is in two hits of kind `turns`.
    hits: Vec<HitOut>,
    /// Pass as `after` for the next page; `null` on the last.
    next: Option<String>,
    /// Passages that hold words of the question or are near it in meaning, overlapping ones
    /// included.
    passages: u64,
    /// What answers; `null` where the question has no words to go by, nothing fits, or no answer
    /// was wanted.
    answer: Option<AnswerOut>,
    /// What was understood of the question; `null` where that was not wanted.
    #[schema(value_type = Option<Object>)]
    interpreted: Option<Interpreted>,
    /// With `facets`: passages by kind, client, speaker and language.
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<BTreeMap<&'static str, Vec<FacetOut>>>,
    /// Everything up to this position could be found.
    indexed_through: i64,
    /// Which engines were asked.
    engines: EnginesOut,
}

/// Ask.
///
/// Finds passages of sessions, and titles, notes, summaries, action items, decisions and open
/// questions. Days, people and kinds in the question are understood (English and Hebrew) and come
/// back as `interpreted`; `filters` win over them.
#[utoipa::path(
    post, path = "/v1/search/query", operation_id = "search",
    tag = "search", params(SearchQuery), request_body = SearchIn,
    responses(
        (status = 200, body = SearchOut),
        (status = 400, body = Problem),
        (status = 422, description = "A field breaks a rule", body = Problem),
        (status = 503, description = "The index is not as far as `min_position`", body = Problem),
    ),
    security(("api_key" = []))
)]
pub(super) async fn query(
    State(state): State<ApiState>,
    caller: Caller,
    Query(SearchQuery { min_position }): Query<SearchQuery>,
    Body(body): Body<SearchIn>,
) -> Result<Json<SearchOut>, Problem> {
    check(&body)?;
    let limit = page_size(body.limit, 10, 50)? as usize;
    let seen = Seen::read(body.after.as_deref())?;
    wait(&state, min_position).await?;
    let clients = question::clients(&state, caller.viewer()).await?;
    let organization = caller.organization;
    let question = question::question(&body);
    let mut understood = ask(&state, move |search| {
        let index = search.index();
        understand(&question, &Asked::by(&index, organization)?, &clients, Utc::now())
    })
    .await?;
    understood.query.per_session = body.per_session.unwrap_or(0) as usize;
    let nearby = state.dense.near(organization, &understood.query).await;
    understood.query.dense.near = nearby.near.clone();
    let (facets, by, first_page) = (body.facets, body.answer, seen.len() == 0);
    let answered = ask(&state, move |search| {
        answer(search, organization, understood, facets, nearby, limit, seen)
    });
    let (mut answered, hits) = answered.await?;
    answered.answer = match by {
        AnswerBy::None => None,
        AnswerBy::Extractive => answered.answer,
        AnswerBy::Model => answers::by_model(&state, &body.query, &hits, answered.answer).await,
    };
    if first_page && !answered.hits.is_empty() {
        past::remember(&state, &caller, &body.query);
    }
    Ok(Json(answered))
}

fn answer(
    search: &Search,
    organization: OrganizationId,
    understood: Understood,
    with_facets: bool,
    nearby: Nearby,
    limit: usize,
    mut seen: Seen,
) -> Result<(SearchOut, Vec<Hit>), IndexError> {
    let indexed_through = search.position();
    let index = search.index();
    let asked = Asked::by(&index, organization)?;
    let Understood { query, interpreted, languages } = understood;
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    let found = asked.search(&query, &languages, limit, seen.len(), |key| seen.contains(key))?;
    let facets = match with_facets {
        true => Some(asked.facets(&query, &languages)?),
        false => None,
    };
    seen.add(found.hits.iter().map(Hit::key));
    let out = SearchOut {
        hits: found.hits.iter().cloned().map(hit_out).collect(),
        next: seen.next(found.more),
        passages: found.passages,
        answer: answers::extractive(found.answer),
        interpreted,
        facets: facets.map(|facets| {
            let out = |(value, passages)| FacetOut { value, passages };
            facets
                .into_iter()
                .map(|(name, all)| (name, all.into_iter().map(out).collect()))
                .collect()
        }),
        indexed_through,
        engines: EnginesOut {
            lexical: true,
            dense: nearby.asked,
            dense_through: nearby.through,
            note: nearby.note,
        },
    };
    Ok((out, found.hits))
}

fn check(body: &SearchIn) -> Result<(), Problem> {
    let mut checks = Checks::default();
    let length = body.query.chars().count();
    if length > QUERY_MAX {
        let message = format!("has {length} characters; a question has at most {QUERY_MAX}.");
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
            checks.fail(field, format!("has {count} values, and at most {FILTER_MAX} are taken."));
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
        checks.fail("time_zone", "is no time zone of the IANA database, such as `Asia/Jerusalem`.");
    }
    if body.anchors.len() > FILTER_MAX {
        let message =
            format!("has {} days, and at most {FILTER_MAX} are taken.", body.anchors.len());
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

//! `/v1/search`: ask in plain words, get the moment.
//!
//! | path | file |
//! |---|---|
//! | `POST /v1/search/query` | here, [`question`], [`page`] |
//! | `POST /v1/search/similar` | [`similar`] |
//! | `GET /v1/search/suggest` | [`suggest`] |
//!
//! Invariant: an answer says what was understood of the question, how far the index had come, and
//! which engines were asked.

mod page;
mod question;
mod similar;
mod suggest;

use crate::http::auth::Caller;
use crate::http::extract::{Body, Checks, Query, page_size};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, OrganizationId, TranscriptId};
use debrief_search::answer::Sentence;
use debrief_search::follower::Search;
use debrief_search::index::IndexError;
use debrief_search::passages::Kind;
use debrief_search::query::{Asked, Hit};
use debrief_understanding::question::Interpreted;
use page::Seen;
use question::Understood;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longest question, in characters.
const QUERY_MAX: usize = 1_000;
/// Values in one list of a filter.
const FILTER_MAX: usize = 100;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(query))
        .routes(routes!(similar::similar))
        .routes(routes!(suggest::suggest))
}

/// What may be found. A list that is empty or left out allows everything.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct FiltersIn {
    /// Only these: `turns`, `title`, `notes`, `summary`, `action_item`, `decision`, `question`.
    #[schema(value_type = Vec<String>)]
    kinds: Vec<Kind>,
    /// Only sessions of these clients.
    client_ids: Vec<ClientId>,
    /// Only these sessions.
    transcript_ids: Vec<TranscriptId>,
    /// Only where one of these speaks, by the names in the transcript.
    speakers: Vec<String>,
    /// Only sessions that one of these leads.
    coaches: Vec<String>,
    /// Only in these languages (BCP 47).
    languages: Vec<String>,
    /// Held at this time or later. A session without a date counts from its upload.
    from: Option<DateTime<Utc>>,
    /// Held before this time.
    to: Option<DateTime<Utc>>,
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SearchIn {
    /// In plain words, up to 1,000 characters: "what did Maya say about sleeping last month?".
    /// Words in quotation marks must be there as they stand; `-word` must not.
    query: String,
    /// Hits of this page: 1 to 50, 10 unless said.
    limit: Option<u32>,
    /// The `next` of the page before. Pages stay apart while new sessions come in.
    after: Option<String>,
    /// What may be found. Filters always win over what the question says.
    #[serde(default)]
    filters: FiltersIn,
    /// `false`: take the question as mere words, without dates, people and kinds.
    interpret: Option<bool>,
    /// Where the asker's days begin and end, as in the IANA database: `Asia/Jerusalem`; `UTC`
    /// unless said.
    time_zone: Option<String>,
    /// Whether `3/4/2026` is the third of April; it is the fourth of March unless said.
    #[serde(default)]
    day_first: bool,
    /// At most so many hits of one session.
    per_session: Option<u32>,
    /// Whether to count what fits by kind, client, speaker and language.
    #[serde(default)]
    facets: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct SearchQuery {
    /// Wait until all writes up to this position can be found.
    min_position: Option<i64>,
}

/// A line of a passage.
#[derive(Debug, Serialize, ToSchema)]
struct LineOut {
    /// Index of its turn; `null` in titles and notes.
    turn: Option<u32>,
    /// Who said it, where known.
    speaker: Option<String>,
    /// Milliseconds from the start of the recording, where known.
    start_ms: Option<u64>,
    /// Where it begins in `text`, in characters.
    at: usize,
}

/// A passage that was found.
#[derive(Debug, Serialize, ToSchema)]
struct HitOut {
    /// `turns`, `title`, `notes`, `summary`, `action_item`, `decision` or `question`.
    #[schema(value_type = String)]
    kind: Kind,
    /// Its session.
    transcript_id: TranscriptId,
    /// Title of the session.
    title: Option<String>,
    /// Whose session it was.
    client_id: Option<ClientId>,
    /// When the session was held, where known.
    held_at: Option<DateTime<Utc>>,
    /// First and last turn; `null` for titles and notes.
    turns: Option<[u32; 2]>,
    /// The turn to jump to: the one that fits best.
    turn: Option<u32>,
    /// When that turn begins, in milliseconds from the start of the recording, where known.
    start_ms: Option<u64>,
    /// Who speaks there, where known.
    speaker: Option<String>,
    /// The words, verbatim; lines are apart by a line break.
    text: String,
    /// Its lines, in order.
    lines: Vec<LineOut>,
    /// Words of `text` that fit, as `[from, to]` in characters.
    highlights: Vec<[usize; 2]>,
    /// Greater is better; comparable within one answer only. 0 where there was nothing to rank
    /// by: then the newest come first.
    score: f32,
}

/// A sentence that answers.
#[derive(Debug, Serialize, ToSchema)]
struct SentenceOut {
    /// The words, verbatim.
    text: String,
    /// Its session.
    transcript_id: TranscriptId,
    /// Its turn; `null` in notes.
    turn: Option<u32>,
    /// Who said it, where known.
    speaker: Option<String>,
    /// When its turn begins, in milliseconds from the start of the recording, where known.
    start_ms: Option<u64>,
}

/// An answer out of what was found.
#[derive(Debug, Serialize, ToSchema)]
struct AnswerOut {
    /// `extractive`: sentences from sessions, chosen; no language model was asked.
    method: &'static str,
    /// Those that hold most of what was asked, best first.
    sentences: Vec<SentenceOut>,
}

/// How many passages there are of a value.
#[derive(Debug, Serialize, ToSchema)]
struct FacetOut {
    value: String,
    passages: u64,
}

/// Which engines were asked.
#[derive(Debug, Serialize, ToSchema)]
struct EnginesOut {
    /// By words.
    lexical: bool,
    /// By meaning.
    dense: bool,
    /// Why one was not.
    note: Option<String>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
struct SearchOut {
    /// Best first. No turn is in two hits of kind `turns`.
    hits: Vec<HitOut>,
    /// Pass as `after` for the next page; `null` on the last.
    next: Option<String>,
    /// Passages that fit, overlapping ones included.
    passages: u64,
    /// The sentences that answer best; `null` where the question has no words to go by, or none
    /// fits.
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
async fn query(
    State(state): State<ApiState>,
    caller: Caller,
    Query(SearchQuery { min_position }): Query<SearchQuery>,
    Body(body): Body<SearchIn>,
) -> Result<Json<SearchOut>, Problem> {
    check(&body)?;
    let limit = page_size(body.limit, 10, 50)? as usize;
    let seen = Seen::read(body.after.as_deref())?;
    wait(&state, min_position).await?;
    let clients = question::clients(&state, caller.organization).await?;
    let organization = caller.organization;
    ask(&state, move |search| answer(search, organization, &body, &clients, limit, seen)).await
}

/// Asks the index off the threads that serve: it reads files and computes.
async fn ask<T: Send + 'static>(
    state: &ApiState,
    question: impl FnOnce(&Search) -> Result<T, IndexError> + Send + 'static,
) -> Result<Json<T>, Problem> {
    let search = state.search.clone();
    let answer = tokio::task::spawn_blocking(move || question(&search)).await;
    let answer = answer.map_err(|error| Problem::internal(&error))?;
    answer.map(Json).map_err(|error| Problem::internal(&error))
}

fn answer(
    search: &Search,
    organization: OrganizationId,
    body: &SearchIn,
    clients: &[(ClientId, String)],
    limit: usize,
    mut seen: Seen,
) -> Result<SearchOut, IndexError> {
    let indexed_through = search.position();
    let index = search.index();
    let asked = Asked::by(&index, organization);
    let Understood { query, interpreted, languages } =
        question::understand(body, &asked, clients, Utc::now())?;
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    let found = asked.search(&query, &languages, limit, seen.len(), |key| seen.contains(key))?;
    let facets = match body.facets {
        true => Some(asked.facets(&query, &languages)?),
        false => None,
    };
    seen.add(found.hits.iter().map(Hit::key));
    Ok(SearchOut {
        hits: found.hits.into_iter().map(hit_out).collect(),
        next: seen.next(found.more),
        passages: found.passages,
        answer: answer_out(found.answer),
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
            dense: false,
            note: Some(
                "There are no embeddings in this installation: search goes by words.".into(),
            ),
        },
    })
}

/// Waits until all writes up to a position can be found.
async fn wait(state: &ApiState, min_position: Option<i64>) -> Result<(), Problem> {
    let Some(position) = state.known_position(min_position).await? else { return Ok(()) };
    if state.search.wait_for(position, state.limits.min_position_timeout).await {
        return Ok(());
    }
    tracing::warn!(position, reached = state.search.position(), "a search waited in vain");
    Err(Problem::unavailable(
        "What you wrote cannot be found yet. Ask again in a moment, or without min_position for \
         what there is.",
    ))
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
    if body.per_session == Some(0) {
        checks.fail("per_session", "is 0; leave it out to get all hits of a session.");
    }
    checks.done()
}

fn answer_out(sentences: Vec<Sentence>) -> Option<AnswerOut> {
    let sentence = |sentence: Sentence| SentenceOut {
        text: sentence.text,
        transcript_id: sentence.transcript_id,
        turn: sentence.turn,
        speaker: sentence.speaker,
        start_ms: sentence.start_ms,
    };
    let sentences: Vec<SentenceOut> = sentences.into_iter().map(sentence).collect();
    (!sentences.is_empty()).then_some(AnswerOut { method: "extractive", sentences })
}

fn hit_out(hit: Hit) -> HitOut {
    let passage = &hit.stored.passage;
    let turns = passage.turns();
    let best = passage.lines.get(hit.best);
    let (mut text, mut at) = (String::new(), 0);
    let (mut lines, mut highlights) = (Vec::new(), Vec::new());
    for (line, ranges) in passage.lines.iter().zip(&hit.highlights) {
        if !text.is_empty() {
            text.push('\n');
            at += 1;
        }
        let characters = |to: usize| line.text.get(..to).map_or(0, |part| part.chars().count());
        highlights.extend(
            ranges.iter().map(|range| [at + characters(range.start), at + characters(range.end)]),
        );
        lines.push(LineOut {
            turn: turns.map(|_| line.turn),
            speaker: line.speaker.clone(),
            start_ms: line.start_ms,
            at,
        });
        text.push_str(&line.text);
        at += line.text.chars().count();
    }
    HitOut {
        kind: passage.kind,
        transcript_id: hit.stored.transcript_id,
        client_id: hit.stored.client_id,
        held_at: hit.stored.held_at,
        turns: turns.map(|(from, to)| [from, to]),
        turn: turns.and(best.map(|line| line.turn)),
        start_ms: best.and_then(|line| line.start_ms),
        speaker: best.and_then(|line| line.speaker.clone()),
        text,
        lines,
        highlights,
        score: hit.score,
        title: hit.stored.title,
    }
}

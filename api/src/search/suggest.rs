//! `GET /v1/search/suggest?q=`: what somebody may be about to type.

use super::{ask, past, question};
use crate::http::auth::Caller;
use crate::http::extract::{Query, page_size};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use debrief_search::query::Asked;
use debrief_search::suggest::{Source, matching};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Longest beginning, in characters.
const TYPED_MAX: usize = 100;
/// Speakers, titles and topics that are looked through, of each.
const VALUES_MAX: usize = 5_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct SuggestQuery {
    /// What was typed so far; up to 100 characters.
    q: String,
    /// How many suggestions: 1 to 20, 8 unless said.
    limit: Option<u32>,
}

/// A suggestion.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SuggestionOut {
    /// What may be meant.
    text: String,
    /// `client`, `speaker`, `title`, `topic` or `question`, one that this key asked before.
    kind: &'static str,
}

/// Suggestions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SuggestOut {
    /// Best first.
    items: Vec<SuggestionOut>,
    /// Always `null`: there is one page.
    next: Option<String>,
}

/// Suggest what to search for.
///
/// Names of clients and speakers, titles, topics and what this key asked before, with a word that begins so; from four letters
/// on, one may be wrong.
#[utoipa::path(
    get, path = "/v1/search/suggest", operation_id = "search_suggest",
    tag = "search", params(SuggestQuery),
    responses((status = 200, body = SuggestOut), (status = 400, body = Problem)),
    security(("api_key" = []))
)]
pub(super) async fn suggest(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<SuggestQuery>,
) -> Result<Json<SuggestOut>, Problem> {
    let limit = page_size(query.limit, 8, 20)? as usize;
    let length = query.q.chars().count();
    if length > TYPED_MAX {
        return Err(Problem::bad_request(
            "invalid_query",
            format!("q has {length} characters; suggestions are for up to {TYPED_MAX}."),
        ));
    }
    let clients = question::clients(&state, caller.viewer()).await?;
    let past = past::questions(&state, &caller).await?;
    ask(&state, move |search| {
        let others = Asked::by(&search.index(), caller.organization)?.suggestions(VALUES_MAX)?;
        let clients = clients.iter().map(|(_, name)| (Source::Client, name.as_str()));
        let others = others.iter().map(|(source, text)| (*source, text.as_str()));
        let past = past.iter().map(|question| (Source::Question, question.as_str()));
        let matching = matching(&query.q, clients.chain(others).chain(past), limit);
        let item = |(source, text): (Source, &str)| SuggestionOut {
            text: text.to_owned(),
            kind: match source {
                Source::Client => "client",
                Source::Speaker => "speaker",
                Source::Title => "title",
                Source::Topic => "topic",
                Source::Question => "question",
            },
        };
        Ok(SuggestOut { items: matching.into_iter().map(item).collect(), next: None })
    })
    .await
    .map(Json)
}

//! `GET /v1/search/suggest?q=`: completions of what was typed.

use super::{index, questions, understanding};
use crate::http::auth::{Caller, Read};
use crate::http::paging::Limit;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use debrief_api_types::Page;
use debrief_search::query::Snapshot;
use debrief_search::suggest::{Source, matching};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Maximum length of what was typed, in characters.
const TYPED_MAX: usize = 100;
/// Maximum number of speakers, of titles and of topics that are compared.
const VALUES_MAX: usize = 5_000;

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct Typed {
    /// What was typed so far, up to 100 characters.
    q: String,
}

/// What a suggestion is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SuggestionKind {
    /// The name of a client.
    Client,
    /// The name of somebody who speaks in a session.
    Speaker,
    /// The title of a session.
    Title,
    /// A topic of a summary.
    Topic,
    /// A question that the same key asked before.
    Question,
}

/// A suggestion.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Suggestion {
    /// The text to search for.
    text: String,
    /// What it is.
    kind: SuggestionKind,
}

/// Suggest what to search for.
///
/// Suggests names of clients and speakers, titles, topics, and questions that the same key asked
/// before, in which a word begins with what was typed. From four letters on, one may be wrong. Best
/// first, all on one page.
#[utoipa::path(get, path = "/v1/search/suggest", operation_id = "search_suggest", tag = "search")]
pub(super) async fn suggest(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Query(Typed { q }, limit, ..): Query<Typed, Limit<8, 20>>,
) -> Result<Json<Page<Suggestion>>, Problem> {
    let length = q.chars().count();
    if length > TYPED_MAX {
        return Err(Problem::invalid_query(format!(
            "q has {length} characters; the limit is {TYPED_MAX}."
        )));
    }
    let clients = understanding::clients(&state, caller.viewer()).await?;
    let asked = questions::asked(&state, &caller).await?;
    let suggestions = index::ask(&state, move |search| {
        let others = Snapshot::by(&search.index(), caller.viewer())?.suggestions(VALUES_MAX)?;
        let clients = clients.iter().map(|(_, name)| (Source::Client, name.as_str()));
        let others = others.iter().map(|(source, text)| (*source, text.as_str()));
        let asked = asked.iter().map(|question| (Source::Question, question.as_str()));
        let matching = matching(&q, clients.chain(others).chain(asked), limit.get());
        let suggestion = |(source, text): (Source, &str)| Suggestion {
            text: text.to_owned(),
            kind: match source {
                Source::Client => SuggestionKind::Client,
                Source::Speaker => SuggestionKind::Speaker,
                Source::Title => SuggestionKind::Title,
                Source::Topic => SuggestionKind::Topic,
                Source::Question => SuggestionKind::Question,
            },
        };
        Ok(Page::whole(matching.into_iter().map(suggestion).collect()))
    });
    suggestions.await.map(Json)
}

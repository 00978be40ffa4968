//! `/v1/search`: ask in plain words, get the moment.
//!
//! | path | file |
//! |---|---|
//! | `POST /v1/search/query` | [`query`], [`question`], [`page`], [`hits`], [`answers`] |
//! | `POST /v1/search/similar` | [`similar`] |
//! | `GET /v1/search/suggest` | [`suggest`] |
//! | `DELETE /v1/search/questions` | [`past`] |
//! | `POST /v1/search/index`, `DELETE /v1/search/index/{id}` | [`index`] |
//! | `/v1/search/saved…` | [`saved`] |
//!
//! Invariant: an answer says what was understood of the question, how far the index had come, and
//! which engines were asked.

mod answers;
mod hits;
mod index;
mod page;
mod past;
mod query;
mod question;
mod saved;
mod similar;
mod suggest;

use crate::http::problem::Problem;
use crate::state::ApiState;
use debrief_search::follower::Search;
use debrief_search::index::IndexError;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(query::query))
        .routes(routes!(similar::similar))
        .routes(routes!(suggest::suggest))
        .routes(routes!(past::forget))
        .routes(routes!(index::index))
        .routes(routes!(index::delete))
        .merge(saved::router())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct SearchQuery {
    /// Wait until all writes up to this position can be found.
    min_position: Option<i64>,
}

/// Asks the index off the threads that serve: it reads files and computes.
async fn ask<T: Send + 'static>(
    state: &ApiState,
    question: impl FnOnce(&Search) -> Result<T, IndexError> + Send + 'static,
) -> Result<T, Problem> {
    let search = state.search.clone();
    let answer = tokio::task::spawn_blocking(move || question(&search)).await;
    let answer = answer.map_err(|error| Problem::internal(&error))?;
    answer.map_err(|error| Problem::internal(&error))
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

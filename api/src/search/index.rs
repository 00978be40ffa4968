//! The full-text index of this process, for handlers.

use crate::http::problem::Problem;
use crate::state::ApiState;
use debrief_search::follower::Search;
use debrief_search::index::IndexError;

/// Queries the index on a blocking thread: it reads files and computes.
pub(super) async fn ask<T: Send + 'static>(
    state: &ApiState,
    question: impl FnOnce(&Search) -> Result<T, IndexError> + Send + 'static,
) -> Result<T, Problem> {
    let search = state.search.clone();
    let answer = tokio::task::spawn_blocking(move || question(&search)).await;
    let answer = answer.map_err(|error| Problem::internal(&error))?;
    answer.map_err(|error| Problem::internal(&error))
}

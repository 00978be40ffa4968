//! The full-text index of this process, for handlers.

use super::slots::Slot;
use crate::http::problem::Problem;
use crate::state::ApiState;
use debrief_search::follower::Search;
use debrief_search::index::IndexError;

/// Asks the index off the threads that serve: it reads files and computes. The place is held until
/// it has answered.
pub(super) async fn ask<T: Send + 'static>(
    state: &ApiState,
    slot: &Slot,
    question: impl FnOnce(&Search) -> Result<T, IndexError> + Send + 'static,
) -> Result<T, Problem> {
    let (search, slot) = (state.search.clone(), slot.clone());
    let answer = tokio::task::spawn_blocking(move || {
        let _slot = slot;
        question(&search)
    });
    let answer = answer.await;
    let answer = answer.map_err(|error| Problem::internal(&error))?;
    answer.map_err(|error| Problem::internal(&error))
}

//! `min_position`: reading one's own writes.

use super::problem::Problem;
use crate::state::ApiState;
use debrief_projections::engine::Stale;
use serde::Deserialize;
use utoipa::IntoParams;

/// Reads one's own writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, IntoParams)]
pub(crate) struct MinPosition {
    /// Wait until the answer includes all writes up to this position.
    min_position: Option<i64>,
}

impl MinPosition {
    /// Waits until a read model includes the position.
    pub(crate) async fn in_projection(
        self,
        state: &ApiState,
        projection: &'static str,
    ) -> Result<(), Problem> {
        let Some(position) = self.known(state).await? else { return Ok(()) };
        let timeout = state.limits.min_position_timeout;
        state.views.wait_for(projection, position, timeout).await.map_err(|error| match error {
            Stale::Behind { .. } => {
                tracing::warn!(projection, %error, "a read waited in vain");
                Problem::unavailable(
                    "The read model has not reached min_position yet. Try again in a moment, or without \
                     min_position for the current state.",
                )
            }
            Stale::Database(error) => error.into(),
        })
    }

    /// Waits until the full-text index of this process includes the position.
    pub(crate) async fn in_search(self, state: &ApiState) -> Result<(), Problem> {
        let Some(position) = self.known(state).await? else { return Ok(()) };
        if state.search.wait_for(position, state.limits.min_position_timeout).await {
            return Ok(());
        }
        tracing::warn!(position, reached = state.search.position(), "a search waited in vain");
        Err(Problem::unavailable(
            "The search index has not reached min_position yet. Try again in a moment, or without \
             min_position for the current state.",
        ))
    }

    /// Returns the position, if one was given and the log has reached it.
    async fn known(self, state: &ApiState) -> Result<Option<i64>, Problem> {
        let Some(position) = self.min_position else { return Ok(None) };
        if position < 0 {
            return Err(Problem::invalid_query(format!(
                "min_position is {position}; it must be the `position` that a write returned."
            )));
        }
        let head = state.log.head().await?;
        if position > head {
            return Err(Problem::invalid_query(format!(
                "min_position is {position}, but the log ends at {head}."
            )));
        }
        Ok(Some(position))
    }
}

#[cfg(test)]
impl From<Option<i64>> for MinPosition {
    fn from(min_position: Option<i64>) -> Self {
        Self { min_position }
    }
}

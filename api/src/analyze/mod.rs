//! `/v1/analyze`: what makes summaries: sessions to be summarized, and messages that refine.

mod refine;
mod session;

use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().merge(session::router()).merge(refine::router())
}

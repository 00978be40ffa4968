//! `/v1/analyze`: what makes summaries: sessions to be summarized, messages that refine, prompts, and
//! the coach's voice.

mod preview;
mod prompts;
mod refine;
mod session;
mod voice;

use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(session::router())
        .merge(refine::router())
        .merge(prompts::router())
        .merge(preview::router())
        .merge(voice::router())
}

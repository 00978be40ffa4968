//! `/v1/search`: ask in plain words, get the moment.
//!
//! | path | file |
//! |---|---|
//! | `POST /v1/search/query` | [`query`], with [`understanding`], [`page`], [`hits`] and [`answers`] |
//! | `POST /v1/search/similar` | [`similar`] |
//! | `GET /v1/search/suggest` | [`suggest`] |
//! | `DELETE /v1/search/questions` | [`questions`] |
//! | `POST /v1/search/index`, `DELETE /v1/search/index/{id}` | [`notes`] |
//! | `/v1/search/saved…` | [`saved`] |
//!
//! Invariant: an answer contains the interpretation of the question, the position up to which the
//! index has followed the log, and the engines that searched.

mod answers;
mod hits;
mod index;
mod notes;
mod page;
mod query;
mod questions;
mod saved;
mod similar;
mod suggest;
mod understanding;

use crate::http::routes::routes;
use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(query::query))
        .routes(routes!(similar::similar))
        .routes(routes!(suggest::suggest))
        .routes(routes!(questions::forget))
        .routes(routes!(notes::index))
        .routes(routes!(notes::delete))
        .merge(saved::router())
}

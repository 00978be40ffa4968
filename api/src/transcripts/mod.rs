//! `/v1/transcripts`: sessions.
//!
//! | path | file |
//! |---|---|
//! | `POST /v1/transcripts/upload` | [`upload`] |
//! | `POST …/{id}/files`, `PUT …/{id}/files` | [`files`] |
//! | `GET /v1/transcripts`, `GET …/{id}`, `GET …/{id}/status` | [`read`] |
//! | `GET …/{id}/turns` | [`turns`] |
//! | `GET`, `POST …/{id}/corrections`, `DELETE …/{id}/corrections/{correction_id}` | [`corrections`] |
//! | `PATCH …/{id}`, `DELETE …/{id}`, `POST /v1/transcripts/process` | [`change`] |
//!
//! Below them: [`intake`] stores files, [`contents`] loads turns, [`details`] checks details.

mod change;
mod contents;
mod corrections;
mod details;
mod files;
mod intake;
mod read;
mod turns;
mod upload;

use crate::http::routes::routes;
use crate::state::ApiState;
use axum::extract::FromRef;
use contents::Contents;
use utoipa_axum::router::OpenApiRouter;

/// State of these handlers.
#[derive(Clone, FromRef)]
struct Transcripts {
    api: ApiState,
    contents: Contents,
}

/// Returns all routes except those for uploads, which have limits of their own.
pub(crate) fn router(api: &ApiState) -> OpenApiRouter<ApiState> {
    let contents = Contents::new(api.log.clone(), api.documents.clone());
    OpenApiRouter::new()
        .routes(routes!(read::list))
        .routes(routes!(read::get, change::change, change::delete))
        .routes(routes!(read::status))
        .routes(routes!(turns::turns))
        .routes(routes!(corrections::make::correct, corrections::list::list))
        .routes(routes!(corrections::make::undo))
        .routes(routes!(change::process))
        .with_state(Transcripts { api: api.clone(), contents })
}

/// Returns the routes for uploads.
pub(crate) fn upload_router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(upload::upload)).routes(routes!(files::add, files::replace))
}

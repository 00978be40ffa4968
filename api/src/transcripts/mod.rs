//! `/v1/transcripts`: sessions, from the file to what can be read of them.
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
//! Below them: [`intake`] takes files in, [`contents`] reads turns, [`details`] checks what is said
//! of a transcript.

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

/// What these handlers share.
#[derive(Clone, FromRef)]
struct Transcripts {
    api: ApiState,
    contents: Contents,
}

/// Everything but what takes files in, which has bounds of its own.
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

/// What takes files in.
pub(crate) fn upload_router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(upload::upload)).routes(routes!(files::add, files::replace))
}

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

mod change;
pub(crate) mod content;
mod corrections;
mod files;
mod read;
mod turns;
mod upload;

use crate::http::extract::Checks;
use crate::http::problem::Problem;
use crate::state::ApiState;
use change::own_key;
use debrief_domain::client::Client;
use debrief_domain::ids::{ClientId, OrganizationId};
use debrief_infra::keys::DataKey;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longest title, in characters.
const TITLE_MAX: usize = 300;
/// Longest notes, in characters.
const NOTES_MAX: usize = 20_000;

/// Everything but the upload, which has bounds of its own.
pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list))
        .routes(routes!(read::get, change::change, change::delete))
        .routes(routes!(read::status))
        .routes(routes!(turns::turns))
        .routes(routes!(corrections::correct, corrections::list))
        .routes(routes!(corrections::undo))
        .routes(routes!(change::process))
}

/// What takes files in.
pub(crate) fn upload_router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(upload::upload)).routes(routes!(files::add, files::replace))
}

fn check_details(
    checks: &mut Checks,
    title: Option<&str>,
    language: Option<&str>,
    notes: Option<&str>,
) {
    if let Some(title) = title {
        checks.text("title", title, TITLE_MAX);
    }
    if let Some(language) = language {
        checks.language("language", language);
    }
    if let Some(notes) = notes {
        checks.text("notes", notes, NOTES_MAX);
    }
}

/// The key of a client, which wraps those of the client's transcripts. Asks the log and not the
/// read model: a client that was entered a moment ago is there.
pub(crate) async fn key_of_client(
    state: &ApiState,
    organization: OrganizationId,
    client: ClientId,
) -> Result<DataKey, Problem> {
    let unknown = || {
        let mut checks = Checks::default();
        checks.fail("client_id", "names no client of your organization; POST /v1/clients first.");
        checks.done().err().unwrap_or_else(|| Problem::not_found("client"))
    };
    let (_, version) = state
        .log
        .load::<Client>(organization, client.0)
        .await
        .map_err(|error| crate::http::problem::of_command(error, |_| unknown()))?;
    if version == 0 {
        return Err(unknown());
    }
    state.log.keys().get(organization, client.0).await?.ok_or_else(unknown)
}

//! `/v1/clients/{id}/note`: the running note on a client.

use crate::clients::key_of;
use crate::http::auth::{Caller, Read, Write};
use crate::http::codes::Code;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Path};
use crate::http::problem::{Problem, of_command};
use crate::http::routes::routes;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use debrief_domain::client_note::{ClientNote, ClientNoteCommand, ClientNoteError, Line, NoteEdit};
use debrief_domain::ids::{ClientId, ClientNoteId};
use debrief_infra::log::CommandError;
use debrief_workers::note;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get, patch))
}

/// The running note on a client.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientNote)]
struct RunningNote {
    /// Its version; 0 while nothing was noted.
    version: u32,
    /// Its lines, in the order in which they were added.
    lines: Vec<Line>,
}

/// Edits of a note.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditNote {
    /// The version that the edits were made on; if it is not the newest, nothing is changed.
    base_version: u32,
    /// The edits, in order. All are made or none.
    #[schema(min_items = 1, max_items = 200)]
    edits: Vec<NoteEdit>,
}

/// A note that was edited.
#[derive(Debug, Serialize, ToSchema)]
struct EditedNote {
    /// Whose note it is.
    client_id: ClientId,
}

/// Get the running note on a client.
///
/// Goals, agreements, action items and themes from approved summaries, each with the session and
/// turn that it came from, and what people wrote. It is given to the language model with the
/// client's next session.
#[utoipa::path(
    get,
    path = "/v1/clients/{id}/note",
    operation_id = "get_client_note",
    tag = "clients"
)]
async fn get(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Path(id): Path<ClientId>,
) -> Result<Json<RunningNote>, Problem> {
    key_of(&state, caller.organization(), id).await?.ok_or_else(|| Problem::not_found("client"))?;
    let found = note::current(&state.log, caller.organization(), id).await?;
    let (lines, version) = found.unwrap_or_default();
    Ok(Json(RunningNote { version, lines }))
}

/// Edit the running note on a client.
///
/// A line that was written or changed by hand stays so, and one that was dropped is not added
/// again, whatever later summaries say.
#[utoipa::path(
    patch, path = "/v1/clients/{id}/note", operation_id = "edit_client_note", tag = "clients",
    responses(
        (status = 404, description = "There is no such client"),
        (status = 409, description = "`note_changed`: Somebody revised it meanwhile."),
        (status = 422, description = "An edit cannot be made"),
    )
)]
async fn patch(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<ClientId>,
    Body(body): Body<EditNote>,
) -> Result<Accepted<EditedNote>, Problem> {
    if body.edits.is_empty() {
        return Err(Problem::invalid_field("edits", "is empty: send at least one edit."));
    }
    let data_key = key_of(&state, caller.organization(), id).await?;
    let data_key = data_key.ok_or_else(|| Problem::not_found("client"))?;
    let answer = EditedNote { client_id: id };
    let request = (id, &body);
    let mut context = key.context(&caller, "PATCH /v1/clients/{id}/note", &request, &answer)?;
    context.data_key = Some(data_key);
    let EditNote { base_version, edits } = body;
    let command = ClientNoteCommand::Edit { client_id: id, base_version, edits };
    let id = ClientNoteId::of(id).0;
    let committed = state.log.execute::<ClientNote>(context, id, command).await;
    Ok(Accepted::new(StatusCode::OK, answer, committed.map_err(refused)?))
}

fn refused(error: CommandError<ClientNoteError>) -> Problem {
    of_command(error, |error| match error {
        ClientNoteError::Changed { newest } => Problem::new(
            Code::NoteChanged,
            format!(
                "The note was revised meanwhile: its newest version is {newest}. Read it, and send \
                 the edits again with it as base_version. Nothing was changed."
            ),
        ),
        error @ (ClientNoteError::NoLine(_)
        | ClientNoteError::Empty
        | ClientNoteError::TooLong(_)
        | ClientNoteError::TooManyLines
        | ClientNoteError::TooManyEdits) => {
            Problem::invalid_field("edits", format!("{error}. Nothing was changed."))
        }
    })
}

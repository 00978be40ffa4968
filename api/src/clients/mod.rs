//! `/v1/clients`: the people who are coached. The running note on each is in [`note`].

mod note;

use crate::http::auth::{Caller, Read, Write};
use crate::http::checks::Checks;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Path};
use crate::http::min_position::MinPosition;
use crate::http::paging::{Paging, Position};
use crate::http::problem::{Problem, of_command};
use crate::http::query::Query;
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::times;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_api_types::Page;
use debrief_domain::client::{self, ClientCommand, ClientError, ClientRegistered};
use debrief_domain::ids::{ClientId, OrganizationId};
use debrief_infra::keys::DataKey;
use debrief_projections::directory::{self, ClientRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

const NAME_MAX: usize = 200;
const EMAIL_MAX: usize = 254;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(register, list)).routes(routes!(get)).merge(note::router())
}

/// A client to be registered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClient {
    /// The client's name, up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The client's email address.
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
}

/// A client that was registered.
#[derive(Debug, Serialize, ToSchema)]
struct RegisteredClient {
    /// Identifies the client.
    id: ClientId,
}

/// A person who is coached.
#[derive(Debug, Serialize, ToSchema)]
struct Client {
    /// Identifies the client.
    id: ClientId,
    /// The client's name; `null` once it was erased.
    name: Option<String>,
    /// The client's email address.
    email: Option<String>,
    /// When the client was registered.
    created_at: DateTime<Utc>,
}

impl From<ClientRow> for Client {
    fn from(row: ClientRow) -> Self {
        let ClientRow { id, name, email, created_at, .. } = row;
        Self { id, name, email, created_at: times::at(created_at) }
    }
}

/// Register a client.
#[utoipa::path(
    post, path = "/v1/clients", operation_id = "register_client", tag = "clients",
    responses((status = 201, description = "The client was registered"))
)]
async fn register(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Body(client): Body<NewClient>,
) -> Result<Accepted<RegisteredClient>, Problem> {
    let mut checks = Checks::default();
    checks.text("name", &client.name, NAME_MAX);
    if let Some(email) = &client.email {
        let parts = email.rsplit_once('@');
        let fits = parts.is_some_and(|(local, domain)| !local.is_empty() && domain.len() > 2)
            && email.len() <= EMAIL_MAX
            && !email.chars().any(|c| c.is_whitespace() || c.is_control());
        if !fits {
            checks.fail("email", "must be one address such as dana@example.org.");
        }
    }
    checks.done()?;
    let id = ClientId(Uuid::now_v7());
    let answer = RegisteredClient { id };
    let mut context = key.context(&caller, "POST /v1/clients", &client, &answer)?;
    let data_key = DataKey::generate(id.0);
    context.wrapped_keys.push(state.log.keys().wrap(caller.organization(), &data_key, None));
    context.data_key = Some(data_key);
    let command = ClientCommand::Register(ClientRegistered {
        name: client.name.into(),
        email: client.email.map(Into::into),
    });
    let committed = state.log.create::<client::Client>(context, id.0, command).await;
    let committed = committed.map_err(|error| {
        of_command(error, |_: ClientError| Problem::conflict("This client exists already."))
    })?;
    Ok(Accepted::new(StatusCode::CREATED, answer, committed))
}

/// List clients.
///
/// Oldest first.
#[utoipa::path(get, path = "/v1/clients", operation_id = "list_clients", tag = "clients")]
async fn list(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Query(paging, at, ..): Query<Paging<Position, 50, 500>, MinPosition>,
) -> Result<Json<Page<Client>>, Problem> {
    at.in_projection(&state, "directory").await?;
    let rows = |after: Option<Position>, limit| {
        let after = after.map_or(0, |Position(after)| after);
        directory::clients(&state.views, caller.viewer(), after, limit)
    };
    Ok(Json(paging.page(rows, |row| Position(row.position), Client::from).await?))
}

/// Get a client.
#[utoipa::path(get, path = "/v1/clients/{id}", operation_id = "get_client", tag = "clients")]
async fn get(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Path(id): Path<ClientId>,
    Query(at, ..): Query<MinPosition>,
) -> Result<Json<Client>, Problem> {
    at.in_projection(&state, "directory").await?;
    let row = directory::client(&state.views, caller.viewer(), id).await?;
    row.map(|row| Json(row.into())).ok_or_else(|| Problem::not_found("client"))
}

/// Returns the key of a client, which wraps those of the client's transcripts and notes.
pub(crate) async fn key_of_client(
    state: &ApiState,
    organization: OrganizationId,
    id: ClientId,
) -> Result<DataKey, Problem> {
    key_of(state, organization, id).await?.ok_or_else(|| {
        let message = "is not the id of a client of your organization; POST /v1/clients first.";
        Problem::invalid_field("client_id", message)
    })
}

/// Returns the key of a client; `None` if the organization has no such client, or it was erased.
/// Reads the log, not the read model, so that a client registered a moment ago is found.
async fn key_of(
    state: &ApiState,
    organization: OrganizationId,
    id: ClientId,
) -> Result<Option<DataKey>, Problem> {
    let loaded = state.log.load::<client::Client>(organization, id.0).await;
    let (_, version) = loaded.map_err(|error| of_command(error, |it| Problem::internal(&it)))?;
    match version {
        0 => Ok(None),
        _ => Ok(state.log.keys().get(organization, id.0).await?),
    }
}

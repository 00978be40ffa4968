//! `/v1/clients`: the people who are coached.

use crate::http::auth::Caller;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, Checks, Path, Query, cursor, page_size};
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_domain::client::{Client, ClientCommand, ClientError, ClientRegistered};
use debrief_domain::ids::ClientId;
use debrief_infra::keys::DataKey;
use debrief_projections::directory::{self, ClientRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const NAME_MAX: usize = 200;
const EMAIL_MAX: usize = 254;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(register, list)).routes(routes!(get))
}

/// A client to be entered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClientIn {
    /// What the client is called; up to 200 characters.
    name: String,
    /// Where mail reaches the client.
    email: Option<String>,
}

/// A client was entered.
#[derive(Debug, Serialize, ToSchema)]
struct ClientRegisteredOut {
    /// The client's id.
    id: ClientId,
    /// Position that this reached; read with it as `min_position`.
    position: i64,
}

/// A client.
#[derive(Debug, Serialize, ToSchema)]
struct ClientOut {
    /// The client's id.
    id: ClientId,
    /// `null` once erased.
    name: Option<String>,
    /// Where mail reaches the client.
    email: Option<String>,
    /// When the client was entered.
    created_at: DateTime<Utc>,
}

impl From<ClientRow> for ClientOut {
    fn from(row: ClientRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            created_at: DateTime::from_timestamp_millis(row.created_at).unwrap_or_default(),
        }
    }
}

/// A page of clients.
#[derive(Debug, Serialize, ToSchema)]
struct ClientsOut {
    /// Oldest first.
    items: Vec<ClientOut>,
    /// Pass as `after` for the next page; `null` on the last.
    next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// `next` of the page before.
    after: Option<i64>,
    /// Items in a page, 1 to 500; 50 unless said.
    limit: Option<u32>,
    /// Wait until the answer holds all writes up to this position.
    min_position: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct GetQuery {
    /// Wait until the answer holds all writes up to this position.
    min_position: Option<i64>,
}

/// Enter a client.
#[utoipa::path(
    post, path = "/v1/clients", operation_id = "register_client",
    tag = "clients", request_body = ClientIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send again")),
    responses((status = 201, body = ClientRegisteredOut), (status = 422, body = Problem)),
    security(("api_key" = []))
)]
async fn register(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    Body(client): Body<ClientIn>,
) -> Result<Accepted, Problem> {
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
    let mut context = key.context(&caller, "POST /v1/clients", &client, json!({"id": id}))?;
    let data_key = DataKey::generate(id.0);
    context.wrapped_keys.push(state.log.keys().wrap(caller.organization, &data_key, None));
    context.data_key = Some(data_key);
    let command = ClientCommand::Register(ClientRegistered {
        name: client.name.into(),
        email: client.email.map(Into::into),
    });
    let committed = state.log.create::<Client>(context, id.0, command).await.map_err(|error| {
        of_command(error, |ClientError::AlreadyExists| {
            Problem::conflict("conflict", "This client exists already.")
        })
    })?;
    Ok(Accepted { status: StatusCode::CREATED, committed })
}

/// List clients.
#[utoipa::path(
    get, path = "/v1/clients", operation_id = "list_clients",
    tag = "clients", params(ListQuery),
    responses((status = 200, body = ClientsOut)), security(("api_key" = []))
)]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<ClientsOut>, Problem> {
    let limit = page_size(query.limit, 50, 500)?;
    let after = cursor(query.after)?.unwrap_or(0);
    state.read_at("directory", query.min_position).await?;
    let mut rows = directory::clients(&state.views, caller.viewer(), after, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.position.to_string());
    Ok(Json(ClientsOut { items: rows.into_iter().map(Into::into).collect(), next }))
}

/// Read a client.
#[utoipa::path(
    get, path = "/v1/clients/{id}", operation_id = "get_client",
    tag = "clients",
    params(("id" = Uuid, Path), GetQuery),
    responses((status = 200, body = ClientOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<ClientId>,
    Query(query): Query<GetQuery>,
) -> Result<Json<ClientOut>, Problem> {
    state.read_at("directory", query.min_position).await?;
    let row = directory::client(&state.views, caller.viewer(), id).await?;
    row.map(|row| Json(row.into())).ok_or_else(|| Problem::not_found("client"))
}

//! `GET /v1/ws`: updates from where a client left off, then live. `docs/websocket.md` describes the
//! protocol.
//!
//! Invariants: a subscription gets the updates of its channel in order, each once, from the offset
//! that it names. If that is impossible, the client is told to reload, and gets what follows the
//! offset that it is given. A slow client slows no other: what it has not read is in the database,
//! not in memory.
//!
//! `connection` reads and writes the socket, `session` is the state of a connection, `requests` has
//! a file for each request, `subscription` is a channel that is followed, and `protocol` has the
//! frames and codes.

mod connection;
mod hub;
mod protocol;
mod requests;
mod session;
mod subscription;

use crate::http::auth::bearer;
use crate::http::codes::Code;
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRef, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hub::Hub;
use session::SignedIn;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Maximum size of a client's message.
const MESSAGE_MAX: usize = 64 << 10;
/// Size of the read buffer of a connection; the default is 128 KiB.
const READ_BUFFER: usize = 4 << 10;

/// State that connections share.
#[derive(Clone, FromRef)]
struct Shared {
    api: ApiState,
    hub: Hub,
}

/// Returns the route, and starts the hub.
pub(crate) fn router(api: &ApiState) -> OpenApiRouter<ApiState> {
    let hub = Hub::start(api.log.clone(), api.views.clone(), api.stop.clone());
    OpenApiRouter::new().routes(routes!(open)).with_state(Shared { api: api.clone(), hub })
}

/// Open a WebSocket for updates; see `docs/websocket.md`.
#[utoipa::path(
    get, path = "/v1/ws", operation_id = "open_websocket",
    tag = "updates",
    responses(
        (status = 101, description = "The WebSocket is open"),
        (status = 400, description = "The request is not a WebSocket handshake"),
        (status = 401, description = "The API key is unknown or was revoked"),
        (status = 503, description = "Too many connections, or the process is stopping"),
    ),
    security(("api_key" = ["read"]))
)]
async fn open(
    State(state): State<ApiState>,
    State(hub): State<Hub>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|_| {
        Problem::new(Code::NotAWebsocket, "Open this path as a WebSocket (RFC 6455).")
    })?;
    // A browser cannot send the header; it says hello with its token instead.
    let signed_in = match bearer(&headers)? {
        Some(token) => Some(SignedIn::with(&state, token.to_owned()).await?),
        None => None,
    };
    if state.stop.is_cancelled() {
        return Err(Problem::unavailable("This process is stopping. Connect again in a moment."));
    }
    let slot = hub.enter(state.limits.websocket_max_connections).ok_or_else(|| {
        Problem::unavailable(
            "This process has reached its limit of connections. Try again in a moment.",
        )
    })?;
    Ok(upgrade
        .max_message_size(MESSAGE_MAX)
        .max_frame_size(MESSAGE_MAX)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(state.limits.websocket_queue_bytes.max(MESSAGE_MAX))
        .on_upgrade(move |socket| async move {
            connection::serve(state, hub, socket, signed_in).await;
            drop(slot);
        }))
}

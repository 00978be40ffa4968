//! The whole router, `/openapi.json`, and `/docs` to browse it.

use crate::http::operation::{self, SCHEME};
use crate::http::{linger, trace};
use crate::state::ApiState;
use crate::{
    analyze, clients, dead_letters, operations, search, summaries, transcripts, usage, vocabulary,
    ws,
};
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::{Json, Router, middleware, routing};
use debrief_api_types::Problem;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Debrief",
        description = "Coaching conversations as memory that can be searched, refined and sent.\n\n\
            Every write answers with the `position` it reached; pass it to a read as \
            `min_position` to read your own writes. Send an `Idempotency-Key` with every POST, so \
            that it can be repeated safely. An operation's `security` names the permission that \
            the API key needs: `read`, `write` or `admin`. Errors are problem details (RFC 9457); \
            `docs/problems.md` lists their codes. The WebSocket at `/v1/ws` is described in \
            `docs/websocket.md`."
    ),
    components(schemas(Problem)),
    modifiers(&Security)
)]
struct Document;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key."))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme(SCHEME, SecurityScheme::Http(scheme));
    }
}

/// Returns the router of everything.
pub fn router(state: ApiState) -> Router {
    let limits = &state.limits;
    let timeout = limits.request_timeout;
    let bounded = OpenApiRouter::new()
        .merge(transcripts::router(&state))
        .merge(summaries::router())
        .merge(analyze::router())
        .merge(search::router())
        .merge(clients::router())
        .merge(vocabulary::router())
        .merge(usage::router())
        .merge(dead_letters::router())
        .merge(operations::router())
        .layer(DefaultBodyLimit::max(limits.request_max_bytes))
        .layer(middleware::from_fn(move |request, next| trace::timeout(timeout, request, next)));
    let unbounded = OpenApiRouter::new()
        .merge(transcripts::upload_router().layer(DefaultBodyLimit::disable()))
        .merge(ws::router(&state));
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(bounded)
        .merge(unbounded)
        .split_for_parts();
    operation::complete(&mut document);
    let json = document.clone();
    // Unless told otherwise, the page has the document checked by somebody else's server.
    let docs = SwaggerUi::new("/docs")
        .url("/docs/openapi.json", document)
        .config(Config::default().validator_url("none"));
    router
        .route("/openapi.json", routing::get(move || async move { Json(json) }))
        .merge(docs)
        .fallback(trace::no_route)
        .method_not_allowed_fallback(trace::no_method)
        .layer(CatchPanicLayer::custom(trace::panicked))
        .layer(middleware::from_fn(linger::layer))
        .layer(middleware::from_fn(trace::layer))
        .layer(SetSensitiveRequestHeadersLayer::new([header::AUTHORIZATION]))
        .with_state(state)
}

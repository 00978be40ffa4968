//! `/livez`, `/readyz`, `/metrics`, for operators.

use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use debrief_infra::health::Finding;
use debrief_infra::queue::Backlog;
use debrief_projections::engine::checkpoints;
use debrief_search::dense::semantic::Status;
use metrics::gauge;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

// These are open to all, so they are registered as they are, without a caller.
pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(livez)).routes(routes!(readyz)).routes(routes!(metrics))
}

/// Check whether the process runs.
#[utoipa::path(
    get, path = "/livez", operation_id = "livez", tag = "operations",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
async fn livez() -> &'static str {
    "alive\n"
}

/// Whether the process is ready, and the state of each dependency.
#[derive(Debug, Serialize, ToSchema)]
struct Readiness {
    /// Whether requests can be served.
    ready: bool,
    /// `ok` for each dependency, or what is wrong with it. `degraded` is something that the process
    /// can do without: it is ready.
    dependencies: BTreeMap<&'static str, &'static str>,
    /// The state of search. It does not make a process unready: answers say what search lacks.
    search: SearchReadiness,
}

/// The state of search.
#[derive(Debug, Serialize, ToSchema)]
struct SearchReadiness {
    /// The position up to which words are indexed.
    indexed_through: i64,
    /// Search by meaning: `off` (no model is configured), `ready`, `filling` (vectors are being
    /// made), `switching` (vectors of the previous model answer meanwhile) or `unavailable`.
    meaning: &'static str,
    /// The position up to which the configured model has made vectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    vectors_through: Option<i64>,
}

async fn search_state(state: &ApiState) -> SearchReadiness {
    let (meaning, vectors_through) = match state.dense.status().await {
        Status::Off => ("off", None),
        Status::Ready { position } => ("ready", Some(position)),
        Status::Filling { position } => ("filling", Some(position)),
        Status::Switching { position, .. } => ("switching", Some(position)),
        Status::Unavailable(reason) => {
            tracing::warn!(%reason, "search by meaning is not ready");
            ("unavailable", None)
        }
    };
    SearchReadiness { indexed_through: state.search.position(), meaning, vectors_through }
}

/// Check whether the process is ready.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "operations",
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "Not ready", body = Readiness),
    )
)]
async fn readyz(State(state): State<ApiState>) -> Response {
    let (mut found, search) = tokio::join!(state.health.ask(), search_state(&state));
    if state.stop.is_cancelled() {
        found.insert("process", Finding { said: "stopping", is_ready: false });
    }
    let ready = found.values().all(|it| it.is_ready);
    let dependencies = found.into_iter().map(|(name, it)| (name, it.said)).collect();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, dependencies, search })).into_response()
}

/// Get metrics in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "operations",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
async fn metrics(State(state): State<ApiState>) -> Result<Response, Problem> {
    measure(&state).await?;
    let text = state.metrics.render();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// Updates the metrics that are computed on request: ages and lags, from the database.
async fn measure(state: &ApiState) -> Result<(), Problem> {
    let head = state.log.head().await?;
    gauge!("debrief_log_head").set(head as f64);
    for checkpoint in checkpoints(state.views.sql()).await? {
        let lag = (head - checkpoint.position).max(0);
        gauge!("debrief_projection_lag_events", "projection" => checkpoint.name).set(lag as f64);
    }
    for (consumer, checkpoint) in state.ledger.relay_checkpoints().await? {
        let lag = (head - checkpoint.position).max(0);
        gauge!("debrief_relay_lag_events", "worker" => consumer).set(lag as f64);
    }
    // A worker without work has no backlog: it must be said that it has none, or the gauges would
    // stay at what they last were.
    let mut backlogs: BTreeMap<String, Backlog> =
        state.ledger.backlog().await?.into_iter().map(|b| (b.consumer.clone(), b)).collect();
    for worker in debrief_workers::ALL {
        backlogs.entry(worker.name.to_owned()).or_insert_with_key(|consumer| Backlog {
            consumer: consumer.clone(),
            ready: 0,
            leased: 0,
            dead: 0,
            oldest: None,
        });
    }
    let now = Utc::now().timestamp_millis();
    let mut oldest_of_all = 0.0_f64;
    for (worker, backlog) in backlogs {
        let age = backlog.oldest.map_or(0.0, |at| (now - at).max(0) as f64 / 1000.0);
        oldest_of_all = oldest_of_all.max(age);
        for (state, count) in
            [("ready", backlog.ready), ("leased", backlog.leased), ("dead", backlog.dead)]
        {
            gauge!("debrief_work", "worker" => worker.clone(), "state" => state).set(count as f64);
        }
        gauge!("debrief_oldest_undone_work_seconds", "worker" => worker).set(age);
    }
    gauge!("debrief_oldest_undone_work_seconds", "worker" => "all").set(oldest_of_all);
    Ok(())
}

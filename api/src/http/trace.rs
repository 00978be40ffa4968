//! Middleware of every request: a correlation id, a span, a log line, metrics, a timeout, and an
//! answer if there is no handler.

use super::codes::Code;
use super::correlation;
use super::problem::Problem;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics::{counter, histogram};
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

/// The header with the id, in both directions.
const HEADER: HeaderName = HeaderName::from_static("x-correlation-id");

/// Returns a method's name in the metrics: clients may send any word as a method, and each would
/// create a time series.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PATCH" => "PATCH",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Gives each request an id (the client's, if it sends a UUID), a span, a log line and metrics.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let sent = request.headers().get(&HEADER).and_then(|value| value.to_str().ok());
    let id = sent.and_then(|value| value.parse().ok()).unwrap_or_else(Uuid::now_v7);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", correlation_id = %id, %method, route);
    let began = Instant::now();
    let answered = correlation::scope(id, async {
        let response = next.run(request).await;
        let took = began.elapsed();
        let status = response.status();
        tracing::info!(status = status.as_u16(), millis = took.as_millis() as u64, "answered");
        response
    });
    let mut response = answered.instrument(span).await;
    let labels = [
        ("method", known(&method).to_owned()),
        ("route", route),
        ("status", response.status().as_u16().to_string()),
    ];
    counter!("debrief_http_requests_total", &labels).increment(1);
    histogram!("debrief_http_seconds", &labels[..2]).record(began.elapsed().as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// Limits the time of an answer.
pub(crate) async fn timeout(limit: std::time::Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable(
            "The request took too long. Send the same request again, with the same \
             Idempotency-Key: it takes effect once.",
        )
        .into_response(),
    }
}

/// Returns the answer when a handler panics.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Problem::internal(&"a handler panicked").into_response()
}

/// Returns the answer to an unknown path.
pub(crate) async fn no_route() -> Problem {
    Problem::new(Code::NoSuchRoute, "There is nothing at this path. /docs lists the operations.")
}

/// Returns the answer to a method that a path does not have.
pub(crate) async fn no_method() -> Problem {
    Problem::new(
        Code::MethodNotAllowed,
        "This path does not support this method; the Allow header lists the methods it supports.",
    )
}

//! `/v1/usage`: what calls of the language model cost.

use crate::http::auth::{Caller, Read};
use crate::http::min_position::MinPosition;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::routes;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use chrono::{NaiveDate, Utc};
use debrief_projections::usage::{self, Month, UsageRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get))
}

/// What calls of the language model cost.
#[derive(Debug, Default, Serialize, ToSchema)]
struct Counts {
    /// Number of calls that cost something.
    calls: u64,
    /// How many of them led to no answer.
    failed: u64,
    /// Of how many the tokens are an estimate, because the server did not say.
    estimated: u64,
    /// Tokens that were read.
    prompt_tokens: u64,
    /// Tokens that were written.
    completion_tokens: u64,
    /// Both together.
    tokens: u64,
    /// What they cost by the configured prices, in millionths of the currency; 0 without prices.
    cost_micros: u64,
}

impl Counts {
    fn add(&mut self, row: &UsageRow) {
        self.calls += row.calls;
        self.failed += row.failed;
        self.estimated += row.estimated;
        self.prompt_tokens += row.prompt_tokens;
        self.completion_tokens += row.completion_tokens;
        self.tokens = self.prompt_tokens + self.completion_tokens;
        self.cost_micros = self.cost_micros.saturating_add(row.cost_micros);
    }
}

/// What the calls for one purpose cost that one model answered.
#[derive(Debug, Serialize, ToSchema)]
struct UsageOf {
    /// What they were for.
    #[schema(example = "summary")]
    purpose: String,
    /// The model, as configured.
    model: String,
    /// What they cost.
    #[serde(flatten)]
    counts: Counts,
}

/// The tokens that an organization may use in a month.
#[derive(Debug, Serialize, ToSchema)]
struct Budget {
    /// How many there are.
    tokens: u64,
    /// How many are left. At 0, no call is made until `renewed_on`.
    left: u64,
    /// The day on which they begin anew (UTC).
    renewed_on: Option<NaiveDate>,
}

/// What an organization's calls of the language model cost in a month.
#[derive(Debug, Serialize, ToSchema)]
struct Usage {
    /// The month, in UTC.
    #[schema(example = "2026-11")]
    month: String,
    /// All calls.
    total: Counts,
    /// The same by purpose and model.
    items: Vec<UsageOf>,
    /// The budget of a month; `null` without one.
    budget: Option<Budget>,
}

#[derive(Debug, Deserialize, IntoParams)]
struct Filter {
    /// The month, in UTC, such as `2026-11`; default this month.
    #[param(min_length = 7, max_length = 7, pattern = r"^\d{4}-(0[1-9]|1[0-2])$")]
    month: Option<String>,
}

/// Get what the language model cost.
///
/// By purpose and model, with the month's budget and what is left of it.
#[utoipa::path(get, path = "/v1/usage", operation_id = "get_usage", tag = "usage")]
async fn get(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Query(Filter { month }, at, ..): Query<Filter, MinPosition>,
) -> Result<Json<Usage>, Problem> {
    let month = match month {
        None => Month::of(Utc::now()),
        Some(text) => text.parse().map_err(|_| {
            Problem::invalid_query("month must be a year and a month, such as 2026-11.")
        })?,
    };
    at.in_projection(&state, "usage").await?;
    let rows = usage::of_month(&state.views, caller.viewer(), month).await?;
    let mut total = Counts::default();
    let mut items = Vec::new();
    for row in rows {
        total.add(&row);
        let mut counts = Counts::default();
        counts.add(&row);
        items.push(UsageOf { purpose: row.purpose, model: row.model, counts });
    }
    let budget = state.limits.language_model_budget.map(|budget| Budget {
        tokens: budget.get(),
        left: budget.get().saturating_sub(total.tokens),
        renewed_on: month.next_begins(),
    });
    Ok(Json(Usage { month: month.to_string(), total, items, budget }))
}

//! Queries of usage.

use super::Month;
use crate::engine::Views;
use debrief_domain::principal::Viewer;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Row;

/// What the calls of a month cost that were for one purpose and answered by one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// What they were for, by its name in metrics.
    pub purpose: String,
    /// The model, as configured.
    pub model: String,
    /// Number of calls that cost something.
    pub calls: u64,
    /// How many of them led to no answer.
    pub failed: u64,
    /// Of how many the tokens are an estimate.
    pub estimated: u64,
    /// Tokens that were read.
    pub prompt_tokens: u64,
    /// Tokens that were written.
    pub completion_tokens: u64,
    /// What they cost, in millionths of the currency.
    pub cost_micros: u64,
}

/// Returns what the calls of an organization cost in a month, by purpose and model.
pub async fn of_month(
    views: &Views,
    viewer: Viewer,
    month: Month,
) -> Result<Vec<UsageRow>, DatabaseError> {
    let sql = "SELECT purpose, model, calls, failed, estimated, prompt_tokens, \
         completion_tokens, cost_micros FROM model_usage \
         WHERE organization_id = $1 AND month = $2 ORDER BY purpose, model";
    let arguments = [viewer.organization().0.into(), month.to_string().into()];
    let count = |row: &Row, column| row.get::<i64>(column).map(i64::unsigned_abs);
    let row = |row: &Row| {
        Ok(UsageRow {
            purpose: row.get(0)?,
            model: row.get(1)?,
            calls: count(row, 2)?,
            failed: count(row, 3)?,
            estimated: count(row, 4)?,
            prompt_tokens: count(row, 5)?,
            completion_tokens: count(row, 6)?,
            cost_micros: count(row, 7)?,
        })
    };
    views.sql().query(sql, &arguments).await?.iter().map(row).collect()
}

/// Returns how many tokens an organization has used in a month.
pub async fn spent(views: &Views, viewer: Viewer, month: Month) -> Result<u64, DatabaseError> {
    let rows = of_month(views, viewer, month).await?;
    Ok(rows.iter().map(|row| row.prompt_tokens + row.completion_tokens).sum())
}

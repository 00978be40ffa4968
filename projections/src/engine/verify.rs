//! Compares the live read model with one built from the log.

use super::build::{drop_copy, fill, up_to};
use super::claim::Claim;
use super::table::TableCopy;
use super::{Projection, ProjectionError, Runner, checkpoint};
use debrief_infra::database::sql::Sql;
use debrief_infra::log::EventLog;
use serde::Serialize;
use std::sync::Arc;

/// The differences of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Name of the table.
    pub table: &'static str,
    /// Live rows that do not follow from the log.
    pub surplus: i64,
    /// Rows that follow from the log but are not live.
    pub missing: i64,
}

/// Result of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Name of the projection.
    pub name: &'static str,
    /// Position of the last event included in both.
    pub position: i64,
    /// Number of rows compared.
    pub rows: i64,
    /// Tables that differ; empty if there is no difference.
    pub differences: Vec<Difference>,
}

/// Builds a projection next to the live one and compares the two at the same position.
pub async fn verify(
    log: &EventLog,
    views: &Sql,
    projection: &Arc<dyn Projection>,
    progress: impl FnMut(i64, i64),
) -> Result<Verified, ProjectionError> {
    let one = std::slice::from_ref(projection);
    let claim = Claim::take(views, one, TableCopy::Verify).await?;
    let verified = verify_claimed(log, views, projection, &claim, progress).await;
    claim.release().await;
    verified
}

async fn verify_claimed(
    log: &EventLog,
    views: &Sql,
    projection: &Arc<dyn Projection>,
    claim: &Claim,
    mut progress: impl FnMut(i64, i64),
) -> Result<Verified, ProjectionError> {
    let generation = checkpoint::ensure(views, &**projection).await?.generation;
    let one = std::slice::from_ref(projection);
    // The live one may lag behind the log; the copy must not be ahead of it.
    let built = fill(log, views, one, TableCopy::Verify, claim, generation, &mut progress).await?;
    loop {
        let mut tx = views.begin().await?;
        let live = checkpoint::lock(&mut tx, projection.name()).await?;
        let live = live.ok_or_else(|| ProjectionError::Unknown(projection.name().to_owned()))?;
        if live.position < built {
            drop(tx);
            // There may be no other runner.
            Runner::new(log.clone(), views.clone(), Arc::clone(projection)).catch_up().await?;
            continue;
        }
        claim.hold(&mut tx, built).await?;
        let position =
            up_to(log, &mut tx, &**projection, TableCopy::Verify, built, live.position).await?;
        let (mut rows, mut differences) = (0, Vec::new());
        for table in projection.tables() {
            let columns: Vec<_> =
                table.all_columns().map(|(name, _)| format!("\"{name}\"")).collect();
            let columns = columns.join(", ");
            let (live, fresh) = (table.name_in(TableCopy::Live), table.name_in(TableCopy::Verify));
            let mut count = async |sql: String| -> Result<i64, ProjectionError> {
                let rows = tx.query(&sql, &[]).await?;
                Ok(rows.first().map_or(Ok(0), |row| row.get(0))?)
            };
            let except = |a: &str, b: &str| {
                format!(
                    "SELECT COUNT(*) FROM (SELECT {columns} FROM {a} EXCEPT \
                     SELECT {columns} FROM {b}) AS difference"
                )
            };
            rows += count(format!("SELECT COUNT(*) FROM {live}")).await?;
            let surplus = count(except(&live, &fresh)).await?;
            let missing = count(except(&fresh, &live)).await?;
            if surplus + missing > 0 {
                differences.push(Difference { table: table.name, surplus, missing });
            }
        }
        drop_copy(&mut tx, &**projection, TableCopy::Verify).await?;
        tx.commit().await?;
        return Ok(Verified { name: projection.name(), position, rows, differences });
    }
}

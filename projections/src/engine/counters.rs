//! Counters: columns that events add to.
//!
//! Invariants: the value of a counter depends only on the log, not on batch boundaries or repeated
//! delivery. Each row stores the position of the last event added to it in [`ADDED_THROUGH`];
//! additions of events up to there are skipped.

use super::batch::{clean, pieces, row_key, values};
use super::table::{Table, TableCopy};
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::{Transaction, Value};
use std::collections::{BTreeMap, HashMap};

/// The column that a table with counters needs: position of the last event added.
pub const ADDED_THROUGH: &str = "added_through";

/// The additions of one event to one row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Addition {
    pub(super) position: i64,
    pub(super) columns: Vec<(&'static str, i64)>,
}

/// Sums the additions after an event; returns the sums with the position of the last one.
fn sums(additions: &[Addition], after: i64) -> Option<(BTreeMap<&'static str, i64>, i64)> {
    let new = additions.iter().filter(|addition| addition.position > after);
    let (mut sums, mut last) = (BTreeMap::new(), None);
    for addition in new {
        last = Some(addition.position);
        for (column, amount) in &addition.columns {
            *sums.entry(*column).or_insert(0) += amount;
        }
    }
    last.map(|last| (sums, last))
}

/// Returns the columns of a new row with these additions.
pub(super) fn fresh(additions: &[Addition]) -> Vec<(&'static str, Value)> {
    let Some((sums, last)) = sums(additions, 0) else { return Vec::new() };
    let counters = sums.into_iter().map(|(column, sum)| (column, sum.into()));
    counters.chain([(ADDED_THROUGH, last.into())]).collect()
}

/// Adds to existing rows; creates missing ones.
pub(super) async fn add(
    tx: &mut Transaction,
    table: &Table,
    copy: TableCopy,
    rows: Vec<(Vec<Value>, Vec<Addition>)>,
) -> Result<(), DatabaseError> {
    let keys: Vec<Vec<Value>> = rows.iter().map(|(key, _)| key.clone()).collect();
    let before = added_through(tx, table, copy, keys).await?;
    let mut by_columns: BTreeMap<Vec<&'static str>, Vec<Vec<Value>>> = BTreeMap::new();
    for (key, additions) in rows {
        let through = before.get(&row_key(&key)).copied().unwrap_or(0);
        if let Some((sums, last)) = sums(&additions, through) {
            let (columns, amounts): (Vec<_>, Vec<_>) = sums.into_iter().unzip();
            let amounts = amounts.into_iter().map(Value::from);
            let row = key.into_iter().chain(amounts).chain([last.into()]).collect();
            by_columns.entry(columns).or_default().push(row);
        }
    }
    let name = table.name_in(copy);
    let key: Vec<_> = table.key.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    for (columns, rows) in by_columns {
        let named = columns.iter().chain([&ADDED_THROUGH]).map(|name| format!("\"{name}\""));
        let all: Vec<String> = key.iter().cloned().chain(named).collect();
        let mut update: Vec<String> = columns
            .iter()
            .map(|c| format!("\"{c}\" = COALESCE({name}.\"{c}\", 0) + excluded.\"{c}\""))
            .collect();
        update.push(format!("\"{ADDED_THROUGH}\" = excluded.\"{ADDED_THROUGH}\""));
        for rows in pieces(rows) {
            let values = values(tx.dialect(), rows.len(), all.len(), |_| None);
            let sql = format!(
                "INSERT INTO {name} ({}) VALUES {values} ON CONFLICT ({}) DO UPDATE SET {}",
                all.join(", "),
                key.join(", "),
                update.join(", ")
            );
            tx.execute(&sql, &clean(rows)).await?;
        }
    }
    Ok(())
}

/// Returns the positions up to which additions are included; rows that are missing, or were never
/// added to, are omitted.
async fn added_through(
    tx: &mut Transaction,
    table: &Table,
    copy: TableCopy,
    keys: Vec<Vec<Value>>,
) -> Result<HashMap<super::batch::RowKey, i64>, DatabaseError> {
    let name = table.name_in(copy);
    let columns: Vec<_> = table.key.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let columns = columns.join(", ");
    let mut found = HashMap::new();
    for keys in pieces(keys) {
        let wanted = values(tx.dialect(), keys.len(), table.key.len(), |_| None);
        let sql = format!(
            "SELECT {columns}, \"{ADDED_THROUGH}\" FROM {name} WHERE ({columns}) IN (VALUES {wanted})"
        );
        for row in tx.query(&sql, &clean(keys)).await? {
            let key: Vec<Value> = table
                .key
                .iter()
                .enumerate()
                .map(|(i, (_, kind))| kind.read(&row, i))
                .collect::<Result<_, _>>()?;
            if let Some(through) = row.get::<Option<i64>>(table.key.len())? {
                found.insert(row_key(&key), through);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addition(position: i64, amount: i64) -> Addition {
        Addition { position, columns: vec![("n", amount)] }
    }

    #[test]
    fn what_is_there_already_is_passed_over() {
        let additions = [addition(3, 1), addition(5, 10), addition(9, 100)];
        assert_eq!(sums(&additions, 0), Some((BTreeMap::from([("n", 111)]), 9)));
        assert_eq!(sums(&additions, 5), Some((BTreeMap::from([("n", 100)]), 9)));
        assert_eq!(sums(&additions, 9), None);
    }
}

//! Rows numbered within groups, such as the updates of a channel.
//!
//! Invariants: a group's numbers run 1, 2, 3 … in log order; the newest `retention` rows of a group
//! are kept; the result depends only on the log, not on batch boundaries or repeated delivery.

use super::batch::{Batch, pieces, whole_row};
use super::table::Table;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::{Transaction, Value};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A table with numbered rows, and the one that stores each group's newest number. Both are among
/// the projection's tables, and only [`super::Op::Append`] may change them.
#[derive(Debug, Clone, Copy)]
pub struct Series {
    /// The rows. The key is the group, as text, and the number.
    pub rows: Table,
    /// One row per group. The key is the group, the columns are the newest number and the position
    /// of its event. Retention does not delete these rows.
    pub heads: Table,
    /// Number of rows kept per group.
    pub retention: u32,
}

/// A row without a number yet.
pub(super) struct Appended {
    pub(super) group: String,
    pub(super) columns: BTreeMap<&'static str, Value>,
    /// Position of its event.
    pub(super) position: i64,
}

/// A group's newest number, and the position of its event.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    number: i64,
    position: i64,
}

impl Batch<'_> {
    /// Numbers and writes the rows appended by the batch.
    pub(super) async fn flush_appended(
        &mut self,
        tx: &mut Transaction,
    ) -> Result<(), DatabaseError> {
        for series in self.projection.series() {
            if let Some(rows) = self.appended.remove(series.rows.name) {
                self.append(tx, &series, rows).await?;
            }
        }
        let left: Vec<_> = self.appended.keys().collect();
        assert!(left.is_empty(), "{} has no series {left:?}", self.projection.name());
        Ok(())
    }

    /// Appends rows. A batch has whole events in order, so a row is new if its event is after the
    /// group's newest before the batch.
    async fn append(
        &self,
        tx: &mut Transaction,
        series: &Series,
        appended: Vec<Appended>,
    ) -> Result<(), DatabaseError> {
        let before = self.heads(tx, series, &appended).await?;
        let mut after: BTreeMap<String, Head> = BTreeMap::new();
        let mut rows = Vec::with_capacity(appended.len());
        for Appended { group, columns, position } in appended {
            let known = before.get(&group).copied().unwrap_or_default();
            if position <= known.position {
                continue;
            }
            let head = after.entry(group.clone()).or_insert(known);
            *head = Head { number: head.number + 1, position };
            rows.push(whole_row(&series.rows, vec![group.into(), head.number.into()], columns));
        }
        self.put(tx, &series.rows, rows).await?;

        let retention = i64::from(series.retention);
        let (name, [group_column, number_column]) =
            (series.rows.name_in(self.copy), [series.rows.key[0].0, series.rows.key[1].0]);
        let drop_old = format!(
            "DELETE FROM {name} WHERE \"{group_column}\" = $1 AND \"{number_column}\" <= $2"
        );
        let mut heads = Vec::with_capacity(after.len());
        for (group, head) in after {
            if head.number > retention {
                let arguments = [group.as_str().into(), (head.number - retention).into()];
                tx.execute(&drop_old, &arguments).await?;
            }
            heads.push(vec![group.into(), head.number.into(), head.position.into()]);
        }
        self.put(tx, &series.heads, heads).await
    }

    /// Returns the heads of the groups appended to, if they exist.
    async fn heads(
        &self,
        tx: &mut Transaction,
        series: &Series,
        appended: &[Appended],
    ) -> Result<HashMap<String, Head>, DatabaseError> {
        let groups: HashSet<&str> = appended.iter().map(|row| row.group.as_str()).collect();
        let name = series.heads.name_in(self.copy);
        let group_column = series.heads.key[0].0;
        let [(number_column, _), (position_column, _)] = series.heads.columns else {
            panic!("{} has other columns than a number and a position", series.heads.name);
        };
        let mut heads = HashMap::new();
        for groups in pieces(groups.into_iter().map(|group| vec![group.into()]).collect()) {
            let marks: Vec<_> = (1..=groups.len()).map(|i| format!("${i}")).collect();
            let sql = format!(
                "SELECT \"{group_column}\", \"{number_column}\", \"{position_column}\" \
                 FROM {name} WHERE \"{group_column}\" IN ({})",
                marks.join(", ")
            );
            for row in tx.query(&sql, &groups.concat()).await? {
                heads.insert(row.get(0)?, Head { number: row.get(1)?, position: row.get(2)? });
            }
        }
        Ok(heads)
    }
}

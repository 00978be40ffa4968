//! Merges the changes of many events, so that they take few statements.
//!
//! Changes of one row are merged in memory, and the state of each row after the batch is written.
//! That is why projections cannot read rows.

use super::counters::{self, Addition};
use super::series::Appended;
use super::table::{ColumnType, Table, TableCopy};
use super::{Op, Projection};
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::{Dialect, Transaction, Value};
use std::collections::{BTreeMap, HashMap};

/// Numbers of rows per statement: few sizes, so that few statements are prepared.
const SIZES: [usize; 3] = [100, 10, 1];

#[derive(Debug, Clone, PartialEq)]
enum Change {
    Put(BTreeMap<&'static str, Value>),
    Set(BTreeMap<&'static str, Value>),
    Delete,
}

/// The effect of a batch on a row: the change, the additions, and the columns set after the first
/// addition.
struct Row {
    key: Vec<Value>,
    change: Change,
    additions: Vec<Addition>,
    then: BTreeMap<&'static str, Value>,
}

/// A hashable key: its values as text, because a column has values of one kind.
pub(super) type RowKey = Vec<Option<String>>;

pub(super) fn row_key(key: &[Value]) -> RowKey {
    key.iter()
        .map(|value| match value {
            Value::Null | Value::Real(_) | Value::Bytes(_) => None,
            Value::Integer(v) => Some(v.to_string()),
            Value::Text(v) => Some(v.clone()),
        })
        .collect()
}

/// The merged changes of a batch of events.
pub(super) struct Batch<'a> {
    pub(super) projection: &'a dyn Projection,
    pub(super) copy: TableCopy,
    dialect: Dialect,
    /// By table; rows in the order of first change.
    rows: HashMap<&'static str, Vec<Row>>,
    index: HashMap<(&'static str, RowKey), usize>,
    /// By table of a series, in log order.
    pub(super) appended: BTreeMap<&'static str, Vec<Appended>>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(projection: &'a dyn Projection, copy: TableCopy, dialect: Dialect) -> Self {
        Self {
            projection,
            copy,
            dialect,
            rows: HashMap::new(),
            index: HashMap::new(),
            appended: BTreeMap::new(),
        }
    }

    fn table(&self, name: &str) -> &'static Table {
        self.projection
            .tables()
            .iter()
            .find(|table| table.name == name)
            .unwrap_or_else(|| panic!("{} has no table {name}", self.projection.name()))
    }

    /// Adds one change of the event at `position`. Rows that a `DeleteWhere` may affect are written
    /// first.
    pub(super) async fn push(
        &mut self,
        tx: &mut Transaction,
        op: Op,
        position: i64,
    ) -> Result<(), DatabaseError> {
        match op {
            Op::Put { table, key, columns } => {
                let columns = columns.into_iter().collect();
                self.merge(table, key, Change::Put(columns));
            }
            Op::Set { table, key, columns } => {
                let columns = columns.into_iter().collect();
                self.merge(table, key, Change::Set(columns));
            }
            Op::Add { table, key, columns } => self.add(table, key, Addition { position, columns }),
            Op::Delete { table, key } => self.merge(table, key, Change::Delete),
            Op::DeleteWhere { table, column, value } => {
                self.flush_rows(tx).await?;
                let name = self.table(table).name_in(self.copy);
                let sql = format!("DELETE FROM {name} WHERE \"{column}\" = $1");
                tx.execute(&sql, &clean(vec![vec![value]])).await?;
            }
            Op::Append { table, group, columns } => {
                let columns = columns.into_iter().collect();
                let row = Appended { group, columns, position };
                self.appended.entry(table).or_default().push(row);
            }
        }
        Ok(())
    }

    fn row(&mut self, table: &'static str, key: Vec<Value>) -> &mut Row {
        let rows = self.rows.entry(table).or_default();
        let index = *self.index.entry((table, row_key(&key))).or_insert_with(|| {
            let (change, then) = (Change::Set(BTreeMap::new()), BTreeMap::new());
            rows.push(Row { key, change, additions: Vec::new(), then });
            rows.len() - 1
        });
        &mut rows[index]
    }

    fn merge(&mut self, table: &'static str, key: Vec<Value>, change: Change) {
        let row = self.row(table, key);
        match (&mut row.change, change) {
            (Change::Set(_), Change::Set(columns)) if !row.additions.is_empty() => {
                row.then.extend(columns);
            }
            (Change::Put(row) | Change::Set(row), Change::Set(columns)) => row.extend(columns),
            (Change::Delete, Change::Set(_)) => {}
            (_, change) => {
                row.change = change;
                row.additions.clear();
                row.then.clear();
            }
        }
    }

    fn add(&mut self, table: &'static str, key: Vec<Value>, addition: Addition) {
        let row = self.row(table, key);
        if row.change == Change::Delete {
            // A deleted row starts over.
            row.change = Change::Put(BTreeMap::new());
        }
        row.additions.push(addition);
    }

    /// Writes all changes.
    pub(super) async fn flush(mut self, tx: &mut Transaction) -> Result<(), DatabaseError> {
        self.flush_rows(tx).await?;
        self.flush_appended(tx).await
    }

    async fn flush_rows(&mut self, tx: &mut Transaction) -> Result<(), DatabaseError> {
        self.index.clear();
        for (name, rows) in std::mem::take(&mut self.rows) {
            let table = self.table(name);
            let mut puts: Vec<Vec<Value>> = Vec::new();
            let mut sets: BTreeMap<Vec<&'static str>, Vec<Vec<Value>>> = BTreeMap::new();
            let mut additions: Vec<(Vec<Value>, Vec<Addition>)> = Vec::new();
            let mut then: BTreeMap<Vec<&'static str>, Vec<Vec<Value>>> = BTreeMap::new();
            let mut deletes: Vec<Vec<Value>> = Vec::new();
            for Row { key, change, additions: added, then: set_after } in rows {
                match change {
                    Change::Put(mut columns) => {
                        columns.extend(counters::fresh(&added));
                        puts.push(whole_row(table, key, columns));
                    }
                    Change::Set(columns) => {
                        for (columns, of) in [(columns, &mut sets), (set_after, &mut then)] {
                            if !columns.is_empty() {
                                let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
                                of.entry(names).or_default().push([key.clone(), values].concat());
                            }
                        }
                        if !added.is_empty() {
                            additions.push((key, added));
                        }
                    }
                    Change::Delete => deletes.push(key),
                }
            }
            self.put(tx, table, puts).await?;
            for (columns, rows) in sets {
                self.set(tx, table, &columns, rows).await?;
            }
            counters::add(tx, table, self.copy, additions).await?;
            for (columns, rows) in then {
                self.set(tx, table, &columns, rows).await?;
            }
            self.delete(tx, table, deletes).await?;
        }
        Ok(())
    }

    pub(super) async fn put(
        &self,
        tx: &mut Transaction,
        table: &Table,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), DatabaseError> {
        let name = table.name_in(self.copy);
        let columns: Vec<_> = table.all_columns().map(|(name, _)| format!("\"{name}\"")).collect();
        let key: Vec<_> = table.key.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let update: Vec<_> = table
            .columns
            .iter()
            .map(|(name, _)| format!("\"{name}\" = excluded.\"{name}\""))
            .collect();
        let update = match update.is_empty() {
            true => "NOTHING".to_owned(),
            false => format!("UPDATE SET {}", update.join(", ")),
        };
        for rows in pieces(rows) {
            let values = values(self.dialect, rows.len(), columns.len(), |_| None);
            let sql = format!(
                "INSERT INTO {name} ({}) VALUES {values} ON CONFLICT ({}) DO {update}",
                columns.join(", "),
                key.join(", ")
            );
            tx.execute(&sql, &clean(rows)).await?;
        }
        Ok(())
    }

    async fn set(
        &self,
        tx: &mut Transaction,
        table: &Table,
        columns: &[&'static str],
        rows: Vec<Vec<Value>>,
    ) -> Result<(), DatabaseError> {
        let name = table.name_in(self.copy);
        let keys: Vec<&str> = table.key.iter().map(|(name, _)| *name).collect();
        let all: Vec<&str> = keys.iter().chain(columns).copied().collect();
        let types: Vec<ColumnType> = all.iter().map(|column| table.type_of(column)).collect();
        let names: Vec<_> = all.iter().map(|name| format!("\"{name}\"")).collect();
        let set: Vec<_> = columns.iter().map(|c| format!("\"{c}\" = v.\"{c}\"")).collect();
        let on: Vec<_> = keys.iter().map(|k| format!("{name}.\"{k}\" = v.\"{k}\"")).collect();
        for rows in pieces(rows) {
            // Postgres infers the types of a VALUES list from its first row.
            let values =
                values(self.dialect, rows.len(), all.len(), |i| Some(types[i].sql(self.dialect)));
            let sql = format!(
                "WITH v({}) AS (VALUES {values}) UPDATE {name} SET {} FROM v WHERE {}",
                names.join(", "),
                set.join(", "),
                on.join(" AND ")
            );
            tx.execute(&sql, &clean(rows)).await?;
        }
        Ok(())
    }

    async fn delete(
        &self,
        tx: &mut Transaction,
        table: &Table,
        keys: Vec<Vec<Value>>,
    ) -> Result<(), DatabaseError> {
        let name = table.name_in(self.copy);
        let on: Vec<_> = table
            .key
            .iter()
            .enumerate()
            .map(|(i, (key, _))| format!("\"{key}\" = ${}", i + 1))
            .collect();
        let sql = format!("DELETE FROM {name} WHERE {}", on.join(" AND "));
        for key in keys {
            tx.execute(&sql, &clean(vec![key])).await?;
        }
        Ok(())
    }
}

/// Returns all values of a row of a table; missing columns are `NULL`.
pub(super) fn whole_row(
    table: &Table,
    key: Vec<Value>,
    mut columns: BTreeMap<&'static str, Value>,
) -> Vec<Value> {
    let mut row = key;
    row.extend(
        table.columns.iter().map(|(column, _)| columns.remove(column).unwrap_or(Value::Null)),
    );
    assert!(columns.is_empty(), "{} has no column {columns:?}", table.name);
    row
}

/// Replaces NUL, which Postgres does not accept in text: one event must not stop a projection for
/// ever.
pub(super) fn clean(rows: Vec<Vec<Value>>) -> Vec<Value> {
    let mut values = rows.concat();
    for value in &mut values {
        if let Value::Text(text) = value
            && text.contains('\0')
        {
            *text = text.replace('\0', "\u{FFFD}");
        }
    }
    values
}

/// Splits rows into chunks of [`SIZES`], largest first.
pub(super) fn pieces(mut rows: Vec<Vec<Value>>) -> impl Iterator<Item = Vec<Vec<Value>>> {
    std::iter::from_fn(move || {
        let size = *SIZES.iter().find(|size| **size <= rows.len())?;
        let rest = rows.split_off(size);
        Some(std::mem::replace(&mut rows, rest))
    })
}

/// Returns `($1, $2), ($3, $4)`, the first row with types if `kind` returns any. Placeholders of
/// SQLite have no numbers: sqlx looks up each numbered one by name, which takes quadratic time.
pub(super) fn values(
    dialect: Dialect,
    rows: usize,
    columns: usize,
    kind: impl Fn(usize) -> Option<&'static str>,
) -> String {
    if dialect == Dialect::Sqlite {
        let row = format!("({})", vec!["?"; columns].join(", "));
        return vec![row; rows].join(", ");
    }
    let rows: Vec<String> = (0..rows)
        .map(|row| {
            let marks: Vec<String> = (0..columns)
                .map(|column| {
                    let n = row * columns + column + 1;
                    match kind(column).filter(|_| row == 0) {
                        Some(kind) => format!("CAST(${n} AS {kind})"),
                        None => format!("${n}"),
                    }
                })
                .collect();
            format!("({})", marks.join(", "))
        })
        .collect();
    rows.join(", ")
}

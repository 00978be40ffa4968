//! Tables of read models, in both SQL dialects.

use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::{Dialect, Row, Value};

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// 64-bit integer; also booleans, and Unix times in milliseconds.
    Integer,
    /// Text; also ids and JSON.
    Text,
}

impl ColumnType {
    /// Reads a value of this type from a row.
    pub(super) fn read(self, row: &Row, column: usize) -> Result<Value, DatabaseError> {
        Ok(match self {
            Self::Integer => row.get::<Option<i64>>(column)?.into(),
            Self::Text => row.get::<Option<String>>(column)?.into(),
        })
    }

    pub(super) fn sql(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::Integer, Dialect::Sqlite) => "INTEGER",
            (Self::Integer, Dialect::Postgres) => "bigint",
            (Self::Text, _) => "text",
        }
    }
}

/// A column: its name and type.
pub type Column = (&'static str, ColumnType);

/// A table of a read model. Columns other than the key may be `NULL`.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Name in queries.
    pub name: &'static str,
    /// The columns that identify a row.
    pub key: &'static [Column],
    /// The other columns.
    pub columns: &'static [Column],
    /// Columns of each index.
    pub indexes: &'static [&'static [&'static str]],
}

/// A copy of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableCopy {
    /// The one that is read.
    Live,
    /// The one being built next to it.
    Rebuild,
    /// The one built for comparison.
    Verify,
}

impl TableCopy {
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Live => "",
            Self::Rebuild => "__rebuild",
            Self::Verify => "__verify",
        }
    }
}

impl Table {
    pub(super) fn name_in(&self, copy: TableCopy) -> String {
        format!("{}{}", self.name, copy.suffix())
    }

    /// Returns key columns, then the others.
    pub(super) fn all_columns(&self) -> impl Iterator<Item = Column> {
        self.key.iter().chain(self.columns).copied()
    }

    pub(super) fn type_of(&self, column: &str) -> ColumnType {
        self.all_columns()
            .find(|(name, _)| *name == column)
            .map(|(_, column)| column)
            .unwrap_or_else(|| panic!("table {} has no column {column}", self.name))
    }

    /// Returns the statements that create the table. Names of constraints and indexes contain the
    /// generation, because they survive the renaming of the table.
    pub(super) fn create(&self, dialect: Dialect, copy: TableCopy, generation: i64) -> Vec<String> {
        let table = self.name_in(copy);
        let tag = format!(
            "{}_g{generation}{}",
            self.name,
            if copy == TableCopy::Verify { "v" } else { "" }
        );
        let mut columns: Vec<String> = self
            .all_columns()
            .map(|(name, column)| {
                let required = self.key.iter().any(|(key, _)| *key == name);
                let required = if required { " NOT NULL" } else { "" };
                format!("\"{name}\" {}{required}", column.sql(dialect))
            })
            .collect();
        let key: Vec<_> = self.key.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        columns.push(format!("CONSTRAINT {tag}_key PRIMARY KEY ({})", key.join(", ")));
        let mut statements = vec![format!("CREATE TABLE {table} ({})", columns.join(", "))];
        for (i, index) in self.indexes.iter().enumerate() {
            let columns: Vec<_> = index.iter().map(|name| format!("\"{name}\"")).collect();
            statements.push(format!("CREATE INDEX {tag}_{i} ON {table} ({})", columns.join(", ")));
        }
        statements
    }
}

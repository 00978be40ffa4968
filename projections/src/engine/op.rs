//! Operations of projections on their tables.

use debrief_infra::database::sql::Value;

/// A change of rows. Idempotent.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Writes a whole row; missing columns become `NULL`.
    Put {
        /// Name of the table.
        table: &'static str,
        /// Values of the key columns.
        key: Vec<Value>,
        /// Other columns.
        columns: Vec<(&'static str, Value)>,
    },
    /// Changes columns of a row, if it exists.
    Set {
        /// Name of the table.
        table: &'static str,
        /// Values of the key columns.
        key: Vec<Value>,
        /// Columns to change.
        columns: Vec<(&'static str, Value)>,
    },
    /// Adds to columns of a row, and creates it if it does not exist. Additions of events up to the
    /// last one added to the row are skipped. The table has the column
    /// [`ADDED_THROUGH`](super::ADDED_THROUGH). A column is either added to or set; one that
    /// nothing was added to is `NULL`. An event's `DeleteWhere` precedes its `Add`.
    Add {
        /// Name of the table.
        table: &'static str,
        /// Values of the key columns.
        key: Vec<Value>,
        /// Amounts to add, by column.
        columns: Vec<(&'static str, i64)>,
    },
    /// Deletes a row.
    Delete {
        /// Name of the table.
        table: &'static str,
        /// Values of the key columns.
        key: Vec<Value>,
    },
    /// Deletes all rows in which a column has a value.
    DeleteWhere {
        /// Name of the table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Its value.
        value: Value,
    },
    /// Appends a row to a group of a [`super::Series`]; the engine assigns the group's next number.
    /// Rows of events up to the group's newest are skipped.
    Append {
        /// Name of the table with the rows.
        table: &'static str,
        /// First column of its key; the number is the second.
        group: String,
        /// Other columns; missing ones become `NULL`.
        columns: Vec<(&'static str, Value)>,
    },
}

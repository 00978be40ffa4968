//! What a projection can do to its tables.

use debrief_infra::database::sql::Value;

/// A change of rows. Doing it twice is the same as doing it once.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Writes a whole row; columns that are not named become `NULL`.
    Put {
        /// Name of the table.
        table: &'static str,
        /// Values of the key columns.
        key: Vec<Value>,
        /// Other columns.
        columns: Vec<(&'static str, Value)>,
    },
    /// Changes columns of a row; nothing, where there is no such row.
    Set {
        /// Name of the table.
        table: &'static str,
        /// Values of the key columns.
        key: Vec<Value>,
        /// Columns that change.
        columns: Vec<(&'static str, Value)>,
    },
    /// Adds to columns of a row; makes the row where there is none. Additions of an event at or
    /// before the newest that the row holds are there already and are passed over. The table has
    /// the column [`ADDED_THROUGH`](super::ADDED_THROUGH). A column is either added to or set; one
    /// that nothing was added to is `NULL`. An event's `DeleteWhere` comes before its `Add`.
    Add {
        /// Name of the table.
        table: &'static str,
        /// Values of the key columns.
        key: Vec<Value>,
        /// What is added to which columns.
        columns: Vec<(&'static str, i64)>,
    },
    /// Takes a row away.
    Delete {
        /// Name of the table.
        table: &'static str,
        /// Values of the key columns.
        key: Vec<Value>,
    },
    /// Takes all rows away in which a column has a value.
    DeleteWhere {
        /// Name of the table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Its value.
        value: Value,
    },
    /// Appends a row to a group of a [`super::Series`]; the engine gives it the group's next
    /// number. Rows of an event at or before the group's newest are there already and are passed
    /// over.
    Append {
        /// Name of the table with the rows.
        table: &'static str,
        /// The first column of its key; the number is the second.
        group: String,
        /// Other columns; those that are not named become `NULL`.
        columns: Vec<(&'static str, Value)>,
    },
}

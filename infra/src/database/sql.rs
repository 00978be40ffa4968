//! SQL that runs on both SQLite and Postgres.
//!
//! Read models, the work ledger and checkpoints are limited to four column types (text, 64-bit
//! integers, doubles, bytes) and to statements that both databases understand, with `$1`
//! placeholders. [`Sql::dialect`] covers the differences. The event log has its own native adapters
//! and does not use this module.

pub use super::values::{FromValue, Row, Value};
use super::{DatabaseError, File};
#[cfg(feature = "postgres")]
use sqlx::Column;
use sqlx::{AssertSqlSafe, Row as _, TypeInfo, ValueRef};
use std::sync::Arc;

/// The SQL dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// Returns the clause that ends a `SELECT` which locks its rows for this transaction and skips
    /// rows that another transaction has locked. SQLite needs none: a write transaction locks the
    /// whole file.
    pub fn for_update_skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Returns the clause that ends a `SELECT` which locks its rows for this transaction.
    pub fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// Returns the maximum number of placeholders in a statement.
    pub fn max_parameters(self) -> usize {
        match self {
            Self::Sqlite => 32_000,
            Self::Postgres => 60_000,
        }
    }
}

/// A handle to one part of the database; clones share its connections.
#[derive(Clone, Debug)]
pub enum Sql {
    /// A SQLite file with one writing connection and several reading ones.
    Sqlite {
        /// The writing connection.
        writer: sqlx::SqlitePool,
        /// The reading connections.
        readers: sqlx::SqlitePool,
        /// The file.
        file: Arc<File>,
    },
    /// A Postgres database.
    #[cfg(feature = "postgres")]
    Postgres(sqlx::PgPool),
}

/// A writable transaction. Dropping it without [`Transaction::commit`] rolls it back.
#[derive(Debug)]
pub enum Transaction {
    /// On the writing connection of a SQLite file.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>, Arc<File>),
    /// On a Postgres connection.
    #[cfg(feature = "postgres")]
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

type SqliteQuery<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn sqlite_query<'q>(sql: &str, arguments: &[Value]) -> SqliteQuery<'q> {
    arguments.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, value| match value {
        Value::Null => query.bind(None::<i64>),
        Value::Integer(v) => query.bind(*v),
        Value::Real(v) => query.bind(*v),
        Value::Text(v) => query.bind(v.clone()),
        Value::Bytes(v) => query.bind(v.clone()),
    })
}

fn sqlite_row(row: &sqlx::sqlite::SqliteRow) -> Result<Row, DatabaseError> {
    (0..row.len())
        .map(|i| {
            let raw = row.try_get_raw(i)?;
            if raw.is_null() {
                return Ok(Value::Null);
            }
            Ok(match raw.type_info().name() {
                "INTEGER" | "BOOLEAN" => Value::Integer(row.try_get_unchecked(i)?),
                "REAL" => Value::Real(row.try_get_unchecked(i)?),
                "BLOB" => Value::Bytes(row.try_get_unchecked(i)?),
                _ => Value::Text(row.try_get_unchecked(i)?),
            })
        })
        .collect::<Result<_, DatabaseError>>()
        .map(Row)
}

#[cfg(feature = "postgres")]
type PostgresQuery<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

/// A `NULL` whose type Postgres infers from its place in the statement.
#[cfg(feature = "postgres")]
struct UntypedNull;

#[cfg(feature = "postgres")]
impl sqlx::Type<sqlx::Postgres> for UntypedNull {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        // Oid 0 leaves the type open: PostgreSQL documentation, "Parse" message.
        sqlx::postgres::PgTypeInfo::with_oid(sqlx::postgres::types::Oid(0))
    }
}

#[cfg(feature = "postgres")]
impl sqlx::Encode<'_, sqlx::Postgres> for UntypedNull {
    fn encode_by_ref(
        &self,
        _: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Ok(sqlx::encode::IsNull::Yes)
    }
}

#[cfg(feature = "postgres")]
fn postgres_query<'q>(sql: &str, arguments: &[Value]) -> PostgresQuery<'q> {
    arguments.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, value| match value {
        Value::Null => query.bind(UntypedNull),
        Value::Integer(v) => query.bind(*v),
        Value::Real(v) => query.bind(*v),
        Value::Text(v) => query.bind(v.clone()),
        Value::Bytes(v) => query.bind(v.clone()),
    })
}

#[cfg(feature = "postgres")]
fn postgres_row(row: &sqlx::postgres::PgRow) -> Result<Row, DatabaseError> {
    (0..row.len())
        .map(|i| {
            if row.try_get_raw(i)?.is_null() {
                return Ok(Value::Null);
            }
            Ok(match row.column(i).type_info().name() {
                "INT8" => Value::Integer(row.try_get(i)?),
                "INT4" => Value::Integer(row.try_get::<i32, _>(i)?.into()),
                "BOOL" => Value::Integer(row.try_get::<bool, _>(i)?.into()),
                "FLOAT8" => Value::Real(row.try_get(i)?),
                "BYTEA" => Value::Bytes(row.try_get(i)?),
                _ => Value::Text(row.try_get_unchecked(i)?),
            })
        })
        .collect::<Result<_, DatabaseError>>()
        .map(Row)
}

impl Sql {
    /// Returns the SQL dialect of this database.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a `SELECT` outside any transaction.
    pub async fn query(&self, sql: &str, arguments: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::Sqlite { readers, file, .. } => {
                let rows = sqlite_query(sql, arguments).fetch_all(readers).await;
                rows.map_err(|error| file.seen(error.into()))?.iter().map(sqlite_row).collect()
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => {
                let rows = postgres_query(sql, arguments).fetch_all(pool).await?;
                rows.iter().map(postgres_row).collect()
            }
        }
    }

    /// Runs one writing statement in its own transaction; returns the number of affected rows.
    pub async fn execute(&self, sql: &str, arguments: &[Value]) -> Result<u64, DatabaseError> {
        Ok(match self {
            Self::Sqlite { writer, file, .. } => {
                file.written.notify_one();
                let done = sqlite_query(sql, arguments).execute(writer).await;
                done.map_err(|error| file.seen(error.into()))?.rows_affected()
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => {
                postgres_query(sql, arguments).execute(pool).await?.rows_affected()
            }
        })
    }

    /// Runs one writing statement (`… RETURNING`) in its own transaction; returns its rows.
    pub async fn execute_returning(
        &self,
        sql: &str,
        arguments: &[Value],
    ) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::Sqlite { writer, file, .. } => {
                file.written.notify_one();
                let rows = sqlite_query(sql, arguments).fetch_all(writer).await;
                rows.map_err(|error| file.seen(error.into()))?.iter().map(sqlite_row).collect()
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.query(sql, arguments).await,
        }
    }

    /// Begins a writable transaction.
    pub async fn begin(&self) -> Result<Transaction, DatabaseError> {
        Ok(match self {
            Self::Sqlite { writer, file, .. } => {
                // IMMEDIATE, because a transaction that reads first and then writes would get
                // SQLITE_BUSY_SNAPSHOT if another process wrote in between.
                let begun = writer.begin_with("BEGIN IMMEDIATE").await;
                let begun = begun.map_err(|error| file.seen(error.into()))?;
                Transaction::Sqlite(begun, Arc::clone(file))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        })
    }

    /// Checks that the database responds, and that no damage was found in its file.
    pub async fn check(&self) -> Result<(), DatabaseError> {
        if let Some(file) = self.file() {
            file.check()?;
        }
        self.query("SELECT 1", &[]).await.map(|_| ())
    }

    /// Returns an error of its SQLite file as the caller is to see it; see [`File`].
    pub(crate) fn seen(&self, error: DatabaseError) -> DatabaseError {
        match self.file() {
            Some(file) => file.seen(error),
            None => error,
        }
    }

    /// Returns the SQLite file; `None` on Postgres.
    pub fn file(&self) -> Option<&File> {
        match self {
            Self::Sqlite { file, .. } => Some(file.as_ref()),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Closes the connections after the running statements.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, file } => {
                readers.close().await;
                if file.is_written_to()
                    && !writer.is_closed()
                    && let Err(error) = self.forget().await
                {
                    let file = file.path().display();
                    tracing::warn!(%file, %error, "deleted content stays in the write-ahead log");
                }
                writer.close().await;
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// Returns the SQL dialect of this database.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(..) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and returns its rows (`SELECT`, or `… RETURNING`).
    pub async fn query(
        &mut self,
        sql: &str,
        arguments: &[Value],
    ) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::Sqlite(tx, file) => {
                let rows = sqlite_query(sql, arguments).fetch_all(&mut **tx).await;
                rows.map_err(|error| file.seen(error.into()))?.iter().map(sqlite_row).collect()
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(tx) => {
                let rows = postgres_query(sql, arguments).fetch_all(&mut **tx).await?;
                rows.iter().map(postgres_row).collect()
            }
        }
    }

    /// Runs a statement and returns the number of affected rows.
    pub async fn execute(&mut self, sql: &str, arguments: &[Value]) -> Result<u64, DatabaseError> {
        Ok(match self {
            Self::Sqlite(tx, file) => {
                let done = sqlite_query(sql, arguments).execute(&mut **tx).await;
                done.map_err(|error| file.seen(error.into()))?.rows_affected()
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(tx) => {
                postgres_query(sql, arguments).execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// Makes the writes durable and visible.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite(tx, file) => {
                tx.commit().await.map_err(|error| file.seen(error.into()))?;
                file.written.notify_one();
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

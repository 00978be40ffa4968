//! Writes, each call in one transaction, so that searches see whole sessions.

use super::failure::Failure;
use super::file::File;
use super::packed::{Record, pack, to_bytes, unpack};
use super::particulars::Particulars;
use super::{collection, json};
use crate::vectors::rules::{distinct, other_dimensions, unit};
use crate::vectors::{Entry, SessionInfo, State, VectorError};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Exact vectors per statement.
const ROWS: usize = 64;
/// Sessions of a collection removed per transaction, so that others can write in between.
const SESSIONS: u32 = 100;

type Transaction = sqlx::Transaction<'static, Sqlite>;

async fn begin(file: &File) -> Result<Transaction, Failure> {
    Ok(file.writer.begin_with("BEGIN IMMEDIATE").await?)
}

pub(super) async fn put_state(
    file: &File,
    name: &str,
    state: &State,
    dimensions: Option<usize>,
) -> Result<(), Failure> {
    let mut tx = begin(file).await?;
    let state = json(state)?;
    match (collection(&mut tx, name).await, dimensions) {
        (Ok(collection), expected) => {
            if let Some(expected) = expected.filter(|it| *it != collection.dimensions) {
                return Err(other_dimensions(collection.dimensions, expected).into());
            }
            sqlx::query("UPDATE collection SET state = $1 WHERE number = $2")
                .bind(state)
                .bind(collection.number)
                .execute(&mut *tx)
                .await?;
        }
        (Err(Failure::Error(VectorError::Gone(_))), Some(dimensions)) => {
            sqlx::query("INSERT INTO collection (name, dimensions, state) VALUES ($1, $2, $3)")
                .bind(name)
                .bind(dimensions as i64)
                .bind(state)
                .execute(&mut *tx)
                .await?;
        }
        (Err(failure), _) => return Err(failure),
    }
    tx.commit().await?;
    Ok(())
}

/// Removes a collection, and those whose removal was interrupted.
pub(super) async fn drop_collection(file: &File, name: &str) -> Result<(), Failure> {
    sqlx::query("UPDATE collection SET name = NULL WHERE name = $1")
        .bind(name)
        .execute(&file.writer)
        .await?;
    loop {
        let mut tx = begin(file).await?;
        let sessions: Vec<i64> = sqlx::query_scalar(
            "SELECT s.number FROM collection c JOIN session s ON s.collection = c.number \
             WHERE c.name IS NULL LIMIT $1",
        )
        .bind(SESSIONS)
        .fetch_all(&mut *tx)
        .await?;
        for session in &sessions {
            remove_session(&mut tx, *session).await?;
        }
        if sessions.is_empty() {
            sqlx::query("DELETE FROM collection WHERE name IS NULL").execute(&mut *tx).await?;
        }
        tx.commit().await?;
        if sessions.is_empty() {
            break;
        }
    }
    file.forget().await
}

async fn remove_session(tx: &mut SqliteConnection, session: i64) -> Result<(), Failure> {
    let (blob, dimensions): (Vec<u8>, i64) = sqlx::query_as(
        "SELECT k.passages, c.dimensions FROM coarse k JOIN session s ON s.number = k.session \
         JOIN collection c ON c.number = s.collection WHERE k.session = $1",
    )
    .bind(session)
    .fetch_one(&mut *tx)
    .await?;
    let numbers: Vec<i64> = unpack(&blob, dimensions as usize)?.map(|it| it.number).collect();
    remove_exact(tx, &numbers).await?;
    for table in ["DELETE FROM coarse WHERE session = $1", "DELETE FROM session WHERE number = $1"]
    {
        sqlx::query(table).bind(session).execute(&mut *tx).await?;
    }
    Ok(())
}

async fn remove_exact(tx: &mut SqliteConnection, numbers: &[i64]) -> Result<(), Failure> {
    sqlx::query("DELETE FROM exact WHERE number IN (SELECT value FROM json_each($1))")
        .bind(json(numbers)?)
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn replace(
    file: &File,
    name: &str,
    session: &SessionInfo,
    entries: &[Entry],
) -> Result<(), Failure> {
    let mut tx = begin(file).await?;
    let collection = collection(&mut tx, name).await?;
    let stored: Option<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT s.number, k.passages FROM session s JOIN coarse k ON k.session = s.number \
         WHERE s.collection = $1 AND s.organization = $2 AND s.transcript = $3",
    )
    .bind(collection.number)
    .bind(session.organization.0.to_string())
    .bind(session.subject.id().to_string())
    .fetch_optional(&mut *tx)
    .await?;
    let (number, old_blob) = match stored {
        Some((number, blob)) => (Some(number), blob),
        None => (None, Vec::new()),
    };
    let old: HashMap<Uuid, Record<'_>> =
        unpack(&old_blob, collection.dimensions)?.map(|record| (record.id, record)).collect();
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM exact")
        .fetch_one(&mut *tx)
        .await?;
    let new = New::from(session, &distinct(entries), &old, collection.dimensions, last)?;
    let gone: Vec<i64> =
        old.values().map(|it| it.number).filter(|it| !new.kept.contains(it)).collect();

    match (number, entries.is_empty()) {
        (None, true) => {}
        (Some(number), true) => remove_session(&mut tx, number).await?,
        (number, false) => {
            remove_exact(&mut tx, &gone).await?;
            let particulars = json(&new.particulars)?;
            let number = upsert(&mut tx, collection.number, session, number, particulars).await?;
            sqlx::query("INSERT OR REPLACE INTO coarse (session, passages) VALUES ($1, $2)")
                .bind(number)
                .bind(new.blob)
                .execute(&mut *tx)
                .await?;
            for rows in new.exact.chunks(ROWS) {
                QueryBuilder::new("INSERT INTO exact (number, vector) ")
                    .push_values(rows, |mut row, (number, vector)| {
                        row.push_bind(number).push_bind(vector);
                    })
                    .build()
                    .execute(&mut *tx)
                    .await?;
            }
        }
    }
    tx.commit().await?;
    // Also if nothing is left to remove: the previous call may have died at this point.
    if entries.is_empty() || !gone.is_empty() {
        file.forget().await?;
    }
    Ok(())
}

async fn upsert(
    tx: &mut SqliteConnection,
    collection: i64,
    session: &SessionInfo,
    number: Option<i64>,
    particulars: String,
) -> Result<i64, Failure> {
    let number = sqlx::query_scalar(
        "INSERT INTO session (number, collection, organization, transcript, client, at, \
         particulars) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (number) DO UPDATE SET \
         client = excluded.client, at = excluded.at, particulars = excluded.particulars \
         RETURNING number",
    )
    .bind(number)
    .bind(collection)
    .bind(session.organization.0.to_string())
    .bind(session.subject.id().to_string())
    .bind(session.client.map(|client| client.0.to_string()))
    .bind(session.at.timestamp_micros())
    .bind(particulars)
    .fetch_one(tx)
    .await?;
    Ok(number)
}

/// A session to be stored.
struct New {
    particulars: Particulars,
    blob: Vec<u8>,
    /// Numbers of the exact vectors that stay.
    kept: HashSet<i64>,
    /// The new exact vectors.
    exact: Vec<(i64, Vec<u8>)>,
}

impl New {
    /// Numbers new vectors from `last` on.
    fn from(
        session: &SessionInfo,
        entries: &[&Entry],
        old: &HashMap<Uuid, Record<'_>>,
        dimensions: usize,
        last: i64,
    ) -> Result<Self, Failure> {
        let mut new = Self {
            particulars: Particulars::new(session),
            blob: Vec::new(),
            kept: HashSet::new(),
            exact: Vec::new(),
        };
        for entry in entries {
            let group = new.particulars.group(entry);
            if let Some(vector) = &entry.vector {
                if vector.len() != dimensions {
                    return Err(other_dimensions(dimensions, vector.len()).into());
                }
                let vector = unit(vector)?;
                let number = last + 1 + new.exact.len() as i64;
                pack(entry.id, number, group, &vector, &mut new.blob);
                new.exact.push((number, to_bytes(&vector)));
            } else if let Some(record) = old.get(&entry.id) {
                record.write(group, &mut new.blob);
                new.kept.insert(record.number);
            } else {
                let text = "a vector to keep is missing";
                return Err(VectorError::Gone(text.to_owned()).into());
            }
        }
        Ok(new)
    }
}

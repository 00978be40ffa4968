//! The ledger: one row for each job that is not done.
//!
//! [`claim`] chooses the next row, [`clock`] ends leases and pauses, [`dead_letters`] has those that
//! failed for good, [`relayed`] has the checkpoints of the relay, [`steps`] stores the results of a
//! job's steps.

mod claim;
mod clock;
mod dead_letters;
mod relayed;
mod steps;

pub use clock::{LEASE_MAX, PAUSE_MAX};
pub use dead_letters::DeadLetter;

use super::{Job, Outcome, QueueError, WorkId};
use crate::database::DatabaseError;
use crate::database::sql::{Row, Sql, Transaction, Value};
use crate::signals::{QUICK, SLOW, Trust};
use chrono::Utc;
use debrief_domain::ids::OrganizationId;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Number of attempts that a dead letter remembers.
const HISTORY_MAX: usize = 50;

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended, in milliseconds since 1970.
    pub at: i64,
    /// The error.
    pub error: String,
}

/// The backlog of a consumer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backlog {
    /// Name of the consumer.
    pub consumer: String,
    /// Number of jobs that wait for a worker, or for their time.
    pub ready: i64,
    /// Number of jobs that are running.
    pub leased: i64,
    /// Number of dead letters.
    pub dead: i64,
    /// When the event of the oldest job that is not done was recorded, in milliseconds since 1970.
    pub oldest: Option<i64>,
}

/// A job to insert.
#[derive(Debug, Clone)]
pub(super) struct NewWork {
    pub(super) consumer: &'static str,
    pub(super) position: i64,
    pub(super) event_id: Uuid,
    pub(super) organization: OrganizationId,
    pub(super) stream_id: Uuid,
    pub(super) recorded_at: i64,
}

/// The result of ending a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// It had expired: the outcome does not count.
    Lost,
    /// It was ended.
    Held {
        /// Whether a message for the row was dispatched.
        #[cfg_attr(not(feature = "nats"), allow(dead_code))]
        dispatched: bool,
    },
}

impl Settled {
    /// Reads what a statement returned: `dispatched_at` of the row, if there was one.
    fn of(rows: &[Row]) -> Result<Self, DatabaseError> {
        rows.first().map_or(Ok(Self::Lost), |row| {
            Ok(Self::Held { dispatched: row.get::<Option<i64>>(0)?.is_some() })
        })
    }
}

/// A handle to the ledger. Clones share a wake-up.
#[derive(Clone, Debug)]
pub struct Ledger {
    sql: Sql,
    wake: watch::Sender<u64>,
    /// Whether every process that inserts jobs wakes this one.
    trust: Trust,
}

/// Selects the row that a worker holds by its lease; `$1` to `$4` are [`held`].
const HELD: &str = "consumer = $1 AND position = $2 AND key = $3 AND lease_token = $4 \
     AND state = 'leased'";

fn now() -> i64 {
    Utc::now().timestamp_millis()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

fn held(job: &Job) -> [Value; 4] {
    let [consumer, position, key] = of(job.id());
    [consumer, position, key, job.token.as_str().into()]
}

/// Returns the primary key of a row.
fn of(id: WorkId<'_>) -> [Value; 3] {
    [id.consumer.into(), id.position.into(), id.key.into()]
}

impl Ledger {
    /// Creates a handle to the ledger in the queue's part of the database.
    pub fn new(sql: Sql) -> Self {
        Self { sql, wake: watch::Sender::new(0), trust: Trust::default() }
    }

    /// Returns a handle for a process that runs a relay: while the relay hears of all events, the
    /// workers hear of all jobs.
    pub fn with_relay(self, trust: &Trust) -> Self {
        Self { trust: trust.clone(), ..self }
    }

    /// Returns the maximum time between two polls for jobs.
    pub(super) fn pause(&self) -> Duration {
        if self.trust.holds() { SLOW } else { QUICK }
    }

    pub(super) async fn begin(&self) -> Result<Transaction, DatabaseError> {
        self.sql.begin().await
    }

    pub(super) fn sql(&self) -> &Sql {
        &self.sql
    }

    /// Signals, in this process, that there may be jobs.
    pub(super) fn wake(&self) {
        self.wake.send_modify(|n| *n += 1);
    }

    pub(super) fn woken(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    pub(super) async fn enter(tx: &mut Transaction, work: &[NewWork]) -> Result<(), DatabaseError> {
        let now = now();
        for work in work.chunks(64) {
            let mut sql = String::from(
                "INSERT INTO work (consumer, position, event_id, organization_id, stream_id, \
                 state, created_at, available_at) VALUES ",
            );
            let mut arguments: Vec<Value> = Vec::with_capacity(work.len() * 7);
            for (i, work) in work.iter().enumerate() {
                let p = i * 7;
                sql.push_str(if i == 0 { "" } else { ", " });
                sql.push_str(&format!(
                    "(${}, ${}, ${}, ${}, ${}, 'ready', ${}, ${})",
                    p + 1,
                    p + 2,
                    p + 3,
                    p + 4,
                    p + 5,
                    p + 6,
                    p + 7
                ));
                arguments.extend([
                    work.consumer.into(),
                    work.position.into(),
                    work.event_id.into(),
                    work.organization.0.into(),
                    work.stream_id.into(),
                    work.recorded_at.into(),
                    // Due at once, and ordered by the time of its event.
                    work.recorded_at.min(now).into(),
                ]);
            }
            sql.push_str(" ON CONFLICT (consumer, position, key) DO NOTHING");
            tx.execute(&sql, &arguments).await?;
        }
        Ok(())
    }

    /// See [`super::Queue::renew`].
    pub(super) async fn renew(
        &self,
        job: &Job,
        lease: Duration,
        progress: Option<f64>,
    ) -> Result<bool, DatabaseError> {
        let sql = format!(
            "UPDATE work SET lease_until = $5, progress = COALESCE($6, progress) WHERE {HELD}"
        );
        let mut arguments = held(job).to_vec();
        arguments.extend([(now() + millis(lease.min(LEASE_MAX))).into(), progress.into()]);
        Ok(self.sql.execute(&sql, &arguments).await? > 0)
    }

    /// See [`super::Queue::settle`].
    pub(super) async fn settle(
        &self,
        job: &Job,
        outcome: &Outcome,
    ) -> Result<Settled, DatabaseError> {
        match outcome {
            Outcome::Done => {
                let sql = format!("DELETE FROM work WHERE {HELD} RETURNING dispatched_at");
                Settled::of(&self.sql.execute_returning(&sql, &held(job)).await?)
            }
            Outcome::Split { keys } => self.split(job, keys).await,
            Outcome::Snooze { after } => {
                let sql = format!(
                    "UPDATE work SET state = 'ready', available_at = $5, lease_until = NULL, \
                     lease_token = NULL WHERE {HELD} RETURNING dispatched_at"
                );
                let mut arguments = held(job).to_vec();
                arguments.push((now() + millis((*after).min(PAUSE_MAX))).into());
                let rows = self.sql.execute_returning(&sql, &arguments).await?;
                // Waiting workers need to know when this is due.
                self.wake();
                Settled::of(&rows)
            }
            Outcome::Retry { after, error } => self.fail(job, "ready", *after, error).await,
            Outcome::Dead { error } => self.fail(job, "dead", Duration::ZERO, error).await,
        }
    }

    /// Ends a lease with a failed attempt.
    async fn fail(
        &self,
        job: &Job,
        state: &str,
        after: Duration,
        error: &str,
    ) -> Result<Settled, DatabaseError> {
        let mut tx = self.sql.begin().await?;
        let sql =
            format!("SELECT history FROM work WHERE {HELD}{}", self.sql.dialect().for_update());
        let mut arguments = held(job).to_vec();
        let Some(row) = tx.query(&sql, &arguments).await?.into_iter().next() else {
            return Ok(Settled::Lost);
        };
        let mut history = read_history(&row.get::<String>(0)?);
        history.push(Attempt { at: now(), error: error.to_owned() });
        let start = history.len().saturating_sub(HISTORY_MAX);
        let sql = format!(
            "UPDATE work SET state = $5, available_at = $6, attempts = attempts + 1, \
             history = $7, lease_until = NULL, lease_token = NULL WHERE {HELD} \
             RETURNING dispatched_at"
        );
        arguments.extend([
            state.into(),
            (now() + millis(after.min(PAUSE_MAX))).into(),
            serde_json::json!(history[start..]).to_string().into(),
        ]);
        let settled = Settled::of(&tx.query(&sql, &arguments).await?)?;
        tx.commit().await?;
        self.wake();
        Ok(settled)
    }

    /// Replaces a job's row by one for each key. A key that has a row already keeps it.
    async fn split(&self, job: &Job, keys: &[String]) -> Result<Settled, DatabaseError> {
        let mut tx = self.sql.begin().await?;
        let sql = format!("DELETE FROM work WHERE {HELD} RETURNING dispatched_at, created_at");
        let rows = tx.query(&sql, &held(job)).await?;
        let Some(row) = rows.first() else { return Ok(Settled::Lost) };
        let mut arguments: Vec<Value> = vec![
            job.consumer.as_str().into(),
            job.position.into(),
            job.event_id.into(),
            job.organization.0.into(),
            job.stream_id.into(),
            row.get::<i64>(1)?.into(),
            now().into(),
        ];
        for keys in keys.chunks(500) {
            arguments.truncate(7);
            let values: Vec<String> = (8..8 + keys.len())
                .map(|at| format!("($1, $2, ${at}, $3, $4, $5, 'ready', $6, $7)"))
                .collect();
            let sql = format!(
                "INSERT INTO work (consumer, position, key, event_id, organization_id, stream_id, \
                 state, created_at, available_at) VALUES {} \
                 ON CONFLICT (consumer, position, key) DO NOTHING",
                values.join(", ")
            );
            arguments.extend(keys.iter().map(|key| Value::from(key.as_str())));
            tx.execute(&sql, &arguments).await?;
        }
        tx.commit().await?;
        self.wake();
        Settled::of(&rows)
    }

    /// Returns the backlog of each consumer.
    pub async fn backlog(&self) -> Result<Vec<Backlog>, QueueError> {
        let sql = "SELECT consumer, SUM(CASE WHEN state = 'ready' THEN 1 ELSE 0 END), \
             SUM(CASE WHEN state = 'leased' THEN 1 ELSE 0 END), \
             SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), \
             MIN(CASE WHEN state <> 'dead' THEN created_at END) \
             FROM work GROUP BY consumer ORDER BY consumer";
        let rows = self.sql.query(sql, &[]).await?;
        rows.iter()
            .map(|row| {
                Ok(Backlog {
                    consumer: row.get(0)?,
                    ready: row.get(1)?,
                    leased: row.get(2)?,
                    dead: row.get(3)?,
                    oldest: row.get(4)?,
                })
            })
            .collect()
    }

    /// Returns the consumer that is working on an aggregate right now, and its progress.
    pub async fn under_way(
        &self,
        organization: OrganizationId,
        stream_id: Uuid,
    ) -> Result<Option<(String, f64)>, QueueError> {
        let sql = "SELECT consumer, COALESCE(progress, 0.0) FROM work WHERE stream_id = $1 \
             AND organization_id = $2 AND state = 'leased' ORDER BY position LIMIT 1";
        let rows = self.sql.query(sql, &[stream_id.into(), organization.0.into()]).await?;
        rows.first().map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
    }

    /// Checks that the database is available.
    pub async fn check(&self) -> Result<(), QueueError> {
        Ok(self.sql.check().await?)
    }
}

/// Reads a history. One that cannot be read is no reason to lose its job.
fn read_history(text: &str) -> Vec<Attempt> {
    serde_json::from_str(text).unwrap_or_default()
}

//! The ledger: one row for each piece of work that is not done.

use super::{Job, Outcome, QueueError};
use crate::database::DatabaseError;
use crate::database::sql::{Row, Sql, Transaction, Value};
use crate::log::follow::Checkpoint;
use crate::signals::{QUICK, SLOW, Trust};
use chrono::Utc;
use debrief_domain::ids::OrganizationId;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Attempts that a dead letter remembers.
const HISTORY_MAX: usize = 50;

/// What happened at one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended, in milliseconds since 1970.
    pub at: i64,
    /// What went wrong.
    pub error: String,
}

/// Work that failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    /// Who could not do it.
    pub consumer: String,
    /// The event it follows from.
    pub position: i64,
    /// That event's id.
    pub event_id: Uuid,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The aggregate it is about.
    pub stream_id: Uuid,
    /// Attempts that failed.
    pub attempts: u32,
    /// Leases that ended without an outcome.
    pub abandoned: u32,
    /// When the event was recorded, in milliseconds since 1970.
    pub created_at: i64,
    /// What happened at each attempt, oldest first.
    pub history: Vec<Attempt>,
}

/// How much work of a consumer waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backlog {
    /// Whose work.
    pub consumer: String,
    /// Waiting for a worker, or for its time.
    pub ready: i64,
    /// Being done.
    pub leased: i64,
    /// Failed for good.
    pub dead: i64,
    /// When the event behind the oldest undone work was recorded, in milliseconds since 1970.
    pub oldest: Option<i64>,
}

/// Work to be entered.
#[derive(Debug, Clone)]
pub(super) struct NewWork {
    pub(super) consumer: &'static str,
    pub(super) position: i64,
    pub(super) event_id: Uuid,
    pub(super) organization: OrganizationId,
    pub(super) stream_id: Uuid,
    pub(super) recorded_at: i64,
}

/// What a claim of one row came to.
#[cfg_attr(not(feature = "nats"), allow(dead_code))]
#[derive(Debug)]
pub(super) enum Claim {
    /// It is this worker's now.
    Leased(Box<Job>),
    /// It is another's, or not its time: try again in this many milliseconds.
    Later(u64),
    /// It is done, or dead.
    Gone,
}

/// A handle to the ledger. Clones share a wake-up.
#[derive(Clone, Debug)]
pub struct Ledger {
    sql: Sql,
    wake: watch::Sender<u64>,
    /// Whether whatever enters work wakes this process.
    trust: Trust,
}

const JOB: &str = "consumer, position, event_id, organization_id, stream_id, attempts, abandoned, \
     lease_token";

fn now() -> i64 {
    Utc::now().timestamp_millis()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

fn job(row: &Row) -> Result<Job, DatabaseError> {
    Ok(Job {
        consumer: row.get(0)?,
        position: row.get(1)?,
        event_id: row.get(2)?,
        organization: OrganizationId(row.get(3)?),
        stream_id: row.get(4)?,
        attempts: row.get(5)?,
        abandoned: row.get(6)?,
        token: row.get::<Option<String>>(7)?.unwrap_or_default(),
    })
}

impl Ledger {
    /// The ledger in the queue's part of the database.
    pub fn new(sql: Sql) -> Self {
        Self { sql, wake: watch::Sender::new(0), trust: Trust::default() }
    }

    /// The same ledger in a process whose relay follows the log: as far as that one hears of all
    /// events, workers hear of all work.
    pub fn with_relay(self, trust: &Trust) -> Self {
        Self { trust: trust.clone(), ..self }
    }

    /// Longest time between two looks for work.
    pub(super) fn pause(&self) -> Duration {
        if self.trust.holds() { SLOW } else { QUICK }
    }

    pub(super) async fn begin(&self) -> Result<Transaction, DatabaseError> {
        self.sql.begin().await
    }

    pub(super) fn sql(&self) -> &Sql {
        &self.sql
    }

    /// Signals, in this process, that there may be work.
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
                    // Due at once, and in line with what was due before it.
                    work.recorded_at.min(now).into(),
                ]);
            }
            sql.push_str(" ON CONFLICT (consumer, position) DO NOTHING");
            tx.execute(&sql, &arguments).await?;
        }
        Ok(())
    }

    /// Claims up to `max` jobs that are due, oldest first. Takes the one writer of SQLite: ask
    /// [`Ledger::next_due`] before.
    pub(super) async fn claim(
        &self,
        consumer: &str,
        max: usize,
        lease: Duration,
    ) -> Result<Vec<Job>, DatabaseError> {
        let now = now();
        let due = format!(
            "SELECT position FROM work WHERE consumer = $1 AND state = 'ready' \
             AND available_at <= $2 ORDER BY available_at, position LIMIT $3{}",
            self.sql.dialect().for_update_skip_locked()
        );
        let sql = format!(
            "WITH due AS ({due}) UPDATE work SET state = 'leased', lease_until = $4, \
             lease_token = $5 WHERE consumer = $1 AND state = 'ready' \
             AND position IN (SELECT position FROM due) RETURNING {JOB}"
        );
        let arguments = [
            consumer.into(),
            now.into(),
            (max as i64).into(),
            (now + millis(lease)).into(),
            Uuid::new_v4().into(),
        ];
        let mut tx = self.sql.begin().await?;
        let rows = tx.query(&sql, &arguments).await?;
        tx.commit().await?;
        let mut jobs = rows.iter().map(job).collect::<Result<Vec<_>, _>>()?;
        jobs.sort_by_key(|job| job.position);
        Ok(jobs)
    }

    /// Claims the jobs at these positions, as far as they are to be had.
    #[cfg_attr(not(feature = "nats"), allow(dead_code))]
    pub(super) async fn claim_at(
        &self,
        consumer: &str,
        positions: &[i64],
        lease: Duration,
    ) -> Result<Vec<Claim>, DatabaseError> {
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        let now = now();
        let marks = |from: usize| {
            let marks: Vec<_> = (from..from + positions.len()).map(|i| format!("${i}")).collect();
            marks.join(", ")
        };
        let wanted = positions.iter().map(|&position| Value::from(position));
        // Leases that ran out for a second time are `free_expired`'s, which takes such jobs apart.
        let sql = format!(
            "UPDATE work SET abandoned = abandoned + CASE WHEN state = 'leased' THEN 1 ELSE 0 END, \
             state = 'leased', lease_until = $3, lease_token = $4 \
             WHERE consumer = $1 AND position IN ({}) AND \
             ((state = 'ready' AND available_at <= $2) OR \
             (state = 'leased' AND lease_until < $2 AND abandoned = 0)) \
             RETURNING {JOB}",
            marks(5)
        );
        let mut arguments: Vec<Value> =
            vec![consumer.into(), now.into(), (now + millis(lease)).into(), Uuid::new_v4().into()];
        arguments.extend(wanted.clone());
        let mut tx = self.sql.begin().await?;
        let rows = tx.query(&sql, &arguments).await?;
        let mut jobs = rows.iter().map(job).collect::<Result<Vec<_>, _>>()?;
        let mut others = Vec::new();
        if jobs.len() < positions.len() {
            let sql = format!(
                "SELECT position, state, available_at, lease_until FROM work \
                 WHERE consumer = $1 AND position IN ({})",
                marks(2)
            );
            let arguments: Vec<Value> = std::iter::once(consumer.into()).chain(wanted).collect();
            others = tx.query(&sql, &arguments).await?;
        }
        tx.commit().await?;
        positions
            .iter()
            .map(|position| {
                if let Some(i) = jobs.iter().position(|job| job.position == *position) {
                    return Ok(Claim::Leased(Box::new(jobs.swap_remove(i))));
                }
                for row in &others {
                    if row.get::<i64>(0)? == *position {
                        let until = match row.get::<String>(1)?.as_str() {
                            "ready" => row.get::<i64>(2)?,
                            "leased" => row.get::<Option<i64>>(3)?.unwrap_or(now),
                            _ => return Ok(Claim::Gone),
                        };
                        return Ok(Claim::Later((until - now).max(100) as u64));
                    }
                }
                Ok(Claim::Gone)
            })
            .collect()
    }

    /// See [`super::Queue::renew`].
    pub(super) async fn renew(
        &self,
        job: &Job,
        lease: Duration,
        progress: Option<f64>,
    ) -> Result<bool, DatabaseError> {
        let sql = "UPDATE work SET lease_until = $4, progress = COALESCE($5, progress) \
             WHERE consumer = $1 AND position = $2 AND lease_token = $3 AND state = 'leased'";
        let arguments = [
            job.consumer.as_str().into(),
            job.position.into(),
            job.token.as_str().into(),
            (now() + millis(lease)).into(),
            progress.into(),
        ];
        Ok(self.sql.execute(sql, &arguments).await? > 0)
    }

    /// See [`super::Queue::settle`].
    pub(super) async fn settle(&self, job: &Job, outcome: &Outcome) -> Result<bool, DatabaseError> {
        let lease: [Value; 3] =
            [job.consumer.as_str().into(), job.position.into(), job.token.as_str().into()];
        const HELD: &str = "consumer = $1 AND position = $2 AND lease_token = $3 \
             AND state = 'leased'";
        let (state, after, error) = match outcome {
            Outcome::Done => {
                let sql = format!("DELETE FROM work WHERE {HELD}");
                return Ok(self.sql.execute(&sql, &lease).await? > 0);
            }
            Outcome::Snooze { after } => {
                let sql = format!(
                    "UPDATE work SET state = 'ready', available_at = $4, lease_until = NULL, \
                     lease_token = NULL WHERE {HELD}"
                );
                let [a, b, c] = lease;
                let until = now() + millis(*after);
                let held = self.sql.execute(&sql, &[a, b, c, until.into()]).await? > 0;
                // Who waits for work asks again when the next is due.
                self.wake();
                return Ok(held);
            }
            Outcome::Retry { after, error } => ("ready", *after, error),
            Outcome::Dead { error } => ("dead", Duration::ZERO, error),
        };
        let mut tx = self.sql.begin().await?;
        let sql =
            format!("SELECT history FROM work WHERE {HELD}{}", self.sql.dialect().for_update());
        let Some(row) = tx.query(&sql, &lease).await?.into_iter().next() else {
            return Ok(false);
        };
        let mut history = read_history(&row.get::<String>(0)?);
        history.push(Attempt { at: now(), error: error.clone() });
        let start = history.len().saturating_sub(HISTORY_MAX);
        let sql = format!(
            "UPDATE work SET state = $4, available_at = $5, attempts = attempts + 1, \
             history = $6, lease_until = NULL, lease_token = NULL WHERE {HELD}"
        );
        let [a, b, c] = lease;
        let arguments = [
            a,
            b,
            c,
            state.into(),
            (now() + millis(after)).into(),
            serde_json::json!(history[start..]).to_string().into(),
        ];
        tx.execute(&sql, &arguments).await?;
        tx.commit().await?;
        self.wake();
        Ok(true)
    }

    /// Frees jobs whose lease ran out: their workers are gone. Answers how many.
    pub async fn free_expired(&self) -> Result<u64, DatabaseError> {
        let now = now();
        let look = "SELECT 1 FROM work WHERE state = 'leased' AND lease_until < $1 LIMIT 1";
        if self.sql.query(look, &[now.into()]).await?.is_empty() {
            return Ok(0);
        }
        // A job that kills its worker takes along those beside it. From the second time on they
        // come back one after another, so that the harmless ones end before it kills again, and
        // are not dead letters with it.
        let sql = "UPDATE work SET state = 'ready', abandoned = abandoned + 1, available_at = $1 + \
             CASE WHEN abandoned > 0 THEN (position % 16) * 250 ELSE 0 END, \
             lease_until = NULL, lease_token = NULL WHERE state = 'leased' AND lease_until < $1";
        let freed = self.sql.execute(sql, &[now.into()]).await?;
        if freed > 0 {
            tracing::warn!(freed, "leases ran out; their work is free again");
            self.wake();
        }
        Ok(freed)
    }

    /// In what time the next job of a consumer is due; `None` without any.
    pub(super) async fn next_due(&self, consumer: &str) -> Result<Option<Duration>, DatabaseError> {
        let sql = "SELECT MIN(available_at) FROM work WHERE consumer = $1 AND state = 'ready'";
        let rows = self.sql.query(sql, &[consumer.into()]).await?;
        let next: Option<i64> = rows.first().map_or(Ok(None), |row| row.get(0))?;
        Ok(next.map(|at| Duration::from_millis((at - now()).max(0) as u64)))
    }

    /// How much work waits, by consumer.
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

    /// The consumer that is at work on an aggregate right now, and its progress.
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

    /// Dead letters after a place in the list, oldest first; of one organization, or of all.
    pub async fn dead_letters(
        &self,
        organization: Option<OrganizationId>,
        after: Option<(i64, &str)>,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, QueueError> {
        let (position, consumer) = after.unwrap_or((0, ""));
        let sql = format!(
            "SELECT {DEAD} FROM work WHERE state = 'dead' \
             AND ($1 = '' OR organization_id = $1) \
             AND (position > $2 OR (position = $2 AND consumer > $3)) \
             ORDER BY position, consumer LIMIT $4"
        );
        let organization = organization.map(|o| o.to_string()).unwrap_or_default();
        let arguments = [organization.into(), position.into(), consumer.into(), limit.into()];
        let rows = self.sql.query(&sql, &arguments).await?;
        Ok(rows.iter().map(dead_letter).collect::<Result<_, _>>()?)
    }

    /// One dead letter; of one organization, or of any.
    pub async fn dead_letter(
        &self,
        organization: Option<OrganizationId>,
        consumer: &str,
        position: i64,
    ) -> Result<Option<DeadLetter>, QueueError> {
        let sql = format!(
            "SELECT {DEAD} FROM work WHERE state = 'dead' AND consumer = $1 AND position = $2 \
             AND ($3 = '' OR organization_id = $3)"
        );
        let organization = organization.map(|o| o.to_string()).unwrap_or_default();
        let arguments = [consumer.into(), position.into(), organization.into()];
        let rows = self.sql.query(&sql, &arguments).await?;
        Ok(rows.first().map(dead_letter).transpose()?)
    }

    /// Gives a dead letter all its attempts back. `false`: there is no such dead letter.
    pub async fn retry(
        &self,
        organization: Option<OrganizationId>,
        consumer: &str,
        position: i64,
    ) -> Result<bool, QueueError> {
        let sql = "UPDATE work SET state = 'ready', attempts = 0, abandoned = 0, \
             available_at = $4, dispatched_at = NULL WHERE state = 'dead' AND consumer = $1 \
             AND position = $2 AND ($3 = '' OR organization_id = $3)";
        let organization = organization.map(|o| o.to_string()).unwrap_or_default();
        let arguments = [consumer.into(), position.into(), organization.into(), now().into()];
        let found = self.sql.execute(sql, &arguments).await? > 0;
        self.wake();
        Ok(found)
    }

    /// Forgets a dead letter; the work is never done. `false`: there is no such dead letter.
    pub async fn discard(
        &self,
        organization: Option<OrganizationId>,
        consumer: &str,
        position: i64,
    ) -> Result<bool, QueueError> {
        let sql = "DELETE FROM work WHERE state = 'dead' AND consumer = $1 AND position = $2 \
             AND ($3 = '' OR organization_id = $3)";
        let organization = organization.map(|o| o.to_string()).unwrap_or_default();
        let arguments = [consumer.into(), position.into(), organization.into()];
        Ok(self.sql.execute(sql, &arguments).await? > 0)
    }

    /// How far the relay has come for each consumer.
    pub async fn relay_checkpoints(&self) -> Result<Vec<(String, Checkpoint)>, QueueError> {
        let sql = "SELECT consumer, epoch, position FROM relay_checkpoints ORDER BY consumer";
        let rows = self.sql.query(sql, &[]).await?;
        let checkpoint = |row: &Row| {
            let checkpoint = Checkpoint { epoch: row.get(1)?, position: row.get(2)? };
            Ok((row.get(0)?, checkpoint))
        };
        rows.iter().map(checkpoint).collect()
    }

    /// Whether the database answers.
    pub async fn check(&self) -> Result<(), QueueError> {
        Ok(self.sql.check().await?)
    }
}

const DEAD: &str = "consumer, position, event_id, organization_id, stream_id, attempts, abandoned, \
     created_at, history";

fn dead_letter(row: &Row) -> Result<DeadLetter, DatabaseError> {
    Ok(DeadLetter {
        consumer: row.get(0)?,
        position: row.get(1)?,
        event_id: row.get(2)?,
        organization: OrganizationId(row.get(3)?),
        stream_id: row.get(4)?,
        attempts: row.get(5)?,
        abandoned: row.get(6)?,
        created_at: row.get(7)?,
        history: read_history(&row.get::<String>(8)?),
    })
}

/// A history that cannot be read is no reason to lose the work it belongs to.
fn read_history(text: &str) -> Vec<Attempt> {
    serde_json::from_str(text).unwrap_or_default()
}

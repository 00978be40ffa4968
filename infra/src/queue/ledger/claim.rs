//! Chooses the next job.
//!
//! Invariant: among the organizations with jobs that are due, a claim serves the one with the
//! fewest running jobs, among equals the one that has waited longest, and of each its oldest job;
//! so nobody waits for another's backlog. Slots that are reserved ([`Room`]) serve organizations
//! without running jobs only, so nobody waits for another's long jobs either. The cost of a claim depends on the number of
//! organizations with jobs, not on the number of jobs: the index `work_fair` is entered once for
//! each organization.

use super::{LEASE_MAX, Ledger, millis, now};
use crate::database::DatabaseError;
use crate::database::sql::{Dialect, Row, Value};
use crate::queue::{Job, Room};
use debrief_domain::ids::OrganizationId;
use std::time::Duration;
use uuid::Uuid;

/// Maximum number of organizations that one statement claims for.
const ORGANIZATIONS_MAX: usize = 32;

/// Delay before a reserved slot is offered again, if only organizations with running jobs wait.
const RESERVED: Duration = Duration::from_millis(50);

/// The result of a claim.
#[derive(Debug)]
pub(in crate::queue) struct Claimed {
    /// The claimed jobs.
    pub(in crate::queue) jobs: Vec<Job>,
    /// How long until a remaining job is due; `None` if none remains.
    pub(in crate::queue) next: Option<Duration>,
}

/// An organization that has jobs.
#[derive(Debug)]
struct Turn {
    organization: OrganizationId,
    /// When its oldest job is due.
    due: i64,
    /// Number of its jobs that are running.
    leased: i64,
}

/// Selects the organizations with due jobs, in the order in which they are served, and after them
/// those whose jobs are not due yet, soonest first.
const TURNS: &str = "WITH RECURSIVE waiting (organization_id) AS ( \
         SELECT MIN(organization_id) FROM work WHERE consumer = $1 AND state = 'ready' \
         UNION ALL \
         SELECT (SELECT MIN(w.organization_id) FROM work w WHERE w.consumer = $1 \
             AND w.state = 'ready' AND w.organization_id > waiting.organization_id) \
         FROM waiting WHERE waiting.organization_id IS NOT NULL \
     ), turns (organization_id, due) AS ( \
         SELECT organization_id, (SELECT MIN(w.available_at) FROM work w WHERE w.consumer = $1 \
             AND w.state = 'ready' AND w.organization_id = waiting.organization_id) \
         FROM waiting WHERE organization_id IS NOT NULL \
     ) \
     SELECT organization_id, due, CASE WHEN due > $2 THEN 0 ELSE (SELECT COUNT(*) FROM work w \
         WHERE w.consumer = $1 AND w.state = 'leased' \
         AND w.organization_id = turns.organization_id) END AS leased \
     FROM turns WHERE due IS NOT NULL ORDER BY due > $2, leased, due LIMIT $3";

const JOB: &str = "consumer, position, key, event_id, organization_id, stream_id, attempts, \
     abandoned, lease_token";

fn job(row: &Row) -> Result<Job, DatabaseError> {
    Ok(Job {
        consumer: row.get(0)?,
        position: row.get(1)?,
        key: row.get(2)?,
        event_id: row.get(3)?,
        organization: OrganizationId(row.get(4)?),
        stream_id: row.get(5)?,
        attempts: row.get(6)?,
        abandoned: row.get(7)?,
        token: row.get::<Option<String>>(8)?.unwrap_or_default(),
    })
}

/// Returns how many jobs each organization gets.
fn shares(turns: &[Turn], room: Room) -> Vec<i64> {
    let mut shares = vec![0; turns.len()];
    for left in (1..=room.jobs).rev() {
        let load = |at: &usize| (turns[*at].leased + shares[*at], turns[*at].due);
        let Some(least) = (0..turns.len()).min_by_key(load) else { break };
        if left <= room.reserved && load(&least).0 > 0 {
            break;
        }
        shares[least] += 1;
    }
    shares
}

/// Returns the statement that claims the oldest jobs of `organizations` organizations: `$1` is the
/// consumer, `$2` now, `$3` the end of the lease, `$4` its token; then come an id and a number of
/// jobs for each.
fn claim_sql(dialect: Dialect, organizations: usize) -> String {
    let lock = dialect.for_update_skip_locked();
    let oldest: Vec<String> = (0..organizations)
        .map(|n| {
            format!(
                "SELECT position, key FROM (SELECT position, key FROM work \
                 WHERE consumer = $1 AND state = 'ready' AND organization_id = ${} \
                 AND available_at <= $2 ORDER BY available_at, position, key LIMIT ${}{lock}) AS o{n}",
                5 + n * 2,
                6 + n * 2
            )
        })
        .collect();
    format!(
        "WITH due AS ({}) UPDATE work SET state = 'leased', lease_until = $3, lease_token = $4 \
         WHERE consumer = $1 AND state = 'ready' \
         AND (position, key) IN (SELECT position, key FROM due) RETURNING {JOB}",
        oldest.join(" UNION ALL ")
    )
}

impl Ledger {
    /// Claims jobs that are due.
    pub(in crate::queue) async fn claim(
        &self,
        consumer: &str,
        mut room: Room,
        lease: Duration,
    ) -> Result<Claimed, DatabaseError> {
        let mut jobs = Vec::new();
        let next = loop {
            let now = now();
            // Looks without a lock first, so that idle workers do not take SQLite's only write
            // lock.
            let mut turns = self.turns(consumer, now).await?;
            let next =
                turns.first().map(|turn| Duration::from_millis((turn.due - now).max(0) as u64));
            turns.retain(|turn| turn.due <= now);
            if turns.is_empty() || room.jobs == 0 {
                break next;
            }
            let shares = shares(&turns, room);
            if shares.iter().all(|share| *share == 0) {
                break Some(RESERVED);
            }
            let mut arguments: Vec<Value> = vec![
                consumer.into(),
                now.into(),
                (now + millis(lease.min(LEASE_MAX))).into(),
                Uuid::new_v4().into(),
            ];
            let served = turns.iter().zip(shares).filter(|(_, share)| *share > 0);
            for (turn, share) in served {
                arguments.extend([turn.organization.0.into(), share.into()]);
            }
            let organizations = (arguments.len() - 4) / 2;
            let sql = claim_sql(self.sql.dialect(), organizations);
            let rows = self.sql.execute_returning(&sql, &arguments).await?;
            for row in &rows {
                jobs.push(job(row)?);
            }
            room.jobs -= rows.len();
            // With one organization, those were all its jobs; with several, one may have had fewer
            // than its share.
            if rows.is_empty() || organizations == 1 {
                break next;
            }
        };
        jobs.sort_by_key(|job| job.position);
        Ok(Claimed { jobs, next })
    }

    async fn turns(&self, consumer: &str, now: i64) -> Result<Vec<Turn>, DatabaseError> {
        let arguments = [consumer.into(), now.into(), (ORGANIZATIONS_MAX as i64).into()];
        let rows = self.sql.query(TURNS, &arguments).await?;
        rows.iter()
            .map(|row| {
                Ok(Turn {
                    organization: OrganizationId(row.get(0)?),
                    due: row.get(1)?,
                    leased: row.get(2)?,
                })
            })
            .collect()
    }

    /// Returns how long until the first lease of a consumer's jobs expires; `None` if there is
    /// none.
    #[cfg_attr(not(feature = "nats"), allow(dead_code))]
    pub(in crate::queue) async fn first_lease_end(
        &self,
        consumer: &str,
    ) -> Result<Option<Duration>, DatabaseError> {
        let sql = "SELECT MIN(lease_until) FROM work WHERE state = 'leased' AND consumer = $1";
        let rows = self.sql.query(sql, &[consumer.into()]).await?;
        let end: Option<i64> = rows.first().map_or(Ok(None), |row| row.get(0))?;
        Ok(end.map(|end| Duration::from_millis((end - now()).max(0) as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;

    fn turn(n: u128, due: i64, leased: i64) -> Turn {
        Turn { organization: OrganizationId(Uuid::from_u128(n)), due, leased }
    }

    #[test]
    fn whoever_has_least_under_way_gets_more() {
        let shares = |turns: &[Turn], jobs: usize| shares(turns, jobs.into());
        assert_eq!(shares(&[turn(1, 10, 0)], 4), [4]);
        assert_eq!(shares(&[turn(1, 10, 0), turn(2, 20, 0)], 3), [2, 1]);
        assert_eq!(shares(&[turn(1, 20, 0), turn(2, 10, 0)], 3), [1, 2]);
        assert_eq!(shares(&[turn(1, 20, 0), turn(2, 10, 3)], 4), [3, 1]);
        assert_eq!(shares(&[turn(1, 20, 0), turn(2, 10, 3)], 2), [2, 0]);
        assert!(shares(&[], 3).is_empty());
    }

    #[test]
    fn the_last_slots_are_for_those_with_nothing_under_way() {
        let shares = |turns: &[Turn], jobs| shares(turns, Room { jobs, reserved: 1 });
        assert_eq!(shares(&[turn(1, 10, 0)], 4), [3]);
        assert_eq!(shares(&[turn(1, 10, 3)], 1), [0]);
        assert_eq!(shares(&[turn(1, 10, 3), turn(2, 20, 0)], 1), [0, 1]);
        assert_eq!(shares(&[turn(1, 10, 3), turn(2, 20, 0)], 2), [0, 1]);
        assert_eq!(shares(&[turn(1, 10, 0)], 1), [1]);
    }

    /// What a claim reads does not grow with the backlog: no step of its query plans scans the
    /// rows.
    #[tokio::test]
    async fn a_claim_reads_by_the_index_alone() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("d.db").display());
        let database = Database::open(&url, 2).await.unwrap();
        database.migrate().await.unwrap();
        let plan = async |sql: &str, arguments: &[Value]| {
            let sql = format!("EXPLAIN QUERY PLAN {sql}");
            let rows = database.queue.query(&sql, arguments).await.unwrap();
            rows.iter().map(|row| row.get::<String>(3).unwrap()).collect::<Vec<_>>().join("\n")
        };
        let turns = plan(TURNS, &["parse".into(), 1_i64.into(), 32_i64.into()]).await;
        let claim = claim_sql(Dialect::Sqlite, 2);
        let (id, n) = (|| Value::from(Uuid::nil()), || Value::from(1_i64));
        let arguments = ["parse".into(), n(), n(), id(), id(), n(), id(), n()];
        let claim = plan(&claim, &arguments).await;
        println!("{turns}\n\n{claim}");
        for plan in [&turns, &claim] {
            assert!(!plan.contains("SCAN work") && !plan.contains("SCAN w "), "{plan}");
            assert!(
                plan.contains("work_fair (consumer=? AND state=? AND organization_id"),
                "{plan}"
            );
            assert!(!plan.contains("TEMP B-TREE FOR ORDER BY\nSEARCH"), "{plan}");
        }
        database.close().await;
    }
}

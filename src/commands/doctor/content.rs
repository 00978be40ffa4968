//! What the log holds, and whether what follows it is of this log.

use super::Finding;
use crate::config::Config;
use chrono::{DateTime, TimeDelta, Utc};
use debrief_infra::database::Database;
use debrief_infra::database::sql::Sql;
use debrief_infra::keys::{KeyStore, MasterKey};
use debrief_infra::log::follow::Checkpoint;
use debrief_infra::log::{AppenderOptions, EventLog, LogError};
use debrief_infra::queue::{Ledger, PAUSE_MAX};
use debrief_projections::engine;
use debrief_search::index::Index;
use std::path::{Path, PathBuf};

/// How far the clock may be behind the last event without being wrong.
const CLOCK: TimeDelta = TimeDelta::seconds(60);

/// Examines the log, its followers and the queue.
pub(super) async fn examine(config: &Config, database: &Database) -> Vec<Finding> {
    // Nothing is decrypted, so no key is needed.
    let keys = KeyStore::new(database.log.clone(), MasterKey::from_bytes([0; 32]));
    let log = EventLog::new(database.log.clone(), keys, AppenderOptions::default());
    let head = match log.look().await {
        Ok(head) => head.position,
        Err(error) => {
            return vec![Finding::problem(
                "log",
                format!("the log cannot be read: {error}"),
                "if this database is new, run `debrief migrate`",
            )];
        }
    };
    let mut findings = vec![positions(&database.log, head).await];
    findings.push(clock(&log, head).await);
    findings.extend(read_models(&log, database, head).await);
    findings.extend(queue(&log, database, head).await);
    findings.extend(indexes(&log, &config.search_dir).await);
    findings
}

/// Whether positions run 1, 2, 3 … to the head.
async fn positions(log: &Sql, head: i64) -> Finding {
    const CHECK: &str = "log";
    let sql = "SELECT COUNT(*), COALESCE(MIN(position), 1), COALESCE(MAX(position), 0) FROM events \
         WHERE position <= $1";
    let counted = async {
        let rows = log.query(sql, &[head.into()]).await?;
        let row = rows.first().cloned().unwrap_or(debrief_infra::database::sql::Row(Vec::new()));
        Ok::<(i64, i64, i64), debrief_infra::database::DatabaseError>((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
        ))
    };
    match counted.await {
        Ok((count, first, last)) if (count, first, last) == (head, 1, head) => {
            Finding::ok(CHECK, format!("{head} events, none missing"))
        }
        Ok((count, first, last)) => Finding::problem(
            CHECK,
            format!("{count} events from {first} to {last}, where {head} are said to be"),
            "put back a backup of the log: events are missing",
        ),
        Err(error) => Finding::failure(CHECK, error),
    }
}

/// Whether the clock is behind what was written.
async fn clock(log: &EventLog, head: i64) -> Finding {
    const CHECK: &str = "clock";
    let last = match log.read_headers(head - 1, 1).await {
        Ok(events) => events.last().map(|event| event.recorded_at),
        Err(error) => return Finding::failure(CHECK, error),
    };
    of_clock(last, Utc::now())
}

fn of_clock(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Finding {
    const CHECK: &str = "clock";
    let shown = now.format("%Y-%m-%d %H:%M:%S UTC");
    match last {
        Some(last) if last > now + CLOCK => {
            let ahead = last - now;
            Finding::problem(
                CHECK,
                format!(
                    "it is {shown}, and the last event was recorded {} minutes later than that",
                    ahead.num_minutes().max(1)
                ),
                "set the clock of this machine (or it was ahead before, and is right now: then this \
                 goes away by itself)",
            )
        }
        _ => Finding::ok(CHECK, format!("it is {shown}")),
    }
}

/// What is wrong with a checkpoint.
async fn astray(log: &EventLog, place: &Checkpoint) -> Result<Option<String>, LogError> {
    match log.verify_place(place).await {
        Err(LogError::Diverged(diverged)) => Ok(Some(diverged.to_string())),
        verified => verified.map(|()| None),
    }
}

async fn read_models(log: &EventLog, database: &Database, head: i64) -> Vec<Finding> {
    const CHECK: &str = "read models";
    let checkpoints = match engine::checkpoints(&database.views).await {
        Ok(checkpoints) => checkpoints,
        Err(error) => return vec![Finding::failure(CHECK, error)],
    };
    let mut findings = Vec::new();
    for at in checkpoints {
        let name = &at.name;
        findings.push(match astray(log, &at.place()).await {
            Ok(Some(why)) => Finding::problem(
                CHECK,
                format!("{name} is of another log: {why}"),
                format!(
                    "restart Debrief, which rebuilds it, or run `debrief projections rebuild {name}`"
                ),
            ),
            Ok(None) => Finding::ok(CHECK, format!("{name} is at {} of {head}", at.position)),
            Err(error) => Finding::failure(CHECK, error),
        });
    }
    findings
}

async fn queue(log: &EventLog, database: &Database, head: i64) -> Vec<Finding> {
    const CHECK: &str = "queue";
    let ledger = Ledger::new(database.queue.clone());
    let mut findings = Vec::new();
    match ledger.relay_checkpoints().await {
        Ok(checkpoints) => {
            for (consumer, place) in checkpoints {
                findings.push(match astray(log, &place).await {
                    Ok(Some(why)) => Finding::problem(
                        CHECK,
                        format!("the work of {consumer} is of another log: {why}"),
                        "restart Debrief (or the relay), which fills the queue from this log",
                    ),
                    Ok(None) => Finding::ok(
                        CHECK,
                        format!("{consumer} is given work up to {} of {head}", place.position),
                    ),
                    Err(error) => Finding::failure(CHECK, error),
                });
            }
        }
        Err(error) => findings.push(Finding::failure(CHECK, error)),
    }
    match ledger.backlog().await {
        Ok(backlog) => {
            for of in backlog.into_iter().filter(|of| of.dead > 0) {
                findings.push(Finding::notice(
                    CHECK,
                    format!("{} jobs of {} failed for good", of.dead, of.consumer),
                    "`debrief dead-letters list` says why; `retry` or `discard` them",
                ));
            }
        }
        Err(error) => findings.push(Finding::failure(CHECK, error)),
    }
    match ledger.far_ahead().await {
        Ok(0) => {}
        Ok(jobs) => findings.push(Finding::problem(
            CHECK,
            format!(
                "{jobs} jobs are due in more than {} minutes: the clock was ahead",
                PAUSE_MAX.as_secs() / 60
            ),
            "restart Debrief (or the relay), which makes them due now",
        )),
        Err(error) => findings.push(Finding::failure(CHECK, error)),
    }
    findings
}

/// Whether each search index below a directory is whole and of this log.
async fn indexes(log: &EventLog, search_dir: &Path) -> Vec<Finding> {
    const CHECK: &str = "search";
    let list = |path: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    };
    let mut findings = Vec::new();
    for directory in list(search_dir).iter().flat_map(|slot| list(slot)) {
        let shown = directory.display().to_string();
        let opened = tokio::task::spawn_blocking(move || Index::open(&directory)).await;
        let cure = "nothing has to be done: the next start builds it anew from the log";
        findings.push(match opened {
            Err(error) => Finding::failure(CHECK, error),
            Ok(Err(error)) => Finding::problem(CHECK, format!("{shown}: {error}"), cure),
            Ok(Ok((_, at))) => {
                let (epoch, position, event) = (Some(at.epoch), at.position, at.event);
                match astray(log, &Checkpoint { epoch, position, event }).await {
                    Ok(Some(why)) => {
                        Finding::problem(CHECK, format!("{shown} is of another log: {why}"), cure)
                    }
                    Ok(None) => Finding::ok(CHECK, format!("{shown} is whole, at {position}")),
                    Err(error) => Finding::failure(CHECK, error),
                }
            }
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::State;

    #[test]
    fn a_clock_behind_the_log_is_a_problem() {
        let now = Utc::now();
        assert_eq!(of_clock(None, now).state, State::Ok);
        assert_eq!(of_clock(Some(now + TimeDelta::seconds(30)), now).state, State::Ok);
        let wrong = of_clock(Some(now + TimeDelta::days(1)), now);
        assert_eq!(wrong.state, State::Problem);
        assert!(wrong.found.contains("1440 minutes later"), "{}", wrong.found);
    }
}

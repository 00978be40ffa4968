//! A worker for proofs about the runtime; the event says what a job does.

use super::place::Node;
use async_trait::async_trait;
use debrief_domain::ids::OrganizationId;
use debrief_infra::database::sql::Value as SqlValue;
use debrief_infra::log::{
    Append, CommandKey, Expected, Metadata, NewEvent, RecordedEvent, StreamId,
};
use debrief_infra::queue::{Begins, DeadLetter, Relay, Subscription};
use debrief_workers::{Done, Fault, JobContext, Worker};
use serde_json::json;
use std::collections::HashMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

fn organization() -> OrganizationId {
    OrganizationId(Uuid::from_u128(0x0a))
}

/// Worker names are static.
pub(crate) fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A worker whose jobs do what their event says.
pub(crate) struct TestWorker {
    pub(crate) name: &'static str,
    pub(crate) event_types: &'static [&'static str],
    pub(crate) took: Duration,
    /// Retries a failed job itself, forever: the control arm.
    pub(crate) clings: bool,
    pub(crate) fixed: AtomicBool,
    pub(crate) begun: AtomicUsize,
    pub(crate) done: Mutex<HashMap<i64, u32>>,
    pub(crate) gave_up: Mutex<Vec<i64>>,
    /// Runs in a separate process, which a job may kill, and prints what is done.
    pub(crate) alone: bool,
}

impl TestWorker {
    pub(crate) fn new(round: &str) -> Self {
        let name = leak(format!("w{}_{round}", Uuid::new_v4().simple()));
        Self {
            name,
            event_types: Box::leak(Box::new([leak(format!("test.{name}"))])),
            took: Duration::from_millis(2),
            clings: false,
            fixed: AtomicBool::new(false),
            begun: AtomicUsize::new(0),
            done: Mutex::default(),
            gave_up: Mutex::default(),
            alone: false,
        }
    }

    pub(crate) fn done(&self) -> usize {
        self.done.lock().expect("no panic under this lock").len()
    }

    /// Returns the number of jobs whose effect occurred more than once.
    pub(crate) fn twice(&self) -> usize {
        self.done.lock().expect("no panic under this lock").values().filter(|n| **n > 1).count()
    }

    pub(crate) async fn attempt(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
    ) -> Result<Done, Fault> {
        tokio::time::sleep(self.took).await;
        let kind = event.payload["kind"].as_str().unwrap_or_default();
        if !self.fixed.load(Ordering::SeqCst) {
            match kind {
                "panics" if self.clings => return Err(Fault::Failed("poison".to_owned())),
                "panics" => panic!("poison"),
                "fails" => return Err(Fault::Failed("poison".to_owned())),
                "kills" if self.alone => kill_itself(),
                "pays" | "pays without a step" if self.alone => {
                    let pay = async || {
                        println!("\npaid {}", event.position);
                        Ok(())
                    };
                    match kind {
                        "pays" => job.step("pay", pay).await?,
                        _ => pay().await?,
                    }
                    let mut first = false;
                    let dies = async || {
                        first = true;
                        Ok(())
                    };
                    job.step("die", dies).await?;
                    if first {
                        kill_itself();
                    }
                }
                _ => {}
            }
        }
        if self.alone {
            println!("\ndone {}", event.position);
        }
        *self.done.lock().expect("no panic under this lock").entry(event.position).or_default() +=
            1;
        Ok(Done::Finished)
    }
}

#[async_trait]
impl Worker for TestWorker {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        loop {
            let result = self.attempt(event, job).await;
            if result.is_ok() || !self.clings {
                return result;
            }
        }
    }

    async fn gave_up(&self, event: &RecordedEvent, _: &JobContext, _: &str) -> Result<(), Fault> {
        self.gave_up.lock().expect("no panic under this lock").push(event.position);
        Ok(())
    }
}

/// As `kill -9` from outside.
fn kill_itself() -> ! {
    let itself = std::process::id().to_string();
    let kill = Command::new("kill").args(["-9", &itself]).status();
    panic!("survived {kill:?}");
}

impl Node {
    /// Appends an event for each of these kinds of job.
    pub(crate) async fn append_jobs(&self, worker: &TestWorker, kinds: &[&str]) {
        for kinds in kinds.chunks(500) {
            let append = Append {
                organization: organization(),
                stream: StreamId { stream_type: "test", id: Uuid::new_v4() },
                expected: Expected::Any,
                events: kinds
                    .iter()
                    .map(|kind| NewEvent {
                        event_type: worker.event_types[0].to_owned(),
                        schema_version: 1,
                        payload: json!({"kind": kind}),
                    })
                    .collect(),
                key: CommandKey { key: Uuid::new_v4().to_string(), fingerprint: [0; 32] },
                answer: json!({}),
                metadata: Metadata {
                    actor: "system".to_owned(),
                    correlation_id: Uuid::nil(),
                    causation_id: None,
                },
                data_key: None,
                wrapped_keys: Vec::new(),
            };
            self.log.append(append).await.expect("the log takes it");
        }
    }

    pub(crate) fn relay(&self, worker: &TestWorker, lease: Duration) -> Relay {
        let subscription = Subscription {
            consumer: worker.name,
            event_types: worker.event_types,
            begins: Begins::Start,
        };
        let (log, ledger) = (self.log.clone(), self.ledger.clone());
        Relay::new(log, ledger, Arc::clone(&self.queue), vec![subscription], lease)
    }

    /// Returns the rows of a worker in this state, with their attempts and abandoned leases.
    pub(crate) async fn rows(&self, worker: &TestWorker, state: &str) -> Vec<(i64, i64)> {
        let sql = "SELECT attempts, abandoned FROM work WHERE consumer = $1 AND state = $2";
        let arguments: [SqlValue; 2] = [worker.name.into(), state.into()];
        let rows = self.database.queue.query(sql, &arguments).await.expect("the ledger is there");
        rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect()
    }

    pub(crate) async fn letters(&self, worker: &TestWorker) -> Vec<DeadLetter> {
        let mut letters = self.ledger.dead_letters(None, None, 100_000).await.expect("a list");
        letters.retain(|letter| letter.consumer == worker.name);
        letters
    }
}

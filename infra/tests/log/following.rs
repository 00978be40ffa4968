//! Following the log: who is woken when, and what happens with checkpoints of another log.

use crate::support::*;
use async_trait::async_trait;
use debrief_infra::log::follow::{Checkpoint, Consumer, Diverged, follow};
use debrief_infra::log::{EventLog, Expected, LogError};
use debrief_infra::signals::{QUICK, SLOW};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Tolerance for a wait on a busy machine.
const SLACK: Duration = Duration::from_millis(600);

/// A consumer that records its position in memory.
struct Noting {
    log: EventLog,
    at: Checkpoint,
    reached: watch::Sender<i64>,
    diverged: watch::Sender<Option<Diverged>>,
    looks: Arc<AtomicU32>,
    /// Number of steps before one that fails.
    failures: u32,
}

#[async_trait]
impl Consumer for Noting {
    type Error = LogError;

    fn name(&self) -> &str {
        "noting"
    }

    async fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, LogError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        Ok(vec![self.at.clone()])
    }

    async fn step(&mut self) -> Result<bool, LogError> {
        if self.failures > 0 {
            self.failures -= 1;
            return Err(LogError::Overloaded);
        }
        let events = self.log.read(self.at.position, 100).await?;
        let Some(last) = events.last() else { return Ok(false) };
        self.at.position = last.position;
        self.reached.send_replace(last.position);
        Ok(true)
    }

    async fn diverged(&mut self, diverged: Diverged) -> Result<(), LogError> {
        self.diverged.send_replace(Some(diverged));
        self.at = Checkpoint { epoch: None, position: 0, event: None };
        Ok(())
    }
}

/// A running consumer.
struct AtWork {
    reached: watch::Receiver<i64>,
    diverged: watch::Receiver<Option<Diverged>>,
    looks: Arc<AtomicU32>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl AtWork {
    fn start(log: &EventLog, epoch: Option<&str>, position: i64, failures: u32) -> Self {
        Self::start_after(log, epoch, position, None, failures)
    }

    /// Starts at a checkpoint that was written after this event.
    fn start_after(
        log: &EventLog,
        epoch: Option<&str>,
        position: i64,
        event: Option<Uuid>,
        failures: u32,
    ) -> Self {
        let (reached, diverged) = (watch::Sender::new(0), watch::Sender::new(None));
        let stop = CancellationToken::new();
        let mut consumer = Noting {
            log: log.clone(),
            at: Checkpoint { epoch: epoch.map(str::to_owned), position, event },
            reached: reached.clone(),
            diverged: diverged.clone(),
            looks: Arc::default(),
            failures,
        };
        let looks = Arc::clone(&consumer.looks);
        let (log, stopped) = (log.clone(), stop.clone());
        let task = tokio::spawn(async move { follow(&log, &mut consumer, &stopped).await });
        Self { reached: reached.subscribe(), diverged: diverged.subscribe(), looks, stop, task }
    }

    /// Returns the time until this position was processed.
    async fn reaches(&mut self, position: i64) -> Duration {
        let began = Instant::now();
        let wait = self.reached.wait_for(|reached| *reached >= position);
        let waited = tokio::time::timeout(Duration::from_secs(10), wait).await;
        assert!(matches!(waited, Ok(Ok(_))), "{position} was not reached");
        began.elapsed()
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

async fn append_to(node: &Node) -> i64 {
    committed(node.log.append(append(Uuid::now_v7(), Expected::Any, 1)).await.unwrap()).0
}

pub(crate) async fn appends_wake_at_once(place: Shared) {
    let node = place.node().await;
    node.log.trust().set(true);
    append_to(&node).await;
    let mut at_work = AtWork::start(&node.log, None, 0, 0);
    at_work.reaches(1).await;
    let mut took = Vec::new();
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let position = append_to(&node).await;
        took.push(at_work.reaches(position).await);
    }
    took.sort();
    assert!(took[10] < QUICK / 4, "{took:?}: it looks instead of being woken");
    println!("median {:?}, longest {:?}", took[10], took[19]);
    at_work.stop().await;
}

pub(crate) async fn a_log_that_stands_still_wakes_nobody(place: Shared) {
    let node = place.node().await;
    append_to(&node).await;
    let mut at_work = AtWork::start(&node.log, None, 0, 0);
    at_work.reaches(1).await;
    tokio::time::sleep(QUICK).await;
    let before = at_work.looks.load(Ordering::SeqCst);
    tokio::time::sleep(QUICK * 5).await;
    assert_eq!(at_work.looks.load(Ordering::SeqCst), before);
    at_work.stop().await;
}

pub(crate) async fn what_others_append_is_found(place: Shared) {
    let (node, other) = (place.node().await, place.node().await);
    let mut at_work = AtWork::start(&node.log, None, 0, 0);
    // Nobody said that signals can be trusted.
    for _ in 0..3 {
        let position = append_to(&other).await;
        let took = at_work.reaches(position).await;
        assert!(took < QUICK + SLACK, "{took:?}");
    }
    // They are trusted, and one comes who does not send any: looks are slow, but only once.
    node.log.trust().set(true);
    tokio::time::sleep(Duration::from_secs(11)).await;
    let position = append_to(&other).await;
    let took = at_work.reaches(position).await;
    assert!(took < SLOW + SLACK, "{took:?}");
    let position = append_to(&other).await;
    let took = at_work.reaches(position).await;
    assert!(took < QUICK + SLACK, "{took:?}: looks do not quicken");
    at_work.stop().await;
}

pub(crate) async fn a_checkpoint_of_another_log_is_told(place: Shared) {
    let (node, other) = (place.node().await, place.node().await);
    node.log.trust().set(true);
    append_to(&node).await;
    let epoch = node.log.epoch().await.unwrap();

    // One that another process reached with events that this process has not heard of is none.
    let position = append_to(&other).await;
    let at_work = AtWork::start(&node.log, Some(&epoch), position, 0);
    tokio::time::sleep(QUICK).await;
    assert_eq!(*at_work.diverged.borrow(), None);
    at_work.stop().await;

    let told = async |epoch: &str, position: i64| {
        let mut at_work = AtWork::start(&node.log, Some(epoch), position, 0);
        let told = async {
            let told = at_work.diverged.wait_for(Option::is_some).await.unwrap();
            told.clone().unwrap()
        };
        let told = tokio::time::timeout(Duration::from_secs(5), told).await.unwrap();
        // It began anew, as consumers may.
        at_work.reaches(2).await;
        at_work.stop().await;
        told
    };
    assert_eq!(told(&epoch, 7).await, Diverged::Beyond { position: 7, head: 2 });
    let expected = Diverged::OtherLog { other: "another".to_owned(), log: epoch.clone() };
    assert_eq!(told("another", 1).await, expected);
}

pub(crate) async fn a_checkpoint_behind_another_event_is_told(place: Shared) {
    let node = place.node().await;
    for _ in 0..3 {
        append_to(&node).await;
    }
    let epoch = node.log.epoch().await.unwrap();
    let own = node.log.place_at(2).await.unwrap();
    assert_eq!((own.position, own.epoch.as_ref()), (2, Some(&epoch)));
    assert_eq!(node.log.place_at(0).await.unwrap().event, None);
    for (event, expected) in [
        (own.event, None),
        (Some(Uuid::now_v7()), Some(Diverged::OtherEvent { position: 2 })),
        (None, None),
    ] {
        let mut at_work = AtWork::start_after(&node.log, Some(&epoch), 2, event, 0);
        at_work.reaches(3).await;
        assert_eq!(*at_work.diverged.borrow(), expected, "{event:?}");
        at_work.stop().await;
    }

    // The log is set back under one that follows, and has another history when it is looked at.
    let mut at_work = AtWork::start_after(&node.log, Some(&epoch), 2, own.event, 0);
    at_work.reaches(3).await;
    node.restore_log(1).await;
    at_work.diverged.wait_for(Option::is_some).await.unwrap();
    at_work.stop().await;
}

pub(crate) async fn a_failure_is_followed_by_a_pause(place: Shared) {
    let node = place.node().await;
    append_to(&node).await;
    let began = Instant::now();
    let mut at_work = AtWork::start(&node.log, None, 0, 2);
    // Signals do not shorten the pause.
    while began.elapsed() < Duration::from_millis(400) {
        append_to(&node).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(at_work.looks.load(Ordering::SeqCst), 1);
    let head = node.log.head().await.unwrap();
    at_work.reaches(head).await;
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(1_500), "{took:?}: half a second and then a whole one");
    at_work.stop().await;
}

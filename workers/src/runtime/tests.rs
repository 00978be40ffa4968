//! Jobs that hang, jobs that are split, and steps that are not repeated.

use super::Options;
use crate::descriptor::Limits;
use crate::fault::Fault;
use crate::job::JobContext;
use crate::testing::{OPTIONS, Stage};
use crate::worker::{Done, Worker};
use async_trait::async_trait;
use debrief_infra::keys::DataKey;
use debrief_infra::log::RecordedEvent;
use debrief_infra::queue::DeadLetter;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

const EVENTS: &[&str] = &["note.written"];

type Doing = BoxFuture<'static, Result<Done, Fault>>;

/// A worker that runs a function and counts its calls.
struct Does {
    does: Box<dyn Fn(JobContext) -> Doing + Send + Sync>,
    calls: Mutex<HashMap<String, usize>>,
    gave_up: Mutex<Vec<(String, String)>>,
    giving_up: fn() -> Result<(), Fault>,
}

fn does<F, R>(does: F) -> Arc<Does>
where
    F: Fn(JobContext) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Done, Fault>> + Send + 'static,
{
    Arc::new(Does {
        does: Box::new(move |job| does(job).boxed()),
        calls: Mutex::default(),
        gave_up: Mutex::default(),
        giving_up: || Ok(()),
    })
}

impl Does {
    /// Returns how often it was called for a part.
    fn calls(&self, key: &str) -> usize {
        self.calls.lock().unwrap().get(key).copied().unwrap_or_default()
    }

    fn gave_up(&self) -> Vec<(String, String)> {
        self.gave_up.lock().unwrap().clone()
    }
}

#[async_trait]
impl Worker for Does {
    async fn handle(&self, _: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        *self.calls.lock().unwrap().entry(job.key().to_owned()).or_default() += 1;
        (self.does)(job.clone()).await
    }

    async fn gave_up(
        &self,
        _: &RecordedEvent,
        job: &JobContext,
        reason: &str,
    ) -> Result<(), Fault> {
        self.gave_up.lock().unwrap().push((job.key().to_owned(), reason.to_owned()));
        (self.giving_up)()
    }
}

fn errors(letter: &DeadLetter) -> Vec<&str> {
    letter.history.iter().map(|attempt| attempt.error.as_str()).collect()
}

#[tokio::test]
async fn whoever_hangs_has_failed() {
    let stage = Stage::new().await;
    stage.note("a note").await;
    let worker = does(async |_: JobContext| std::future::pending().await);
    let options = Options { timeout: Duration::from_millis(100), max_attempts: 2, ..OPTIONS };
    let began = Instant::now();
    stage.run_on(EVENTS, worker.clone(), options).await;
    let letters = stage.dead_letters().await;
    assert_eq!(letters.len(), 1);
    assert_eq!(errors(&letters[0]), ["it took longer than 0.1 s"; 2]);
    assert_eq!((letters[0].attempts, letters[0].abandoned), (2, 0), "no lease ran out");
    assert_eq!(worker.gave_up().len(), 1);
    assert!(began.elapsed() < OPTIONS.lease, "it took {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn whoever_blocks_a_thread_has_failed() {
    let stage = Stage::new().await;
    stage.note("a note").await;
    let worker = does(async |_: JobContext| {
        std::thread::sleep(Duration::from_millis(1_500));
        Ok(Done::Finished)
    });
    let options = Options { timeout: Duration::from_millis(100), max_attempts: 1, ..OPTIONS };
    stage.run_on(EVENTS, worker, options).await;
    assert_eq!(stage.dead_letters().await.len(), 1);
}

#[tokio::test]
async fn what_was_overrun_twice_is_not_tried_again() {
    let stage = Stage::new().await;
    stage.note("a note").await;
    let worker = does(async |_: JobContext| Err(Fault::Overran("too long".to_owned())));
    stage.run_on(EVENTS, worker.clone(), Options { max_attempts: 8, ..OPTIONS }).await;
    assert_eq!(errors(&stage.dead_letters().await[0]), ["too long", "too long"]);
    assert_eq!(worker.calls(""), 2);
}

#[tokio::test]
async fn an_end_that_cannot_be_told_is_an_end() {
    let failing: fn() -> Result<(), Fault> = || Err(Fault::Failed("no".to_owned()));
    for giving_up in [failing, || panic!("told")] {
        let stage = Stage::new().await;
        stage.note("a note").await;
        let worker = does(async |_: JobContext| Err(Fault::Never("never".to_owned())));
        let mut worker = Arc::into_inner(worker).unwrap();
        worker.giving_up = giving_up;
        let worker = Arc::new(worker);
        stage.run_on(EVENTS, worker.clone(), OPTIONS).await;
        assert_eq!(errors(&stage.dead_letters().await[0]), ["never"]);
        assert_eq!(worker.gave_up().len(), 1);
    }
}

#[tokio::test]
async fn parts_fail_apart() {
    let stage = Stage::new().await;
    stage.note("a note").await;
    let worker = does(async |job: JobContext| match job.key() {
        "" => Ok(Done::Split(vec!["good".to_owned(), "bad".to_owned()])),
        "good" => Ok(Done::Finished),
        key => Err(Fault::Failed(format!("{key} does not answer"))),
    });
    stage.run_on(EVENTS, worker.clone(), OPTIONS).await;
    assert_eq!(["", "good", "bad"].map(|key| worker.calls(key)), [1, 1, 3]);
    let letters = stage.dead_letters().await;
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].key.as_str(), letters[0].attempts), ("bad", 3));
    let told = ("bad".to_owned(), "bad does not answer".to_owned());
    assert_eq!(worker.gave_up(), [told]);
}

#[tokio::test]
async fn commands_of_parts_have_keys_of_their_own() {
    let stage = Stage::new().await;
    stage.note("a note").await;
    let event = stage.read().await.remove(0);
    let keys: Arc<Mutex<Vec<String>>> = Arc::default();
    let (of, heard) = (event.clone(), Arc::clone(&keys));
    let worker = does(move |job: JobContext| {
        let key = job.command(&of, ":sent").key.key;
        heard.lock().unwrap().push(key);
        async move {
            match job.key() {
                "" => Ok(Done::Split(vec!["a".to_owned()])),
                _ => Ok(Done::Finished),
            }
        }
    });
    stage.run_on(EVENTS, worker, OPTIONS).await;
    let id = event.id;
    let expected = [format!("under_test:{id}:sent"), format!("under_test:{id}/a:sent")];
    assert_eq!(*keys.lock().unwrap(), expected);
}

#[tokio::test]
async fn what_cannot_be_split_is_a_dead_letter() {
    for (keys, error) in [
        (vec!["a", "a"], "two parts have the same key"),
        (vec!["a", ""], "a part's key has 1 to 200 bytes"),
        (vec!["a"], "a part of a split job is not split again"),
    ] {
        let stage = Stage::new().await;
        stage.note("a note").await;
        let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
        let worker = does(move |_: JobContext| {
            let keys = keys.clone();
            async move { Ok(Done::Split(keys)) }
        });
        stage.run_on(EVENTS, worker, OPTIONS).await;
        assert_eq!(errors(&stage.dead_letters().await[0]), [error]);
    }
}

/// Returns the stored results of steps.
async fn stored(stage: &Stage) -> Vec<Vec<u8>> {
    let rows = stage.database.queue.query("SELECT result FROM work_steps", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

#[tokio::test]
async fn a_step_that_was_taken_is_not_taken_again() {
    let stage = Stage::new().await;
    stage.note("a note").await;
    let paid: Arc<AtomicUsize> = Arc::default();
    let key = DataKey::generate(Uuid::from_u128(1));
    let pays = Arc::clone(&paid);
    let worker = does(move |job: JobContext| {
        let (pays, key) = (Arc::clone(&pays), key.clone());
        async move {
            let part = async |n: usize| {
                job.sealed_step(&format!("part-{n}"), &key, async || {
                    pays.fetch_add(1, Ordering::SeqCst);
                    Ok(format!("words of part {n}"))
                })
                .await
            };
            let first = part(1).await?;
            // Attempts end here in every possible way.
            match job.attempt() {
                0 => std::future::pending().await,
                1 => panic!("in between"),
                2 => return Err(Fault::Failed("in between".to_owned())),
                _ => {}
            }
            let all = [first, part(2).await?, part(1).await?];
            assert_eq!(all, ["words of part 1", "words of part 2", "words of part 1"]);
            Ok(Done::Finished)
        }
    });
    let options = Options { timeout: Duration::from_millis(200), max_attempts: 4, ..OPTIONS };
    stage.run_on(EVENTS, worker.clone(), options).await;
    assert_eq!(stage.dead_letters().await, []);
    assert_eq!((worker.calls(""), paid.load(Ordering::SeqCst)), (4, 2), "a part was paid twice");
    assert!(stored(&stage).await.is_empty(), "results outlived their job");
}

#[tokio::test]
async fn words_in_results_do_not_lie_open() {
    let stage = Stage::new().await;
    stage.note("a note").await;
    let key = DataKey::generate(Uuid::from_u128(1));
    let worker = does(move |job: JobContext| {
        let key = key.clone();
        async move {
            let words = async || Ok("what Dana said".to_owned());
            job.sealed_step("sealed", &key, words).await?;
            job.step("plain", async || Ok(42)).await?;
            // Under another key, or read as another type, the result is ignored.
            let other = DataKey::generate(Uuid::from_u128(2));
            let again = async || Ok("said again".to_owned());
            assert_eq!(job.sealed_step("sealed", &other, again).await?, "said again");
            assert_eq!(job.step("plain", async || Ok("text".to_owned())).await?, "text");
            Err(Fault::Never("so that it stays".to_owned()))
        }
    });
    stage.run_on(EVENTS, worker, OPTIONS).await;
    let mut stored = stored(&stage).await;
    stored.sort();
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[0], b"\0\"text\"");
    assert!(!String::from_utf8_lossy(&stored[1]).contains("said"), "{stored:?}");
}

#[tokio::test]
async fn steps_have_bounds() {
    let stage = Stage::new().await;
    for _ in 0..3 {
        stage.note("a note").await;
    }
    let calls = AtomicUsize::new(0);
    let worker = does(move |job: JobContext| {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        async move {
            match call {
                0 => {
                    job.step("big", async || Ok("x".repeat(2 << 20))).await?;
                }
                1 => {
                    job.step(&"n".repeat(101), async || Ok(1)).await?;
                }
                _ => {
                    for n in 0.. {
                        job.step(&n.to_string(), async || Ok(n)).await?;
                    }
                }
            }
            Ok(Done::Finished)
        }
    });
    stage.run_on(EVENTS, worker, Options { concurrency: 1, ..OPTIONS }).await;
    let letters = stage.dead_letters().await;
    let told: Vec<&str> = letters.iter().flat_map(errors).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("the result of step big has 2097154 bytes"), "{told:?}");
    assert!(told[1].starts_with("a step's name has 1 to 100 bytes"), "{told:?}");
    assert_eq!(told[2], "a job has at most 256 steps");
}

#[test]
fn a_worker_may_have_bounds_of_its_own() {
    let options = Options { concurrency: 4, max_attempts: 8, ..Options::default() };
    let bounds = |o: Options| (o.concurrency, o.max_attempts, o.timeout, o.cpu);
    assert_eq!(bounds(options.within(&Limits::DEFAULT)), bounds(options));
    let (timeout, cpu) = (Duration::from_secs(5), Duration::from_secs(2));
    let own =
        Limits { timeout: Some(timeout), cpu: Some(cpu), concurrency: Some(1), attempts: Some(20) };
    assert_eq!(bounds(options.within(&own)), (1, 20, timeout, cpu));
}

#[test]
fn backoff_grows_to_its_bound() {
    let options = Options::default();
    for attempts in 0..64 {
        let full = (1_u64 << attempts.min(20)).min(300);
        let pause = options.backoff(attempts).as_secs_f64();
        assert!(pause >= full as f64 / 2.0 && pause <= full as f64, "{attempts}: {pause}");
    }
}

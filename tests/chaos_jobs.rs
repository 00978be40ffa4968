//! P4: no job is lost, and none is stuck for longer than its lease + 30 s.
//!
//! Transcripts are uploaded while workers, relay, Postgres and NATS are killed, disconnected,
//! restarted and lose their store. Finally each transcript must have one summary, created once.

mod chaos_support;
mod support;

use chaos_support::servers::{Nats, Postgres};
use chaos_support::{eventually, pause, sized};
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::{Answer, Api, Profile, Server, Setup, VTT};

const LEASE: Duration = Duration::from_secs(2);
/// What DESIGN.md promises.
const LIMIT: Duration = Duration::from_secs(32);

/// A disturbance: the transcripts uploaded meanwhile, and when it ended.
struct Scene {
    name: &'static str,
    ids: Vec<String>,
    over: DateTime<Utc>,
    recovery: Duration,
}

/// The history of the run.
struct Play {
    scenes: Vec<Scene>,
    sent_again: Arc<AtomicU64>,
    each: usize,
}

impl Play {
    fn new(scenes: usize) -> Self {
        let each = sized(60, 500) / scenes;
        Self { scenes: Vec::new(), sent_again: Arc::default(), each }
    }

    /// Uploads while `disturb` runs, then waits until all are ready.
    async fn scene(
        &mut self,
        name: &'static str,
        server: &mut Server,
        disturb: impl AsyncFnOnce(&mut Server),
    ) {
        let api = server.api();
        let (count, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let each = self.each as u64;
        let uploaders: Vec<_> = (0..4)
            .map(|_| {
                let (api, again) = (api.clone(), Arc::clone(&self.sent_again));
                let (count, over) = (Arc::clone(&count), Arc::clone(&over));
                tokio::spawn(async move {
                    let mut ids = Vec::new();
                    while count.fetch_add(1, Ordering::SeqCst) < each
                        || !over.load(Ordering::SeqCst)
                    {
                        ids.push(upload(&api, &again).await);
                        pause(100..400).await;
                    }
                    ids
                })
            })
            .collect();
        disturb(server).await;
        let ended = Utc::now();
        over.store(true, Ordering::SeqCst);
        let mut ids = Vec::new();
        for uploader in uploaders {
            ids.extend(uploader.await.expect("an uploader ends"));
        }
        self.settle(name, server, ids, ended).await;
    }

    /// Waits until these are ready.
    async fn settle(
        &mut self,
        name: &'static str,
        server: &mut Server,
        ids: Vec<String>,
        over: DateTime<Utc>,
    ) {
        let api = server.api();
        for id in &ids {
            let path = format!("/v1/transcripts/{id}/status");
            eventually(sized(LIMIT, LIMIT * 4), &format!("{name}: {id} is ready"), || async {
                let answer = Answer::try_of(api.request(Method::GET, &path)).await;
                answer.is_ok_and(|answer| answer.status == 200 && answer.json()["state"] == "ready")
            })
            .await;
        }
        let recovery = (Utc::now() - over).to_std().unwrap_or_default();
        println!(
            "P4 {:?}: {name}: {} uploads, all ready {:.2} s after the last disturbance",
            server.profile,
            ids.len(),
            recovery.as_secs_f64()
        );
        self.scenes.push(Scene { name, ids, over, recovery });
    }

    /// Checks the log: each effect once, and how long each job waited.
    fn judge(&self, server: &Server) {
        let mut events: HashMap<(&str, String), Vec<DateTime<Utc>>> = HashMap::new();
        let log = server.events();
        for event in &log {
            let name = event["type"].as_str().expect("a type");
            // A summary names its transcript.
            let about = match &event["payload"]["transcript_id"] {
                Value::String(id) => id.clone(),
                _ => event["stream_id"].as_str().expect("a stream").to_owned(),
            };
            let at = event["recorded_at"].as_str().expect("a time");
            let at = DateTime::parse_from_rfc3339(at).expect("a time").to_utc();
            events.entry((name, about)).or_default().push(at);
        }
        let once = |name: &'static str, id: &str| events.get(&(name, id.to_owned())).cloned();
        let (mut uploads, mut lost, mut more) = (0, 0, 0);
        let mut stuck = (Duration::ZERO, "nothing");
        for scene in &self.scenes {
            for id in &scene.ids {
                uploads += 1;
                let steps = ["transcript.uploaded", "transcript.parsed", "summary.created"];
                let times = steps.map(|name| once(name, id).unwrap_or_default());
                lost += usize::from(times.iter().any(Vec::is_empty));
                more += times.iter().filter(|times| times.len() > 1).count();
                for not in ["summary.revised", "transcript.processing_failed"] {
                    more += usize::from(once(not, id).is_some());
                }
                for (cause, effect) in times.iter().zip(&times[1..]) {
                    if let (Some(cause), Some(effect)) = (cause.first(), effect.first()) {
                        // Only the time after the disturbance counts for the queue.
                        let from = (*cause).max(scene.over);
                        let waited = (*effect - from).to_std().unwrap_or_default();
                        stuck = stuck.max((waited, scene.name));
                    }
                }
            }
        }
        let all = log.iter().filter(|event| event["type"] == "transcript.uploaded").count();
        let dead: Value =
            serde_json::from_str(&server.cli(&["dead-letters", "list", "--json"])).expect("JSON");
        let dead = dead.as_array().map_or(0, Vec::len);
        let recovery = self.scenes.iter().map(|scene| scene.recovery).max().unwrap_or_default();
        println!(
            "P4 {:?}: {} disturbances, {uploads} uploads, {} sent again; jobs_lost {lost}, \
             effects too many {more}, uploads too many {}, dead letters {dead}; slowest recovery \
             {:.2} s; longest wait of a job after its disturbance {:.2} s ({}), allowed {:.0} s \
             (lease {:.0} s + 30 s)",
            server.profile,
            self.scenes.len(),
            self.sent_again.load(Ordering::SeqCst),
            all - uploads,
            recovery.as_secs_f64(),
            stuck.0.as_secs_f64(),
            stuck.1,
            LIMIT.as_secs_f64(),
            LEASE.as_secs_f64(),
        );
        assert_eq!((lost, more, all - uploads, dead), (0, 0, 0, 0));
        assert!(stuck.0 < LIMIT);
    }
}

/// Uploads a transcript, repeatedly under one key until it is answered.
async fn upload(api: &Api, again: &AtomicU64) -> String {
    let key = uuid::Uuid::new_v4().to_string();
    loop {
        let request = api.upload_request(api.form(VTT, &[("title", "Session")]));
        let request = request.header("Idempotency-Key", &key).timeout(Duration::from_secs(20));
        match Answer::try_of(request).await {
            Ok(answer) if answer.status < 500 => {
                return answer.expect(202)["id"].as_str().expect("an id").to_owned();
            }
            _ => {
                again.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded() {
    let setup = Setup::new(Profile::Embedded).set("worker_lease", "2s");
    let Some(mut server) = setup.start().await else { return };
    let mut play = Play::new(2);
    play.scene("the program killed", &mut server, async |server| {
        for _ in 0..sized(5, 40) {
            pause(50..500).await;
            server.kill("up");
            server.start("up").await;
        }
    })
    .await;
    play.scene("the program stopped and started", &mut server, async |server| {
        for _ in 0..sized(2, 10) {
            pause(50..500).await;
            server.stop("up").await;
            server.start("up").await;
        }
    })
    .await;
    play.judge(&server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn distributed() {
    let Some(mut postgres) = Postgres::start().await else { return };
    let mut nats = Nats::start().await;
    let setup = Setup::new(Profile::Distributed).separate().set("worker_lease", "2s");
    let setup = setup.postgres(&postgres.url()).nats(&nats.url());
    let Some(mut server) = setup.start().await else { return };
    server.start("worker").await;
    let mut play = Play::new(8);
    let times = sized(1, 4);

    play.scene("workers killed", &mut server, async |server| {
        for _ in 0..times * 6 {
            pause(50..300).await;
            server.processes("worker").remove(0).kill();
            server.start("worker").await;
        }
    })
    .await;
    play.scene("relay killed", &mut server, async |server| {
        for _ in 0..times * 2 {
            pause(50..300).await;
            server.kill("relay");
            pause(500..1_000).await;
            server.start("relay").await;
        }
    })
    .await;
    for (name, signal) in
        [("Postgres restarted, fast", "INT"), ("Postgres restarted, immediate", "QUIT")]
    {
        play.scene(name, &mut server, async |_| {
            for _ in 0..times {
                pause(200..500).await;
                postgres.stop(signal).await;
                pause(500..1_000).await;
                postgres.run().await;
            }
        })
        .await;
    }
    play.scene("connections cut every 200 ms", &mut server, async |_| {
        let (began, mut cut) = (Instant::now(), 0);
        while began.elapsed() < Duration::from_secs(5 * times) {
            cut += postgres.terminate_connections().await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        println!("P4 Distributed: {cut} connections cut");
        assert!(cut > 0);
    })
    .await;
    play.scene("NATS killed and restarted", &mut server, async |_| {
        for _ in 0..times {
            pause(100..300).await;
            nats.kill();
            pause(500..1_500).await;
            nats.run().await;
        }
    })
    .await;
    play.scene("NATS store deleted under load", &mut server, async |_| {
        for _ in 0..times {
            pause(100..300).await;
            nats.kill();
            nats.delete_store();
            nats.run().await;
        }
    })
    .await;
    deleted_store(&mut play, &mut server, &mut nats).await;

    play.judge(&server);
    assert_eq!(server.processes("worker").len(), 2, "a worker ended by itself");
    assert_eq!(server.processes("relay").len(), 1, "the relay ended by itself");
    assert_eq!(server.processes("api").len(), 1, "the API ended by itself");
}

/// The store is deleted while it holds jobs that have not started. Control: those messages are what
/// a queue without a ledger would have lost.
async fn deleted_store(play: &mut Play, server: &mut Server, nats: &mut Nats) {
    for worker in server.processes("worker") {
        worker.kill();
    }
    let (api, mut ids) = (server.api(), Vec::new());
    for _ in 0..play.each {
        ids.push(upload(&api, &play.sent_again).await);
    }
    let each = play.each as u64;
    eventually(Duration::from_secs(20), "all is dispatched", || async {
        nats.messages().await.unwrap_or_default() >= each
    })
    .await;
    let held = nats.messages().await.expect("NATS answers");
    nats.kill();
    nats.delete_store();
    nats.run().await;
    let left = nats.messages().await.expect("NATS answers");
    println!(
        "P4 Distributed: control: the deleted store held {held} messages, {left} were there after \
         its restart: a queue without a ledger loses {} jobs",
        held - left.min(held)
    );
    assert!(held > 0, "the control arm must lose");
    let over = Utc::now();
    server.start("worker").await;
    server.start("worker").await;
    play.settle("NATS store deleted with work in it", server, ids, over).await;
}

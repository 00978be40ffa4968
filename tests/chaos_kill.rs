//! P1: a write that was answered 2xx survives `kill -9` at any moment, and takes effect once.
//!
//! Writers send commands over HTTP and repeat each under its key until it is answered; the program
//! is killed at random moments and restarted. Finally every answer is checked against the log, at
//! its position, and against the read model.

mod chaos_support;
mod support;

use chaos_support::{full, pause, sized};
use debrief_infra::database::sql::Row;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::{Api, Profile, Server, Setup, VTT};

in_profiles! { no_answer_is_lost }

/// A command that was answered 2xx.
struct Answered {
    id: String,
    position: i64,
    upload: bool,
}

#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    /// Requests without an answer, or with one that asks for a retry.
    unanswered: AtomicU64,
    /// Answers that repeat an earlier request's.
    replayed: AtomicU64,
}

/// Sends commands until told to stop, each until it is answered.
async fn write(api: Api, writer: usize, tally: Arc<Tally>) -> Vec<Answered> {
    let mut answered = Vec::new();
    for n in 0.. {
        if tally.stop.load(Ordering::SeqCst) {
            break;
        }
        let upload = n % 5 == 4;
        let (key, name) = (format!("{writer}-{n}"), format!("Client {writer}-{n}"));
        let (status, answer) = loop {
            let request = if upload {
                let form = api.form(VTT, &[("title", &name)]);
                api.upload_request(form)
            } else {
                api.request(Method::POST, "/v1/clients").json(&json!({"name": name}))
            };
            let sent = request.header("Idempotency-Key", &key).timeout(Duration::from_secs(20));
            match support::Answer::try_of(sent).await {
                Ok(answer) if answer.status < 500 => {
                    if answer.header("idempotency-replayed").is_some() {
                        tally.replayed.fetch_add(1, Ordering::SeqCst);
                    }
                    break (answer.status, answer.json());
                }
                _ => {
                    tally.unanswered.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        assert_eq!(status, if upload { 202 } else { 201 }, "{answer}");
        let id = answer["id"].as_str().expect("an id").to_owned();
        let position = answer["position"].as_i64().expect("a position");
        answered.push(Answered { id, position, upload });
    }
    answered
}

async fn no_answer_is_lost(profile: Profile) {
    let kills = sized(12, 110);
    let writers = sized(8, 32);
    let Some(mut server) = Setup::new(profile).set("worker_lease", "2s").start().await else {
        return;
    };
    let api = server.api();
    let tally = Arc::new(Tally::default());
    let tasks: Vec<_> =
        (0..writers).map(|n| tokio::spawn(write(api.clone(), n, Arc::clone(&tally)))).collect();
    let mut restarts = Vec::new();
    let began = Instant::now();
    for _ in 0..kills {
        pause(50..500).await;
        server.kill("up");
        let killed = Instant::now();
        server.start("up").await;
        restarts.push(killed.elapsed());
    }
    pause(50..500).await;
    tally.stop.store(true, Ordering::SeqCst);
    let mut answered = Vec::new();
    for task in tasks {
        answered.extend(task.await.expect("a writer ends"));
    }
    let took = began.elapsed();
    restarts.sort();

    let log = read_log(&server).await;
    let lost_in_log = lost(&log, &answered);
    let uploads: Vec<&Answered> = answered.iter().filter(|one| one.upload).collect();
    let clients = answered.len() - uploads.len();
    let of_type = |name: &str| log.iter().filter(|event| event.event_type == name).count();
    let doubled = of_type("client.registered") + of_type("transcript.uploaded") - answered.len();
    let distinct: HashSet<&str> = answered.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(distinct.len(), answered.len(), "two commands were given one id");

    let head = log.len() as i64;
    let listed = listed(&api, "/v1/clients", head).await;
    let transcripts = self::listed(&api, "/v1/transcripts", head).await;
    let missing = answered
        .iter()
        .filter(|one| {
            let listed = if one.upload { &transcripts } else { &listed };
            listed.get(&one.id) != Some(&1)
        })
        .count();
    println!(
        "P1 {profile:?}: {kills} kills in {:.1} s, restart p50 {:.2} s max {:.2} s; {writers} \
         writers, {} commands answered 2xx ({clients} clients, {} uploads), {} sent again, {} \
         answered from the first sending; {} events; lost {lost_in_log} in the log, {missing} in \
         the read model; doubled {doubled}; gaps 0",
        took.as_secs_f64(),
        restarts[restarts.len() / 2].as_secs_f64(),
        restarts[restarts.len() - 1].as_secs_f64(),
        answered.len(),
        uploads.len(),
        tally.unanswered.load(Ordering::SeqCst),
        tally.replayed.load(Ordering::SeqCst),
        log.len(),
    );
    assert_eq!((lost_in_log, missing, doubled), (0, 0, 0));
    assert_eq!((listed.len(), transcripts.len()), (clients, uploads.len()));
    assert!(answered.len() > kills * 10, "too little load to show anything");
    assert!(tally.unanswered.load(Ordering::SeqCst) > 0, "the kills cut nothing off");

    // Accepted uploads are processed, too.
    let waited = Instant::now();
    let ids: Vec<String> = uploads.iter().map(|one| one.id.clone()).collect();
    for id in &ids {
        until_ready(&api, id).await;
    }
    println!(
        "P1 {profile:?}: all {} uploads ready {:.1} s after the last command",
        ids.len(),
        waited.elapsed().as_secs_f64()
    );
}

async fn until_ready(api: &Api, id: &str) {
    let began = Instant::now();
    loop {
        let status = api.get(&format!("/v1/transcripts/{id}/status")).await.expect(200);
        if status["state"] == "ready" {
            return;
        }
        let limit = Duration::from_secs(if full() { 600 } else { 120 });
        assert!(began.elapsed() < limit, "{id} is not ready: {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

struct Event {
    event_type: String,
    stream_id: String,
}

/// Reads the log from the database and checks it for gaps.
async fn read_log(server: &Server) -> Vec<Event> {
    let database = server.database().await;
    let sql =
        "SELECT position, type, CAST(stream_id AS text), version FROM events ORDER BY position";
    let rows: Vec<Row> = database.log.query(sql, &[]).await.expect("the log can be read");
    let mut versions: HashMap<String, i64> = HashMap::new();
    let mut events = Vec::with_capacity(rows.len());
    for (row, expected) in rows.iter().zip(1..) {
        let (position, version): (i64, i64) = (row.get(0).unwrap(), row.get(3).unwrap());
        let stream_id: String = row.get(2).unwrap();
        assert_eq!(position, expected, "a gap in the log");
        let last = versions.entry(stream_id.clone()).or_default();
        *last += 1;
        assert_eq!(version, *last, "a gap in stream {stream_id}");
        events.push(Event { event_type: row.get(1).unwrap(), stream_id });
    }
    events
}

/// Returns the number of answers whose event is not at their position.
fn lost(log: &[Event], answered: &[Answered]) -> usize {
    let holds = |one: &&Answered| {
        let wanted = if one.upload { "transcript.uploaded" } else { "client.registered" };
        let event = usize::try_from(one.position - 1).ok().and_then(|index| log.get(index));
        event.is_some_and(|event| event.stream_id == one.id && event.event_type == wanted)
    };
    answered.iter().filter(|one| !holds(one)).count()
}

/// Returns how often each id is listed.
async fn listed(api: &Api, path: &str, position: i64) -> HashMap<String, u32> {
    let mut ids = HashMap::new();
    let mut after = String::new();
    loop {
        let path = format!("{path}?limit=200&min_position={position}{after}");
        let page = api.get(&path).await.expect(200);
        for item in page["items"].as_array().expect("items") {
            *ids.entry(item["id"].as_str().expect("an id").to_owned()).or_default() += 1;
        }
        match &page["next"] {
            Value::String(next) => after = format!("&after={next}"),
            _ => return ids,
        }
    }
}

/// Control: a writer that answers before it has committed, and flushes every 200 ms.
#[tokio::test]
async fn control_answers_before_the_commit_are_lost() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut answered, mut lost) = (0, 0);
    let kills = sized(5, 40);
    for n in 0..kills {
        let file = directory.path().join(n.to_string());
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["early_answers", "--exact", "--ignored", "--nocapture"])
            .env("CHAOS_EARLY_ANSWERS", &file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let out = child.stdout.take().expect("its output");
        let answers = std::thread::spawn(move || {
            let lines = std::io::BufReader::new(out).lines();
            let answers = lines.map_while(Result::ok);
            answers.filter(|line| line.starts_with("answered ")).collect::<HashSet<_>>()
        });
        pause(300..900).await;
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        let answers = answers.join().expect("its answers were read");
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        let kept: HashSet<&str> = kept.lines().collect();
        answered += answers.len();
        lost += answers.iter().filter(|answer| !kept.contains(answer.as_str())).count();
    }
    println!(
        "P1 control, answers before the commit: {kills} kills, {answered} answered, {lost} lost"
    );
    assert!(lost > 0, "the control arm must lose");
}

/// The child process of the control arm.
#[test]
#[ignore = "the control arm starts it"]
fn early_answers() {
    let Some(path) = std::env::var_os("CHAOS_EARLY_ANSWERS") else { return };
    let mut file = std::fs::File::create(path).expect("a file");
    let (mut buffer, mut written) = (String::new(), Instant::now());
    for n in 0_u64.. {
        let answer = format!("answered {n}\n");
        buffer.push_str(&answer);
        print!("{answer}");
        std::io::stdout().flush().expect("somebody reads");
        if written.elapsed() >= Duration::from_millis(200) {
            file.write_all(std::mem::take(&mut buffer).as_bytes()).expect("a disk");
            file.sync_all().expect("a disk");
            written = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

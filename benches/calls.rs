//! Latencies that users see: from the upload of a call to its summary, from the start of the
//! program to its first answer; and memory.
//!
//! - The 40 calls of the corpus `zoom-calls`, from the first byte sent to `state: ready`, one at a
//!   time and eight at once, embedded and on Postgres with NATS.
//! - From the answer to a change until search finds it, one at a time.
//! - Cold start: exec to the first 200 of `/readyz`, 20 times, with 0 and with 100,000 events,
//!   alternating with FastAPI on uvicorn with one route (`benches/peers/hello.py`).
//! - Resident memory idle, after the calls and half a minute later, embedded also with 100,000
//!   earlier events, and the size of the program.
//!
//! Run by `scripts/bench calls`. The corpus is in DEBRIEF_CORPUS, or `../shared/corpus`.

mod support;

use debrief_domain::client::Client;
use debrief_infra::keys::DataKey;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::http::Connection;
use support::program::{API_KEY, Program, memory_of, upload_to_ready};
use support::*;
use tokio::sync::Semaphore;
use uuid::Uuid;

const STARTS: u64 = 20;
const EVENTS: usize = 100_000;
/// By then, memory that is returned to the system after the calls has been returned.
const REST: Duration = Duration::from_secs(30);
/// The number of changes that are searched for.
const CHANGES: usize = 200;

#[tokio::main]
async fn main() {
    let mut report = Report::new("calls");
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_debrief")).expect("the program").len();
    let mib = size as f64 / 1_048_576.0;
    report.note("size of the program", json!(size), &format!("{mib:.1} MiB, with debug lines"));
    if wanted("start") {
        starts(&mut report).await;
    }
    if !wanted("calls") {
        return;
    }
    let Some(calls) = calls() else {
        println!("the corpus zoom-calls is missing (set DEBRIEF_CORPUS): skipping its part");
        return;
    };
    let directory = directory();
    let program = Program::up(directory.path(), &[]).await;
    profile(&mut report, "embedded", program, &calls).await;
    let directory = filled().await;
    let program = Program::up(directory.path(), &[]).await;
    profile(&mut report, "embedded with 100,000 events", program, &calls).await;
    if let Some(server) = postgres_server()
        && let Ok(nats) = std::env::var("DEBRIEF_TEST_NATS_URL")
    {
        let (directory, place) = (support::directory(), Place::empty_postgres(&server).await);
        let settings = [("database_url", place.url.as_str()), ("queue_url", nats.as_str())];
        let program = Program::up(directory.path(), &settings).await;
        profile(&mut report, "Postgres and NATS", program, &calls).await;
        place.drop().await;
    }
}

/// Returns the transcripts of the corpus.
fn calls() -> Option<Vec<Vec<u8>>> {
    let corpus = std::env::var("DEBRIEF_CORPUS")
        .map(PathBuf::from)
        .unwrap_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    let mut paths: Vec<PathBuf> = std::fs::read_dir(corpus.join("zoom-calls"))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("transcript.vtt")))
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).ok()).collect()
}

async fn profile(report: &mut Report, name: &str, program: Program, calls: &[Vec<u8>]) {
    println!("\n{name}: {} calls, upload to ready", calls.len());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = program.memory();
    for at_once in [1, 8] {
        let took = run(&program, calls, at_once).await;
        let (p50, p95) = (quantile(&took, 0.5), quantile(&took, 0.95));
        report.note(
            &format!("upload to ready, {name}, {at_once} at once"),
            json!({"median_ms": p50, "p95_ms": p95, "all_ms": took}),
            &format!("median {p50:.0} ms, p95 {p95:.0} ms"),
        );
    }
    let took = searchable(&program).await;
    let (p50, p95) = (quantile(&took, 0.5), quantile(&took, 0.95));
    report.note(
        &format!("event to searchable, {name}"),
        json!({"median_ms": p50, "p95_ms": p95, "all_ms": took}),
        &format!("median {p50:.0} ms, p95 {p95:.0} ms"),
    );
    let after = program.memory();
    tokio::time::sleep(REST).await;
    let rested = program.memory();
    report.note(
        &format!("resident memory, {name}"),
        json!({"idle_mib": idle, "after_mib": after, "rested_mib": rested}),
        &format!(
            "idle {idle:.0} MiB, after the calls {after:.0} MiB, {} s later {rested:.0} MiB",
            REST.as_secs()
        ),
    );
    program.kill();
}

/// Returns the milliseconds of each call.
async fn run(program: &Program, calls: &[Vec<u8>], at_once: usize) -> Vec<f64> {
    let slots = Arc::new(Semaphore::new(at_once));
    let mut tasks = tokio::task::JoinSet::new();
    for call in calls {
        let (slots, address, call) = (Arc::clone(&slots), program.address, call.clone());
        tasks.spawn(async move {
            let _slot = slots.acquire_owned().await.expect("open");
            let mut connection = Connection::open(address).await.expect("it listens");
            upload_to_ready(&mut connection, &call).await
        });
    }
    tasks.join_all().await
}

/// Returns the milliseconds from the answer to a title change until a search finds it.
async fn searchable(program: &Program) -> Vec<f64> {
    let mut connection = Connection::open(program.address).await.expect("it listens");
    let list = connection.json("GET", "/v1/transcripts?limit=20", API_KEY, "").await;
    let ids: Vec<&str> = list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item["id"].as_str())
        .collect();
    let mut took = Vec::new();
    for (n, id) in ids.iter().cycle().take(CHANGES).enumerate() {
        let path = format!("/v1/transcripts/{id}");
        let title = format!(r#"{{"title":"Change{n}word"}}"#);
        let changed = connection.json("PATCH", &path, API_KEY, &title).await;
        let began = Instant::now();
        let path = format!("/v1/search/query?min_position={}", changed["position"]);
        let query = format!(r#"{{"query":"change{n}word","limit":1}}"#);
        let found = connection.json("POST", &path, API_KEY, &query).await;
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
        assert_eq!(found["hits"][0]["transcript_id"].as_str(), Some(*id), "{found}");
        // Changes are independent of the index's commit intervals.
        tokio::time::sleep(Duration::from_millis(n as u64 * 37 % 300)).await;
    }
    took
}

/// Measures starts, empty and with many events, and a peer's, alternating.
async fn starts(report: &mut Report) {
    let (empty, filled) = (directory(), filled().await);
    Program::up(empty.path(), &[]).await.kill();
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-tools/hello/bin/python");
    if !python.exists() {
        println!("FastAPI is not installed (scripts/bench installs it): skipping the peer");
    }
    let mut starts =
        [Starts::new("0 events"), Starts::new("100,000 events"), Starts::new("FastAPI")];
    for _ in 0..number("DEBRIEF_BENCH_STARTS", STARTS) {
        for (starts, directory) in starts.iter_mut().zip([&empty, &filled]) {
            let program = Program::up(directory.path(), &[]).await;
            starts.took.push(program.ready_in.as_secs_f64() * 1_000.0);
            tokio::time::sleep(Duration::from_millis(200)).await;
            starts.memory.push(program.memory());
            program.kill();
        }
        if python.exists() {
            hello(&python, &mut starts[2]).await;
        }
    }
    println!("\nCold start, exec to the first 200 of /readyz");
    for starts in starts.iter().filter(|starts| !starts.took.is_empty()) {
        let (took, memory) = (spread(&starts.took), spread(&starts.memory));
        report.note(
            &format!("cold start, {}", starts.name),
            json!({"median_ms": took.median, "low_ms": took.low, "high_ms": took.high,
                   "idle_mib": memory.median}),
            &format!(
                "median {:.0} ms ({:.0}–{:.0}), {:.0} MiB",
                took.median, took.low, took.high, memory.median
            ),
        );
    }
}

struct Starts {
    name: &'static str,
    took: Vec<f64>,
    memory: Vec<f64>,
}

impl Starts {
    fn new(name: &'static str) -> Self {
        Self { name, took: Vec::new(), memory: Vec::new() }
    }
}

/// Returns the directory of an embedded profile with 100,000 projected events.
async fn filled() -> tempfile::TempDir {
    let directory = directory();
    Program::up(directory.path(), &[]).await.kill();
    fill(directory.path()).await;
    Program::up(directory.path(), &[]).await.kill();
    directory
}

/// Appends 100,000 clients to the log of an embedded profile.
async fn fill(data_dir: &Path) {
    let url = format!("sqlite:{}", data_dir.join("debrief.db").display());
    let database = debrief_infra::database::Database::open(&url, 4).await.expect("it opens");
    let log = log_in(&database);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..256 {
        let log = log.clone();
        tasks.spawn(async move {
            for _ in 0..EVENTS / 256 + 1 {
                let id = Uuid::now_v7();
                let key = DataKey::generate(id);
                let mut context = context(id, Some(key.clone()));
                context.wrapped_keys.push(log.keys().wrap(ORGANIZATION, &key, None));
                log.create::<Client>(context, id, client()).await.expect("committed");
            }
        });
    }
    tasks.join_all().await;
    drop(log);
    database.close().await;
}

/// Starts the peer once.
async fn hello(python: &Path, starts: &mut Starts) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/hello.py");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    let began = Instant::now();
    let mut child = Command::new(python)
        .arg(script)
        .arg(address.port().to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    loop {
        if let Ok(mut connection) = Connection::open(address).await
            && let Ok((200, _)) = connection.send("GET", "/readyz", "", b"").await
        {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "the peer does not start");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    starts.took.push(began.elapsed().as_secs_f64() * 1_000.0);
    starts.memory.push(memory_of(child.id(), "VmRSS:"));
    let _ = child.kill();
    let _ = child.wait();
}

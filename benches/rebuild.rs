//! Rebuilding all projections, compared with a plain read of the events table.
//!
//! The log is filled with realistic sessions: a client now and then, a transcript that is uploaded,
//! parsed and edited, a summary that is written and revised; about 60 events over two streams each,
//! encrypted under a key of the session. Then, in every round, each arm runs in a separate process,
//! to measure its own peak memory:
//!
//! - `SELECT *` of the table, streamed, rows read and discarded (the floor);
//! - `EventLog::read` of everything, page by page: decrypted, upcast, JSON parsed;
//! - `rebuild` of all projections in one pass.
//!
//! Memory is compared between a tenth of the events and all. Finally one stream of 10,000 events is
//! loaded into its aggregate. Run by `scripts/bench rebuild`: 100,000 events, or 1,000,000 with
//! DEBRIEF_BENCH_FULL=1.

mod support;

use debrief_domain::change::Change;
use debrief_domain::client::{ClientEvent, ClientRegistered};
use debrief_domain::event::encode_payload;
use debrief_domain::ids::{ClientId, SummaryId, TranscriptId};
use debrief_domain::summary::content::{self, Method, Point, Quote};
use debrief_domain::summary::{Cause, SummaryCreated, SummaryEvent, SummaryRevised};
use debrief_domain::transcript::content::{Participant, Role};
use debrief_domain::transcript::{Transcript, TranscriptDetailsChanged, TranscriptEvent};
use debrief_domain::transcript::{TranscriptParsed, TranscriptUploaded};
use debrief_infra::database::Database;
use debrief_infra::database::sql::Sql;
use debrief_infra::keys::DataKey;
use debrief_infra::log::{Append, CommandKey, EventLog, Expected, NewEvent, StreamId};
use debrief_projections::engine::{Runner, rebuild};
use futures::{StreamExt, TryStreamExt};
use serde_json::json;
use sqlx::Row;
use std::process::Command;
use std::time::Instant;
use support::program::memory_of;
use support::*;
use uuid::Uuid;

/// Edits of a transcript, and revisions of its summary, in each session.
const CHANGES: usize = 28;
const STREAM: usize = 10_000;

#[tokio::main]
async fn main() {
    if let Ok(arm) = std::env::var("DEBRIEF_BENCH_ARM") {
        return child(&arm).await;
    }
    let mut report = Report::new("rebuild");
    let total = number("DEBRIEF_BENCH_EVENTS", if full() { 1_000_000 } else { 100_000 }) as i64;
    if wanted("sqlite") {
        database(&mut report, "SQLite", Place::sqlite().await, total).await;
    }
    if wanted("postgres")
        && let Some(server) = postgres_server()
    {
        database(&mut report, "Postgres", Place::postgres(&server).await, total).await;
    }
}

async fn database(report: &mut Report, name: &str, place: Place, total: i64) {
    let (database, log) = place.log().await;
    for projection in debrief_projections::all(10_000) {
        // So that there are live tables to switch.
        let runner = Runner::new(log.clone(), database.views.clone(), projection);
        runner.prepare().await.expect("tables");
    }
    let small = total / 10;
    fill(&log, small).await;
    let little = child_of(&place, "rebuild");
    fill(&log, total).await;
    println!("\n{name}: {} events", log.head().await.expect("a head"));

    let mut arms = [
        Arm::new("SELECT * FROM events, streamed", "events/s"),
        Arm::new("EventLog::read of everything", "events/s"),
        Arm::new("rebuild of all projections", "events/s"),
    ];
    let mut peak: f64 = 0.0;
    for _ in 0..number("DEBRIEF_BENCH_ROUNDS", 3) {
        for (arm, what) in arms.iter_mut().zip(["select", "read", "rebuild"]) {
            let measured = child_of(&place, what);
            arm.values.push(measured.rate);
            if what == "rebuild" {
                peak = peak.max(measured.memory);
            }
        }
    }
    report.table(&format!("{name}: rebuild at {total} events"), &arms, 0);
    report.note(
        &format!("{name}: peak memory of a rebuild"),
        json!({"events": [small, total], "mib": [little.memory, peak]}),
        &format!("{:.0} MiB at {small} events, {peak:.0} MiB at {total}", little.memory),
    );
    load(report, name, &database, &log).await;
    drop(log);
    database.close().await;
    place.drop().await;
}

/// Loads one stream into its aggregate.
async fn load(report: &mut Report, name: &str, database: &Database, log: &EventLog) {
    let id = Uuid::now_v7();
    let mut events = vec![uploaded(None)];
    events.extend((1..STREAM).map(changed));
    let key = DataKey::generate(id);
    append(log, "transcript", id, events, key).await;
    let mut arms = [Arm::new("its rows, SELECT", "loads/s"), Arm::new("EventLog::load", "loads/s")];
    for _ in 0..rounds() {
        let began = Instant::now();
        let sql = "SELECT * FROM events WHERE stream_type = 'transcript' AND stream_id = ";
        let n = scan(&database.log, &format!("{sql}'{id}' ORDER BY version")).await;
        assert_eq!(n, STREAM as u64);
        arms[0].values.push(1.0 / began.elapsed().as_secs_f64());
        let began = Instant::now();
        let (_, version) = log.load::<Transcript>(ORGANIZATION, id).await.expect("a transcript");
        assert_eq!(version, STREAM as i64);
        arms[1].values.push(1.0 / began.elapsed().as_secs_f64());
    }
    report.table(&format!("{name}: a stream of {STREAM} events"), &arms, 0);
    println!("  a load takes {:.0} ms", 1_000.0 / spread(&arms[1].values).median);
}

struct Measured {
    rate: f64,
    memory: f64,
}

/// Runs one arm in a separate process.
fn child_of(place: &Place, arm: &str) -> Measured {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .env("DEBRIEF_BENCH_ARM", arm)
        .env("DEBRIEF_BENCH_URL", &place.url)
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(rate), Some(memory)) => Measured { rate, memory },
        _ => panic!("{arm}: {text}\n{}", String::from_utf8_lossy(&output.stderr)),
    }
}

async fn child(arm: &str) {
    let url = std::env::var("DEBRIEF_BENCH_URL").expect("set by the parent");
    let database = Database::open(&url, 10).await.expect("the database");
    let log = log_in(&database);
    let began = Instant::now();
    let events = match arm {
        "select" => scan(&database.log, "SELECT * FROM events ORDER BY position").await,
        "read" => {
            let (mut after, mut events) = (0, 0);
            loop {
                let page = log.read(after, 1_000).await.expect("a page");
                let Some(last) = page.last() else { break events };
                after = last.position;
                events += page.len() as u64;
            }
        }
        _ => {
            let projections = debrief_projections::all(10_000);
            let built = rebuild(&log, &database.views, &projections, |_, _| ()).await;
            built.expect("rebuilt")[0].position as u64
        }
    };
    let rate = events as f64 / began.elapsed().as_secs_f64();
    println!("{rate} {}", memory_of(std::process::id(), "VmHWM:"));
}

/// Reads rows as they arrive; returns their number.
async fn scan(sql: &Sql, statement: &str) -> u64 {
    let query = sqlx::AssertSqlSafe(statement);
    let count = |n: u64, position: i64| std::future::ready(Ok(n + u64::from(position > 0)));
    let counted = match sql {
        Sql::Sqlite { readers, .. } => {
            let rows = sqlx::query(query).fetch(readers);
            rows.and_then(|row| std::future::ready(row.try_get(0))).try_fold(0, count).await
        }
        Sql::Postgres(pool) => {
            let rows = sqlx::query(query).fetch(pool);
            rows.and_then(|row| std::future::ready(row.try_get(0))).try_fold(0, count).await
        }
    };
    counted.expect("rows")
}

/// Appends sessions until the log holds `total` events.
async fn fill(log: &EventLog, total: i64) {
    let head = log.head().await.expect("a head");
    let sessions = (total - head) as usize / (2 * CHANGES + 4);
    futures::stream::iter(0..sessions)
        .for_each_concurrent(16, |n| async move {
            let transcript = TranscriptId(Uuid::now_v7());
            let key = DataKey::generate(transcript.0);
            let client = (n % 10 == 0).then(|| ClientId(Uuid::now_v7()));
            if let Some(client) = client {
                let registered = ClientEvent::Registered(ClientRegistered {
                    name: "Dana Levi-Rosenfeld".to_owned().into(),
                    email: Some("dana.levi@example.org".to_owned().into()),
                });
                append(log, "client", client.0, vec![new(&registered)], key.clone()).await;
            }
            let mut events = vec![uploaded(client), parsed()];
            events.extend((0..CHANGES).map(changed));
            append(log, "transcript", transcript.0, events, key.clone()).await;
            let mut events = vec![new(&SummaryEvent::Created(SummaryCreated {
                transcript_id: transcript,
                content: said(0).into(),
            }))];
            events.extend((0..=CHANGES).map(|n| {
                new(&SummaryEvent::Revised(SummaryRevised {
                    transcript_id: transcript,
                    version: n as u32 + 2,
                    content: said(n).into(),
                    cause: Cause::default(),
                }))
            }));
            append(log, "summary", SummaryId::of(transcript).0, events, key).await;
        })
        .await;
}

async fn append(
    log: &EventLog,
    stream: &'static str,
    id: Uuid,
    events: Vec<NewEvent>,
    key: DataKey,
) {
    let around = context(id, None);
    log.append(Append {
        organization: ORGANIZATION,
        stream: StreamId { stream_type: stream, id },
        expected: Expected::Version(0),
        events,
        key: CommandKey { key: Uuid::new_v4().to_string(), fingerprint: [7; 32] },
        answer: around.answer,
        metadata: around.metadata,
        wrapped_keys: vec![log.keys().wrap(ORGANIZATION, &key, None)],
        data_key: Some(key),
    })
    .await
    .expect("appended");
}

fn new<E: cqrs_es::DomainEvent>(event: &E) -> NewEvent {
    NewEvent {
        event_type: event.event_type(),
        schema_version: event.event_version().parse().expect("a version"),
        payload: encode_payload(event).expect("JSON"),
    }
}

fn uploaded(client_id: Option<ClientId>) -> NewEvent {
    new(&TranscriptEvent::Uploaded(TranscriptUploaded {
        source: format!("organizations/{ORGANIZATION}/uploads/{}", Uuid::now_v7()),
        filename: Some("2026-03-19 weekly session.vtt".to_owned().into()),
        size_bytes: 68_412,
        sha256: "5f".repeat(32).into(),
        title: Some("Weekly session".to_owned().into()),
        client_id,
        held_at: None,
        language: Some("en".to_owned()),
        notes: None,
        more_files: Vec::new(),
    }))
}

fn parsed() -> NewEvent {
    let participant = |name: &str, role| Participant {
        name: name.to_owned(),
        role,
        turns: 211,
        words: 4_180,
        talk_ms: Some(1_500_000),
        ..Participant::default()
    };
    new(&TranscriptEvent::Parsed(TranscriptParsed {
        content: format!("organizations/{ORGANIZATION}/contents/{}", Uuid::now_v7()),
        format: "webvtt".to_owned(),
        language: Some("en".to_owned()),
        participants: vec![participant("Noa", Role::Coach), participant("Dana", Role::Client)]
            .into(),
        turn_count: 422,
        word_count: 8_360,
        duration_ms: Some(3_000_000),
        warnings: Vec::new().into(),
    }))
}

fn changed(n: usize) -> NewEvent {
    new(&TranscriptEvent::DetailsChanged(TranscriptDetailsChanged {
        title: Change::Set(format!("Weekly session, part {n}").into()),
        notes: Change::Set(
            "She wants to come back to the talk with her manager.".to_owned().into(),
        ),
        ..TranscriptDetailsChanged::default()
    }))
}

fn said(n: usize) -> content::Content {
    let point = |turn| {
        Point::of_quote(Quote {
            text: format!(
                "I will write the plan down before Friday, and then we look at it ({n})."
            ),
            turn,
            speaker: Some("Dana".to_owned()),
            start_ms: Some(u64::from(turn) * 7_000),
        })
    };
    let topic = Point { text: "the plan".to_owned(), turns: vec![1, 17, 20], ..Point::default() };
    let mut content = content::Content {
        headline: Some(point(17)),
        overview: (0..5).map(point).collect(),
        key_moments: (20..23).map(point).collect(),
        topics: vec![topic],
        decisions: vec![point(40)],
        open_questions: vec![point(44)],
        ..content::Content::empty(Method::Extractive)
    };
    content.number(std::iter::empty());
    content
}

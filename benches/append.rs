//! Commands per second: one event each, on a new stream, as in `POST /v1/clients`.
//!
//! - Postgres, 32 writers, compared with `pgbench -c 32 -j 2` inserting the same row by single-row
//!   inserts: same columns, same indexes, same bytes, a `bigserial` in place of our position (so
//!   pgbench's rows have no order that a reader could rely on; ours are checked to be gapless). A
//!   command writes more than the row: its idempotency key with the stored answer in every arm, and
//!   a new data key in the arm of that name. Idempotency keys are ordered by time, as in the API
//!   and the workers; one arm on SQLite has random ones, as clients may send. A second table shows
//!   the rate per second of processor time, client and server together: on a shared machine, 32
//!   processes of pgbench get more of it than the two of the log.
//! - SQLite with `synchronous=FULL`, 32, 256 and 512 writers, compared with one commit for each
//!   event: of its row alone, and of all that a command writes, which is the same log without group
//!   commit.
//! - Both through HTTP: `debrief up`, 32 keep-alive connections.
//!
//! Run by `scripts/bench append`; parts by `DEBRIEF_BENCH_ONLY=postgres,sqlite,http`.

mod support;

use debrief_domain::client::Client;
use debrief_infra::database::Database;
use debrief_infra::database::sql::Value as Sql;
use debrief_infra::keys::DataKey;
use debrief_infra::log::{AppenderOptions, EventLog};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::program::{API_KEY, Program, cpu_of_server, own_cpu, parent_of};
use support::*;
use uuid::Uuid;

const WRITERS: usize = 32;

fn during() -> Duration {
    Duration::from_secs(number("DEBRIEF_BENCH_SECONDS", 4))
}

#[tokio::main]
async fn main() {
    let mut report = Report::new("append");
    if wanted("postgres")
        && let Some(server) = postgres_server()
    {
        postgres(&mut report, &server).await;
    }
    if wanted("sqlite") {
        sqlite(&mut report).await;
    }
    if wanted("http") {
        http(&mut report).await;
    }
}

/// How commands are encrypted.
#[derive(Clone)]
enum Keys {
    /// Under an existing key.
    Known(DataKey),
    /// Each under a new key, stored with the event.
    New,
}

/// Returns commands per second; collects the positions that were answered.
async fn commands(
    log: &EventLog,
    writers: usize,
    keys: Keys,
    answered: Arc<Mutex<Vec<i64>>>,
) -> f64 {
    commands_named(log, writers, keys, answered, Uuid::now_v7).await
}

/// The same, with idempotency keys from `name`.
async fn commands_named(
    log: &EventLog,
    writers: usize,
    keys: Keys,
    answered: Arc<Mutex<Vec<i64>>>,
    name: fn() -> Uuid,
) -> f64 {
    let log = log.clone();
    closed_loop(writers, during(), move |_| {
        let (log, keys, answered) = (log.clone(), keys.clone(), answered.clone());
        async move {
            let id = Uuid::now_v7();
            let mut context = match keys {
                Keys::Known(key) => context(id, Some(key)),
                Keys::New => {
                    let key = DataKey::generate(id);
                    let wrapped = log.keys().wrap(ORGANIZATION, &key, None);
                    let mut context = context(id, Some(key));
                    context.wrapped_keys.push(wrapped);
                    context
                }
            };
            context.key.key = name().to_string();
            let committed = log.create::<Client>(context, id, client()).await.expect("committed");
            answered.lock().expect("no panic").push(committed.position);
        }
    })
    .await
}

/// Checks that every position from 1 on was answered once, and is in the log once.
async fn verify(database: &Database, answered: &Mutex<Vec<i64>>) -> usize {
    let mut answered = answered.lock().expect("no panic").clone();
    answered.sort_unstable();
    let gap = answered.iter().zip(1..).find(|(position, n)| **position != *n);
    assert_eq!(gap, None, "a gap or a repetition in the order");
    let sql = "SELECT COUNT(*), MIN(position), MAX(position) FROM events";
    let row = &database.log.query(sql, &[]).await.expect("rows")[0];
    let n = answered.len() as i64;
    let stored: (i64, i64, i64) =
        (row.get(0).expect("n"), row.get(1).expect("n"), row.get(2).expect("n"));
    assert_eq!(stored, (n, 1, n), "the log holds what was answered, and nothing else");
    answered.len()
}

/// `pgbench` with the row that the log writes, in a separate database.
struct PgBench {
    place: Place,
    script: tempfile::TempDir,
    payload: String,
    metadata: String,
    runs: u64,
}

impl PgBench {
    async fn like(server: &str, database: &Database) -> Self {
        let place = Place::empty_postgres(server).await;
        let admin = place.open().await;
        for statement in
            ["CREATE TABLE rows (position bigserial PRIMARY KEY, id uuid NOT NULL UNIQUE, \
             organization_id uuid NOT NULL, stream_type text NOT NULL, stream_id uuid NOT NULL, \
             version bigint NOT NULL, type text NOT NULL, schema_version integer NOT NULL, \
             payload jsonb NOT NULL, metadata jsonb NOT NULL, recorded_at timestamptz NOT NULL, \
             UNIQUE (stream_type, stream_id, version))"]
        {
            admin.log.execute(statement, &[]).await.expect("a table");
        }
        admin.close().await;
        let sql = "SELECT payload::text, metadata::text FROM events ORDER BY position LIMIT 1";
        let row = &database.log.query(sql, &[]).await.expect("a row")[0];
        let script = directory();
        // Ids grow within a client, like UUIDv7: random ones would cost pgbench more.
        let id = |prefix: &str| {
            format!(
                "('{prefix}'::text || (8000000000000000 + :client_id * 1000000000000 + :n))::uuid"
            )
        };
        let insert = format!(
            "\\set n :n + 1\nINSERT INTO rows (id, organization_id, stream_type, stream_id, \
             version, type, schema_version, payload, metadata, recorded_at) VALUES ({}, \
             '{ORGANIZATION}', 'client', {}, 1, 'client.registered', 1, :payload, :metadata, \
             now());\n",
            id("0190a1b2c3d47000"),
            id("0190a1b2c3d47001")
        );
        std::fs::write(script.path().join("insert.sql"), insert).expect("a file");
        let (payload, metadata) = (row.get(0).expect("text"), row.get(1).expect("text"));
        Self { place, script, payload, metadata, runs: 0 }
    }

    async fn run(&mut self) -> f64 {
        self.runs += 1;
        let bin = std::env::var("DEBRIEF_TEST_PG_BIN").expect("set by scripts/with-services");
        let mut command = Command::new(format!("{bin}/pgbench"));
        command
            .args(["-n", "-M", "prepared", "-c", &WRITERS.to_string(), "-j", "2", "-T"])
            .arg(during().as_secs().to_string())
            .arg(format!("-Dn={}", self.runs * 1_000_000_000))
            .arg(format!("-Dpayload={}", self.payload))
            .arg(format!("-Dmetadata={}", self.metadata))
            .arg("-f")
            .arg(self.script.path().join("insert.sql"))
            .arg(&self.place.url);
        let output = tokio::task::spawn_blocking(move || command.output()).await;
        let output = output.expect("no panic").expect("pgbench runs");
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
            .unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
    }
}

async fn postgres(report: &mut Report, server: &str) {
    let place = Place::postgres(server).await;
    let (database, log) = place.log().await;
    let known = DataKey::generate(Uuid::now_v7());
    let answered = Arc::default();
    // pgbench inserts the first row; connections and plans are warm.
    commands(&log, 1, Keys::Known(known.clone()), Arc::clone(&answered)).await;
    let mut pgbench = PgBench::like(server, &database).await;
    let synchronous = &database.log.query("SHOW synchronous_commit", &[]).await.expect("a row")[0];
    assert_eq!(synchronous.get::<String>(0).expect("text"), "on");

    let backend = &database.log.query("SELECT pg_backend_pid()", &[]).await.expect("a row")[0];
    let server = parent_of(backend.get(0).expect("a process"));
    let cpu = || own_cpu() + cpu_of_server(server);

    let names = [
        "pgbench, single-row inserts, 32 clients",
        "commands, 32 writers",
        "commands with a new data key, 32 writers",
    ];
    let mut arms = names.map(|name| Arm::new(name, "a second"));
    let mut costs = names.map(|name| Arm::new(name, "per second of processor time"));
    for _ in 0..rounds() {
        for n in 0..names.len() {
            let (before, began) = (cpu(), Instant::now());
            let rate = match n {
                0 => pgbench.run().await,
                1 => {
                    let keys = Keys::Known(known.clone());
                    commands(&log, WRITERS, keys, Arc::clone(&answered)).await
                }
                _ => commands(&log, WRITERS, Keys::New, Arc::clone(&answered)).await,
            };
            arms[n].values.push(rate);
            costs[n].values.push(rate * began.elapsed().as_secs_f64() / (cpu() - before));
        }
    }
    report.table("Postgres, synchronous_commit=on", &arms, 0);
    report.table("The same, per second of processor time (client and server)", &costs, 0);
    let n = verify(&database, &answered).await;
    println!("  order: positions 1 to {n} without a gap, each answered once");
    drop(log);
    database.close().await;
    pgbench.place.drop().await;
    place.drop().await;
}

/// One commit for each event: the row alone, on the writing connection.
async fn one_by_one(database: &Database, payload: &str, metadata: &str) -> f64 {
    let head = "SELECT COALESCE(MAX(position), 0) FROM events";
    let first: i64 = database.log.query(head, &[]).await.expect("a row")[0].get(0).expect("n");
    let began = Instant::now();
    let mut n = 0;
    while began.elapsed() < during() {
        n += 1;
        let row: [Sql; 11] = [
            (first + n).into(),
            Uuid::now_v7().into(),
            ORGANIZATION.0.into(),
            "client".into(),
            Uuid::now_v7().into(),
            1_i64.into(),
            "client.registered".into(),
            1_i64.into(),
            payload.into(),
            metadata.into(),
            0_i64.into(),
        ];
        let sql = "INSERT INTO events VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        database.log.execute(sql, &row).await.expect("a row");
    }
    n as f64 / began.elapsed().as_secs_f64()
}

async fn sqlite(report: &mut Report) {
    let (place, plain, alone) =
        (Place::sqlite().await, Place::sqlite().await, Place::sqlite().await);
    let (database, log) = place.log().await;
    let plain = plain.open().await;
    let single = AppenderOptions { batch_max: 1, ..AppenderOptions::default() };
    let (_, alone_log) = alone.log_with(single).await;
    let known = || Keys::Known(DataKey::generate(Uuid::now_v7()));
    let answered = Arc::default();
    commands(&log, 1, known(), Arc::clone(&answered)).await;
    let sql = "SELECT payload, metadata FROM events ORDER BY position LIMIT 1";
    let row = &database.log.query(sql, &[]).await.expect("a row")[0];
    let (payload, metadata): (String, String) =
        (row.get(0).expect("text"), row.get(1).expect("text"));

    let sizes = [1, WRITERS, 256, 512, 1024];
    let mut arms = vec![
        Arm::new("one commit for each event: its row alone", "rows/s"),
        Arm::new("one commit for each command, 32 writers", "commands/s"),
    ];
    arms.extend(sizes.map(|n| Arm::new(format!("commands, {n} writers"), "commands/s")));
    arms.push(Arm::new("commands, 512 writers, random keys", "commands/s"));
    for _ in 0..rounds() {
        let mut rates = vec![one_by_one(&plain, &payload, &metadata).await];
        rates.push(commands(&alone_log, WRITERS, known(), Arc::default()).await);
        for writers in sizes {
            rates.push(commands(&log, writers, known(), Arc::clone(&answered)).await);
        }
        let answered = Arc::clone(&answered);
        rates.push(commands_named(&log, 512, known(), answered, Uuid::new_v4).await);
        for (arm, rate) in arms.iter_mut().zip(rates) {
            arm.values.push(rate);
        }
    }
    report.table("SQLite, synchronous=FULL, vs row alone", &arms, 0);
    report.table("SQLite, synchronous=FULL, vs one command per commit", &arms, 1);
    let n = verify(&database, &answered).await;
    println!("  order: positions 1 to {n} without a gap, each answered once");
}

/// A running profile of the program.
struct Server {
    program: Program,
    _directory: tempfile::TempDir,
    place: Option<Place>,
}

impl Server {
    async fn embedded() -> Self {
        let directory = directory();
        let program = Program::up(directory.path(), &[]).await;
        Self { program, _directory: directory, place: None }
    }

    async fn distributed(postgres: &str, nats: &str) -> Self {
        let (directory, place) = (directory(), Place::empty_postgres(postgres).await);
        let settings = [("database_url", place.url.as_str()), ("queue_url", nats)];
        let program = Program::up(directory.path(), &settings).await;
        Self { program, _directory: directory, place: Some(place) }
    }

    /// Returns clients created per second, over `WRITERS` connections.
    async fn load(&self) -> f64 {
        let mut connections = Vec::new();
        for _ in 0..WRITERS {
            connections.push(Arc::new(tokio::sync::Mutex::new(self.program.connect().await)));
        }
        closed_loop(WRITERS, during(), move |writer| {
            let connection = Arc::clone(&connections[writer]);
            async move {
                let body = r#"{"name":"Dana Levi-Rosenfeld","email":"dana.levi@example.org"}"#;
                connection.lock().await.json("POST", "/v1/clients", API_KEY, body).await;
            }
        })
        .await
    }
}

/// The same over HTTP, with projections and relay in the same process. The floor is a request that
/// uses no database.
async fn http(report: &mut Report) {
    let mut servers = vec![("embedded, SQLite", Server::embedded().await)];
    if let Some(postgres) = postgres_server()
        && let Ok(nats) = std::env::var("DEBRIEF_TEST_NATS_URL")
    {
        servers.push(("Postgres and NATS", Server::distributed(&postgres, &nats).await));
    }
    let mut arms = vec![Arm::new("GET /livez, embedded", "requests/s")];
    arms.extend(
        servers.iter().map(|(name, _)| Arm::new(format!("POST /v1/clients, {name}"), "requests/s")),
    );
    for _ in 0..rounds() {
        arms[0].values.push(livez(&servers[0].1.program).await);
        for (arm, (_, server)) in arms[1..].iter_mut().zip(&servers) {
            arm.values.push(server.load().await);
            // The remaining projection work must not count for the next arm.
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
    report.table("HTTP, 32 connections", &arms, 0);
    for (_, server) in servers {
        server.program.kill();
        if let Some(place) = server.place {
            place.drop().await;
        }
    }
}

async fn livez(program: &Program) -> f64 {
    let mut connections = Vec::new();
    for _ in 0..WRITERS {
        connections.push(Arc::new(tokio::sync::Mutex::new(program.connect().await)));
    }
    closed_loop(WRITERS, during(), move |writer| {
        let connection = Arc::clone(&connections[writer]);
        async move {
            connection.lock().await.json("GET", "/livez", API_KEY, "").await;
        }
    })
    .await
}

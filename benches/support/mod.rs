//! Shared by the benchmarks: databases, rounds, tables, results as JSON.
//!
//! Every figure is compared with a floor or a peer measured in the same run, alternating in every
//! round (A B A B …), as the machine may be doing other things: the ratio is what counts, and the
//! range shows the noise.
#![allow(dead_code)] // Each benchmark uses a part.

pub(crate) mod http;
pub(crate) mod program;

use debrief_domain::client::{ClientCommand, ClientRegistered};
use debrief_domain::ids::OrganizationId;
use debrief_infra::database::Database;
use debrief_infra::keys::{DataKey, KeyStore, MasterKey};
use debrief_infra::log::{AppenderOptions, CommandContext, CommandKey, EventLog, Metadata};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The benchmarks use the program's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub(crate) const ORGANIZATION: OrganizationId = OrganizationId(Uuid::from_u128(0x0a));

/// Returns whether the full form is requested.
pub(crate) fn full() -> bool {
    std::env::var("DEBRIEF_BENCH_FULL").is_ok_and(|value| value == "1")
}

/// Returns the number of rounds of each comparison.
pub(crate) fn rounds() -> usize {
    number("DEBRIEF_BENCH_ROUNDS", 5) as usize
}

/// Returns a number from the environment.
pub(crate) fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Returns whether this part should run: all do unless DEBRIEF_BENCH_ONLY names parts,
/// comma-separated.
pub(crate) fn wanted(part: &str) -> bool {
    std::env::var("DEBRIEF_BENCH_ONLY")
        .map_or(true, |only| only.split(',').any(|name| part.starts_with(name)))
}

/// Returns the Postgres of `scripts/with-services`; prints a message if there is none.
pub(crate) fn postgres_server() -> Option<String> {
    let url = std::env::var("DEBRIEF_TEST_POSTGRES_URL").ok();
    if url.is_none() {
        println!("no Postgres (run through scripts/bench): skipping its part");
    }
    url
}

/// Creates a directory of this run, on the disk of the build.
pub(crate) fn directory() -> tempfile::TempDir {
    let target = target();
    std::fs::create_dir_all(&target).expect("target can be written");
    tempfile::tempdir_in(target).expect("a directory can be made")
}

/// Returns `target/bench`.
pub(crate) fn target() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/bench")
}

/// A benchmark's own migrated database.
pub(crate) struct Place {
    pub(crate) url: String,
    server: Option<String>,
    _directory: Option<tempfile::TempDir>,
}

impl Place {
    pub(crate) async fn sqlite() -> Self {
        let directory = directory();
        let url = format!("sqlite:{}", directory.path().join("debrief.db").display());
        Self::migrated(Self { url, server: None, _directory: Some(directory) }).await
    }

    pub(crate) async fn postgres(server: &str) -> Self {
        Self::migrated(Self::empty_postgres(server).await).await
    }

    /// Creates a database without tables.
    pub(crate) async fn empty_postgres(server: &str) -> Self {
        let name = format!("bench_{}", Uuid::now_v7().simple());
        on_server(server, &format!("CREATE DATABASE {name}")).await;
        let (host, _) = server.rsplit_once('/').expect("a URL with a database");
        let url = format!("{host}/{name}");
        Self { url, server: Some(server.to_owned()), _directory: None }
    }

    async fn migrated(place: Self) -> Self {
        let database = place.open().await;
        database.migrate().await.expect("the schema");
        database.close().await;
        place
    }

    pub(crate) async fn open(&self) -> Database {
        Database::open(&self.url, 10).await.expect("the database opens")
    }

    pub(crate) async fn log(&self) -> (Database, EventLog) {
        self.log_with(AppenderOptions::default()).await
    }

    pub(crate) async fn log_with(&self, options: AppenderOptions) -> (Database, EventLog) {
        let database = self.open().await;
        let log = log_with(&database, options);
        (database, log)
    }

    pub(crate) async fn drop(self) {
        if let Some(server) = &self.server {
            let name = self.url.rsplit_once('/').expect("a URL with a database").1;
            on_server(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

async fn on_server(url: &str, statement: &str) {
    let admin = Database::open(url, 2).await.expect("the server");
    admin.log.execute(statement, &[]).await.expect("the statement");
    admin.close().await;
}

pub(crate) const MASTER: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

pub(crate) fn log_in(database: &Database) -> EventLog {
    log_with(database, AppenderOptions::default())
}

fn log_with(database: &Database, options: AppenderOptions) -> EventLog {
    let master = MasterKey::from_hex(MASTER).expect("64 digits");
    let keys = KeyStore::new(database.log.clone(), master);
    EventLog::new(database.log.clone(), keys, options)
}

/// Returns the context of a command, as in the HTTP API.
pub(crate) fn context(id: Uuid, data_key: Option<DataKey>) -> CommandContext {
    CommandContext {
        organization: ORGANIZATION,
        metadata: Metadata {
            actor: "api_key:0190a1b2-c3d4-7e5f-8a1b-2c3d4e5f6a7b".to_owned(),
            correlation_id: Uuid::now_v7(),
            causation_id: None,
        },
        key: CommandKey { key: Uuid::now_v7().to_string(), fingerprint: [7; 32] },
        answer: json!({ "id": id }),
        data_key,
        wrapped_keys: Vec::new(),
    }
}

/// Returns a client with a name and an address of ordinary length.
pub(crate) fn client() -> ClientCommand {
    ClientCommand::Register(ClientRegistered {
        name: "Dana Levi-Rosenfeld".to_owned().into(),
        email: Some("dana.levi-rosenfeld@example.org".to_owned().into()),
    })
}

/// The median of measurements, with the minimum and the maximum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

pub(crate) fn spread(values: &[f64]) -> Spread {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let median = match values.len() {
        0 => f64::NAN,
        n if n % 2 == 0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    };
    let bound = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
    Spread { median, low: bound(values.first()), high: bound(values.last()) }
}

/// Returns the quantile `part` (0 to 1) of the measurements.
pub(crate) fn quantile(values: &[f64], part: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let index = ((values.len() as f64 * part).ceil() as usize).clamp(1, values.len().max(1));
    values.get(index - 1).copied().unwrap_or(f64::NAN)
}

/// The measurements of one arm, one per round.
pub(crate) struct Arm {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) values: Vec<f64>,
}

impl Arm {
    pub(crate) fn new(name: impl Into<String>, unit: &'static str) -> Self {
        Self { name: name.into(), unit, values: Vec::new() }
    }
}

/// The results of a benchmark, printed as they are measured and written to
/// `target/bench/<name>.json`.
pub(crate) struct Report {
    name: &'static str,
    parts: Map<String, Value>,
}

impl Report {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, parts: Map::new() }
    }

    /// Adds a table of arms; each is compared, round by round, with the arm `floor`.
    pub(crate) fn table(&mut self, title: &str, arms: &[Arm], floor: usize) {
        println!("\n{title}");
        println!("  {:<46} {:>10} {:>21}   {:>6} {:>13}", "", "median", "range", "ratio", "range");
        let mut rows = Vec::new();
        for (i, arm) in arms.iter().enumerate() {
            let ratios: Vec<f64> =
                arm.values.iter().zip(&arms[floor].values).map(|(a, b)| a / b).collect();
            let (of, ratio) = (spread(&arm.values), spread(&ratios));
            let compared = if i == floor {
                "floor".to_owned()
            } else {
                format!("{:>6.2} {:>6.2}–{:.2}", ratio.median, ratio.low, ratio.high)
            };
            let range = format!("{}–{}", shown(of.low), shown(of.high));
            println!(
                "  {:<46} {:>10} {:>21}   {compared}  {}",
                arm.name,
                shown(of.median),
                range,
                arm.unit
            );
            rows.push(json!({
                "name": arm.name, "unit": arm.unit, "values": arm.values, "median": of.median,
                "low": of.low, "high": of.high, "ratio": ratio.median, "ratio_low": ratio.low,
                "ratio_high": ratio.high, "floor": i == floor,
            }));
        }
        self.parts.insert(title.to_owned(), json!(rows));
        self.write();
    }

    /// Adds a figure that is compared with nothing.
    pub(crate) fn note(&mut self, name: &str, value: Value, text: &str) {
        println!("  {name}: {text}");
        self.parts.insert(name.to_owned(), value);
        self.write();
    }

    fn write(&self) {
        let path = target().join(format!("{}.json", self.name));
        std::fs::create_dir_all(target()).expect("target can be written");
        let text = serde_json::to_string_pretty(&self.parts).expect("JSON");
        std::fs::write(path, text).expect("target can be written");
    }
}

fn shown(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 1.0 => format!("{v:.2}"),
        v => format!("{v:.3}"),
    }
}

/// Runs `writers` tasks that call `act` repeatedly for `during`; returns calls per second.
pub(crate) async fn closed_loop<F: Future<Output = ()> + Send>(
    writers: usize,
    during: Duration,
    act: impl Fn(usize) -> F + Clone + Send + 'static,
) -> f64 {
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..writers {
        let act = act.clone();
        tasks.spawn(async move {
            let mut calls = 0_u64;
            while began.elapsed() < during {
                act(writer).await;
                calls += 1;
            }
            calls
        });
    }
    let calls: u64 = tasks.join_all().await.into_iter().sum();
    calls as f64 / began.elapsed().as_secs_f64()
}

//! `/livez`, `/readyz`, `/metrics`.

use crate::in_profiles;
use crate::support::{Profile, Server, Setup, VTT, eventually};
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};

in_profiles! {
    ready_means_every_dependency, what_is_of_another_log_is_told, metrics_tell_what_waits,
    a_process_works_at_some_kinds,
}

async fn readiness(server: &Server) -> (u16, BTreeMap<String, String>) {
    let answer = reqwest::get(format!("{}/readyz", server.url())).await.unwrap();
    let status = answer.status().as_u16();
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["ready"], status == 200, "{body}");
    (status, serde_json::from_value(body["dependencies"].clone()).unwrap())
}

/// Returns the dependencies that are not `ok`.
async fn ailing(server: &Server) -> Vec<String> {
    let (status, said) = readiness(server).await;
    let ailing: Vec<_> =
        said.into_iter().filter(|(_, how)| how != "ok").map(|(name, _)| name).collect();
    assert_eq!(status == 200, ailing.is_empty(), "{status} and {ailing:?}");
    ailing
}

/// A NATS of this test, so that it can be stopped.
struct Nats {
    child: Child,
    port: u16,
    store: tempfile::TempDir,
}

impl Nats {
    fn start(port: u16) -> Self {
        let store = tempfile::tempdir().unwrap();
        let child = Command::new("nats-server")
            .args(["-a", "127.0.0.1", "-js", "-p", &port.to_string(), "-sd"])
            .arg(store.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, port, store }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn ready_means_every_dependency(profile: Profile) {
    let mut nats = None;
    let mut setup = Setup::new(profile);
    if profile == Profile::Distributed && std::env::var("DEBRIEF_TEST_NATS_URL").is_ok() {
        let own = Nats::start(8_000 + rand::random::<u16>() % 1_000);
        setup = setup.nats(&format!("nats://127.0.0.1:{}", own.port));
        nats = Some(own);
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    let Some(server) = setup.start().await else { return };
    let (status, said) = readiness(&server).await;
    assert_eq!(status, 200);
    let names: Vec<_> = said.keys().map(String::as_str).collect();
    assert_eq!(names, ["blobs", "disk", "keys", "log", "queue", "read_models"]);
    let alive = async || reqwest::get(format!("{}/livez", server.url())).await.unwrap().status();
    assert_eq!(alive().await, 200);

    let (here, away) = (server.data_dir().join("blobs"), server.data_dir().join("away"));
    std::fs::rename(&here, &away).unwrap();
    assert_eq!(ailing(&server).await, ["blobs"]);
    assert_eq!(alive().await, 200, "restarting the process would not help");
    std::fs::rename(&away, &here).unwrap();
    assert_eq!(ailing(&server).await, [] as [&str; 0]);

    if let Some(own) = nats.take() {
        let port = own.port;
        drop(own);
        eventually("the queue is missed", async || ailing(&server).await == ["queue"]).await;
        assert_eq!(alive().await, 200);
        // Nothing is lost without it: what is uploaded meanwhile is processed afterwards.
        let uploaded = server.api().upload(VTT, &[]).await;
        let own = Nats::start(port);
        eventually("all is well again", async || ailing(&server).await.is_empty()).await;
        server.api().until_ready(&uploaded.id).await;
        assert!(own.store.path().exists());
        let database = server.database().await;
        let (_, name) = server.database_url().rsplit_once('/').map(own_pair).unwrap();
        drop(database);
        take_database_away(&name).await;
        eventually("the database is missed", async || !ailing(&server).await.is_empty()).await;
        // The queue's ledger is in the database too.
        assert_eq!(ailing(&server).await, ["keys", "log", "queue", "read_models"]);
        assert_eq!(alive().await, 200);
    }
}

/// The log was put back from a backup, and what follows it was not: a process that does not follow it
/// says so, and the next that does mends it.
async fn what_is_of_another_log_is_told(profile: Profile) {
    let Some(mut server) = Setup::new(profile).separate().start().await else { return };
    server.api().session(VTT, &[]).await;
    server.stop("worker").await;
    server.stop("relay").await;
    let database = server.database().await;
    let views = "UPDATE projection_checkpoints SET position = position + 1000 \
         WHERE name = 'searches'";
    database.views.execute(views, &[]).await.unwrap();
    let queue = "UPDATE relay_checkpoints SET epoch = 'another' WHERE consumer = 'watch'";
    database.queue.execute(queue, &[]).await.unwrap();
    database.close().await;
    eventually("it says what is of another log", async || {
        let (_, said) = readiness(&server).await;
        said.iter().all(|(name, how)| {
            let other = ["queue", "read_models"].contains(&name.as_str());
            how == if other { "of another log" } else { "ok" }
        })
    })
    .await;
    server.spawn("worker");
    server.spawn("relay");
    eventually("all is well again", async || ailing(&server).await.is_empty()).await;
    server.api().session(VTT, &[]).await;
}

async fn a_process_works_at_some_kinds(profile: Profile) {
    let setup = Setup::new(profile).set("workers", "parse").separate();
    let Some(mut server) = setup.start().await else { return };
    let refused = server.try_cli(&["worker", "--workers", "parse,mial"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success(), "{said}");
    assert!(
        said.contains("parse, vocabulary, summarize, write, refine, learn, note, forget, watch"),
        "{said}"
    );

    let uploaded = server.api().upload(VTT, &[]).await;
    let waits = async |server: &Server| {
        let backlog = server.database().await.queue;
        let sql = "SELECT consumer FROM work WHERE state = 'ready' ORDER BY consumer";
        let rows = backlog.query(sql, &[]).await.unwrap();
        let names = rows.iter().map(|row| row.get::<String>(0).unwrap());
        names.collect::<Vec<_>>()
    };
    eventually("what follows waits", async || waits(&server).await == ["summarize", "vocabulary"])
        .await;
    server.set("workers", "vocabulary,summarize,watch");
    server.start("worker").await;
    server.api().until_ready(&uploaded.id).await;
    eventually("nothing waits", async || waits(&server).await.is_empty()).await;
}

fn own_pair((a, b): (&str, &str)) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

async fn take_database_away(name: &str) {
    let admin = std::env::var("DEBRIEF_TEST_POSTGRES_URL").unwrap();
    let admin = debrief_infra::database::Database::open(&admin, 2).await.unwrap();
    admin.log.execute(&format!("DROP DATABASE {name} WITH (FORCE)"), &[]).await.unwrap();
    admin.close().await;
}

/// A sample in Prometheus' text format: name, labels, value.
#[derive(Debug)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

/// Parses the text format strictly: https://prometheus.io/docs/instrumenting/exposition_formats
fn parse(text: &str) -> Vec<Sample> {
    assert!(text.ends_with('\n'), "the last line has no end");
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ':')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    };
    let mut types: BTreeMap<&str, &str> = BTreeMap::new();
    let mut samples = Vec::new();
    let mut seen = BTreeSet::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix("# ") {
            if let Some((name, kind)) =
                comment.strip_prefix("TYPE ").and_then(|t| t.split_once(' '))
            {
                assert!(["counter", "gauge", "histogram", "summary"].contains(&kind), "{line}");
                assert!(types.insert(name, kind).is_none(), "two types: {line}");
            }
            continue;
        }
        assert!(seen.insert(line.rsplit_once(' ').unwrap().0), "twice: {line}");
        let (head, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        let (name, labels) = match head.split_once('{') {
            None => (head, ""),
            Some((name, rest)) => {
                (name, rest.strip_suffix('}').unwrap_or_else(|| panic!("{line}")))
            }
        };
        assert!(is_name(name), "{line}");
        let mut parsed = BTreeMap::new();
        for label in labels.split("\",").filter(|label| !label.is_empty()) {
            let (key, quoted) = label.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
            assert!(is_name(key), "{line}");
            parsed.insert(key.to_owned(), quoted.trim_end_matches('"').to_owned());
        }
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix).filter(|name| types.contains_key(name)))
            .unwrap_or(name);
        assert!(types.contains_key(family), "no TYPE before: {line}");
        samples.push(Sample { name: name.to_owned(), labels: parsed, value });
    }
    samples
}

async fn metrics_tell_what_waits(profile: Profile) {
    let Some(mut server) = Setup::new(profile).start().await else { return };
    let api = server.api();
    api.session(VTT, &[]).await;
    let scrape = async |url: String| {
        let answer = reqwest::get(format!("{url}/metrics")).await.unwrap();
        assert_eq!(answer.status(), 200);
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
        parse(&answer.text().await.unwrap())
    };
    let by_label = |samples: &[Sample], name: &str, label: &str| -> BTreeMap<String, f64> {
        let found = samples.iter().filter(|sample| sample.name == name);
        found.filter_map(|s| Some((s.labels.get(label)?.clone(), s.value))).collect()
    };
    eventually("all lags are nil", async || {
        let samples = scrape(server.url()).await;
        let lags = by_label(&samples, "debrief_projection_lag_events", "projection");
        let relays = by_label(&samples, "debrief_relay_lag_events", "worker");
        let names: Vec<_> = lags.keys().map(String::as_str).collect();
        let known = ["directory", "prompts", "searches", "transcripts", "updates", "usage"];
        assert_eq!(names, known);
        let names: Vec<_> = relays.keys().map(String::as_str).collect();
        let known = [
            "forget",
            "learn",
            "note",
            "parse",
            "refine",
            "summarize",
            "vocabulary",
            "watch",
            "write",
        ];
        assert_eq!(names, known);
        lags.values().chain(relays.values()).all(|lag| *lag == 0.0)
    })
    .await;
    let samples = scrape(server.url()).await;
    let value = |name: &str| samples.iter().find(|s| s.name == name).map(|s| s.value);
    assert!(value("debrief_append_batch_size_count").unwrap() >= 1.0);
    assert!(value("debrief_append_batch_size_sum").unwrap() >= 1.0);
    assert!(value("debrief_log_head").unwrap() >= 4.0);
    let requests = by_label(&samples, "debrief_http_requests_total", "route");
    assert!(requests.contains_key("/v1/transcripts/{id}"), "{requests:?}");

    // Without a worker the jobs age, and the metrics show it.
    server.stop("up").await;
    server.start("api").await;
    let api = server.api();
    api.upload(VTT, &[]).await;
    let samples = scrape(server.url()).await;
    let lags = by_label(&samples, "debrief_projection_lag_events", "projection");
    assert!(lags["transcripts"] >= 1.0, "{lags:?}");
    let relays = by_label(&samples, "debrief_relay_lag_events", "worker");
    assert!(relays["parse"] >= 1.0, "{relays:?}");
    server.start("relay").await;
    eventually("undone work is at least a second old", async || {
        let samples = scrape(server.url()).await;
        let ages = by_label(&samples, "debrief_oldest_undone_work_seconds", "worker");
        ages.get("parse").is_some_and(|age| *age >= 1.0)
    })
    .await;
    server.start("worker").await;
    eventually("nothing is undone", async || {
        let samples = scrape(server.url()).await;
        let ages = by_label(&samples, "debrief_oldest_undone_work_seconds", "worker");
        ages.values().all(|age| *age == 0.0)
    })
    .await;
}

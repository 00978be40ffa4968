//! Starts the built program as a user does.

use super::http::Connection;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The owner's key of every program started here.
pub(crate) const API_KEY: &str = "bench-key-0123456789-0123456789";

/// A running `debrief up`; killed when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From exec to the first 200 of `/readyz`.
    pub(crate) ready_in: Duration,
}

impl Program {
    /// Starts `debrief up` with these settings.
    pub(crate) async fn up(data_dir: &Path, settings: &[(&str, &str)]) -> Self {
        let began = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_debrief"));
        command
            .args(["up", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .env("DEBRIEF_API_KEY", API_KEY)
            .env("DEBRIEF_MASTER_KEY", super::MASTER)
            .env("DEBRIEF_LOG_FILTER", "warn")
            .stdout(Stdio::piped());
        for (key, value) in settings {
            command.env(format!("DEBRIEF_{}", key.to_uppercase()), value);
        }
        let mut child = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let address = loop {
            let line = lines.next().expect("it says where it is").expect("text");
            if let Some((_, rest)) = line.split_once("http://") {
                let address = rest.split_whitespace().next().unwrap_or_default();
                break address.parse().expect("an address");
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        let mut connection = Connection::open(address).await.expect("it listens");
        loop {
            let (status, _) = connection.send("GET", "/readyz", "", b"").await.expect("an answer");
            if status == 200 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Self { child, address, ready_in: began.elapsed() }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.address).await.expect("it listens")
    }

    /// Returns the resident memory in MiB.
    pub(crate) fn memory(&self) -> f64 {
        memory_of(self.child.id(), "VmRSS:")
    }

    /// Kills it and waits for its end.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns the milliseconds from the first byte of an upload to `state: ready`.
pub(crate) async fn upload_to_ready(connection: &mut Connection, call: &[u8]) -> f64 {
    let headers = format!("authorization: Bearer {API_KEY}\r\ncontent-type: text/vtt\r\n");
    let began = Instant::now();
    let path = "/v1/transcripts/upload?filename=transcript.vtt&allow_duplicate=true";
    let (status, body) = connection.send("POST", path, &headers, call).await.expect("an answer");
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(&body));
    let answer: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let id = answer["id"].as_str().expect("an id");
    let path = format!("/v1/transcripts/{id}/status?min_position={}", answer["position"]);
    loop {
        let status = connection.json("GET", &path, API_KEY, "").await;
        match status["state"].as_str() {
            Some("ready") => return began.elapsed().as_secs_f64() * 1_000.0,
            Some("failed") => panic!("{status}"),
            _ => tokio::time::sleep(Duration::from_millis(2)).await,
        }
    }
}

/// Returns a figure of a process in MiB, from `/proc/<id>/status`.
pub(crate) fn memory_of(process: u32, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap_or("0");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0);
    kib / 1024.0
}

/// Returns the seconds of processor time of this process and its finished children.
pub(crate) fn own_cpu() -> f64 {
    let [user, system, waited_user, waited_system] = times("self").1;
    user + system + waited_user + waited_system
}

/// Returns the seconds of processor time of a server with several processes, running and finished.
pub(crate) fn cpu_of_server(parent: u32) -> f64 {
    let mut total: f64 = times(&parent.to_string()).1.iter().sum();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.chars().all(|c| c.is_ascii_digit()) {
            let (parent_of, times) = times(&name);
            if parent_of == parent {
                total += times[0] + times[1];
            }
        }
    }
    total
}

/// Returns the parent of a process.
pub(crate) fn parent_of(process: u32) -> u32 {
    times(&process.to_string()).0
}

/// Returns parent and processor times of a process: see proc_pid_stat(5). A tick is 10 ms on Linux.
fn times(process: &str) -> (u32, [f64; 4]) {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> =
        stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let field = |n: usize| fields.get(n).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (field(1) as u32, [11, 12, 13, 14].map(|n| field(n) / 100.0))
}

//! Heavy work in a child process: files that take too long, use too much memory, or crash the
//! process.

mod support;

use bytes::Bytes;
use debrief_domain::transcript::content::Content;

use debrief_workers::Fault;
use debrief_workers::confined::session::{self, Known, ReadError, Session};
use debrief_workers::confined::{Children, Confined, InThread};
use serde_json::json;
use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::{Profile, Setup, VTT, eventually};

const PLENTY: Duration = Duration::from_secs(120);
const SECOND: Duration = Duration::from_secs(1);
/// Long enough to take many seconds of processor time, whatever the build.
const HEAVY_MB: usize = 60;
/// For everything together: an unoptimised program encrypts and decrypts a few megabytes per
/// second.
const HEAVY_UPLOAD_MB: usize = 12;

/// Returns a transcript that is slow to parse for its size.
fn heavy(mb: usize) -> Bytes {
    let unit = "<p><b>Noa:</b> so what I mean is that</p><p><b>Ben:</b> yes I see.</p>\n";
    let body = unit.repeat((mb << 20) / unit.len());
    format!("<html><body>{body}</body></html>").into()
}

fn children(memory: u64) -> Children {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_debrief"));
    let arguments = ["reader", "--memory"].map(Into::into).into_iter();
    Children::new(program, arguments.chain([memory.to_string().into()]).collect(), 2)
}

async fn read(
    place: &dyn Confined,
    file: impl Into<Bytes>,
    budget: Duration,
) -> Result<Result<Session, ReadError>, Fault> {
    let known = Known { coaches: vec!["Dana Levi".to_owned()], clients: vec![] };
    session::read(place, vec![("call.vtt".to_owned(), file.into())], known, budget).await
}

/// Returns the children of a process.
fn children_of(parent: u32) -> HashSet<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let mut fields = after_name.split_whitespace();
        let (state, of) = (fields.next(), fields.next().and_then(|id| id.parse::<u32>().ok()));
        of == Some(parent) && state != Some("Z")
    })
    .collect()
}

fn signal(process: u32, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn a_child_reads_as_a_thread_does_and_is_used_again() {
    let (children, mine) = (children(4 << 30), std::process::id());
    for _ in 0..3 {
        let apart = read(&children, VTT, PLENTY).await.unwrap().unwrap();
        let here = read(&InThread, VTT, PLENTY).await.unwrap().unwrap();
        assert_eq!(apart.content, here.content);
        assert_eq!(serde_json::from_slice::<Content>(&apart.json).unwrap(), apart.content);
        assert_eq!(children_of(mine).len(), 1, "the child that was there is used again");
    }
    let noise = &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..];
    let refused = read(&children, noise, PLENTY).await.unwrap().unwrap_err();
    let here = read(&InThread, noise, PLENTY).await.unwrap().unwrap_err();
    assert_eq!((refused.code, refused.message), (here.code, here.message));
    // It ignores signals to all processes of a terminal or a service.
    let child = *children_of(mine).iter().next().unwrap();
    signal(child, "TERM");
    signal(child, "INT");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(read(&children, VTT, PLENTY).await.unwrap().is_ok());
    assert_eq!(children_of(mine), HashSet::from([child]));
    // A child that was killed while idle is no failure.
    signal(child, "KILL");
    eventually("it is gone", async || children_of(mine).is_empty()).await;
    // It can be reaped once its other threads have ended too.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(read(&children, VTT, PLENTY).await.unwrap().is_ok());
}

#[tokio::test]
async fn processor_time_is_bounded() {
    let (children, mine) = (children(4 << 30), std::process::id());
    // Earlier requests do not count.
    for _ in 0..3 {
        read(&children, VTT, SECOND).await.unwrap().unwrap();
    }
    let began = Instant::now();
    let fault = read(&children, heavy(HEAVY_MB), SECOND).await.unwrap_err();
    assert!(matches!(fault, Fault::Overran(_)), "{fault:?}");
    assert_eq!(fault.to_string(), "reading the files took longer than 1 s of processor time");
    println!("ended after {:.1} s", began.elapsed().as_secs_f64());
    assert!(children_of(mine).is_empty());
    assert!(read(&children, VTT, SECOND).await.unwrap().is_ok(), "another takes its place");
}

#[tokio::test]
async fn memory_is_bounded() {
    let children = children(1 << 30);
    let text = Bytes::from(vec![b'x'; 600 << 20]);
    let fault = read(&children, text, PLENTY).await.unwrap_err();
    assert!(matches!(fault, Fault::Failed(_)), "{fault:?}");
    let sentence = "reading the files: its process crashed; it may have run out of memory or stack";
    assert_eq!(fault.to_string(), sentence);
    assert!(read(&children, VTT, PLENTY).await.unwrap().is_ok(), "another takes its place");
}

#[tokio::test]
async fn a_child_ends_with_the_attempt_that_waits_for_it() {
    let (children, mine) = (children(4 << 30), std::process::id());
    let attempt = read(&children, heavy(HEAVY_MB), PLENTY);
    assert!(tokio::time::timeout(Duration::from_millis(1_500), attempt).await.is_err());
    eventually("it is killed", async || children_of(mine).is_empty()).await;
}

#[test]
fn a_child_ends_with_its_parent() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_debrief"))
        .args(["reader", "--memory", &(4_u64 << 30).to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // In the middle of a request as `protocol` describes it, then nothing more.
    let file = heavy(HEAVY_MB);
    let header = json!({"task": "read_session", "budget_ms": 120_000}).to_string();
    let head = json!({"names": ["x.html"], "coaches": [], "clients": []}).to_string();
    let mut input = child.stdin.take().unwrap();
    let mut request = 3_u32.to_le_bytes().to_vec();
    for part in [header.as_bytes(), head.as_bytes(), &file] {
        request.extend((part.len() as u64).to_le_bytes());
    }
    request.extend(header.as_bytes());
    request.extend(head.as_bytes());
    input.write_all(&request).unwrap();
    input.write_all(&file).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it is at work");
    drop(input);
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < Duration::from_secs(5), "it outlives its parent");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// End to end: the session fails with a message, its job is a dead letter, and other jobs are not
/// delayed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_takes_too_long_fails_alone() {
    let setup = Setup::new(Profile::Embedded)
        .set("worker_cpu_budget", "1s")
        .set("worker_backoff_min", "50ms");
    let Some(mut server) = setup.start().await else { return };
    let api = server.api();
    let text = heavy(HEAVY_UPLOAD_MB).to_vec();
    let heavy = api.upload(text, &[]).await;
    let light = api.upload(VTT, &[]).await;
    api.until_ready(&light.id).await;
    let path = format!("/v1/transcripts/{}/status", heavy.id);
    eventually("it has failed", async || api.get(&path).await.expect(200)["state"] == "failed")
        .await;
    let error = api.get(&path).await.expect(200)["error"]["message"].to_string();
    assert!(error.contains("reading it takes longer than this server allows"), "{error}");
    let letter = format!("/v1/dead-letters/parse/{}", heavy.position);
    let letter = api.get(&letter).await.expect(200);
    let history = letter["history"].as_array().unwrap();
    assert_eq!((history.len(), &letter["key"]), (2, &json!("")), "{letter}");
    for attempt in history {
        let error = "reading the files took longer than 1 s of processor time";
        assert_eq!(attempt["error"], error);
    }
    // A child that is killed from outside costs an attempt and nothing else.
    let up = server.process("up").id();
    children_of(up).into_iter().for_each(|child| signal(child, "KILL"));
    let again = api.upload(VTT.replace("Sunday", "Monday"), &[]).await;
    api.until_ready(&again.id).await;
    // The process ends in time although a child is working.
    api.post("/v1/transcripts/process", &json!({"id": heavy.id})).await.expect(202);
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.stop("up").await;
    eventually("no child is left", async || children_of(up).is_empty()).await;
}

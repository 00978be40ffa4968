//! Importing existing transcripts: a folder of thousands of files, and one very long call.
//!
//! - `debrief upload DIR` of 10,000 sessions of ten minutes (1,000 in the short form), until all
//!   are ready, compared with a copy of the same files that syncs each of them: the least that any
//!   program would do.
//! - The same command again, with nothing to do.
//! - A call of four hours, from the first byte sent to `ready`.
//!
//! Embedded; the sessions are generated, with different words. Run by `scripts/bench import`.

mod support;

use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::program::{API_KEY, Program, upload_to_ready};
use support::*;

/// Cues of a session of ten minutes, and of four hours.
const SESSION: usize = 150;
const LONG: usize = 3_600;

#[tokio::main]
async fn main() {
    let mut report = Report::new("import");
    let count = number("DEBRIEF_BENCH_FILES", if full() { 10_000 } else { 1_000 }) as usize;
    let files = directory();
    let mut bytes = 0;
    for n in 0..count {
        let text = session(n, SESSION);
        bytes += text.len();
        std::fs::write(files.path().join(format!("{n:05}.vtt")), text).expect("a file");
    }
    println!("\n{count} files of {:.1} KiB", bytes as f64 / count as f64 / 1024.0);

    let copied = copy(files.path());
    let home = directory();
    let program = Program::up(home.path(), &[]).await;
    let first = import(&program, home.path(), files.path());
    let memory = program.memory();
    let again = import(&program, home.path(), files.path());
    let rate = |took: Duration| count as f64 / took.as_secs_f64();
    let mut arms = vec![
        Arm::new("copied, each synced", "files/s"),
        Arm::new("imported, read and summarized", "files/s"),
        Arm::new("the same command again", "files/s"),
    ];
    for (arm, took) in arms.iter_mut().zip([copied, first, again]) {
        arm.values.push(rate(took));
    }
    report.table("import of a folder", &arms, 0);
    report.note("memory of the server after it", json!(memory), &format!("{memory:.0} MiB"));

    let mut took = Vec::new();
    let mut connection = program.connect().await;
    for n in 0..5 {
        let call = session(1_000_000 + n, LONG);
        took.push(upload_to_ready(&mut connection, call.as_bytes()).await);
    }
    let median = quantile(&took, 0.5);
    report.note("a call of four hours, upload to ready", json!(took), &format!("{median:.0} ms"));
    program.kill();
}

/// Returns a WebVTT file of two people who take turns; `n` makes it unique.
fn session(n: usize, cues: usize) -> String {
    const WORDS: [&str; 24] = [
        "the", "week", "was", "long", "and", "I", "want", "to", "hand", "over", "reports",
        "before", "Friday", "because", "my", "team", "waits", "for", "what", "we", "decided",
        "about", "trust", "plans",
    ];
    let mut text = "WEBVTT\n\n".to_owned();
    let mut seed = n as u64 * 2 + 1;
    for cue in 0..cues {
        let at = |second: usize| {
            format!("{:02}:{:02}:{:02}.000", second / 3600, second / 60 % 60, second % 60)
        };
        let name = if cue % 2 == 0 { "Dana Levi" } else { "Omer Katz" };
        let (from, to) = (at(cue * 4), at(cue * 4 + 4));
        let _ = write!(text, "{}\n{from} --> {to}\n{name}:", cue + 1);
        for _ in 0..9 + cue % 7 {
            // A linear congruential generator: Knuth, TAOCP 2, 3.3.4, as in MMIX.
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let _ = write!(text, " {}", WORDS[(seed >> 33) as usize % WORDS.len()]);
        }
        let _ = write!(text, " {n}.\n\n");
    }
    text
}

fn copy(files: &Path) -> Duration {
    let to = directory();
    let began = Instant::now();
    for entry in std::fs::read_dir(files).expect("the folder") {
        let from = entry.expect("an entry").path();
        let target = to.path().join(from.file_name().expect("a name"));
        std::fs::copy(&from, &target).expect("a copy");
        std::fs::File::open(&target).and_then(|file| file.sync_all()).expect("a sync");
    }
    began.elapsed()
}

fn import(program: &Program, home: &Path, files: &Path) -> Duration {
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_debrief"))
        .args(["upload", "--url", &format!("http://{}", program.address), "--data-dir"])
        .arg(home)
        .arg(files)
        .env("DEBRIEF_API_KEY", API_KEY)
        .stderr(Stdio::null())
        .output()
        .expect("the program");
    let took = began.elapsed();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    println!("  {}", said.trim());
    took
}

//! What one organization notices of work that another makes as heavy as it can.
//!
//! The control arm of each test is the same server without that work. `scripts/prove` holds the 95th
//! percentile of the time from an upload to `ready` to twice that of the control arm; the short form,
//! beside other tests on the same cores, to [`SHORT`] times.

mod support;

use std::io::Write;
use std::time::{Duration, Instant};

use support::{Api, Profile, Server, Setup, VTT};

const SHORT: f64 = 8.0;
const UPLOADS: usize = 20;
/// What a person does not notice; below it, ratios are noise.
const UNNOTICED: Duration = Duration::from_millis(150);

fn full() -> bool {
    std::env::var("DEBRIEF_TEST_FULL").is_ok_and(|value| value == "1")
}

/// Uploads small sessions one after another; returns the 95th percentile until `ready`.
async fn p95(api: &Api) -> Duration {
    let mut times = Vec::with_capacity(UPLOADS);
    for _ in 0..UPLOADS {
        let began = Instant::now();
        let uploaded = api.upload(VTT, &[]).await;
        api.until_ready(&uploaded.id).await;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times[UPLOADS * 95 / 100 - 1]
}

async fn start() -> Option<(Server, Api, Api)> {
    let server = Setup::new(Profile::Embedded).start().await?;
    let (attacker, other) = (server.api(), server.organization("Other").await);
    // Programs are loaded and caches filled before the first arm.
    p95(&other).await;
    Some((server, attacker, other))
}

fn compare(what: &str, without: Duration, with: Duration) {
    let ratio = with.as_secs_f64() / without.max(UNNOTICED).as_secs_f64();
    println!("P5 {what}: others' p95 {with:.0?} instead of {without:.0?}, {ratio:.2} times");
    let bound = if full() { 2.0 } else { SHORT };
    assert!(ratio <= bound, "{what}: {with:?} instead of {without:?}");
}

/// How many of these transcripts are still to be worked on.
async fn undone(api: &Api, ids: &[String]) -> usize {
    let mut undone = 0;
    for id in ids {
        let state = api.get(&format!("/v1/transcripts/{id}/status")).await.expect(200);
        undone += usize::from(!matches!(state["state"].as_str(), Some("ready" | "failed")));
    }
    undone
}

/// Megabytes of attributes in one element: quadratic in the tokenizer.
fn attributes(mb: usize) -> Vec<u8> {
    let mut file = b"<html><body><p>Noa: hi there</p><p>Ben: yes</p><div".to_vec();
    let mut n = 0_u64;
    while file.len() < mb << 20 {
        n += 1;
        write!(file, " a{n:x}").unwrap();
    }
    file.extend(b"><p>Noa: good to hear that</p></div></body></html>");
    file
}

/// A small PDF with forms nested in forms.
fn nested_forms(n: usize) -> Vec<u8> {
    let calls = "/X Do ".repeat(40 + n % 7);
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R \
         /Resources << /XObject << /X 5 0 R >> >> >>"
            .to_owned(),
    ];
    objects.extend((4..=12).map(|number| {
        let next = number + 1;
        let length = calls.len();
        format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length {length} \
             /Resources << /XObject << /X {next} 0 R >> >> >>\nstream\n{calls}\nendstream"
        )
    }));
    let mut file = format!("%PDF-1.4\n% {n}\n").into_bytes();
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(file.len());
        write!(file, "{} 0 obj\n{object}\nendobj\n", i + 1).unwrap();
    }
    let start = file.len();
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).unwrap();
    places.iter().for_each(|place| writeln!(file, "{place:010} 00000 n ").unwrap());
    let size = places.len() + 1;
    write!(file, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").unwrap();
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_nothing_but_attributes() {
    let Some((_server, attacker, other)) = start().await else { return };
    let without = p95(&other).await;
    let file = attributes(if full() { 10 } else { 4 });
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(attacker.upload(file.clone(), &[]).await.id);
    }
    let with = p95(&other).await;
    compare("four HTML files of nothing but attributes", without, with);
    for id in &ids {
        attacker.until_ready(id).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_nested_in_forms() {
    let Some((_server, attacker, other)) = start().await else { return };
    let without = p95(&other).await;
    let mut ids = Vec::new();
    for n in 0..40 {
        ids.push(attacker.upload(nested_forms(n), &[]).await.id);
    }
    let with = p95(&other).await;
    compare("40 PDFs of forms nested in forms", without, with);
}

/// Work is shared between organizations: a thousand files of one do not come before another's one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_files() {
    let Some((_server, attacker, other)) = start().await else { return };
    let without = p95(&other).await;
    let files = if full() { 1_000 } else { 200 };
    let mut ids = Vec::new();
    for n in 0..files {
        let file = VTT.replace("Sunday", &format!("day {n}"));
        ids.push(attacker.upload(file, &[]).await.id);
    }
    let with = p95(&other).await;
    let left = undone(&attacker, &ids).await;
    println!("{left} of {files} files of the other organization were not done");
    compare("a folder of files of another organization", without, with);
}

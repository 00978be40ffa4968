//! Prints how fast a model in this process embeds, and what memory it takes:
//!
//! ```text
//! scripts/install-model
//! cargo run --release -p debrief-infra --features candle --example embed_speed -- models/all-MiniLM-L6-v2
//! ```
//!
//! `RAYON_NUM_THREADS` says on how many cores.

use debrief_infra::embeddings::{Embedder, Role, from_url};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const QUESTIONS: usize = 100;

#[tokio::main]
async fn main() -> Outcome<()> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "models/all-MiniLM-L6-v2".to_owned());
    let before = memory("VmRSS");
    let start = Instant::now();
    let model = from_url(&format!("candle:{directory}"), None).await?.ok_or("no model")?;
    println!("{} loaded in {:.2} s", model.model(), start.elapsed().as_secs_f64());
    println!("memory: {} MiB after, {} MiB at most", memory("VmRSS") - before, memory("VmHWM"));
    // Once, so that nothing is measured that happens once.
    model.embed(&passages(32, 38), Role::Passage).await?;

    for (words, count) in [(38, 512), (240, 96)] {
        let texts = passages(count, words);
        let (start, busy) = (Instant::now(), cores());
        for batch in texts.chunks(model.batch()) {
            model.embed(batch, Role::Passage).await?;
        }
        let rate = count as f64 / start.elapsed().as_secs_f64();
        let each = (cores() - busy) * 1e3 / count as f64;
        println!("passages of {words} words: {rate:.1} a second, {each:.1} ms of a core for each");
    }
    report("questions, nothing else to do", ask(&*model).await?);

    // What a coach feels while sessions come in: four workers embed as fast as they can.
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let model: Arc<dyn Embedder> = model.clone();
            tokio::spawn(async move {
                let texts = passages(32, 240);
                while model.embed(&texts, Role::Passage).await.is_ok() {}
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    report("questions, four workers embedding", ask(&*model).await?);
    for worker in workers {
        worker.abort();
    }
    println!("memory: {} MiB after, {} MiB at most", memory("VmRSS") - before, memory("VmHWM"));
    Ok(())
}

/// How long each question took, shortest first.
async fn ask(model: &dyn Embedder) -> Outcome<Vec<Duration>> {
    let mut times = Vec::with_capacity(QUESTIONS);
    for index in 0..QUESTIONS {
        let question = format!("what did the athlete say about sleep before race {index}?");
        let start = Instant::now();
        model.embed(&[question], Role::Question).await?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times)
}

fn report(what: &str, times: Vec<Duration>) {
    let at = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1e3;
    println!("{what}: median {:.1} ms, p95 {:.1} ms", at(50), at(95));
}

/// Texts of so many words, as people speak.
fn passages(count: usize, words: usize) -> Vec<String> {
    const WORDS: &str = "so what I noticed this week is that I keep waking up at four and then the \
        race comes back to me and I plan it again and again you said we could write it down before \
        bed and honestly I did it twice it helped on Tuesday less on Thursday because work was mad \
        my manager moved the deadline and I said yes as always";
    let spoken: Vec<&str> = WORDS.split_whitespace().collect();
    let passage = |index: usize| {
        let words = (0..words).map(|place| spoken[(index * 7 + place) % spoken.len()]);
        format!("{index}: {}", words.collect::<Vec<_>>().join(" "))
    };
    (0..count).map(passage).collect()
}

/// A line of this process's memory in MiB; 0 where the system does not tell.
fn memory(field: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field));
    let kibibytes = line.and_then(|it| it.split_whitespace().nth(1)?.parse::<usize>().ok());
    kibibytes.unwrap_or_default() / 1024
}

/// Seconds that cores have worked for this process, however busy others kept the machine; 0 where
/// the system does not tell.
fn cores() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // User and system time in hundredths, counted from the name's end.
    fields.skip(11).take(2).filter_map(|it| it.parse::<f64>().ok()).sum::<f64>() / 100.0
}

//! How fast vectors are written and found.
//!
//! ```text
//! cargo run --release -p debrief-infra --example vector_speed            # sqlite, all sizes
//! cargo run --release -p debrief-infra --example vector_speed -- 50000   # one size
//! cargo run --release -p debrief-infra --features qdrant --example vector_speed -- \
//!     5000 qdrant:http://127.0.0.1:6334
//! ```
//!
//! The vectors are clustered as those of passages are: what all have in common, what a session is
//! about, a topic, and the rest.

use chrono::{DateTime, TimeDelta, Utc};
use debrief_domain::ids::{ClientId, OrganizationId, TranscriptId};
use debrief_domain::subject::Subject;
use debrief_infra::vectors::{Entry, Filters, Neighbor, SessionInfo, State, from_url};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

const DIMENSIONS: usize = 384;
const PASSAGES: usize = 50;
const CLIENTS: usize = 100;
const OTHERS: usize = 200_000;
const QUESTIONS: usize = 100;
const LIMIT: usize = 100;
const COLLECTION: &str = "speed";

type Anyhow<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Anyhow<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let sizes = match arguments.first() {
        Some(size) => vec![size.parse()?],
        None => vec![5_000, 50_000, 200_000],
    };
    for size in sizes {
        let directory = std::env::temp_dir().join(format!("vector-speed-{}", Uuid::now_v7()));
        let file = directory.join("vectors.db");
        let url = arguments.get(1).cloned();
        let url = url.unwrap_or_else(|| format!("sqlite:{}", file.display()));
        let measured = measure(&url, &file, size).await;
        let _ = std::fs::remove_dir_all(&directory);
        measured?;
    }
    Ok(())
}

async fn measure(url: &str, file: &Path, size: usize) -> Anyhow<()> {
    let store = from_url(url, std::env::var("QDRANT_API_KEY").ok().as_deref()).await?;
    let state = State {
        model: "clustered".to_owned(),
        embeddings_url: "none".to_owned(),
        epoch: "speed".to_owned(),
        position: 0,
        event: None,
        complete: true,
    };
    store.drop_collection(COLLECTION).await?;
    store.put_state(COLLECTION, &state, Some(DIMENSIONS)).await?;
    let mut world = World::new();
    let organization = OrganizationId(Uuid::now_v7());
    let others: Vec<OrganizationId> = (0..20).map(|_| OrganizationId(Uuid::now_v7())).collect();
    let (mut own, mut spent) = (Vec::new(), Duration::ZERO);
    for n in 0..(size + OTHERS) / PASSAGES {
        // Spread among the others, as sessions come in.
        let ours = n * size / (size + OTHERS) < (n + 1) * size / (size + OTHERS);
        let organization = if ours { organization } else { others[n % others.len()] };
        let (session, entries) = world.session(organization, n);
        let start = Instant::now();
        store.replace(COLLECTION, &session, &entries).await?;
        spent += start.elapsed();
        if ours {
            own.extend(entries.into_iter().map(|it| (it.id, it.vector.unwrap_or_default())));
        }
    }
    let written = (size + OTHERS) as f64 / spent.as_secs_f64();
    let bytes = std::fs::metadata(file).map_or(0, |it| it.len());
    println!(
        "{} passages + {OTHERS} of others: {written:.0} inserts/s, {} MB, {:.0} bytes a passage",
        own.len(),
        bytes >> 20,
        bytes as f64 / (size + OTHERS) as f64
    );
    let some = |names: &[&str]| names.iter().map(|&it| it.to_owned()).collect::<Vec<String>>();
    let filters = [
        ("no filter", Filters::default()),
        ("a client, 1 %", Filters { clients: vec![client(7)], ..Filters::default() }),
        ("a kind, 1 %", Filters { kinds: some(&["notes"]), ..Filters::default() }),
        ("a speaker, 50 %", Filters { speakers: some(&["Coach"]), ..Filters::default() }),
        (
            "the later half, 50 %",
            Filters { from: Some(at((size + OTHERS) / PASSAGES / 2)), ..Filters::default() },
        ),
    ];
    for (name, filters) in filters {
        let mut times = Vec::new();
        let (mut recall, mut found) = (0.0, 0);
        for n in 0..QUESTIONS {
            let question = world.question();
            let start = Instant::now();
            let near = store.nearest(COLLECTION, organization, &question, LIMIT, &filters).await?;
            times.push(start.elapsed());
            found += near.len();
            if filters == Filters::default() && n < 20 {
                recall += recall_at_50(&own, &question, &near) / 20.0;
            }
        }
        times.sort();
        let ms = |at: usize| times[at * QUESTIONS / 100].as_secs_f64() * 1e3;
        print!("  {name}: p50 {:.1} ms, p95 {:.1} ms, found {}", ms(50), ms(95), found / QUESTIONS);
        if filters == Filters::default() {
            print!(", recall@50 {recall:.4}");
        }
        println!();
    }
    store.drop_collection(COLLECTION).await?;
    Ok(())
}

/// The share of the 50 nearest, by comparing all, that was found.
fn recall_at_50(own: &[(Uuid, Vec<f32>)], question: &[f32], near: &[Neighbor]) -> f64 {
    let dot = |v: &[f32]| v.iter().zip(question).map(|(a, b)| a * b).sum::<f32>();
    let mut exact: Vec<(f32, Uuid)> = own.iter().map(|(id, v)| (dot(v), *id)).collect();
    exact.sort_by(|a, b| b.0.total_cmp(&a.0));
    let found = exact[..50].iter().filter(|(_, id)| near[..50].iter().any(|it| it.id == *id));
    found.count() as f64 / 50.0
}

fn client(n: usize) -> ClientId {
    ClientId(Uuid::from_u128(n as u128))
}

fn at(session: usize) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(session as i64)
}

struct World {
    random: StdRng,
    common: Vec<f32>,
    topics: Vec<Vec<f32>>,
}

impl World {
    fn new() -> Self {
        let mut random = StdRng::seed_from_u64(1);
        let common = direction(&mut random);
        let topics = (0..300).map(|_| direction(&mut random)).collect();
        Self { random, common, topics }
    }

    fn session(&mut self, organization: OrganizationId, n: usize) -> (SessionInfo, Vec<Entry>) {
        let session = SessionInfo {
            organization,
            subject: Subject::Transcript(TranscriptId(Uuid::now_v7())),
            client: Some(client(self.random.random_range(0..CLIENTS))),
            coaches: vec!["Coach".to_owned()],
            at: at(n),
        };
        let about = self.about();
        let entries = (0..PASSAGES).map(|passage| {
            let speaker = if passage % 2 == 0 { "Coach" } else { "Client" };
            let kind = if self.random.random_bool(0.01) { "notes" } else { "turns" };
            Entry {
                id: Uuid::new_v4(),
                kind: kind.to_owned(),
                speakers: vec![speaker.to_owned()],
                language: Some("en".to_owned()),
                vector: Some(self.passage(&about)),
            }
        });
        (session, entries.collect())
    }

    fn question(&mut self) -> Vec<f32> {
        let about = self.about();
        self.passage(&about)
    }

    fn about(&mut self) -> Vec<f32> {
        let topic = self.random.random_range(0..self.topics.len());
        let own = direction(&mut self.random);
        self.topics[topic].iter().zip(own).map(|(topic, own)| 0.6 * topic + 0.4 * own).collect()
    }

    fn passage(&mut self, about: &[f32]) -> Vec<f32> {
        let topic = self.random.random_range(0..self.topics.len());
        let own = direction(&mut self.random);
        let mixed = (0..DIMENSIONS).map(|n| {
            0.3 * self.common[n] + 0.6 * about[n] + 0.4 * self.topics[topic][n] + 0.6 * own[n]
        });
        normalized(mixed.collect())
    }
}

fn direction(random: &mut StdRng) -> Vec<f32> {
    let bell = |_| (0..4).map(|_| random.random_range(-1.0..1.0)).sum();
    normalized((0..DIMENSIONS).map(bell).collect())
}

fn normalized(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}

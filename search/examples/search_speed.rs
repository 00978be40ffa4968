//! Measures how fast an index answers and is filled, next to raw tantivy on the same passages.
//!
//! ```text
//! search_speed FILE.jsonl… [--passages 5000,50000,200000]
//! ```
//!
//! The passages are those of meetings in the format of QMSum, repeated as new sessions until there
//! are enough, each with unique words in front of every turn, so that the number of terms grows
//! with the index; the questions are those of the meetings. All passages belong to one
//! organization. Raw tantivy has one text field with its own English tokenizer and searches for any
//! of the same words; SQLite's FTS5 has its porter tokenizer and does the same. Vectors are
//! computed from a text's words, each with a direction of its own in 384 dimensions: their meaning
//! does not affect times.

mod meetings;

use chrono::{DateTime, Duration, Utc};
use debrief_domain::ids::{OrganizationId, TranscriptId};
use debrief_domain::principal::Viewer;
use debrief_domain::subject::Subject;
use debrief_infra::vectors::{
    Entry, Filters as VectorFilters, Neighbor, SessionInfo, SqliteStore, State, VectorStore,
};
use debrief_search::dense::chunks;
use debrief_search::index::{Checkpoint, Index, SCHEMA};
use debrief_search::passages;
use debrief_search::query::NEAR_MAX;
use debrief_search::query::{Filters, Query, Snapshot};
use debrief_sessions::Session;
use meetings::{Meeting, Outcome, asked, content};
use sqlx::{ConnectOptions, Connection};
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::time::Instant;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Query as EngineQuery, TermQuery};
use tantivy::schema::{IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Term, doc};
use uuid::Uuid;

/// Number of questions asked of each index.
const QUESTIONS: usize = 400;
const ORGANIZATION: OrganizationId = OrganizationId(Uuid::from_u128(1));

fn session(meeting: &Meeting, number: usize) -> Session {
    let held = DateTime::UNIX_EPOCH + Duration::hours(20_000 + number as i64);
    Session {
        held_at: Some(held),
        language: Some("en".to_owned()),
        content: Some(content(meeting, |turn| format!("own{}x{} ", number % 5_000, turn % 7))),
        ..Session::new(
            ORGANIZATION,
            Subject::Transcript(TranscriptId(Uuid::from_u128(number as u128 + 1))),
            held,
        )
    }
}

/// Returns the median and 95th percentile of the times of questions, in milliseconds.
fn timed(
    questions: &[Query],
    mut ask: impl FnMut(&Query) -> Outcome<usize>,
) -> Outcome<(f64, f64)> {
    for question in questions.iter().take(50) {
        ask(question)?;
    }
    let mut times = Vec::with_capacity(questions.len());
    for question in questions {
        let begun = Instant::now();
        std::hint::black_box(ask(question)?);
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok((times[times.len() / 2], times[times.len() * 95 / 100]))
}

fn size_of(directory: &Path) -> Outcome<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)? {
        // Segments that were merged may go in between.
        bytes += entry?.metadata().map_or(0, |metadata| metadata.len());
    }
    Ok(bytes)
}

fn row(name: &str, (median, high): (f64, f64)) {
    println!("| {name} | {median:.2} | {high:.2} |");
}

/// As many dimensions as all-MiniLM-L6-v2 has.
const DIMENSIONS: usize = 384;

/// Returns the sum of a direction for each word.
fn vector(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0_f32; DIMENSIONS];
    for word in text.split_whitespace() {
        let mut hasher = std::hash::DefaultHasher::new();
        word.hash(&mut hasher);
        let mut state = hasher.finish() | 1;
        for value in &mut vector {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            *value += if state & 1 == 0 { 1.0 } else { -1.0 };
        }
    }
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::EPSILON);
    vector.iter().map(|value| value / length).collect()
}

/// Vectors of all sessions.
struct Dense {
    runtime: tokio::runtime::Runtime,
    store: SqliteStore,
    directory: tempfile::TempDir,
}

impl Dense {
    fn new() -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let directory = tempfile::tempdir()?;
        let store = runtime.block_on(SqliteStore::open(directory.path().join("vectors.db")))?;
        let state = State {
            model: "words".to_owned(),
            embeddings_url: String::new(),
            epoch: String::new(),
            position: 0,
            event: None,
            complete: true,
        };
        runtime.block_on(store.put_state("speed", &state, Some(DIMENSIONS)))?;
        Ok(Self { runtime, store, directory })
    }

    /// Stores a session; returns the number of vectors and how long the store took.
    fn add(&self, session: &Session) -> Outcome<(usize, std::time::Duration)> {
        let chunks = chunks::of_passages(session.subject, &passages::of_session(session));
        let entries: Vec<Entry> = chunks
            .into_iter()
            .map(|chunk| Entry { vector: Some(vector(&chunk.text)), ..chunk.entry })
            .collect();
        let info = SessionInfo {
            organization: ORGANIZATION,
            subject: session.subject,
            client: None,
            coaches: Vec::new(),
            at: session.held_at.unwrap_or(session.uploaded_at),
        };
        let begun = Instant::now();
        self.runtime.block_on(self.store.replace("speed", &info, &entries))?;
        Ok((entries.len(), begun.elapsed()))
    }

    fn near(&self, query: &Query) -> Outcome<Vec<Neighbor>> {
        let question = vector(&query.words);
        let filters = VectorFilters {
            from: query.filters.from,
            to: query.filters.to,
            ..VectorFilters::default()
        };
        let near = self.store.nearest("speed", ORGANIZATION, &question, NEAR_MAX, &filters);
        Ok(self.runtime.block_on(near)?)
    }
}

/// SQLite's own full-text search over the same texts.
fn fts5(questions: &[Query], texts: &[String]) -> Outcome<((f64, f64), f64)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("fts.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = runtime.block_on(options.connect())?;
    let begun = Instant::now();
    runtime.block_on(async {
        let create = "CREATE VIRTUAL TABLE passages USING fts5(text, tokenize = 'porter')";
        sqlx::query(create).execute(&mut connection).await?;
        let mut transaction = connection.begin().await?;
        for text in texts {
            let insert = sqlx::query("INSERT INTO passages (text) VALUES ($1)").bind(text);
            insert.execute(&mut *transaction).await?;
        }
        transaction.commit().await
    })?;
    let rate = texts.len() as f64 / begun.elapsed().as_secs_f64();
    let times = timed(questions, |query| {
        let words: Vec<String> = query
            .words
            .split_whitespace()
            .map(|word| format!("\"{}\"", word.replace('"', "")))
            .collect();
        if words.is_empty() {
            return Ok(0);
        }
        let select = "SELECT text FROM passages WHERE passages MATCH $1 ORDER BY rank LIMIT 10";
        let rows = sqlx::query(select).bind(words.join(" OR ")).fetch_all(&mut connection);
        Ok(runtime.block_on(rows)?.len())
    })?;
    Ok((times, rate))
}

fn measure(meetings: &[Meeting], questions: &[Query], wanted: usize) -> Outcome<()> {
    let dense = Dense::new()?;
    let (mut vectors, mut storing) = (0, std::time::Duration::ZERO);
    let directory = tempfile::tempdir()?;
    let index = Index::create(directory.path())?;
    let mut writer = index.writer()?;
    let (raw_directory, mut raw_texts) = (tempfile::tempdir()?, Vec::new());
    let begun = Instant::now();
    let (mut count, mut number) = (0, 0);
    let mut sessions = Vec::new();
    while count < wanted {
        let session = session(&meetings[number % meetings.len()], number);
        count += writer.replace(&session)?;
        number += 1;
        sessions.push(session);
        if number.is_multiple_of(100) {
            commit(&mut writer)?;
        }
    }
    commit(&mut writer)?;
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    let bytes = size_of(directory.path())?;
    println!(
        "\n### {count} passages of {number} sessions\n\nIndexed {rate:.0} passages/s; {:.1} MiB on disk, \
         {:.2} KiB a passage.\n",
        bytes as f64 / f64::from(1 << 20),
        bytes as f64 / 1024.0 / count as f64
    );
    for session in sessions {
        let (count, took) = dense.add(&session)?;
        vectors += count;
        storing += took;
    }
    println!(
        "{vectors} vectors, stored at {:.0} a second; {:.1} MiB on disk.\n",
        vectors as f64 / storing.as_secs_f64(),
        size_of(dense.directory.path())? as f64 / f64::from(1 << 20)
    );
    println!("| ms | p50 | p95 |\n|---|---|---|");
    let ten = |query: &Query| {
        Ok(Snapshot::by(&index, Viewer::everything(ORGANIZATION))?
            .search(query, &["en"], 10, 0, |_| false)?
            .hits
            .len())
    };
    row("debrief, by words: ten hits with highlights and an answer", timed(questions, ten)?);
    let from: DateTime<Utc> = DateTime::UNIX_EPOCH + Duration::hours(20_000 + number as i64 / 2);
    let filtered = |query: &Query| {
        let filters = Filters { from: Some(from), ..Filters::default() };
        ten(&Query { filters, ..query.clone() })
    };
    row("… of half of the dates", timed(questions, filtered)?);
    row(
        "by meaning: the 200 nearest chunks",
        timed(questions, |query| Ok(dense.near(query)?.len()))?,
    );
    let fused = |query: &Query| {
        let mut query = query.clone();
        query.dense.near = dense.near(&query)?;
        ten(&query)
    };
    row("fused: ten hits with highlights and an answer", timed(questions, fused)?);
    let fused_filtered = |query: &Query| {
        let filters = Filters { from: Some(from), ..Filters::default() };
        fused(&Query { filters, ..query.clone() })
    };
    row("… of half of the dates", timed(questions, fused_filtered)?);

    // Raw tantivy, on the same passages.
    for number in 0..number {
        let session = session(&meetings[number % meetings.len()], number);
        raw_texts.extend(passages::of_session(&session).into_iter().map(|passage| {
            let lines = passage.lines.iter().map(|line| line.text.as_str());
            lines.collect::<Vec<_>>().join("\n")
        }));
    }
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("en_stem")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let options = TextOptions::default().set_indexing_options(indexing) | STORED;
    let field = schema.add_text_field("text", options);
    let raw = tantivy::Index::create_in_dir(raw_directory.path(), schema.build())?;
    let mut raw_writer = raw.writer_with_num_threads(1, 50_000_000)?;
    let begun = Instant::now();
    for text in &raw_texts {
        raw_writer.add_document(doc!(field => text.as_str()))?;
    }
    raw_writer.commit()?;
    let rate = raw_texts.len() as f64 / begun.elapsed().as_secs_f64();
    let reader = raw.reader()?;
    let mut tokenizer = raw.tokenizer_for_field(field)?;
    let raw_ask = |query: &Query| {
        let mut terms: Vec<Box<dyn EngineQuery>> = Vec::new();
        tokenizer.token_stream(&query.words).process(&mut |token| {
            let term = Term::from_field_text(field, &token.text);
            terms.push(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)));
        });
        let searcher = reader.searcher();
        let top = TopDocs::with_limit(10).order_by_score();
        let found = searcher.search(&BooleanQuery::union(terms), &top)?;
        for (_, address) in &found {
            let _: tantivy::TantivyDocument = searcher.doc(*address)?;
        }
        Ok(found.len())
    };
    row("raw tantivy, ten documents", timed(questions, raw_ask)?);
    let (times, fts_rate) = fts5(questions, &raw_texts)?;
    row("SQLite FTS5, ten rows", times);
    println!("\nFTS5 indexed {fts_rate:.0} passages/s in one transaction.");
    println!(
        "\nRaw tantivy indexed {rate:.0} passages/s in one commit; {:.1} MiB on disk.",
        size_of(raw_directory.path())? as f64 / f64::from(1 << 20)
    );

    // While another thread writes.
    let writing = std::sync::atomic::AtomicBool::new(true);
    let beside = std::thread::scope(|scope| {
        let writer = scope.spawn(|| -> Outcome<()> {
            let mut number = number;
            while writing.load(std::sync::atomic::Ordering::Relaxed) {
                for _ in 0..5 {
                    let session = session(&meetings[number % meetings.len()], number);
                    writer.replace(&session)?;
                    dense.add(&session)?;
                    number += 1;
                }
                commit(&mut writer)?;
            }
            Ok(())
        });
        let beside = timed(questions, ten).and_then(|words| Ok((words, timed(questions, fused)?)));
        writing.store(false, std::sync::atomic::Ordering::Relaxed);
        writer.join().map_err(|_| "the writer panicked")??;
        beside
    })?;
    println!(
        "\nWhile another thread writes both and commits without a pause, by words: p50 {:.2} ms, p95 \
         {:.2} ms; fused: p50 {:.2} ms, p95 {:.2} ms.",
        beside.0.0, beside.0.1, beside.1.0, beside.1.1
    );
    Ok(())
}

fn commit(writer: &mut debrief_search::index::Writer) -> Outcome<()> {
    Ok(writer.commit(&Checkpoint {
        schema: SCHEMA,
        epoch: String::new(),
        position: 0,
        event: None,
    })?)
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut files, mut sizes) = (Vec::new(), vec![5_000, 50_000, 200_000]);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--passages" => {
                let given = arguments.next().unwrap_or_default();
                sizes = given.split(',').map(str::parse).collect::<Result<_, _>>()?;
            }
            _ => files.push(argument),
        }
    }
    let meetings = meetings::read(&files)?;
    if meetings.is_empty() {
        return Err("usage: search_speed FILE.jsonl… [--passages 5000,50000]".into());
    }
    let askings = meetings.iter().flat_map(|meeting| &meeting.specific_query_list);
    // The same that `qmsum` scores.
    let askings = askings.filter(|asking| !asking.relevant_text_span.is_empty());
    let questions: Vec<Query> =
        askings.map(|asking| asked(&asking.query)).take(QUESTIONS).collect();
    for size in sizes {
        measure(&meetings, &questions, size)?;
    }
    Ok(())
}

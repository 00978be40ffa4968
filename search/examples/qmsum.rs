//! Measures retrieval quality on meetings with questions and gold spans in the format of QMSum
//! (Zhong et al., NAACL 2021, https://aclanthology.org/2021.naacl-main.472).
//!
//! ```text
//! qmsum score FILE.jsonl… [--window N] [--ranks NAME=FILE]…   # a table
//!     [--embeddings URL [--whole] [--tune]]                   # with search by meaning
//! qmsum dump FILE.jsonl… --to DIR [--window N]               # passages and questions, for others
//! ```
//!
//! With `--embeddings`, questions are embedded by their content words, or verbatim with `--whole`;
//! `--tune` tries other weights of meaning against words. All meetings are in one index. A file of
//! ranks has a line of JSON for each question: the numbers of passages in the order in which
//! another engine found them. One rule applies to all engines: a passage that shares turns with a
//! better one is left out.
//!
//! - hit@k: among the first k passages is one of the right meeting that shares a turn with the gold
//!   span;
//! - MRR@10: mean of 1 / rank of the first such passage, 0 beyond the tenth;
//! - recall at n words: of the words of the gold turns, how many are among the first n words found.

mod meetings;

use chrono::DateTime;
use debrief_domain::ids::{OrganizationId, TranscriptId};
use debrief_domain::principal::Viewer;
use debrief_domain::subject::Subject;
use debrief_infra::embeddings::{self, Role};
use debrief_infra::vectors::Neighbor;
use debrief_search::dense::chunks;
use debrief_search::index::{Checkpoint, Index, SCHEMA};
use debrief_search::passages::{self, Kind, Passage};
use debrief_search::query::NEAR_MAX;
use debrief_search::query::Snapshot;
use debrief_sessions::Session;
use meetings::{Failure, Meeting, Outcome, asked, content};
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use uuid::Uuid;

/// Number of passages that are ranked for one question.
const DEPTH: usize = 60;
/// Budgets of retrieved words.
const BUDGETS: [usize; 2] = [500, 1_000];

struct Question {
    text: String,
    meeting: usize,
    gold: HashSet<u32>,
}

/// A passage as all engines see it: its meeting and its turns.
type Place = (usize, u32, u32);

fn id(meeting: usize) -> TranscriptId {
    TranscriptId(Uuid::from_u128(meeting as u128 + 1))
}

fn read(files: &[String]) -> Outcome<(Vec<Meeting>, Vec<Question>)> {
    let meetings = meetings::read(files)?;
    let mut questions = Vec::new();
    for (at, meeting) in meetings.iter().enumerate() {
        for asking in &meeting.specific_query_list {
            let mut gold = HashSet::new();
            for span in &asking.relevant_text_span {
                if let [from, to] = span.as_slice() {
                    gold.extend(from.trim().parse::<u32>()?..=to.trim().parse::<u32>()?);
                }
            }
            questions.push(Question { text: asking.query.clone(), meeting: at, gold });
        }
    }
    Ok((meetings, questions))
}

fn passages(meetings: &[Meeting], window: usize) -> Vec<(usize, Passage)> {
    let of = |(at, meeting): (usize, &Meeting)| {
        let windows = passages::windows(&content(meeting, |_| String::new()), Some("en"), window);
        windows.into_iter().map(move |passage| (at, passage)).collect::<Vec<_>>()
    };
    meetings.iter().enumerate().flat_map(of).collect()
}

fn place(meeting: usize, passage: &Passage) -> Place {
    let (from, to) = passage.turns().unwrap_or_default();
    (meeting, from, to)
}

/// Drops passages that share turns with a better one.
fn apart(ranked: impl Iterator<Item = (Place, String)>) -> Vec<(Place, String)> {
    let mut kept: Vec<(Place, String)> = Vec::new();
    for (place, text) in ranked {
        let shares = |other: &(Place, String)| {
            other.0.0 == place.0 && other.0.1 <= place.2 && place.1 <= other.0.2
        };
        if !kept.iter().any(shares) {
            kept.push((place, text));
        }
    }
    kept
}

#[derive(Default)]
struct Scores {
    hit1: f64,
    hit10: f64,
    mrr10: f64,
    recall: [f64; BUDGETS.len()],
}

/// Returns the scores of one question.
fn score(question: &Question, meeting: &Meeting, found: &[(Place, String)]) -> Scores {
    let right = |place: &Place| {
        place.0 == question.meeting && (place.1..=place.2).any(|turn| question.gold.contains(&turn))
    };
    let rank = found.iter().position(|(place, _)| right(place));
    let words = |turn: u32| {
        let said = meeting.meeting_transcripts.get(turn as usize);
        said.map_or(0, |said| said.content.split_whitespace().count())
    };
    let gold: usize = question.gold.iter().map(|turn| words(*turn)).sum();
    let mut scores = Scores {
        hit1: f64::from(u8::from(rank == Some(0))),
        hit10: f64::from(u8::from(rank.is_some_and(|rank| rank < 10))),
        mrr10: rank.filter(|rank| *rank < 10).map_or(0.0, |rank| 1.0 / (rank + 1) as f64),
        ..Scores::default()
    };
    for (budget, recall) in BUDGETS.iter().zip(&mut scores.recall) {
        let (mut left, mut covered) = (*budget, 0);
        for (place, text) in found {
            // Lines are `turn TAB words`.
            for line in text.lines() {
                let (turn, said) = line.split_once('\t').unwrap_or(("", line));
                let taken = said.split_whitespace().count().min(left);
                left -= taken;
                let is_gold = turn.parse().is_ok_and(|turn| question.gold.contains(&turn));
                if place.0 == question.meeting && is_gold {
                    covered += taken;
                }
            }
        }
        *recall = covered as f64 / gold.max(1) as f64;
    }
    scores
}

fn lines(passage: &Passage) -> String {
    let line = |line: &passages::Line| {
        let said: Vec<&str> = line.text.split_whitespace().collect();
        format!("{}\t{}\n", line.turn, said.join(" "))
    };
    passage.lines.iter().map(line).collect()
}

/// Returns an index of all meetings, in memory.
fn index(passages: &[(usize, Passage)], organization: OrganizationId) -> Outcome<Index> {
    let index = Index::in_memory()?;
    let mut writer = index.writer()?;
    for of_meeting in passages.chunk_by(|(one, _), (other, _)| one == other) {
        let number = of_meeting.first().map_or(0, |(meeting, _)| *meeting);
        let session =
            Session::new(organization, Subject::Transcript(id(number)), DateTime::UNIX_EPOCH);
        let passages = of_meeting.iter().map(|(_, passage)| passage.clone()).collect();
        writer.replace_by(&session, passages)?;
    }
    writer.commit(&Checkpoint {
        schema: SCHEMA,
        epoch: String::new(),
        position: 0,
        event: None,
    })?;
    Ok(index)
}

fn mean(all: &[Scores], of: Measure) -> f64 {
    all.iter().map(of).sum::<f64>() / all.len().max(1) as f64
}

/// One of the scores.
type Measure = fn(&Scores) -> f64;

/// The scores that are printed, with their names.
const MEASURES: [(&str, Measure); 5] = [
    ("hit@1", |s| s.hit1),
    ("hit@10", |s| s.hit10),
    ("MRR@10", |s| s.mrr10),
    ("recall@500 words", |s| s.recall[0]),
    ("recall@1,000 words", |s| s.recall[1]),
];

fn print_scores(name: &str, all: &[Scores]) {
    let means: Vec<String> =
        MEASURES.iter().map(|(_, of)| format!("{:.3}", mean(all, *of))).collect();
    println!("| {name} | {} |", means.join(" | "));
}

/// Meetings, their passages in an index, and their questions.
struct Bench {
    meetings: Vec<Meeting>,
    questions: Vec<Question>,
    passages: Vec<(usize, Passage)>,
    index: Index,
}

impl Bench {
    fn of(files: &[String], window: usize) -> Outcome<Self> {
        let (meetings, questions) = read(files)?;
        let passages = passages(&meetings, window);
        let index = index(&passages, OWN)?;
        Ok(Self { meetings, questions, passages, index })
    }

    /// Asks all questions, each with its nearest chunks, if any.
    fn ask(&self, near: Option<&[Vec<Neighbor>]>, weight: Option<f32>) -> Outcome<Vec<Scores>> {
        let of_id: HashMap<TranscriptId, usize> =
            (0..self.meetings.len()).map(|at| (id(at), at)).collect();
        let asking = Snapshot::by(&self.index, Viewer::everything(OWN))?;
        let mut scores = Vec::new();
        for (at, question) in self.questions.iter().enumerate() {
            let mut query = asked(&question.text);
            query.dense.near = near.map(|near| near[at].clone()).unwrap_or_default();
            query.dense.weight = weight.unwrap_or(query.dense.weight);
            let found = asking.search(&query, &["en"], DEPTH, 0, |_| false)?;
            let of_turns = found.hits.iter().filter(|hit| hit.stored.passage.kind == Kind::Turns);
            let ranked = of_turns.filter_map(|hit| {
                let meeting = *of_id.get(&hit.stored.subject.transcript()?)?;
                Some((place(meeting, &hit.stored.passage), lines(&hit.stored.passage)))
            });
            scores.push(score(question, &self.meetings[question.meeting], &apart(ranked)));
        }
        Ok(scores)
    }

    /// Returns the chunks nearest to each question, by a model and exhaustive comparison.
    fn near(&self, url: &str, by_words: bool) -> Outcome<Vec<Vec<Neighbor>>> {
        let mut chunks = Vec::new();
        for of_meeting in self.passages.chunk_by(|(one, _), (other, _)| one == other) {
            let number = of_meeting.first().map_or(0, |(meeting, _)| *meeting);
            let passages: Vec<Passage> = of_meeting.iter().map(|(_, p)| p.clone()).collect();
            chunks.extend(chunks::of_passages(Subject::Transcript(id(number)), &passages));
        }
        let asking = |question: &Question| match by_words {
            true => asked(&question.text).words,
            false => question.text.clone(),
        };
        let questions: Vec<String> = self.questions.iter().map(asking).collect();
        let texts: Vec<String> = chunks.iter().map(|chunk| chunk.text.clone()).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let (of_chunks, of_questions) = runtime.block_on(async {
            let model = embeddings::from_url(url, None).await?.ok_or("there is no such model")?;
            let mut of_chunks = Vec::with_capacity(texts.len());
            let begun = std::time::Instant::now();
            for batch in texts.chunks(model.batch()) {
                of_chunks.extend(model.embed(batch, Role::Passage).await?);
                eprint!("\r{} of {} chunks", of_chunks.len(), texts.len());
            }
            let each = texts.len() as f64 / begun.elapsed().as_secs_f64();
            eprintln!("\r{} chunks embedded, {each:.1} a second", texts.len());
            Ok::<_, Failure>((of_chunks, model.embed(&questions, Role::Question).await?))
        })?;
        let nearest = |question: &Vec<f32>| {
            let mut near: Vec<Neighbor> = chunks
                .iter()
                .zip(&of_chunks)
                .map(|(chunk, vector)| Neighbor {
                    id: chunk.entry.id,
                    similarity: question.iter().zip(vector).map(|(a, b)| a * b).sum(),
                })
                .collect();
            near.sort_by(|one, other| other.similarity.total_cmp(&one.similarity));
            near.truncate(NEAR_MAX);
            near
        };
        Ok(of_questions.iter().map(nearest).collect())
    }
}

const OWN: OrganizationId = OrganizationId(Uuid::from_u128(1));

/// Compares two ways of asking by a paired bootstrap (Efron & Tibshirani, *An Introduction to the
/// Bootstrap*, 1993, ch. 16): the mean difference, the interval of 95 % of the resampled
/// differences, and the share of resamplings of the questions, with replacement, in which `after`
/// is not better.
fn print_bootstrap(before: &[Scores], after: &[Scores]) {
    const ROUNDS: usize = 10_000;
    println!("\n| fused beside lexical | difference | 95 % of resamplings | not better in |");
    println!("|---|---|---|---|");
    for (name, of) in MEASURES {
        let differences: Vec<f64> =
            before.iter().zip(after).map(|(before, after)| of(after) - of(before)).collect();
        let count = differences.len();
        // xorshift64*: the same numbers in every run.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = || {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize
        };
        let mut means: Vec<f64> = (0..ROUNDS)
            .map(|_| (0..count).map(|_| differences[next() % count]).sum::<f64>() / count as f64)
            .collect();
        means.sort_by(f64::total_cmp);
        let not_better = means.iter().filter(|mean| **mean <= 0.0).count();
        println!(
            "| {name} | {:+.3} | {:+.3} to {:+.3} | {:.1} % |",
            differences.iter().sum::<f64>() / count as f64,
            means[ROUNDS / 40],
            means[ROUNDS - ROUNDS / 40 - 1],
            100.0 * not_better as f64 / ROUNDS as f64
        );
    }
}

fn run_score(options: &Options) -> Outcome<()> {
    let bench = Bench::of(&options.files, options.window)?;
    println!(
        "{} meetings, {} passages, {} questions.\n",
        bench.meetings.len(),
        bench.passages.len(),
        bench.questions.len()
    );
    let near = match &options.embeddings {
        Some(url) => Some(bench.near(url, options.by_words)?),
        None => None,
    };
    let names: Vec<&str> = MEASURES.iter().map(|(name, _)| *name).collect();
    println!("| engine | {} |", names.join(" | "));
    println!("|---|---|---|---|---|---|");
    let lexical = bench.ask(None, None)?;
    print_scores("debrief, lexical", &lexical);
    let mut fused = None;
    if let Some(near) = &near {
        print_scores("debrief, dense", &bench.ask(Some(near), Some(1.0))?);
        if options.tune {
            for tenth in 1..10_u8 {
                let weight = f32::from(tenth) / 10.0;
                let scores = bench.ask(Some(near), Some(weight))?;
                print_scores(&format!("debrief, fused by {weight:.1}"), &scores);
            }
        }
        let scores = bench.ask(Some(near), None)?;
        print_scores("debrief, fused", &scores);
        fused = Some(scores);
    }
    for (name, file) in &options.ranks {
        let mut theirs = Vec::new();
        for (question, line) in bench.questions.iter().zip(std::fs::read_to_string(file)?.lines()) {
            let ranked: Vec<usize> = serde_json::from_str(line)?;
            let ranked = ranked.into_iter().filter_map(|at| {
                let (meeting, passage) = bench.passages.get(at)?;
                Some((place(*meeting, passage), lines(passage)))
            });
            let mut found = apart(ranked);
            found.truncate(DEPTH);
            theirs.push(score(question, &bench.meetings[question.meeting], &found));
        }
        if theirs.len() != bench.questions.len() {
            return Err(format!("{file} has {} lines", theirs.len()).into());
        }
        print_scores(name, &theirs);
    }
    if let Some(fused) = fused {
        print_bootstrap(&lexical, &fused);
    }
    Ok(())
}

/// Writes passages and questions as JSON lines, for other engines.
fn run_dump(files: &[String], window: usize, to: &Path) -> Outcome<()> {
    let (meetings, questions) = read(files)?;
    std::fs::create_dir_all(to)?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(to.join("passages.jsonl"))?);
    for (_, passage) in passages(&meetings, window) {
        let mut text = String::new();
        let mut before = None;
        for line in &passage.lines {
            if line.speaker != before {
                text.push_str(line.speaker.as_deref().unwrap_or_default());
                text.push_str(": ");
            }
            before.clone_from(&line.speaker);
            text.push_str(&line.text);
            text.push('\n');
        }
        serde_json::to_writer(&mut out, &text)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(to.join("questions.jsonl"))?);
    for question in &questions {
        let pair = (&question.text, asked(&question.text).words);
        serde_json::to_writer(&mut out, &pair)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

#[derive(Default)]
struct Options {
    files: Vec<String>,
    window: usize,
    to: Option<String>,
    ranks: Vec<(String, String)>,
    embeddings: Option<String>,
    by_words: bool,
    tune: bool,
}

fn main() -> Outcome<()> {
    let usage = || -> Failure {
        "usage: qmsum score|dump FILE… [--window N] [--ranks N=F] [--to D] [--embeddings URL] \
         [--whole] [--tune]"
            .into()
    };
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().ok_or_else(usage)?;
    let mut options =
        Options { window: passages::WINDOW_WORDS, by_words: true, ..Options::default() };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--window" => options.window = arguments.next().ok_or_else(usage)?.parse()?,
            "--to" => options.to = arguments.next(),
            "--embeddings" => options.embeddings = arguments.next(),
            "--whole" => options.by_words = false,
            "--tune" => options.tune = true,
            "--ranks" => {
                let given = arguments.next().ok_or_else(usage)?;
                let (name, file) = given.split_once('=').ok_or_else(usage)?;
                options.ranks.push((name.to_owned(), file.to_owned()));
            }
            _ => options.files.push(argument),
        }
    }
    match (mode.as_str(), &options.to) {
        ("score", _) => run_score(&options),
        ("dump", Some(to)) => run_dump(&options.files, options.window, Path::new(to)),
        _ => Err(usage()),
    }
}

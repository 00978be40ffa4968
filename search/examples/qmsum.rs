//! How well search finds what a question is about, on meetings with questions and gold spans in
//! the format of QMSum (Zhong et al., NAACL 2021, https://aclanthology.org/2021.naacl-main.472).
//!
//! ```text
//! qmsum score FILE.jsonl… [--window N] [--ranks NAME=FILE]…   # a table
//! qmsum dump FILE.jsonl… --to DIR [--window N]               # passages and questions, for others
//! ```
//!
//! All meetings are in one index. A file of ranks has a line of JSON for each question: the numbers
//! of passages in the order in which another engine found them. All engines are held to one rule:
//! a passage that shares turns with a better one is left out.
//!
//! - hit@k: among the first k passages is one of the right meeting that shares a turn with the gold
//!   span;
//! - MRR@10: mean of 1 / rank of the first such passage, 0 beyond the tenth;
//! - recall at n words: of the words of the gold turns, how many are among the first n words found.

mod meetings;

use chrono::DateTime;
use debrief_domain::ids::{OrganizationId, TranscriptId};
use debrief_search::index::{Checkpoint, Index, SCHEMA};
use debrief_search::passages::{self, Kind, Passage};
use debrief_search::query::Asked;
use debrief_search::session::Session;
use meetings::{Failure, Meeting, Outcome, asked, content};
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use uuid::Uuid;

/// Passages that are looked at for one question.
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

/// Leaves out what shares turns with something better.
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

/// What one question's hits are worth.
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

/// An index of all meetings, in memory.
fn index(passages: &[(usize, Passage)], organization: OrganizationId) -> Outcome<Index> {
    let index = Index::in_memory()?;
    let mut writer = index.writer()?;
    for of_meeting in passages.chunk_by(|(one, _), (other, _)| one == other) {
        let number = of_meeting.first().map_or(0, |(meeting, _)| *meeting);
        let session = Session::new(organization, id(number), DateTime::UNIX_EPOCH);
        let passages = of_meeting.iter().map(|(_, passage)| passage.clone()).collect();
        writer.replace_by(&session, passages)?;
    }
    writer.commit(&Checkpoint { schema: SCHEMA, epoch: String::new(), position: 0 })?;
    Ok(index)
}

fn print_scores(name: &str, all: &[Scores]) {
    let mean = |of: fn(&Scores) -> f64| all.iter().map(of).sum::<f64>() / all.len().max(1) as f64;
    println!(
        "| {name} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
        mean(|s| s.hit1),
        mean(|s| s.hit10),
        mean(|s| s.mrr10),
        mean(|s| s.recall[0]),
        mean(|s| s.recall[1]),
    );
}

fn run_score(files: &[String], window: usize, ranks: &[(String, String)]) -> Outcome<()> {
    let (meetings, questions) = read(files)?;
    let passages = passages(&meetings, window);
    println!(
        "{} meetings, {} passages, {} questions.\n",
        meetings.len(),
        passages.len(),
        questions.len()
    );
    println!("| engine | hit@1 | hit@10 | MRR@10 | recall@500 words | recall@1,000 words |");
    println!("|---|---|---|---|---|---|");
    let organization = OrganizationId(Uuid::from_u128(1));
    let index = index(&passages, organization)?;
    let of_id: HashMap<TranscriptId, usize> = (0..meetings.len()).map(|at| (id(at), at)).collect();
    let by_us = Asked::by(&index, organization);
    let mut ours = Vec::new();
    for question in &questions {
        let query = asked(&question.text);
        let found = by_us.search(&query, &["en"], DEPTH, 0, |_| false)?;
        let of_turns = found.hits.iter().filter(|hit| hit.stored.passage.kind == Kind::Turns);
        let ranked = of_turns.filter_map(|hit| {
            let meeting = *of_id.get(&hit.stored.transcript_id)?;
            Some((place(meeting, &hit.stored.passage), lines(&hit.stored.passage)))
        });
        ours.push(score(question, &meetings[question.meeting], &apart(ranked)));
    }
    print_scores("debrief, lexical", &ours);
    for (name, file) in ranks {
        let mut theirs = Vec::new();
        for (question, line) in questions.iter().zip(std::fs::read_to_string(file)?.lines()) {
            let ranked: Vec<usize> = serde_json::from_str(line)?;
            let ranked = ranked.into_iter().filter_map(|at| {
                let (meeting, passage) = passages.get(at)?;
                Some((place(*meeting, passage), lines(passage)))
            });
            let mut found = apart(ranked);
            found.truncate(DEPTH);
            theirs.push(score(question, &meetings[question.meeting], &found));
        }
        if theirs.len() != questions.len() {
            return Err(format!("{file} has {} lines", theirs.len()).into());
        }
        print_scores(name, &theirs);
    }
    Ok(())
}

/// Passages and questions as JSON lines, for other engines.
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

fn main() -> Outcome<()> {
    let usage = || -> Failure {
        "usage: qmsum score|dump FILE… [--window N] [--ranks N=F] [--to D]".into()
    };
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().ok_or_else(usage)?;
    let (mut files, mut window, mut to) = (Vec::new(), passages::WINDOW_WORDS, None);
    let mut ranks = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--window" => window = arguments.next().ok_or_else(usage)?.parse()?,
            "--to" => to = arguments.next(),
            "--ranks" => {
                let given = arguments.next().ok_or_else(usage)?;
                let (name, file) = given.split_once('=').ok_or_else(usage)?;
                ranks.push((name.to_owned(), file.to_owned()));
            }
            _ => files.push(argument),
        }
    }
    match (mode.as_str(), to) {
        ("score", _) => run_score(&files, window, &ranks),
        ("dump", Some(to)) => run_dump(&files, window, Path::new(&to)),
        _ => Err(usage()),
    }
}

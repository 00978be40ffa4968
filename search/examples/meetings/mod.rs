//! Converts meetings with questions, in the format of QMSum, into sessions.

use chrono::NaiveDate;
use debrief_domain::transcript::content::{Content, Turn};
use debrief_language::question::{Context, interpret};
use debrief_search::query::Query;
use serde::Deserialize;

/// Any error that ends a program.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
/// The result of a program's step.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// A line of a file.
#[derive(Deserialize)]
pub(crate) struct Meeting {
    pub(crate) meeting_transcripts: Vec<Said>,
    pub(crate) specific_query_list: Vec<Asking>,
}

#[derive(Deserialize)]
pub(crate) struct Said {
    pub(crate) speaker: String,
    pub(crate) content: String,
}

#[derive(Deserialize)]
pub(crate) struct Asking {
    pub(crate) query: String,
    pub(crate) relevant_text_span: Vec<Vec<String>>,
}

/// Reads the meetings of these files.
pub(crate) fn read(files: &[String]) -> Outcome<Vec<Meeting>> {
    let mut meetings = Vec::new();
    for file in files {
        for line in std::fs::read_to_string(file)?.lines().filter(|line| !line.trim().is_empty()) {
            meetings.push(serde_json::from_str(line)?);
        }
    }
    Ok(meetings)
}

/// Returns the turns, each with `before` of its index in front.
pub(crate) fn content(meeting: &Meeting, before: impl Fn(usize) -> String) -> Content {
    let turn = |(index, said): (usize, &Said)| Turn {
        index: u32::try_from(index).unwrap_or(u32::MAX),
        speaker: Some(said.speaker.clone()),
        text: before(index) + &said.content,
        ..Turn::default()
    };
    let turns = meeting.meeting_transcripts.iter().enumerate().map(turn).collect();
    Content { turns, language: Some("en".to_owned()), ..Content::default() }
}

/// Returns a question in the form that search takes. The meetings have no dates, and their speakers
/// are named by role ("Marketing"), so that only words count.
pub(crate) fn asked(question: &str) -> Query {
    let interpreted = interpret(question, &Context::on(NaiveDate::default()));
    Query {
        words: interpreted.words.join(" "),
        phrases: interpreted.phrases.into_iter().map(|quote| quote.text).collect(),
        ..Query::default()
    }
}

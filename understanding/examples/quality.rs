//! Measurements of `scripts/quality`, as JSON for its Python side:
//!
//! - `quality summary FILE …`: one line per file with its turns and its extractive summary;
//! - `quality overview < LINES`: for each line `{"id", "words", "turns": [{"speaker", "text"}]}`
//!   one line with the overview of at most that many words.

use std::io::{self, BufRead, Write};
use std::{env, error, fs};

use debrief_domain::transcript::content::{Content, Turn};
use debrief_formats as formats;
use debrief_language::summary;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Meeting {
    id: String,
    words: usize,
    turns: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    speaker: String,
    text: String,
}

fn main() -> Result<(), Box<dyn error::Error>> {
    let mut arguments = env::args().skip(1);
    match arguments.next().as_deref() {
        Some("summary") => arguments.try_for_each(|path| print_summary(&path)),
        Some("overview") => io::stdin().lock().lines().try_for_each(|line| overview(&line?)),
        _ => Err("usage: quality summary FILE … | quality overview < LINES".into()),
    }
}

fn print_summary(path: &str) -> Result<(), Box<dyn error::Error>> {
    let content = formats::parse(&fs::read(path)?)?;
    let summary = summary::extractive(&content, None);
    let line = json!({ "file": path, "turns": content.turns, "summary": summary });
    Ok(writeln!(io::stdout(), "{line}")?)
}

fn overview(line: &str) -> Result<(), Box<dyn error::Error>> {
    let Meeting { id, words, turns } = serde_json::from_str(line)?;
    let turns = turns.into_iter().zip(0..).map(|(said, index)| Turn {
        index,
        speaker: Some(said.speaker),
        text: said.text,
        ..Turn::default()
    });
    let content = Content { turns: turns.collect(), ..Content::default() };
    let quotes = summary::overview_of(&content, words);
    Ok(writeln!(io::stdout(), "{}", json!({ "id": id, "overview": quotes }))?)
}

//! Prints the date range that Debrief finds in questions, so that `scripts/quality` can compare it
//! with other libraries: `questions FILE`, one JSON line for each line of a file such as
//! `questions/questions.jsonl`: `{"from", "to", "quotes"}`.

use std::io::{self, Write};
use std::{env, error, fs};

use chrono::{NaiveDate, Weekday};
use debrief_language::question::{Anchor, Context, Known, interpret};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Line {
    question: String,
    today: NaiveDate,
    week_starts: Option<Weekday>,
    #[serde(default)]
    day_first: bool,
    #[serde(default)]
    people: Vec<Known>,
    #[serde(default)]
    anchors: Vec<Anchor>,
}

fn main() -> Result<(), Box<dyn error::Error>> {
    let file = env::args().nth(1).ok_or("questions FILE")?;
    for line in fs::read_to_string(file)?.lines() {
        let line: Line = serde_json::from_str(line)?;
        let context = Context {
            today: line.today,
            week_starts: line.week_starts.unwrap_or(Weekday::Mon),
            day_first: line.day_first,
            people: &line.people,
            anchors: &line.anchors,
            is_said: &|_| false,
        };
        let dates = interpret(&line.question, &context).dates;
        let found = json!({
            "from": dates.as_ref().and_then(|dates| dates.from),
            "to": dates.as_ref().and_then(|dates| dates.to),
            "quotes": dates.map_or_else(Vec::new, |dates| dates.quotes),
        });
        writeln!(io::stdout(), "{found}")?;
    }
    Ok(())
}

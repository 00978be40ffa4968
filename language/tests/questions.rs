//! The questions of `questions/questions.jsonl`. The expectations were written by hand: the meaning
//! of each question to a careful reader.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Weekday};
use debrief_language::question::{Anchor, Context, Interpreted, Known, Quote, interpret};
use serde::Deserialize;

const QUESTIONS: &str = include_str!("../questions/questions.jsonl");

/// Questions with dates, per thousand, that must have the right range.
const RIGHT: usize = 970;
/// Questions without dates, per thousand, that may have a range.
const ALARMS: usize = 10;

#[derive(Deserialize)]
struct Line {
    question: String,
    language: String,
    today: NaiveDate,
    #[serde(default)]
    week_starts: Option<Weekday>,
    #[serde(default)]
    day_first: bool,
    #[serde(default)]
    people: Vec<Known>,
    #[serde(default)]
    anchors: Vec<Anchor>,
    #[serde(default)]
    held: bool,
    expect: Expect,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expect {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    /// Names of each mention's alternatives.
    people: Vec<Vec<String>>,
    kind: Option<String>,
    phrases: Vec<String>,
    excluded: Vec<String>,
}

impl Expect {
    fn of(found: &Interpreted) -> Self {
        let texts = |quotes: &[Quote]| quotes.iter().map(|quote| quote.text.clone()).collect();
        let names = found.people.iter().map(|mention| {
            let mut names: Vec<_> = mention.people.iter().map(|p| p.name.clone()).collect();
            names.sort();
            names
        });
        Self {
            from: found.dates.as_ref().and_then(|dates| dates.from),
            to: found.dates.as_ref().and_then(|dates| dates.to),
            people: names.collect(),
            kind: found.kind.as_ref().map(|asked| format!("{:?}", asked.kind).to_lowercase()),
            phrases: texts(&found.phrases),
            excluded: texts(&found.excluded),
        }
    }

    fn has_date(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }
}

#[derive(Debug, Default)]
struct Counts {
    dated: usize,
    right: usize,
    wrong: usize,
    missed: usize,
    undated: usize,
    alarms: usize,
    /// Everything but the dates as expected.
    rest: usize,
}

#[test]
fn questions_are_understood_as_a_careful_reader_would() {
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    for (number, line) in QUESTIONS.lines().enumerate() {
        let line: Line = serde_json::from_str(line).expect("a question");
        let context = Context {
            today: line.today,
            week_starts: line.week_starts.unwrap_or(Weekday::Mon),
            day_first: line.day_first,
            people: &line.people,
            anchors: &line.anchors,
            is_said: &|_| false,
        };
        let found = Expect::of(&interpret(&line.question, &context));
        let mut expect = line.expect;
        expect.people.iter_mut().for_each(|names| names.sort());
        let dates = (expect.from, expect.to) == (found.from, found.to);
        let rest = found == Expect { from: found.from, to: found.to, ..expect.clone() };
        for set in ["all", if line.held { "held" } else { "shown" }, &line.language] {
            let set = match set {
                "he" => "Hebrew",
                "en" => "English",
                set => {
                    if set == "all" {
                        "all"
                    } else if line.held {
                        "held"
                    } else {
                        "shown"
                    }
                }
            };
            let counts = counts.entry(set).or_default();
            counts.rest += usize::from(rest);
            match (expect.has_date(), found.has_date()) {
                (true, has) => {
                    counts.dated += 1;
                    counts.right += usize::from(dates);
                    counts.missed += usize::from(!has);
                    counts.wrong += usize::from(has && !dates);
                }
                (false, has) => {
                    counts.undated += 1;
                    counts.alarms += usize::from(has);
                }
            }
        }
        if !dates || !rest {
            println!(
                "{}: {}\n  expected {expect:?}\n  found    {found:?}",
                number + 1,
                line.question
            );
        }
    }
    for (set, counts) in &counts {
        println!("{set}: {counts:?}");
    }
    let all = &counts["all"];
    assert!(all.dated >= 200 && all.undated >= 80, "{all:?}");
    assert!(all.right * 1000 >= all.dated * RIGHT, "{all:?}");
    assert!(all.alarms * 1000 <= all.undated * ALARMS, "{all:?}");
    assert!(all.rest * 1000 >= (all.dated + all.undated) * RIGHT, "{all:?}");
}

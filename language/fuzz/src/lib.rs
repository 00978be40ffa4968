//! Shared by fuzz targets: interprets a question and checks that the result is consistent.

pub use libfuzzer_sys;

use chrono::{NaiveDate, Weekday};
use debrief_language::question::{Anchor, Context, Known, Role, interpret};

/// Interprets the text as a search question; its first line is also a person's name.
pub fn asked(text: &str) {
    let name = text.lines().next().unwrap_or_default().to_owned();
    let today = NaiveDate::default();
    let context = Context {
        today,
        week_starts: Weekday::Sun,
        day_first: text.len() % 2 == 0,
        people: &[Known { id: None, name, role: Role::Client }],
        anchors: &[Anchor { name: "race".to_owned(), date: today }],
        is_said: &|_| false,
    };
    let found = interpret(text, &context);
    let quotes = found.phrases.iter().chain(&found.excluded);
    let quotes = quotes.chain(found.dates.iter().flat_map(|dates| &dates.quotes));
    for quote in quotes.chain(found.people.iter().map(|mention| &mention.quote)) {
        assert_eq!(text.get(quote.from..quote.to), Some(quote.text.as_str()));
    }
    if let Some(dates) = found.dates {
        assert!(dates.from.is_some() || dates.to.is_some());
        assert!(dates.from.zip(dates.to).is_none_or(|(from, to)| from < to));
    }
}

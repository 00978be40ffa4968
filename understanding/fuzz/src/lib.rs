//! What all fuzz targets share: a file or a question is read, and what comes out must hold
//! together.

pub use libfuzzer_sys;

use chrono::{NaiveDate, Weekday};
use debrief_understanding::formats;
use debrief_understanding::question::{Anchor, Context, Known, Role, interpret};

/// Reads the bytes as this format, whether or not they look like it.
pub fn forced(format: &str, bytes: &[u8]) {
    if let Some(Ok(content)) = formats::parse_as(format, bytes) {
        check(&content);
    }
}

/// Reads the bytes as the format that they look like, and their beginning alone.
pub fn recognised(bytes: &[u8]) {
    let guess = formats::inspect(bytes);
    if let Ok(content) = formats::parse(bytes) {
        assert!(guess.is_ok(), "read, but not let in");
        check(&content);
    }
}

fn check(content: &formats::Content) {
    for (i, turn) in content.turns.iter().enumerate() {
        assert_eq!(turn.index as usize, i);
        assert!(!turn.text.trim().is_empty());
        assert!(!turn.text.contains('\0'));
        if let (Some(start), Some(end)) = (turn.start_ms, turn.end_ms) {
            assert!(start <= end);
        }
    }
}

/// Understands the text as a search question; its first line is also a person's name.
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

/// A target for one format.
#[macro_export]
macro_rules! format {
    ($id:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::forced($id, bytes));
    };
}

/// A target for all formats: what an upload is taken for.
#[macro_export]
macro_rules! any {
    () => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::recognised(bytes));
    };
}

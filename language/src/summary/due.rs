//! Finds the words that name a date or a deadline.
//!
//! A date is a run of a language's date words that contains a day ("Friday"), or a span or an event
//! after a word that fixes it ("next week", "before the race"). Only words are found; no date is
//! computed.

use std::collections::HashMap;

use crate::lists::{Due, entries};
use crate::phrases::Phrases;
use crate::sentences::Word;

const DEADLINE: u8 = 1;
const AT: u8 = 2;
const JOINT: u8 = 4;
const WHICH: u8 = 8;
const NEXT: u8 = 16;
const DAY: u8 = 32;
const SPAN: u8 = 64;
const NUMBER: u8 = 128;

/// The date words of a language, indexed.
pub(crate) struct Dates {
    kinds: HashMap<&'static str, u8>,
    events: HashMap<&'static str, ()>,
    manners: Phrases,
}

impl Dates {
    pub(crate) fn new(due: &Due) -> Self {
        let mut kinds = HashMap::new();
        for (list, kind) in [
            (due.deadline, DEADLINE),
            (due.at, AT),
            (due.joint, JOINT),
            (due.which, WHICH),
            (due.next, NEXT),
            (due.day, DAY),
            (due.span, SPAN),
            (due.number, NUMBER),
        ] {
            for word in entries(list) {
                *kinds.entry(word).or_default() |= kind;
            }
        }
        let events = entries(due.event).map(|word| (word, ())).collect();
        Self { kinds, events, manners: Phrases::new(due.manner) }
    }

    /// Returns the byte range in the turn's text of the first date among `words`; a recurring one
    /// ("every morning") only if there is no other.
    pub(crate) fn find(&self, words: &[Word], text: &str) -> Option<(usize, usize)> {
        let mut best: Option<(bool, usize, usize)> = None;
        let mut at = 0;
        while at < words.len() {
            // "In the end of the day, it works" has no date, "I'll send it in the end of the day"
            // has one.
            let manner = self.manners.at(&words[at..]).filter(|length| at + length < words.len());
            let run = self.run(&words[at..], text);
            if manner.is_some() || run == 0 {
                at += manner.unwrap_or(1);
                continue;
            }
            // "on the day-to-day business"
            if text[words[at + run - 1].to..].starts_with(['-', '‑']) {
                at += run;
                continue;
            }
            let once = self.kind(&words[at].lower) & WHICH == 0;
            if best.is_none_or(|(best, ..)| once && !best) {
                best = Some((once, words[at].from, words[at + run - 1].to));
            }
            at += run;
        }
        best.map(|(_, from, to)| (from, to))
    }

    /// Returns the length of the date that begins at `words[0]`; 0 if there is none.
    fn run(&self, words: &[Word], text: &str) -> usize {
        let Some(first) = words.first() else { return 0 };
        let opening = DEADLINE | AT | WHICH | NEXT | DAY;
        if self.kind(&first.lower) & opening == 0 {
            return 0;
        }
        let (mut seen, mut event, mut ordinal) = (0u8, false, false);
        let (mut length, mut last) = (0, 0u8);
        for (i, word) in words.iter().enumerate().take(10) {
            let glued = i == 0
                || text[words[i - 1].to..word.from]
                    .chars()
                    .all(|c| c.is_whitespace() || matches!(c, '-' | '/' | ':' | '־' | '.'));
            let number = number(&word.lower);
            let mut kind = self.kind(&word.lower);
            if number.is_some() {
                kind |= NUMBER;
            }
            let is_event = self.events.contains_key(word.lower.as_str());
            if !glued || (kind == 0 && !is_event) {
                break;
            }
            // A second preposition starts another date, except "at four" and "until the race".
            if i > 0 && kind & AT != 0 && kind & (JOINT | DAY | SPAN) == 0 {
                break;
            }
            seen |= kind;
            event |= is_event;
            ordinal |= number == Some(true);
            let fixed = seen & DAY != 0
                || (seen & SPAN != 0 && seen & (DEADLINE | AT | WHICH | NEXT) != 0)
                || (event && seen & (DEADLINE | NEXT) != 0)
                || (ordinal && seen & (DEADLINE | AT) != 0);
            let ends = is_event
                || kind & (DAY | SPAN) != 0
                || (kind & NUMBER != 0 && (number.is_some() || last & JOINT != 0))
                || (kind & NEXT != 0 && (event || last & (DAY | SPAN) != 0));
            if fixed && ends {
                length = i + 1;
            }
            last = kind;
        }
        length
    }

    fn kind(&self, word: &str) -> u8 {
        self.kinds.get(word).copied().unwrap_or(0)
    }
}

/// Returns whether a word is a number in digits, and if so whether it is an ordinal.
fn number(word: &str) -> Option<bool> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ordinal = match &word[digits.len()..] {
        "" => false,
        "st" | "nd" | "rd" | "th" => true,
        "am" | "pm" => false,
        _ => return None,
    };
    (!digits.is_empty()
        && digits.len() <= 5
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ':'))
    .then_some(ordinal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::pack;
    use unicode_segmentation::UnicodeSegmentation;

    fn due<'a>(code: &str, text: &'a str) -> Option<&'a str> {
        let words: Vec<Word> = text
            .unicode_word_indices()
            .map(|(from, word)| Word { from, to: from + word.len(), lower: word.to_lowercase() })
            .collect();
        let dates = Dates::new(&pack(code).due);
        dates.find(&words, text).map(|(from, to)| &text[from..to])
    }

    #[test]
    fn english_dates() {
        for (text, date) in [
            ("I'll send it by Friday.", Some("by Friday")),
            ("I'll do it by the end of next week, promise.", Some("by the end of next week")),
            ("I'll write on Thursday morning at 9.", Some("on Thursday morning at 9")),
            ("I'll stretch every day, and call on Friday.", Some("on Friday")),
            ("I'll stretch every evening until the race.", Some("every evening until the race")),
            ("I'll call tomorrow.", Some("tomorrow")),
            ("Book it in two weeks.", Some("in two weeks")),
            ("I'll finish on the 14th.", Some("on the 14th")),
            ("I'll finish by March 3rd.", Some("by March 3rd")),
            ("I'll stretch every evening.", Some("every evening")),
            ("I'll bring it to our next session.", Some("next session")),
            ("I'll read the week report.", None),
            ("I'll run for ten minutes.", None),
            ("I'll take it from here.", None),
            ("In the end of the day, I'll pay for it.", None),
            ("I'll send it by the end of the day, and pay.", Some("by the end of the day")),
            ("I'll send it in the end of the day.", Some("in the end of the day")),
            ("I'll use it on the day-to-day business.", None),
        ] {
            assert_eq!(due("en", text), date, "{text}");
        }
    }

    #[test]
    fn hebrew_dates() {
        for (text, date) in [
            ("אני אשלח לך עד יום חמישי.", Some("עד יום חמישי")),
            ("אני אדבר איתו מחר בבוקר.", Some("מחר בבוקר")),
            ("ניפגש בשבוע הבא.", Some("בשבוע הבא")),
            ("אכתוב לפני הפגישה הבאה.", Some("לפני הפגישה הבאה")),
            ("אני אוהבת לרוץ.", None),
        ] {
            assert_eq!(due("he", text), date, "{text}");
        }
    }
}

//! Text with a name on its own line above the speech, and no times: Otter's export without time
//! stamps, a script, a copied page.
//!
//! Invariants: a line is a heading only if few names alternate with text below them, some are names
//! of two words, numbered speakers or roles, and somebody asks a question; repeated headings of
//! notes do not count. Text above the first name is not speech.

use std::collections::{HashMap, HashSet};

use super::markdown::bullet;
use super::{asides, spans};
use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Skip, Source, names, roles};

/// The format of text with names above it.
pub(crate) struct NameAbove;

/// Maximum length of a heading, in bytes.
const MAX_LINE: usize = 80;
/// Maximum number of names; more are a list.
const MAX_NAMES: usize = 20;
/// Maximum number of possible headings, more than a day of conversation has; later ones are
/// ignored.
const MOST: usize = 20_000;
/// Minimum number of headings; fewer are those of notes.
const FEWEST: u32 = 6;
/// Number of lines within which the conversation begins.
const ABOVE: u32 = 30;

impl Format for NameAbove {
    fn id(&self) -> &'static str {
        "name_above"
    }

    fn name(&self) -> &'static str {
        "plain text with names above the text"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let text = head.text();
        if text.trim_start().starts_with(['{', '<', '[']) {
            return Confidence::No;
        }
        match Survey::of(text).is_talk() {
            true => Confidence::Possible,
            false => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let speakers = Survey::of(text).speakers();
        let mut speaker: Option<&str> = None;
        for line in lines(text) {
            if out.is_full() {
                return;
            }
            let trimmed = trim(line.text);
            if trimmed.is_empty() || asides::is_aside(trimmed) {
                out.skip(line.number, Skip::ToolLine, trimmed);
                continue;
            }
            let name = candidate(trimmed).filter(|name| speakers.contains(name));
            if name.is_some() {
                speaker = name;
            } else if speaker.is_none() {
                out.skip(line.number, Skip::BeforeSpeaker, trimmed);
            } else {
                let line = line.number;
                for (text, mark) in spans::ended(trimmed) {
                    let (_, end_ms) = out.times(line, None, mark);
                    out.say(Piece { line, speaker, end_ms, text, ..Piece::default() });
                }
            }
        }
    }
}

/// Occurrences of a line that may be a heading.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    count: u32,
    /// Those followed by text that is not a heading.
    led: u32,
    /// Filled lines above the first.
    above: u32,
}

#[derive(Debug, Default)]
struct Survey<'a> {
    seen: HashMap<&'a str, Seen>,
    /// Consecutive candidates, without the text between.
    order: Vec<&'a str>,
    filled: u32,
    questions: u32,
    bullets: u32,
}

impl<'a> Survey<'a> {
    fn of(text: &'a str) -> Self {
        let mut survey = Self::default();
        let mut last: Option<&str> = None;
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for line in lines(text) {
            let trimmed = trim(line.text);
            if trimmed.is_empty() || asides::is_aside(trimmed) {
                continue;
            }
            survey.filled += 1;
            let candidate = candidate(trimmed);
            if survey.order.len() >= MOST {
                break;
            }
            match candidate {
                Some(name) => {
                    let above = survey.filled - 1;
                    let seen = survey.seen.entry(name).or_insert(Seen { above, ..Seen::default() });
                    seen.count += 1;
                    survey.order.push(name);
                    pairs.extend(last.map(|above| (above, name)));
                }
                None => {
                    survey.questions += u32::from(trimmed.ends_with(['?', '？', '؟']));
                    survey.bullets += u32::from(bullet(trimmed).len() < trimmed.len());
                    if let Some(seen) = last.and_then(|name| survey.seen.get_mut(name)) {
                        seen.led += 1;
                    }
                }
            }
            last = candidate;
        }
        // A short answer may look like a name, but seldom twice.
        pairs.retain(|(_, below)| survey.seen.get(below).is_some_and(|seen| seen.count == 1));
        for (above, _) in pairs {
            if let Some(seen) = survey.seen.get_mut(above) {
                seen.led += 1;
            }
        }
        survey
    }

    /// Returns the names that occur more than once above text; somebody who speaks once among many
    /// of them must have a name of several words.
    fn speakers(&self) -> HashSet<&'a str> {
        let often = |seen: &Seen| seen.count >= 2 && seen.led * 10 >= seen.count * 7;
        let repeated = || self.seen.values().filter(|seen| often(seen));
        let many: u32 = repeated().map(|seen| seen.count).sum();
        let first = repeated().map(|seen| seen.above).min();
        self.seen
            .iter()
            .filter(|(name, seen)| {
                let once = seen.count == 1 && seen.led == 1 && first < Some(seen.above);
                often(seen) || many >= 6 && once && is_full(name)
            })
            .map(|(name, _)| *name)
            .collect()
    }

    fn is_talk(&self) -> bool {
        let speakers = self.speakers();
        let known = |name: &&&str| speakers.contains(**name);
        let headings: Vec<_> = self.order.iter().filter(known).collect();
        let count = u32::try_from(headings.len()).unwrap_or(u32::MAX);
        let repeated = headings.windows(2).filter(|pair| pair[0] == pair[1]).count();
        let above = self.seen.iter().filter(|(name, _)| speakers.contains(**name));
        let above = above.map(|(_, seen)| seen.above).min();
        let sure = |name: &&str| {
            is_full(name) || names::is_diarized(name) || roles::is_role(&name.to_lowercase())
        };
        (2..=MAX_NAMES).contains(&speakers.len())
            && count >= FEWEST
            && count * 20 >= self.filled
            && count as usize * 10 >= self.order.len() * 6
            && repeated * 10 <= headings.len() * 4
            && above.is_some_and(|above| above <= ABOVE)
            && speakers.iter().any(sure)
            && self.questions > 0
            && self.questions * 15 >= count
            && self.bullets * 5 <= self.filled
    }
}

/// Returns whether a name has a first and a last part.
fn is_full(name: &str) -> bool {
    name.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic)).count() >= 2
}

/// Returns the possible heading of a line: a name and nothing else.
fn candidate(line: &str) -> Option<&str> {
    if line.len() > MAX_LINE || line.ends_with(['.', ',', '…', '-', '–']) {
        return None;
    }
    let name = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '*' | '_'));
    // Dates and addresses begin with a number, or contain a long one.
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let fits = !name.starts_with(|c: char| c.is_ascii_digit())
        && digits <= 3
        && !name.contains([':', '：'])
        && name.split_whitespace().count() <= 4
        && names::is_plausible(name)
        && names::is_capitalised(name)
        && !names::is_label(name);
    fits.then_some(name)
}

fn trim(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || names::is_mark(c))
}

#[cfg(test)]
mod tests {
    use crate::parse;
    use crate::testing::{cut_anywhere, read, turns};

    fn file(first: &str, second: &str, gap: &str, below: &str) -> String {
        let said = [
            (first, "Good morning, how did the week go?"),
            (second, "It went well.\nI wrote the letter"),
            (first, "Yes"),
            (second, "I was afraid for nothing."),
            (first, "Say more about it."),
            (second, "There is no more."),
        ];
        let part = |(name, text): &(&str, &str)| format!("{name}{below}{text}{gap}");
        format!("Our Call\nMay 1\n\n{}", said.iter().map(part).collect::<String>())
    }

    #[test]
    fn names_alternate_with_words() {
        for (first, second) in [
            ("Noa Levi", "Tom Ash"),
            ("Speaker 1", "Speaker 2"),
            ("Coach", "Dana"),
            ("**Noa Levi**", "**Tom Ash**"),
            ("## Noa Levi", "## Tom Ash"),
            ("נועה לוי", "תום אש"),
        ] {
            for (gap, below) in
                [("\n\n", "\n"), ("\n", "\n"), ("\n\n", "\n\n"), ("\r\n\r\n", " \r\n")]
            {
                let file = file(first, second, gap, below);
                let content = read("name_above", &file);
                let name = first.trim_matches(['*', '#', ' ']);
                let said: Vec<_> = turns(&content).iter().map(|turn| (turn.0, turn.3)).collect();
                assert_eq!(said[0], (Some(name), "Good morning, how did the week go?"), "{file}");
                assert_eq!(said[1].1, "It went well. I wrote the letter", "{file}");
                assert_eq!(said[2], (Some(name), "Yes"), "{file}");
                assert_eq!((said.len(), content.participants.len()), (6, 2), "{file}");
            }
        }
        cut_anywhere(file("Noa Levi", "Tom Ash", "\n\n", "\n").as_bytes());
    }

    #[test]
    fn who_speaks_once_is_somebody_too() {
        let more = "Noa Levi\nAnd then?\n\nTom Ash\nNothing.\n\nAnn Bell\nI have a question.\n\n";
        let file = file("Noa Levi", "Tom Ash", "\n\n", "\n") + more + "Noa Levi\nGo on.\n";
        let content = read("name_above", &file);
        assert_eq!(content.participants.len(), 3);
        assert_eq!(turns(&content)[8], (Some("Ann Bell"), None, None, "I have a question."));
    }

    #[test]
    fn headings_of_notes_are_nobody() {
        for file in [
            "Progress\nThe letter is done.\n\nBlockers\nNone.\n\nProgress\nMore of it.\n\nBlockers\nSo what?\n\n",
            "Key Wins\n- The letter.\n- The call.\n\nMain Worries\n- None?\n\nKey Wins\n- A walk.\n\nMain Worries\n- What?\n",
            "Key Wins\nThe letter is done.\n\nMain Worries\nNone at all.\n\nKey Wins\nA walk.\n\nMain Worries\nNone.\n",
            "Objective One\nGrow the team.\n\nKey Result\nHire two.\n\nObjective Two\nShip it.\n\nKey Result\nBy May?\n\nObjective One\nAgain.\n",
            "Roses Are Red\nViolets are blue?\n\nSugar Is Sweet\nAnd so are you.\n",
            "Noa Levi\nmanager\n\nTom Ash\nengineer?\n\nAnn Bell\ndesigner\n\nJo Hill\nwriter\n",
        ] {
            assert!(parse(file.as_bytes()).is_err(), "{file}");
        }
    }
}

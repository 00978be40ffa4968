//! Speakers of cues that no colon marks: `[Tom] text`, a name on its own line above the text or
//! above the times (Webex: `1 "Tom Ash" (123)`), and `>>` or a dash, which broadcasters put at
//! changes of speaker.
//!
//! Invariant: conservative. Brackets and lines are names only if most cues of the file have them,
//! few names recur often, and they are written like names and not like sounds.

use std::collections::HashSet;

use crate::kernel::name_counts::NameCounts;
use crate::kernel::names;

/// Maximum number of names; more are not speakers.
const MAX_NAMES: usize = 1_000;
/// Maximum length of a name line, in bytes.
const MAX_LINE: usize = 120;
const CHEVRONS: &str = ">>";

/// Bracketed texts in captions that are not names.
const SOUNDS: &[&str] = &[
    "applause",
    "applauding",
    "beep",
    "bleep",
    "cheering",
    "cheers",
    "clapping",
    "coughs",
    "crosstalk",
    "foreign",
    "inaudible",
    "indistinct",
    "laughing",
    "laughs",
    "laughter",
    "music",
    "music playing",
    "no audio",
    "noise",
    "pause",
    "sighs",
    "silence",
    "singing",
    "speaking",
    "unintelligible",
];

/// Counts possible names before any is accepted.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    cues: u32,
    bracketed: u32,
    brackets: NameCounts,
    headed: u32,
    heads: NameCounts,
    ids: NameCounts,
    identified: u32,
    chevrons: u32,
    /// Lines with a dash in front: the first of a cue, and later ones.
    dashes: u32,
    later_dashes: u32,
}

impl Survey {
    /// Records the line above the times.
    pub(crate) fn id(&mut self, id: &str) {
        if let Some(name) = alone(id) {
            self.identified += u32::from(count(&mut self.ids, name));
        }
    }

    /// Counts a cue with text.
    pub(crate) fn cue(&mut self) {
        self.cues = self.cues.saturating_add(1);
    }

    /// Records the first line of a cue; `more` if other lines follow.
    pub(crate) fn line(&mut self, line: &str, more: bool) {
        if line.starts_with(CHEVRONS) {
            self.chevrons += 1;
        } else if let Some((name, _)) = bracketed(line) {
            self.bracketed += u32::from(count(&mut self.brackets, name));
        } else if let Some(name) = alone(line).filter(|_| more) {
            self.headed += u32::from(count(&mut self.heads, name));
        }
    }

    /// Records a line of a cue, which may have a dash in front.
    pub(crate) fn dash(&mut self, line: &str, first: bool) {
        if dashed(line).is_some() {
            match first {
                true => self.dashes += 1,
                false => self.later_dashes += 1,
            }
        }
    }

    /// Returns the names that are accepted.
    pub(crate) fn names(self) -> CueNames {
        let repeated = |names: &NameCounts, lines: u32, share: u32| {
            let many = u32::try_from(names.len()).unwrap_or(u32::MAX);
            lines >= 3
                && many >= 2
                && many.saturating_mul(3) <= lines.saturating_mul(2)
                && lines.saturating_mul(10) >= self.cues.saturating_mul(share)
        };
        let all = |names: &NameCounts| names.iter().map(|(name, _)| name.to_owned()).collect();
        // Two dashes in one cue are two speakers.
        let dashes = self.dashes + self.later_dashes >= if self.later_dashes > 0 { 2 } else { 3 };
        let chevrons = self.chevrons >= 2;
        let mut found = CueNames { chevrons, dashes, ..CueNames::default() };
        if repeated(&self.brackets, self.bracketed, 6) {
            found.brackets = all(&self.brackets);
        }
        if repeated(&self.ids, self.identified, 8) {
            found.ids = all(&self.ids);
        }
        if repeated(&self.heads, self.headed, 8) {
            found.heads = all(&self.heads);
        }
        found
    }
}

fn count(names: &mut NameCounts, name: &str) -> bool {
    match names.find(name) {
        Some(place) => names.again(place),
        None if names.len() < MAX_NAMES => {
            names.add(name);
        }
        None => return false,
    }
    true
}

/// The names of a file that no colon marks.
#[derive(Debug, Default)]
pub(crate) struct CueNames {
    brackets: HashSet<String>,
    heads: HashSet<String>,
    ids: HashSet<String>,
    /// Whether `>>` marks changes of speaker.
    pub(crate) chevrons: bool,
    /// Whether a dash in front of a line does.
    dashes: bool,
}

impl CueNames {
    /// Splits a bracketed speaker off a line.
    pub(crate) fn split<'a>(&self, line: &'a str) -> Option<(&'a str, &'a str)> {
        if self.brackets.is_empty() {
            return None;
        }
        bracketed(line).filter(|(name, _)| self.brackets.contains(*name))
    }

    /// Returns the speaker named in the line above the times.
    pub(crate) fn by_id<'a>(&self, id: &'a str) -> Option<&'a str> {
        webex(id).or_else(|| {
            if self.ids.is_empty() {
                return None;
            }
            alone(id).filter(|name| self.ids.contains(*name))
        })
    }

    /// Returns the speaker whose name is the whole line.
    pub(crate) fn head<'a>(&self, line: &'a str) -> Option<&'a str> {
        if self.heads.is_empty() {
            return None;
        }
        alone(line).filter(|name| self.heads.contains(*name))
    }

    /// Returns the text after the mark of a change, if the line begins with one.
    pub(crate) fn change<'a>(&self, line: &'a str) -> Option<&'a str> {
        if self.chevrons && line.starts_with(CHEVRONS) {
            return Some(line.trim_start_matches(['>', ' ']));
        }
        if self.dashes { dashed(line) } else { None }
    }
}

/// Returns whether a line may begin with a bracketed name or the mark of a change.
pub(crate) fn is_special(line: &str) -> bool {
    // The last two are the bytes of `–` and `—`.
    matches!(
        line.as_bytes(),
        [b'[' | b'(' | b'-', ..] | [b'>', b'>', ..] | [0xE2, 0x80, 0x93 | 0x94, ..]
    )
}

/// Returns the text after a dash in front of a line. `--` and `-5` are no such dashes.
fn dashed(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['-', '–', '—'])?;
    let said = rest.trim_start();
    let begins = |c: char| c.is_alphabetic() || "\"'“‘«„¿¡…([♪.".contains(c);
    let number = said.len() < rest.len() && said.starts_with(|c: char| c.is_ascii_digit());
    (said.starts_with(begins) || number).then_some(said)
}

/// Splits `[Tom] text` or `(Tom) text`.
fn bracketed(line: &str) -> Option<(&str, &str)> {
    let close = match line.as_bytes().first()? {
        b'[' => ']',
        b'(' => ')',
        _ => return None,
    };
    let reach = &line[1..line.floor_char_boundary(MAX_LINE)];
    let end = reach.find(close)?;
    let (name, rest) = (reach[..end].trim(), line[end + 2..].trim_start());
    let sound = SOUNDS.iter().any(|sound| sound.eq_ignore_ascii_case(name));
    (!rest.is_empty() && !sound && is_name(name)).then_some((name, rest))
}

/// Parses `1 "Tom Ash" (1234567)`: the number of the cue, the speaker, and the speaker's number.
fn webex(id: &str) -> Option<&str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (number, rest) = id.trim().split_once(" \"")?;
    let (name, person) = rest.rsplit_once("\" (")?;
    let person = person.strip_suffix(')')?;
    (digits(number) && digits(person) && !name.trim().is_empty()).then_some(name)
}

/// Returns the name that is the whole line.
fn alone(line: &str) -> Option<&str> {
    let line = names::trim(line);
    (line.len() <= MAX_LINE && is_name(line)).then_some(line)
}

fn is_name(name: &str) -> bool {
    !name.contains([':', '：'])
        && !name.ends_with(['.', ',', '-'])
        && name.split_whitespace().count() <= 4
        && names::is_plausible(name)
        && names::is_capitalised(name)
        && !names::is_label(name)
}

#[cfg(test)]
mod tests {
    use crate::testing::{read, turns};

    fn cues(said: &[&str]) -> String {
        let cue =
            |(i, text): (usize, &&str)| format!("00:{i:02}.000 --> 00:{i:02}.900\n{text}\n\n");
        format!("WEBVTT\n\n{}", said.iter().enumerate().map(cue).collect::<String>())
    }

    fn said(text: &[&str]) -> Vec<(Option<String>, String)> {
        let content = read("webvtt", cues(text));
        let turns = turns(&content);
        turns.iter().map(|turn| (turn.0.map(str::to_owned), turn.3.to_owned())).collect()
    }

    fn named(name: &str, text: &str) -> (Option<String>, String) {
        (Some(name.to_owned()), text.to_owned())
    }

    #[test]
    fn brackets_that_most_cues_have_are_names() {
        for (open, close) in [('[', ']'), ('(', ')')] {
            let cue = |name: &str, text: &str| format!("{open}{name}{close} {text}");
            let file =
                [cue("Noa", "Hi."), cue("Tom", "Yes."), cue("Noa", "So?"), "[laughs]".into()];
            assert_eq!(
                said(&file.each_ref().map(String::as_str)),
                [
                    named("Noa", "Hi."),
                    named("Tom", "Yes."),
                    named("Noa", "So?"),
                    (None, "[laughs]".into())
                ]
            );
        }
    }

    #[test]
    fn sounds_are_nobody() {
        for file in [
            ["[Music] Hi.", "[Music] Yes.", "[Laughter] So?", "Well."],
            ["[door slams] Hi.", "[birds] Yes.", "[birds] So?", "[birds] Well."],
            ["[Noa] Hi.", "Yes.", "So?", "[Tom] Well."],
        ] {
            assert!(said(&file).iter().all(|(name, _)| name.is_none()), "{file:?}");
        }
    }

    #[test]
    fn names_above_the_words() {
        assert_eq!(
            said(&["Noa Levi\nHi there.", "Tom Ash\nYes,\nI see.", "Noa Levi\nSo?"]),
            [
                named("Noa Levi", "Hi there."),
                named("Tom Ash", "Yes, I see."),
                named("Noa Levi", "So?")
            ]
        );
        let lines = ["Hello There\nand welcome.", "Good Morning\nto you all.", "So\nwe begin."];
        assert!(said(&lines).iter().all(|(name, _)| name.is_none()));
    }

    #[test]
    fn names_above_the_times() {
        for (first, second) in
            [("1 \"Noa Levi\" (12345)", "2 \"Tom Ash\" (678)"), ("Noa Levi", "Tom Ash")]
        {
            let cue = |id: &str, second: u32, text: &str| {
                format!("{id}\n00:0{second}.000 --> 00:0{second}.900\n{text}\n\n")
            };
            let file = format!(
                "WEBVTT\n\n{}{}{}",
                cue(first, 1, "Hi: there."),
                cue(second, 3, "<i>Yes</i>,\nI see."),
                cue(first, 5, "So?")
            );
            assert_eq!(
                turns(&read("webvtt", &file)),
                [
                    (Some("Noa Levi"), Some(1_000), Some(1_900), "Hi: there."),
                    (Some("Tom Ash"), Some(3_000), Some(3_900), "Yes, I see."),
                    (Some("Noa Levi"), Some(5_000), Some(5_900), "So?")
                ],
                "{first}"
            );
        }
    }

    #[test]
    fn chevrons_mark_changes() {
        for mark in [">>", "&gt;&gt;"] {
            let first = format!("{mark} NOA: Hi.");
            let change = format!("{mark} Yes.");
            assert_eq!(
                said(&[&first, "And so on.", &change, "I see.", &first]),
                [named("NOA", "Hi. And so on."), (None, "Yes. I see.".into()), named("NOA", "Hi.")],
                "{mark}"
            );
        }
        assert_eq!(
            said(&[">> Hi.", "And so on.", ">> Yes."]),
            [(None, "Hi. And so on.".into()), (None, "Yes.".into())]
        );
    }
}

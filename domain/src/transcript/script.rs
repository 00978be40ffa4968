//! Detects the language of a text if its script leaves no doubt.
//!
//! Invariant: a script that several living languages share (Latin, Cyrillic, Arabic, Devanagari,
//! Han on its own …) proves nothing.

use super::content::Turn;
use super::words::first_beyond_ascii;

/// Number of letters that are counted; more would not change the answer.
const SAMPLE: usize = 200_000;
/// Fewer letters than this prove nothing.
const ENOUGH: usize = 20;

const SCRIPTS: &[(&str, &[(char, char)])] = &[
    ("he", &[('\u{0590}', '\u{05FF}'), ('\u{FB1D}', '\u{FB4F}')]),
    ("el", &[('\u{0370}', '\u{03FF}'), ('\u{1F00}', '\u{1FFF}')]),
    ("hy", &[('\u{0530}', '\u{058F}')]),
    ("ka", &[('\u{10A0}', '\u{10FF}')]),
    ("th", &[('\u{0E00}', '\u{0E7F}')]),
    ("ko", &[('\u{1100}', '\u{11FF}'), ('\u{AC00}', '\u{D7AF}')]),
    ("ta", &[('\u{0B80}', '\u{0BFF}')]),
    ("te", &[('\u{0C00}', '\u{0C7F}')]),
    ("ja", &[('\u{3040}', '\u{30FF}')]),
];

/// Returns the language of a whole transcript.
pub fn language(turns: &[Turn]) -> Option<&'static str> {
    // Most transcripts have no letters of a script that identifies a language.
    if !turns.iter().any(|turn| may_have_scripts(turn.text.as_bytes())) {
        return None;
    }
    let mut letters = Letters::default();
    for turn in turns {
        letters.add(&turn.text);
    }
    letters.language(ENOUGH)
}

/// Returns the language of at least three quarters of the letters, if there are enough.
pub fn of(text: impl Iterator<Item = char>, enough: usize) -> Option<&'static str> {
    let mut letters = Letters::default();
    letters.add_chars(text);
    letters.language(enough)
}

/// Counts of letters by script.
#[derive(Debug, Default)]
struct Letters {
    /// All letters, up to [`SAMPLE`].
    all: usize,
    han: usize,
    counts: [usize; SCRIPTS.len()],
}

impl Letters {
    fn add(&mut self, text: &str) {
        if self.all + text.len() > SAMPLE {
            self.add_chars(text.chars());
            return;
        }
        self.all += ascii_letters(text.as_bytes());
        let mut rest = text;
        while let Some(at) = first_beyond_ascii(rest.as_bytes()) {
            let mut beyond = rest[at..].chars();
            self.add_chars(beyond.by_ref().take(1));
            rest = beyond.as_str();
        }
    }

    fn add_chars(&mut self, text: impl Iterator<Item = char>) {
        // The block of quotation marks and dashes, the most frequent beyond ASCII, has no letters.
        let is_letter = |c: &char| !('\u{2000}'..='\u{206F}').contains(c) && c.is_alphabetic();
        for c in text.filter(is_letter).take(SAMPLE - self.all) {
            self.all += 1;
            if ('\u{4E00}'..='\u{9FFF}').contains(&c) {
                self.han += 1;
            } else if c >= '\u{0370}' {
                for (count, (_, ranges)) in self.counts.iter_mut().zip(SCRIPTS) {
                    let own = ranges.iter().any(|(from, to)| (*from..=*to).contains(&c));
                    *count += usize::from(own);
                }
            }
        }
    }

    fn language(&self, enough: usize) -> Option<&'static str> {
        if self.all < enough {
            return None;
        }
        SCRIPTS
            .iter()
            .zip(self.counts)
            .find(|((tag, _), count)| {
                // Japanese mixes kana with Han; kana alone is proof.
                let kana = *tag == "ja" && *count * 10 >= self.all;
                let own = if kana { *count + self.han } else { *count };
                own * 4 >= self.all * 3
            })
            .map(|((tag, _), _)| *tag)
    }
}

/// Returns whether there are characters from U+0340 on, other than quotation marks and dashes. Free
/// of branches, so that many bytes are compared at once.
fn may_have_scripts(text: &[u8]) -> bool {
    text.chunks(128)
        .any(|chunk| chunk.iter().fold(false, |any, b| any | ((*b >= 0xCD) & (*b != 0xE2))))
}

fn ascii_letters(text: &[u8]) -> usize {
    // Sums of one byte, so that many letters are counted at once.
    let sums = text.chunks(128).map(|chunk| {
        chunk.iter().fold(0u8, |sum, b| sum + u8::from((*b | 0x20).wrapping_sub(b'a') < 26))
    });
    sums.map(usize::from).sum()
}

/// Normalizes a language tag; `None` if it is not a tag.
pub fn tag(stated: &str) -> Option<String> {
    let stated = stated.trim();
    if stated.len() > 35 {
        return None;
    }
    let mut spelled = String::with_capacity(stated.len());
    for (place, part) in stated.split(['-', '_']).enumerate() {
        let fits = match place {
            0 => matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_alphabetic()),
            _ => matches!(part.len(), 2..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric()),
        };
        if !fits {
            return None;
        }
        match (place, part.len()) {
            (0, _) => spelled.push_str(&part.to_ascii_lowercase()),
            (_, 2) => spelled.push_str(&format!("-{}", part.to_ascii_uppercase())),
            _ => spelled.push_str(&format!("-{part}")),
        }
    }
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(text: &str) -> Option<&'static str> {
        language(&[Turn { text: text.into(), ..Turn::default() }])
    }

    #[test]
    fn only_scripts_of_one_language_speak() {
        assert_eq!(spoken("שלום, מה שלומך היום? נתחיל לדבר על המטרות"), Some("he"));
        assert_eq!(spoken("こんにちは、今日の目標について話しましょうね"), Some("ja"));
        assert_eq!(spoken("Good morning, how did the week go?"), None);
        assert_eq!(spoken("أتمنى لكم أسبوعا جيدا ومليئا بالنجاح"), None);
        assert_eq!(spoken("שלום"), None);
    }

    #[test]
    fn letters_of_all_turns_count_and_no_more_than_the_sample() {
        let turn = |text: String| Turn { text, ..Turn::default() };
        let hebrew = turn("אתה".repeat(10));
        let latin = |letters: usize| turn("a, é".repeat(letters / 2));
        assert_eq!(language(&[latin(10), hebrew.clone()]), Some("he"), "30 of 40");
        assert_eq!(language(&[latin(12), hebrew.clone()]), None, "30 of 42");
        let full = turn("אתה ".repeat(SAMPLE / 3 + 1));
        assert_eq!(language(&[full, latin(2 * SAMPLE)]), Some("he"), "the rest is not looked at");
    }

    #[test]
    fn stated_tags_are_checked() {
        assert_eq!(tag("en-us").as_deref(), Some("en-US"));
        assert_eq!(tag(" he ").as_deref(), Some("he"));
        assert_eq!(tag("zh-Hant-TW").as_deref(), Some("zh-Hant-TW"));
        assert_eq!(tag("English"), None);
        assert_eq!(tag(""), None);
    }
}

//! Detects the language of a transcript, and of the turns in another language.
//!
//! Invariants:
//! - A language stated by the file wins. Otherwise a script that only one language uses decides,
//!   else trigrams of a long text (the `whatlang` crate; Cavnar and Trenkle 1994) if they are
//!   certain.
//! - A turn has its own language only if it differs from the transcript's, or the transcript's is
//!   unknown. Unknown stays unknown: a short turn in Latin letters has none.
//! - Bounded: trigrams are computed for at most [`MAX_LOOKS`] turns, and [`LOOK_CHARS`] of each.

use debrief_domain::transcript::content::{Content, Turn};

use debrief_domain::transcript::script;

/// Minimum number of letters for trigrams.
const ENOUGH: usize = 120;
/// Minimum number of letters in a script of its own.
const ENOUGH_OF_SCRIPT: usize = 3;
/// Number of characters examined per turn.
const LOOK_CHARS: usize = 400;
/// Maximum number of turns examined.
const MAX_LOOKS: usize = 2_000;
/// Minimum confidence of trigrams, from 0 to 1.
const SURE: f64 = 0.9;

/// Primary subtags (ISO 639-1 if there is one) of the languages that trigrams detect, by ISO 639-3
/// code. Languages that are rare in sessions but often confused with others are omitted.
const TAGS: &[(&str, &str)] = &[
    ("eng", "en"),
    ("rus", "ru"),
    ("cmn", "zh"),
    ("spa", "es"),
    ("por", "pt"),
    ("ita", "it"),
    ("fra", "fr"),
    ("deu", "de"),
    ("ukr", "uk"),
    ("ara", "ar"),
    ("hin", "hi"),
    ("jpn", "ja"),
    ("heb", "he"),
    ("pol", "pl"),
    ("kor", "ko"),
    ("tur", "tr"),
    ("nld", "nl"),
    ("hun", "hu"),
    ("ell", "el"),
    ("bul", "bg"),
    ("ron", "ro"),
    ("fin", "fi"),
    ("dan", "da"),
    ("swe", "sv"),
    ("nob", "nb"),
    ("ces", "cs"),
    ("slk", "sk"),
    ("vie", "vi"),
    ("ind", "id"),
    ("tha", "th"),
    ("pes", "fa"),
    ("cat", "ca"),
];

/// Sets the language of the transcript and of its turns, if the text is conclusive.
pub fn tell(content: &mut Content) {
    let mut looks = MAX_LOOKS;
    let told: Vec<Option<&'static str>> = content
        .turns
        .iter()
        .map(|turn| match &turn.language {
            Some(_) => None,
            None => of_turn(turn, &mut looks),
        })
        .collect();
    if content.language.is_none() {
        content.language = most(&content.turns, &told).or_else(|| of_all(&content.turns));
    }
    let primary = |tag: &str| tag.split('-').next().unwrap_or(tag).to_owned();
    let main = content.language.as_deref().map(primary);
    for (turn, told) in content.turns.iter_mut().zip(told) {
        if let Some(tag) = told.filter(|tag| main.as_deref() != Some(tag)) {
            turn.language = Some(tag.to_owned());
        }
    }
}

fn of_turn(turn: &Turn, looks: &mut usize) -> Option<&'static str> {
    let chars = || turn.text.chars().take(LOOK_CHARS);
    if let Some(tag) = script::of(chars(), ENOUGH_OF_SCRIPT) {
        return Some(tag);
    }
    if *looks == 0 || !is_long(&turn.text) {
        return None;
    }
    *looks -= 1;
    of_text(&chars().collect::<String>())
}

fn is_long(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).nth(ENOUGH).is_some()
}

/// Returns the language that trigrams are certain of.
fn of_text(text: &str) -> Option<&'static str> {
    let allowed = TAGS.iter().filter_map(|(code, _)| whatlang::Lang::from_code(*code)).collect();
    let found = whatlang::Detector::with_allowlist(allowed).detect(text)?;
    if !found.is_reliable() || found.confidence() < SURE {
        return None;
    }
    TAGS.iter().find(|(code, _)| *code == found.lang().code()).map(|(_, tag)| *tag)
}

/// Returns the language of at least three quarters of the text with a known language.
fn most(turns: &[Turn], told: &[Option<&'static str>]) -> Option<String> {
    let mut lengths: Vec<(&str, usize)> = Vec::new();
    for (turn, tag) in turns.iter().zip(told) {
        let Some(tag) = tag else { continue };
        match lengths.iter_mut().find(|(known, _)| known == tag) {
            Some((_, length)) => *length += turn.text.len(),
            None => lengths.push((tag, turn.text.len())),
        }
    }
    let all: usize = lengths.iter().map(|(_, length)| length).sum();
    let (tag, length) = lengths.into_iter().max_by_key(|(_, length)| *length)?;
    (length * 4 >= all * 3 && length >= ENOUGH).then(|| tag.to_owned())
}

/// Returns the language of many short turns together, if no single turn is long enough.
fn of_all(turns: &[Turn]) -> Option<String> {
    if turns.iter().any(|turn| is_long(&turn.text)) {
        return None;
    }
    let mut text = String::new();
    for turn in turns {
        text.push_str(&turn.text);
        text.push('\n');
        if text.len() > 10 * LOOK_CHARS {
            break;
        }
    }
    // Letters of two scripts are not one language.
    let wide = text.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let mixed = wide * 4 > letters && wide * 4 < letters * 3;
    if mixed || !is_long(&text) {
        return None;
    }
    of_text(&text).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "I wanted to talk about the week that lies behind us, because there was so much going on at work that I hardly found any time for the things we had agreed on last time.";
    const GERMAN: &str = "Ich wollte heute über die vergangene Woche sprechen, weil bei der Arbeit so viel los war, dass ich kaum Zeit für die Dinge gefunden habe, die wir beim letzten Mal vereinbart hatten.";
    const HEBREW: &str = "רציתי לדבר על השבוע שעבר, כי היה כל כך הרבה עומס בעבודה.";

    fn told(texts: &[&str], stated: Option<&str>) -> (Option<String>, Vec<Option<String>>) {
        let turn = |text: &&str| Turn { text: (*text).to_owned(), ..Turn::default() };
        let mut content = Content {
            language: stated.map(str::to_owned),
            turns: texts.iter().map(turn).collect(),
            ..Content::default()
        };
        tell(&mut content);
        let once = content.clone();
        tell(&mut content);
        assert_eq!(content, once, "a second time changes nothing");
        (content.language, content.turns.into_iter().map(|turn| turn.language).collect())
    }

    fn some(tag: &str) -> Option<String> {
        Some(tag.to_owned())
    }

    #[test]
    fn a_turn_says_only_what_differs() {
        let (language, turns) =
            told(&[ENGLISH, "Okay.", ENGLISH, ENGLISH, ENGLISH, GERMAN, "שלום לך"], None);
        assert_eq!(language, some("en"));
        assert_eq!(turns, [None, None, None, None, None, some("de"), some("he")]);
        let (_, turns) = told(&[ENGLISH, GERMAN], Some("en-US"));
        assert_eq!(turns, [None, some("de")], "English of any country");
    }

    #[test]
    fn in_a_mixed_talk_every_sure_turn_has_its_own() {
        let (language, turns) = told(&[HEBREW, ENGLISH, HEBREW, "Yes, sure.", "כן"], None);
        assert_eq!(language, None);
        assert_eq!(turns, [some("he"), some("en"), some("he"), None, None]);
    }

    #[test]
    fn hebrew_with_english_words_is_hebrew() {
        let (language, turns) =
            told(&[HEBREW, "אז עשינו deploy ואחר כך meeting", HEBREW, ENGLISH], Some("he"));
        assert_eq!(language, some("he"));
        assert_eq!(turns, [None, None, None, some("en")]);
    }

    #[test]
    fn many_short_turns_make_one_text_and_few_make_none() {
        let short = [
            "How was your week?",
            "It was good, thank you.",
            "And the plan that we made?",
            "I did most of what I wanted to do.",
            "What was the hardest thing about it?",
            "That nobody asked me how things were going.",
            "Would you have told them the truth?",
            "Perhaps, if they had been ready to listen.",
            "Then let us think about how they could be.",
        ];
        assert_eq!(told(&short[..3], None).0, None);
        assert_eq!(told(&short, None).0, some("en"));
        let mixed = ["How was your week?", "השבוע היה טוב, תודה רבה לך"].repeat(10);
        assert_eq!(told(&mixed, None).1[0], None);
    }
}

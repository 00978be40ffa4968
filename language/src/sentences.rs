//! Splits turns into sentences and words, with their positions.
//!
//! Invariant: a [`Sentence`] is a byte range of one turn's text, so that quoting it is verbatim.
//! There are at most [`MAX_SENTENCES`], and none is longer than [`MAX_CHARS`] characters, which
//! bounds all later work.

use debrief_domain::summary::content::Quote;
use debrief_domain::transcript::content::{Content, TurnKind};
use unicode_segmentation::UnicodeSegmentation;

/// About thirty hours of speech.
pub(crate) const MAX_SENTENCES: usize = 20_000;
/// Same, in words.
pub(crate) const MAX_WORDS: usize = 300_000;
/// Longer sentences are split at a comma, or between words.
pub(crate) const MAX_CHARS: usize = 360;

/// A word as spoken, in lower case, and its position in the turn's text.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) lower: String,
}

/// A sentence, or part of a very long one.
#[derive(Debug, Clone)]
pub(crate) struct Sentence {
    /// Index in `Content::turns`.
    pub(crate) turn: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) words: Vec<Word>,
    /// Number of words separated by white space.
    pub(crate) spoken: usize,
    /// Whether it is a question.
    pub(crate) question: bool,
    /// Whether it was cut from what is before it, and from what is after it, between two words.
    pub(crate) cut: (bool, bool),
}

impl Sentence {
    pub(crate) fn text<'a>(&self, content: &'a Content) -> &'a str {
        &content.turns[self.turn].text[self.from..self.to]
    }

    pub(crate) fn quote(&self, content: &Content) -> Quote {
        let turn = &content.turns[self.turn];
        Quote {
            text: self.text(content).to_owned(),
            turn: turn.index,
            speaker: turn.speaker.clone(),
            start_ms: turn.start_ms,
        }
    }
}

/// Returns all sentences with at least one word, in order. Chat messages are excluded, unless
/// nothing was spoken.
pub(crate) fn split(content: &Content) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut spoken_words = 0;
    let only_chat = content.turns.iter().all(|turn| turn.kind == TurnKind::Chat);
    for (turn, spoken) in content.turns.iter().enumerate() {
        if spoken.kind == TurnKind::Chat && !only_chat {
            continue;
        }
        let ranges = ranges(&spoken.text);
        for (at, (from, to)) in ranges.iter().copied().enumerate() {
            if sentences.len() >= MAX_SENTENCES || spoken_words >= MAX_WORDS {
                return sentences;
            }
            let text = &spoken.text[from..to];
            let words: Vec<Word> = text
                .unicode_word_indices()
                .map(|(at, word)| Word {
                    from: from + at,
                    to: from + at + word.len(),
                    lower: word.to_lowercase().replace(['’', 'ʼ'], "'"),
                })
                .collect();
            if words.is_empty() {
                continue;
            }
            spoken_words += words.len();
            let follows = |place: usize| {
                let (before, after) = (ranges.get(place), ranges.get(place + 1));
                before.zip(after).is_some_and(|(before, after)| {
                    !is_end(&spoken.text[before.0..before.1])
                        && !spoken.text[before.1..after.0].contains('\n')
                })
            };
            let cut = (at > 0 && follows(at - 1), follows(at));
            let question = is_question(text);
            let spoken_words = text.split_whitespace().count();
            sentences.push(Sentence { turn, from, to, words, spoken: spoken_words, question, cut });
        }
    }
    sentences
}

/// What questions end with in languages that write no question mark, or may leave it out.
const ASKS: &[&str] = &[
    "ですか",
    "ますか",
    "でしょうか",
    "ましたか",
    "ませんか",
    "吗",
    "呢",
    "ไหม",
    "มั้ย",
    "หรือเปล่า",
    "หรือยัง",
    "อะไร",
    "อย่างไร",
    "ยังไง",
    "ทำไม",
    "เมื่อไหร่",
    "เมื่อไร",
    "ที่ไหน",
    "ใคร",
    "습니까",
    "입니까",
];
/// What may follow them: particles of politeness.
const POLITE: &[&str] = &["ครับ", "คะ", "ค่ะ", "บ้าง", "ดี"];

fn is_question(text: &str) -> bool {
    let closed = text.trim_end_matches(['"', '”', '’', '\'', '»', '」', ')', ' ']);
    if closed.ends_with(['?', '？', '؟', '\u{37e}']) {
        return true;
    }
    let mut said = closed.trim_end_matches(['.', '。', '…', ' ']);
    while let Some(rest) = POLITE.iter().find_map(|polite| said.strip_suffix(polite)) {
        said = rest.trim_end();
    }
    ASKS.iter().any(|ask| said.ends_with(ask))
}

/// Returns whether a sentence ends where one ends, or at least a clause.
fn is_end(text: &str) -> bool {
    !text.ends_with(char::is_alphanumeric)
}

/// Returns the byte ranges of sentences, trimmed, in order.
fn ranges(text: &str) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<usize> = None;
    for (at, part) in text.split_sentence_bound_indices() {
        let from = open.take().unwrap_or(at);
        let end = at + part.len();
        if ends_in_abbreviation(part) && end < text.len() {
            open = Some(from);
            continue;
        }
        cut(text, from, end, &mut ranges);
    }
    if let Some(from) = open {
        cut(text, from, text.len(), &mut ranges);
    }
    ranges
}

fn ends_in_abbreviation(part: &str) -> bool {
    let last = part.trim_end().rsplit(char::is_whitespace).next().unwrap_or("");
    matches!(
        last.trim_start_matches(['(', '"']),
        "Dr."
            | "Mr."
            | "Mrs."
            | "Ms."
            | "Prof."
            | "St."
            | "e.g."
            | "i.e."
            | "vs."
            | "No."
            | "approx."
    )
}

/// Adds `from..to`, trimmed and in pieces of at most [`MAX_CHARS`].
fn cut(text: &str, mut from: usize, to: usize, ranges: &mut Vec<(usize, usize)>) {
    loop {
        let piece = &text[from..to];
        from += piece.len() - piece.trim_start().len();
        let piece = piece.trim();
        if piece.is_empty() {
            return;
        }
        let Some((reach, _)) = piece.char_indices().nth(MAX_CHARS) else {
            ranges.push((from, from + piece.len()));
            return;
        };
        let reach = &piece[..reach];
        let half = reach.len() / 2;
        let comma =
            reach.rfind([',', ';', '…', '–', '—', '،', '؛', '，', '、']).filter(|at| *at >= half);
        let at = match comma {
            Some(at) => at + reach[at..].chars().next().map_or(1, char::len_utf8),
            None => reach.rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(reach.len()),
        };
        let done = piece[..at].trim_end();
        ranges.push((from, from + done.len()));
        from += at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        ranges(text).into_iter().map(|(from, to)| &text[from..to]).collect()
    }

    #[test]
    fn sentences_of_several_languages() {
        assert_eq!(
            texts("I met Dr. Levi today. It went well! Really?  Yes"),
            ["I met Dr. Levi today.", "It went well!", "Really?", "Yes"]
        );
        assert_eq!(texts("מה שלומך? בסדר גמור."), ["מה שלומך?", "בסדר גמור."]);
        assert_eq!(texts("今日は。元気ですか？"), ["今日は。", "元気ですか？"]);
    }

    #[test]
    fn speech_without_full_stops_is_cut_between_words() {
        let long = "and then we went on ".repeat(60);
        let parts = texts(&long);
        assert!(parts.len() > 2);
        assert!(parts.iter().all(|part| part.len() <= MAX_CHARS && !part.ends_with(' ')));
        assert_eq!(parts.join(" "), long.trim());
    }
}

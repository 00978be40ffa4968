//! The words of a question, with their positions.
//!
//! Invariant: `question[word.from..word.to]` is the word as written; only the first [`MAX_WORDS`]
//! are examined, which bounds all later work.

use unicode_segmentation::UnicodeSegmentation;

use super::Span;

/// Maximum number of words examined; the rest is searched but not interpreted.
pub(super) const MAX_WORDS: usize = 256;
/// Maximum length compared; a longer word is not an ordinary word.
const MAX_CHARS: usize = 40;

/// The gap between a word and the previous one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Only white space, or the beginning of the question.
    Space,
    /// A hyphen, a dash or a maqaf.
    Dash,
    Slash,
    Comma,
    /// The end of a sentence or of a clause.
    Stop,
    /// Brackets, quotation marks and the like.
    Other,
}

#[derive(Debug, Clone)]
pub(super) struct Word<'q> {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) text: &'q str,
    /// Lower case, without Hebrew points and accents, with straight apostrophes, without `'s`.
    pub(super) lower: String,
    /// Whether it ended in `'s` or `s'`.
    pub(super) possessive: bool,
    pub(super) gap: Gap,
    /// Whether it begins a sentence.
    pub(super) first: bool,
    /// Whether it is capitalised, in a question that is not all capitals.
    pub(super) capital: bool,
    /// Whether it has been interpreted already.
    pub(super) taken: bool,
}

impl Word<'_> {
    pub(super) fn is_hebrew(&self) -> bool {
        self.lower.chars().next().is_some_and(is_hebrew)
    }
}

pub(super) fn is_hebrew(c: char) -> bool {
    ('\u{5D0}'..='\u{5EA}').contains(&c)
}

/// Returns the first words; those within `taken` spans are marked.
pub(super) fn split<'q>(question: &'q str, taken: &[Span]) -> Vec<Word<'q>> {
    let mut words: Vec<Word<'q>> = Vec::new();
    let mut end = 0;
    for (from, text) in question.unicode_word_indices().take(MAX_WORDS) {
        let gap = gap(&question[end..from]);
        end = from + text.len();
        let lower = lower(text);
        let stem = ["'s", "s'"].iter().find_map(|ending| {
            let stem = lower.strip_suffix(ending)?;
            Some(if *ending == "s'" { format!("{stem}s") } else { stem.to_owned() })
        });
        let possessive = stem.is_some();
        words.push(Word {
            from,
            to: end,
            text,
            lower: stem.unwrap_or(lower),
            possessive,
            gap,
            first: words.is_empty() || gap == Gap::Stop,
            capital: text.chars().next().is_some_and(char::is_uppercase),
            taken: taken.iter().any(|span| span.from < end && from < span.to),
        });
    }
    if words.iter().all(|word| !word.text.chars().any(char::is_lowercase)) {
        words.iter_mut().for_each(|word| word.capital = false);
    }
    words
}

/// Returns the form by which a word is compared.
pub(super) fn lower(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    for c in text.chars().take(MAX_CHARS) {
        match c {
            '\u{591}'..='\u{5C7}' | '\u{200E}' | '\u{200F}' => {}
            '’' | '‘' | '׳' | 'ʼ' => lower.push('\''),
            '״' => lower.push('"'),
            c => lower.extend(c.to_lowercase()),
        }
    }
    lower
}

fn gap(between: &str) -> Gap {
    let mut found = Gap::Space;
    for c in between.chars() {
        match c {
            '.' | '?' | '!' | ';' | ':' | '\n' => return Gap::Stop,
            ',' => found = Gap::Comma,
            '-' | '–' | '—' | '־' | '‐' | '‑' if found == Gap::Space => found = Gap::Dash,
            '/' if found == Gap::Space => found = Gap::Slash,
            c if c.is_whitespace() => {}
            _ if found == Gap::Space => found = Gap::Other,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_what_stands_before_them() {
        let words = split("What did Maya’s 3-14, a/b. אֶתְמוֹל", &[Span { from: 5, to: 6 }]);
        let gaps: Vec<_> = words.iter().map(|word| (word.lower.as_str(), word.gap)).collect();
        assert_eq!(
            gaps,
            [
                ("what", Gap::Space),
                ("did", Gap::Space),
                ("maya", Gap::Space),
                ("3", Gap::Space),
                ("14", Gap::Dash),
                ("a", Gap::Comma),
                ("b", Gap::Slash),
                ("אתמול", Gap::Stop)
            ]
        );
        assert!(words[1].taken && words[2].possessive && words[2].capital && words[7].first);
        assert!(!split("WHO", &[])[0].capital);
        assert_eq!(split(&"a ".repeat(1000), &[]).len(), MAX_WORDS);
    }
}

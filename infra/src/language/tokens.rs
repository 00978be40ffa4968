//! An estimate of the tokens of a text, for every model alike.
//!
//! Each model has its own table of tokens, and a server need not say which. So this is no count but
//! a bound that ordinary text stays below: `docs/language-model.md` has what was measured. Where a
//! server counts more than was estimated, its client raises its estimates
//! ([`Scale`]).

use std::sync::atomic::{AtomicU32, Ordering};

/// Tokens that a message costs beyond its text: its role, and what separates it from the next.
pub(super) const MESSAGE: u32 = 8;

/// Returns how many tokens a text has at most, unless it is unusual.
///
/// - A word of Latin letters: one token, and one more for each four letters after the first five.
/// - Digits and punctuation: one token each. A line break: one.
/// - A word of other letters: one token, and one more for each letter of Hebrew or Arabic, three for
///   four letters of other alphabets (Cyrillic, Greek, Latin letters with marks …).
/// - Ideographs and everything else: as many tokens as bytes, less one.
pub fn estimate(text: &str) -> u32 {
    let mut quarters: u64 = 0;
    let mut word = Word::default();
    for character in text.chars() {
        match character {
            ' ' => {}
            'a'..='z' | 'A'..='Z' => {
                word.latin += 1;
                continue;
            }
            character if character.is_ascii() => quarters += 4,
            // Hebrew, Arabic, Syriac, with their points.
            '\u{590}'..='\u{7bf}' => {
                word.others += 4;
                continue;
            }
            character if character.len_utf8() == 2 => {
                word.others += 3;
                continue;
            }
            character => quarters += 4 * (character.len_utf8() as u64 - 1),
        }
        quarters += word.quarters();
        word = Word::default();
    }
    quarters += word.quarters();
    u32::try_from(quarters.div_ceil(4)).unwrap_or(u32::MAX)
}

/// The letters of a word so far.
#[derive(Default)]
struct Word {
    /// The number of Latin ones.
    latin: u64,
    /// The quarters of tokens of all others.
    others: u64,
}

impl Word {
    fn quarters(&self) -> u64 {
        let latin = match self.latin {
            0 => 0,
            letters => 4 + 4 * letters.saturating_sub(5).div_ceil(4),
        };
        let others = if self.others == 0 { 0 } else { 4 + self.others };
        latin + others
    }
}

/// How much more a server counts than [`estimate`] does.
#[derive(Debug)]
pub(super) struct Scale(AtomicU32);

/// The scale, in thousandths, of an estimate that is right.
const EXACT: u32 = 1_000;
/// The largest scale: more is no count of tokens.
const LARGEST: u32 = 4_000;
/// The estimate from which a count says something about texts: short prompts are mostly what the
/// server adds.
const LEARNED_FROM: u32 = 200;

impl Default for Scale {
    fn default() -> Self {
        Self(AtomicU32::new(EXACT))
    }
}

impl Scale {
    /// Returns an estimate as this server would count.
    pub(super) fn apply(&self, estimate: u32) -> u32 {
        let scaled = u64::from(estimate) * u64::from(self.0.load(Ordering::Relaxed));
        u32::try_from(scaled.div_ceil(EXACT.into())).unwrap_or(u32::MAX)
    }

    /// Compares an estimate with the server's count.
    pub(super) fn learn(&self, estimate: u32, counted: u32) {
        if estimate < LEARNED_FROM {
            return;
        }
        let ratio = (u64::from(counted) * u64::from(EXACT)).div_ceil(estimate.into());
        let ratio = u32::try_from(ratio).unwrap_or(LARGEST).min(LARGEST);
        let before = self.0.fetch_max(ratio, Ordering::Relaxed);
        if ratio > before {
            tracing::info!(
                scale = f64::from(ratio) / f64::from(EXACT),
                "the language model counts more tokens than estimated; estimates are raised"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_text() {
        for (text, expected) in [
            ("", 0),
            ("sleep", 1),
            ("I sleep badly.", 4),
            ("responsibilities", 4),
            ("2026", 4),
            ("\n\n", 2),
            ("שלום", 5),
            ("Сон", 4),
            ("naïve", 3),
            ("我", 2),
            ("🙂", 3),
        ] {
            assert_eq!(estimate(text), expected, "{text:?}");
        }
    }

    #[test]
    fn parts_are_at_most_a_token_less_than_the_whole() {
        let text = "Maya: I slept 7 hours — שלום, it's better than last week's 5½. Naïve? ";
        let whole = estimate(&text.repeat(50));
        let parts = 50 * estimate(text);
        assert!(whole <= parts && parts - whole <= 50, "{whole} {parts}");
    }

    #[test]
    fn a_scale_only_grows_and_only_by_what_says_something() {
        let scale = Scale::default();
        scale.learn(100, 400);
        assert_eq!(scale.apply(1_000), 1_000);
        scale.learn(1_000, 800);
        assert_eq!(scale.apply(1_000), 1_000);
        scale.learn(1_000, 1_500);
        assert_eq!(scale.apply(1_000), 1_500);
        scale.learn(1_000, 1_100);
        assert_eq!(scale.apply(1_000), 1_500);
        scale.learn(1_000, u32::MAX);
        assert_eq!(scale.apply(1_000), 4_000);
        assert_eq!(scale.apply(u32::MAX), u32::MAX);
    }
}

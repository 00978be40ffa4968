//! Finds the words that a model says it quotes.
//!
//! Invariants:
//! - What is returned is a verbatim slice of its turn, of whole words, and equals what was asked
//!   for in all [letters](super::letters).
//! - It is contiguous: within one turn, or from one turn into the next one of the same speaker.

use debrief_domain::summary::content::Quote;
use debrief_domain::transcript::content::Content;

use super::letters::{Letters, is_unspaced};

/// Minimum number of letters of a quote that is not a whole turn: fewer occur anywhere.
const LEAST: usize = 8;
/// Same, of scripts in which a letter is a word or a syllable.
const LEAST_UNSPACED: usize = 4;

/// The letters of the turns of a transcript, by index in `Content::turns`.
#[derive(Debug)]
pub(super) struct Said<'a> {
    pub(super) content: &'a Content,
    pub(super) letters: Vec<Letters>,
}

impl<'a> Said<'a> {
    pub(super) fn new(content: &'a Content) -> Self {
        let letters = content.turns.iter().map(|turn| Letters::of(&turn.text)).collect();
        Self { content, letters }
    }

    /// Returns the place of a turn by its index.
    pub(super) fn place(&self, index: u32) -> Option<usize> {
        let turns = &self.content.turns;
        let guess = usize::try_from(index).ok()?;
        match turns.get(guess) {
            Some(turn) if turn.index == index => Some(guess),
            _ => turns.binary_search_by_key(&index, |turn| turn.index).ok(),
        }
    }

    /// Finds words; `hint` is the turn in which they are expected, the nearest to it is returned.
    pub(super) fn find(&self, hint: Option<u32>, text: &str) -> Option<Vec<Quote>> {
        let wanted = Letters::of(text);
        let near = hint.and_then(|hint| self.place(hint));
        let mut places: Vec<usize> = (0..self.letters.len()).collect();
        if let Some(near) = near {
            places.sort_by_key(|place| place.abs_diff(near));
        }
        let least = if text.chars().any(is_unspaced) { LEAST_UNSPACED } else { LEAST };
        let short = wanted.count() < least;
        places.iter().find_map(|place| self.within(*place, &wanted, text, short)).or_else(|| {
            if short {
                return None;
            }
            places.iter().find_map(|place| self.across(*place, &wanted, text))
        })
    }

    /// Finds words in a turn. Very short ones must be all that was said.
    fn within(
        &self,
        place: usize,
        wanted: &Letters,
        text: &str,
        short: bool,
    ) -> Option<Vec<Quote>> {
        let letters = &self.letters[place];
        let range = letters.find(wanted).next()?;
        if short && range != (0..letters.folded.len()) {
            return None;
        }
        let source = letters.source(range)?;
        Some(vec![self.quote(place, source.start, source.end, text)])
    }

    /// Finds words that begin in a turn and end in the next one of the same speaker.
    fn across(&self, place: usize, wanted: &Letters, text: &str) -> Option<Vec<Quote>> {
        let turns = &self.content.turns;
        let next = place + 1;
        let same = turns.get(next)?.speaker.as_ref().is_some_and(|speaker| {
            turns[place].speaker.as_ref() == Some(speaker) && turns[next].kind == turns[place].kind
        });
        if !same {
            return None;
        }
        let (first, second) = (&self.letters[place], &self.letters[next]);
        let split = (1..wanted.folded.len())
            .filter(|at| wanted.folded.is_char_boundary(*at) && wanted.begins(*at))
            .find(|at| {
                let (head, tail) = wanted.folded.split_at(*at);
                let begin = first.folded.len().checked_sub(head.len());
                begin.is_some_and(|begin| first.folded.ends_with(head) && first.begins(begin))
                    && second.folded.starts_with(tail)
                    && second.ends(tail.len())
            })?;
        let head = first.source(first.folded.len() - split..first.folded.len())?;
        let tail = second.source(0..wanted.folded.len() - split)?;
        Some(vec![
            self.quote(place, head.start, head.end, "."),
            self.quote(next, tail.start, tail.end, text),
        ])
    }

    /// Returns bytes of a turn, with the punctuation that ends them if `text` has one too.
    fn quote(&self, place: usize, from: usize, to: usize, text: &str) -> Quote {
        let turn = &self.content.turns[place];
        let is_end = |c: char| matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '।');
        let mut to = to;
        if text.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_end(c)).ends_with(is_end) {
            let after = &turn.text[to..];
            to += after.len() - after.trim_start_matches(is_end).len();
        }
        Quote {
            text: turn.text[from..to].to_owned(),
            turn: turn.index,
            speaker: turn.speaker.clone(),
            start_ms: turn.start_ms,
        }
    }
}

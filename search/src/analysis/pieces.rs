//! The pieces of a text that become terms: words, words joined by hyphens, and pairs of letters of
//! scripts without spaces.

use super::script::{is_pair, is_unspaced};
use std::borrow::Cow;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// The maximum length of a word, in bytes: longer ones are noise, such as links.
const WORD_MAX: usize = 64;
/// The maximum number of words joined by hyphens.
const JOINED_MAX: usize = 4;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Word,
    /// Several words joined by hyphens, as one. Comes after the last of them.
    Joined,
    /// Two neighbouring letters of a script without spaces. Comes after the second.
    Pair,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece<'t> {
    /// Its range, in bytes.
    pub(crate) range: Range<usize>,
    pub(crate) text: Cow<'t, str>,
    pub(crate) form: Form,
}

/// Returns the pieces of a text, in order of their end.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let words = text.unicode_word_indices().filter(|(_, raw)| raw.len() <= WORD_MAX);
    let mut words = words.map(|(start, raw)| start..start + raw.len()).peekable();
    // The words of the chain that ends with the last word.
    let mut chain: Vec<Range<usize>> = Vec::new();
    let mut before: Option<Range<usize>> = None;
    std::iter::from_fn(move || {
        let range = words.next()?;
        let mut found = vec![Piece {
            range: range.clone(),
            text: Cow::Borrowed(&text[range.clone()]),
            form: Form::Word,
        }];
        if let Some(before) = before.replace(range.clone())
            && before.end == range.start
            && let (Some(one), Some(other)) =
                (only(&text[before.clone()]), only(&text[range.clone()]))
            && is_pair(one, other)
        {
            let range = before.start..range.end;
            let text = Cow::Borrowed(&text[range.clone()]);
            found.push(Piece { range, text, form: Form::Pair });
        }
        chain.push(range.clone());
        let goes_on = words.peek().is_some_and(|next| is_hyphen(&text[range.end..next.start]));
        if !goes_on {
            found.extend(joined(text, &chain));
            chain.clear();
        }
        Some(found)
    })
    .flatten()
}

/// Returns words joined by hyphens as one word. Numbers and dates are not joined.
fn joined<'t>(text: &'t str, chain: &[Range<usize>]) -> Option<Piece<'t>> {
    let (first, last) = (chain.first()?, chain.last()?);
    let range = first.start..last.end;
    let lettered = |range: &Range<usize>| text[range.clone()].contains(char::is_alphabetic);
    let fits = (2..=JOINED_MAX).contains(&chain.len())
        && range.len() <= WORD_MAX
        && chain.iter().all(lettered);
    let parts = || chain.iter().map(|range| &text[range.clone()]);
    fits.then(|| Piece { text: parts().collect::<String>().into(), range, form: Form::Joined })
}

/// Returns the only letter of a word of a script without spaces; marks do not count.
fn only(word: &str) -> Option<char> {
    let mut letters = word.chars();
    let first = letters.next().filter(|letter| is_unspaced(*letter))?;
    letters.all(|mark| !mark.is_alphabetic() || is_unspaced(mark)).then_some(first)
}

fn is_hyphen(between: &str) -> bool {
    matches!(between, "-" | "‐" | "‑" | "־" | "\u{ad}")
}

//! Captions on one line after two numbers in brackets, `{123}{456}text` or `[123][456]text`; the
//! format defines the unit of the numbers.

use crate::kernel::lines::{Line, lines};
use crate::kernel::{Confidence, Head};

/// Maximum number of digits of a time.
const DIGITS_MAX: usize = 10;

/// A caption.
pub(crate) struct Numbered<'a> {
    pub(crate) start: u64,
    /// May be missing.
    pub(crate) end: Option<u64>,
    pub(crate) text: &'a str,
}

/// Parses the caption on a line, with this pair of brackets.
pub(crate) fn caption<'a>(line: Line<'a>, [open, close]: [char; 2]) -> Option<Numbered<'a>> {
    let (start, rest) = line.text.trim().strip_prefix(open)?.split_once(close)?;
    let (end, text) = rest.strip_prefix(open)?.split_once(close)?;
    let number = |digits: &str| -> Option<u64> {
        let plain = digits.len() <= DIGITS_MAX && digits.bytes().all(|b| b.is_ascii_digit());
        if plain { digits.parse().ok() } else { None }
    };
    let end = if end.is_empty() { None } else { Some(number(end)?) };
    Some(Numbered { start: number(start)?, end, text })
}

/// Number of lines that are examined.
const EXAMINED: usize = 50;

/// Recognises a file that begins with such a caption; a few other lines may be in front, if most
/// lines are captions.
pub(crate) fn recognise(head: &Head<'_>, brackets: [char; 2]) -> Confidence {
    let filled = lines(head.text()).filter(|line| !line.text.trim().is_empty()).take(EXAMINED);
    let (mut all, mut captions, mut first) = (0, 0, false);
    for line in filled {
        let fits = caption(line, brackets).is_some();
        first |= fits && all == 0;
        captions += usize::from(fits);
        all += 1;
    }
    match first || captions >= 3 && captions * 10 >= all * 7 {
        true => Confidence::Certain,
        false => Confidence::No,
    }
}

//! Quoted phrases and words excluded by a minus sign.
//!
//! A quotation mark between two letters is part of a Hebrew abbreviation (`ד"ר`), unless the
//! letters before it are prefixes and the quotation is closed later. An unclosed quotation does not
//! count.

use super::Span;
use super::words::is_hebrew;

/// A quotation: with its marks, and the text between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quoted {
    pub(super) whole: Span,
    pub(super) inner: Span,
    /// Whether a minus sign precedes it.
    pub(super) excluded: bool,
}

/// Returns quotations, and words after a minus sign, in order.
pub(super) fn find(question: &str) -> (Vec<Quoted>, Vec<Quoted>) {
    let chars: Vec<(usize, char)> = question.char_indices().collect();
    let place = |at: usize| chars.get(at).map_or(question.len(), |(place, _)| *place);
    let mut quoted = Vec::new();
    let mut minus = Vec::new();
    // Position of the next closing mark, so that the time stays linear.
    let mut closing = Closing::default();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at].1;
        let fresh = at == 0 || chars[at - 1].1.is_whitespace();
        if let Some(close) = opens(&chars, at)
            && let Some(end) = closing.after(&chars, at + 1, close)
        {
            let excluded =
                at > 0 && chars[at - 1].1 == '-' && (at == 1 || chars[at - 2].1.is_whitespace());
            let from = if excluded { at - 1 } else { at };
            let inner = trimmed(question, place(at + 1), place(end));
            if inner.from < inner.to {
                let whole = Span { from: place(from), to: place(end + 1) };
                quoted.push(Quoted { whole, inner, excluded });
            }
            at = end + 1;
        } else if c == '-' && fresh && chars.get(at + 1).is_some_and(|(_, c)| c.is_alphabetic()) {
            let length = chars[at + 1..]
                .iter()
                .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '_'))
                .count();
            let inner = Span { from: place(at + 1), to: place(at + 1 + length) };
            let whole = Span { from: place(at), to: inner.to };
            minus.push(Quoted { whole, inner, excluded: true });
            at += 1 + length;
        } else {
            at += 1;
        }
    }
    (quoted, minus)
}

/// For each mark, the next position at which it closes.
#[derive(Default)]
struct Closing(Vec<(char, Option<usize>)>);

impl Closing {
    fn after(&mut self, chars: &[(usize, char)], from: usize, close: char) -> Option<usize> {
        let known = self.0.iter().position(|(mark, _)| *mark == close);
        let found = match known.map(|known| self.0[known].1) {
            Some(None) => return None,
            Some(Some(at)) if at >= from => return Some(at),
            _ => (from..chars.len()).find(|at| chars[*at].1 == close && closes(chars, *at)),
        };
        match known {
            Some(known) => self.0[known].1 = found,
            None => self.0.push((close, found)),
        }
        found
    }
}

/// Returns the mark that closes the quotation opened here.
fn opens(chars: &[(usize, char)], at: usize) -> Option<char> {
    let close = match chars[at].1 {
        '“' | '„' => '”',
        '«' => '»',
        mark @ ('"' | '״' | '”') => mark,
        _ => return None,
    };
    let letter = |at: usize| chars.get(at).is_some_and(|(_, c)| c.is_alphanumeric());
    let before = at > 0 && letter(at - 1);
    if before && matches!(close, '"' | '״') {
        // One or two prefixed letters, as in ה"שינה הטובה".
        let joined = chars[..at].iter().rev().take_while(|(_, c)| is_hebrew(*c)).count();
        if !(1..=2).contains(&joined) || !letter(at + 1) || !spans_words(chars, at + 1, close) {
            return None;
        }
        return Some(close);
    }
    let follows = chars.get(at + 1).is_some_and(|(_, c)| !c.is_whitespace());
    (follows && !before).then_some(close)
}

/// Returns whether the quotation spans several words: white space before the closing mark.
fn spans_words(chars: &[(usize, char)], from: usize, close: char) -> bool {
    const REACH: usize = 80;
    let reach = &chars[from..chars.len().min(from + REACH)];
    let end = reach.iter().position(|(_, c)| *c == close);
    end.is_some_and(|end| {
        reach[..end].iter().any(|(_, c)| c.is_whitespace()) && closes(chars, from + end)
    })
}

/// Returns whether a mark closes here: not with letters on both sides.
fn closes(chars: &[(usize, char)], at: usize) -> bool {
    !matches!(chars[at].1, '"' | '״')
        || !chars.get(at + 1).is_some_and(|(_, c)| c.is_alphanumeric())
}

fn trimmed(question: &str, from: usize, to: usize) -> Span {
    let inner = &question[from..to];
    let from = from + inner.len() - inner.trim_start().len();
    Span { from, to: from + inner.trim().len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(question: &str) -> Vec<String> {
        let (quoted, minus) = find(question);
        let all = quoted.iter().chain(&minus);
        let text = |quoted: &Quoted| {
            let inner = &question[quoted.inner.from..quoted.inner.to];
            format!("{}{inner}", if quoted.excluded { "-" } else { "" })
        };
        all.map(text).collect()
    }

    #[test]
    fn quotations_of_several_kinds() {
        assert_eq!(shown("a \"b c\" “d” «e f» ״ז ח״"), ["b c", "d", "e f", "ז ח"]);
        assert_eq!(shown("x -\"y z\" -w self-help - v"), ["-y z", "-w"]);
        assert_eq!(shown("על ה\"שינה הטובה\" כאן"), ["שינה הטובה"]);
    }

    #[test]
    fn abbreviations_and_open_marks_are_none() {
        for text in ["ד\"ר לוין על צה\"ל", "צה״ל", "a 6\" nail", "\"open", "\"\"", "” a", "-5"]
        {
            assert!(shown(text).is_empty(), "{text}");
        }
    }
}

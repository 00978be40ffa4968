//! Patterns of instructions.
//!
//! A pattern is elements separated by spaces:
//! - `a|b|c_d`: one of these words; `c_d` is two words.
//! - `(a|b)`: the same, or nothing.
//! - `{t}`: any words, as few as possible, that the pattern's action interprets.
//! - `ל+{t}`: any words whose first begins with this letter, which is not part of them.
//! - `$name`: the words that the language lists under this name.
//!
//! A pattern fits an instruction as a whole or not at all. Commas before a word are passed over.

use super::tokens::{Kind, Token};

/// Most tokens of a description or a name.
const DESCRIPTION: usize = 24;

/// A part of an instruction that a pattern leaves open: where it begins and ends in the text, and
/// its tokens.
#[derive(Debug, Clone)]
pub(super) struct Open<'t> {
    pub(super) name: char,
    /// Where the words begin, after a prefix.
    pub(super) from: usize,
    pub(super) tokens: &'t [Token],
}

#[derive(Debug, Clone)]
enum Element {
    Words { alternatives: Vec<Vec<String>>, optional: bool },
    Open { name: char, prefix: Option<char> },
}

/// A pattern that was read.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Vec<Element>);

impl Pattern {
    /// Reads a pattern with the word lists of its language.
    pub(super) fn new(text: &str, lists: &[(&str, &str)]) -> Self {
        let element = |part: &str| {
            let (prefix, rest) = match part.split_once('+') {
                Some((prefix, rest)) => (prefix.chars().next(), rest),
                None => (None, part),
            };
            if let Some(name) = rest.strip_prefix('{').and_then(|rest| rest.chars().next()) {
                return Element::Open { name, prefix };
            }
            let optional = part.starts_with('(');
            let words = part.trim_start_matches('(').trim_end_matches(')');
            let words = words.split('|').flat_map(|word| match word.strip_prefix('$') {
                Some(name) => {
                    let list = lists.iter().find(|(known, _)| *known == name);
                    list.map_or(name, |(_, words)| *words).split('|').collect::<Vec<_>>()
                }
                None => vec![word],
            });
            let alternatives =
                words.map(|word| word.split('_').map(str::to_owned).collect()).collect();
            Element::Words { alternatives, optional }
        };
        Self(text.split(' ').map(element).collect())
    }

    /// Returns the first answer of `interpret` for a way in which the pattern fits.
    pub(super) fn find<'t, R>(
        &self,
        tokens: &'t [Token],
        interpret: &mut dyn FnMut(&[Open<'t>]) -> Option<R>,
    ) -> Option<R> {
        fit(&self.0, tokens, 0, &mut Vec::new(), interpret)
    }
}

fn fit<'t, R>(
    elements: &[Element],
    tokens: &'t [Token],
    at: usize,
    open: &mut Vec<Open<'t>>,
    interpret: &mut dyn FnMut(&[Open<'t>]) -> Option<R>,
) -> Option<R> {
    let Some((first, rest)) = elements.split_first() else {
        return if at == tokens.len() { interpret(open) } else { None };
    };
    match first {
        Element::Words { alternatives, optional } => {
            let skip = tokens.get(at).is_some_and(|token| token.lower == ",");
            for from in [Some(at), skip.then_some(at + 1)].into_iter().flatten() {
                for words in alternatives {
                    let to = from + words.len();
                    let fits = tokens.get(from..to).is_some_and(|part| {
                        part.iter()
                            .zip(words)
                            .all(|(token, word)| token.kind != Kind::Quoted && token.lower == *word)
                    });
                    if fits && let Some(answer) = fit(rest, tokens, to, open, interpret) {
                        return Some(answer);
                    }
                }
            }
            if *optional { fit(rest, tokens, at, open, interpret) } else { None }
        }
        Element::Open { name, prefix } => {
            let mut begin = at;
            let mut from = tokens.get(at)?.from;
            if let Some(prefix) = prefix {
                let token = &tokens[at];
                let bare = token.lower.strip_prefix(*prefix)?;
                // A quoted word is whole.
                if token.kind == Kind::Quoted {
                    return None;
                }
                match (bare.trim_start_matches(['-', '־']), tokens.get(at + 1)) {
                    // The letter alone, before quoted words or a hyphen.
                    ("", Some(next)) => {
                        begin = at + 1;
                        if matches!(next.lower.as_str(), "-" | "־") && tokens.len() > at + 2 {
                            begin = at + 2;
                        }
                        from = tokens[begin].from;
                    }
                    ("", None) => return None,
                    // Case may change the length of a word, but not of this letter.
                    (word, _) => {
                        from = token.from + prefix.len_utf8() + (bare.len() - word.len());
                    }
                }
            }
            // Only words that are taken as they are may be many.
            let most = if matches!(name, 'x' | 'y') { tokens.len() } else { begin + DESCRIPTION };
            for to in begin + 1..=tokens.len().min(most) {
                open.push(Open { name: *name, from, tokens: &tokens[begin..to] });
                let answer = fit(rest, tokens, to, open, interpret);
                open.pop();
                if answer.is_some() {
                    return answer;
                }
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn open(pattern: &str, text: &str) -> Option<Vec<String>> {
        let lists = [("drop", "drop|take_out")];
        let tokens = tokens(text);
        Pattern::new(pattern, &lists).find(&tokens, &mut |open| {
            let words =
                |part: &Open| text[part.from..part.tokens.last().map_or(0, |t| t.to)].to_owned();
            Some(open.iter().map(words).collect())
        })
    }

    #[test]
    fn patterns_fit_whole_instructions() {
        let some = |words: &[&str]| Some(words.iter().map(|w| (*w).to_owned()).collect());
        assert_eq!(open("$drop (the) {t}", "Take out the last one"), some(&["last one"]));
        assert_eq!(open("change {x} to {y}", "change a to b to c"), some(&["a", "b to c"]));
        assert_eq!(open("change {x} to {y}", "please change a to b"), None);
        assert_eq!(open("החלף {x} ב+{y}", "החלף מאיה במיה"), some(&["מאיה", "מיה"]));
        assert_eq!(open("החלף {x} ב+{y}", "החלף את א ב-ג"), some(&["את א", "ג"]));
        assert_eq!(open("פתח ב+{y}", "פתח ב\"היי\""), some(&["היי"]));
    }
}

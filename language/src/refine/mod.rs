//! Refines a summary by instructions in English and Hebrew, without a language model.
//!
//! Invariants:
//! - Nothing is guessed: an instruction is understood with all its words, or it is said what it
//!   needs, or asked what it means.
//! - What an instruction does not name stays as it is. Quotes are never changed.
//! - Of several instructions in one message all are followed or none.
//! - The edits of an answer can be [applied](debrief_domain::summary::edit::apply).
//!
//! The words of a language are in a file each (`en.rs`, `he.rs`): what it calls sections, numbers
//! and deeds, and what instructions look like.

mod actions;
mod en;
mod he;
mod lexicon;
mod pattern;
mod replace;
mod say;
mod shorten;
mod target;
#[cfg(test)]
mod tests;
mod tokens;

use chrono::NaiveDate;
use debrief_domain::summary::content::Content;
use debrief_domain::summary::edit::{self, Edit};
use lexicon::{Lexicon, Tongue, lexicon};
use say::{Need, Say};
use tokens::{Kind, Token, tokens};

/// Longer messages need a model.
const MESSAGE_MAX: usize = 2_000;
/// Most instructions of a message.
const CLAUSES_MAX: usize = 8;

/// What an instruction is interpreted with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context {
    /// The day of the session, from which times are counted.
    pub held_on: Option<NaiveDate>,
}

/// What comes of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The summary is to be edited.
    Edits {
        /// How; at least one edit.
        edits: Vec<Edit>,
        /// What is done, in a sentence of the instruction's language.
        said: String,
    },
    /// A language model is needed.
    NeedsModel {
        /// For what, in a sentence of the instruction's language.
        why: String,
    },
    /// It is to be asked what is meant.
    Unclear {
        /// The question, in the instruction's language.
        question: String,
    },
}

/// Returns what comes of an instruction without a language model.
pub fn refine(content: &Content, message: &str, context: Context) -> Outcome {
    let tongue = tongue(message);
    let lexicon = lexicon(tongue);
    let say = Say(tongue);
    if message.chars().count() > MESSAGE_MAX {
        return Outcome::NeedsModel { why: say.needs_model(Need::Other) };
    }
    let interpreter = Interpreter { content, text: message, lexicon, say, context };
    let tokens = tokens(message);
    let outcome = interpreter.clause(&tokens).or_else(|| interpreter.clauses(&tokens));
    let outcome = outcome
        .unwrap_or_else(|| Outcome::NeedsModel { why: say.needs_model(need(&tokens, lexicon)) });
    match outcome {
        Outcome::Edits { edits, said } => match edit::apply(content, &edits, []) {
            Ok(edited) if edited == *content => Outcome::Unclear {
                question: say.of(
                    "The summary is so already. What should be changed?",
                    "הסיכום כבר כזה. מה לשנות?",
                ),
            },
            Ok(_) => Outcome::Edits { edits, said },
            Err(refused) => Outcome::Unclear {
                question: say.of(
                    format!("That cannot be done: {refused}. What should be changed instead?"),
                    format!("אי אפשר לעשות את זה ({refused}). מה לשנות במקום זה?"),
                ),
            },
        },
        other => other,
    }
}

/// Interprets the instructions of one message.
struct Interpreter<'a> {
    content: &'a Content,
    text: &'a str,
    lexicon: &'static Lexicon,
    say: Say,
    context: Context,
}

impl Interpreter<'_> {
    /// Returns what comes of one instruction; `None` if it is not understood.
    fn clause(&self, tokens: &[Token]) -> Option<Outcome> {
        let tokens = trimmed(tokens, self.lexicon);
        if tokens.is_empty() {
            return None;
        }
        let mut unclear = None;
        for (pattern, action) in &self.lexicon.patterns {
            let answer = pattern.find(tokens, &mut |open| match self.act(*action, open) {
                // Another reading may be clear.
                Some(Outcome::Unclear { question }) => {
                    unclear.get_or_insert(question);
                    None
                }
                other => other,
            });
            if answer.is_some() {
                return answer;
            }
        }
        unclear.map(|question| Outcome::Unclear { question })
    }

    /// Returns what comes of several instructions; `None` if one is not understood.
    fn clauses(&self, all: &[Token]) -> Option<Outcome> {
        let parts = self.split(all);
        if !(2..=CLAUSES_MAX).contains(&parts.len()) {
            return None;
        }
        let (mut edits, mut said) = (Vec::new(), Vec::new());
        for part in parts {
            match self.clause(&part)? {
                Outcome::Edits { edits: more, said: sentence } => {
                    edits.extend(more);
                    said.push(sentence);
                }
                other => return Some(other),
            }
        }
        Some(Outcome::Edits { edits, said: said.join(" ") })
    }

    /// Splits a message where a sentence ends, and before each word with which an instruction
    /// begins.
    fn split(&self, tokens: &[Token]) -> Vec<Vec<Token>> {
        let mut parts: Vec<Vec<Token>> = Vec::new();
        let mut from = 0;
        let begins = |word: &str| self.lexicon.verbs.iter().any(|verb| verb == word);
        let after_and = |token: &Token| {
            let bare = token.lower.strip_prefix('ו').filter(|bare| begins(bare))?;
            (token.kind == Kind::Word).then(|| bare.to_owned())
        };
        let is_verb = |token: &Token| {
            token.kind == Kind::Word && begins(&token.lower) || after_and(token).is_some()
        };
        for at in 1..tokens.len() {
            let before = &tokens[at - 1];
            let line = self.text[before.to..tokens[at].from].contains('\n');
            let ends =
                matches!(before.lower.as_str(), "." | ";" | "!") && before.kind == Kind::Mark;
            let joined = before.lower == "," || self.lexicon.joins.contains(&before.lower.as_str());
            let prefixed = tokens[at].lower.starts_with('ו');
            if line || ends || (joined || prefixed) && is_verb(&tokens[at]) {
                parts.push(tokens[from..at].to_vec());
                from = at;
            }
        }
        parts.push(tokens[from..].to_vec());
        // The "and" that Hebrew writes with the word after it.
        for first in parts.iter_mut().skip(1).filter_map(|part| part.first_mut()) {
            if let Some(bare) = after_and(first) {
                first.from += 'ו'.len_utf8();
                first.lower = bare;
            }
        }
        parts.retain(|part| !trimmed(part, self.lexicon).is_empty());
        parts
    }
}

/// Returns an instruction without courtesies, joining words and final punctuation.
fn trimmed<'t>(tokens: &'t [Token], lexicon: &Lexicon) -> &'t [Token] {
    let mut tokens = tokens;
    let idle = |token: &Token| {
        let word = token.lower.as_str();
        token.kind == Kind::Mark && !matches!(word, "#" | "(")
            || token.kind == Kind::Word
                && (lexicon.polite.contains(&word) || lexicon.joins.contains(&word))
    };
    while let [first, rest @ ..] = tokens {
        if !idle(first) || lexicon.verbs.contains(&first.lower) {
            break;
        }
        tokens = rest;
    }
    while let [rest @ .., last] = tokens {
        let word = last.lower.as_str();
        let ends = last.kind == Kind::Mark && matches!(word, "." | "!" | "," | "?" | ";")
            || last.kind == Kind::Word && lexicon.joins.contains(&word)
            || last.kind == Kind::Word
                && ["please", "thanks", "too", "now", "בבקשה", "תודה", "עכשיו"].contains(&word);
        if !ends {
            break;
        }
        tokens = rest;
    }
    tokens
}

/// Returns the language of an instruction: that of most of its letters outside quotation marks.
fn tongue(message: &str) -> Tongue {
    let words = tokens(message);
    let letters = |hebrew: bool| {
        words
            .iter()
            .filter(|token| token.kind == Kind::Word)
            .flat_map(|token| token.lower.chars())
            .filter(|c| c.is_alphabetic() && ('\u{590}'..='\u{5FF}').contains(c) == hebrew)
            .count()
    };
    if letters(true) > letters(false) { Tongue::Hebrew } else { Tongue::English }
}

/// Returns what an instruction that is not understood needs a language model for.
fn need(tokens: &[Token], lexicon: &Lexicon) -> Need {
    let has = |list: &[&str]| tokens.iter().any(|token| list.contains(&token.lower.as_str()));
    let question = tokens.last().is_some_and(|last| last.lower == "?");
    let asks = trimmed(tokens, lexicon)
        .first()
        .is_some_and(|first| lexicon.asks.contains(&first.lower.as_str()));
    if has(lexicon.translate) {
        Need::Translation
    } else if asks || question && !has(lexicon.tone) {
        Need::Answer
    } else if has(lexicon.tone) {
        Need::Tone
    } else {
        Need::Other
    }
}

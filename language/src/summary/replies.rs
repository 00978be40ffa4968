//! Classifies the immediate reply of another speaker: yes, no, or something else.

use debrief_domain::transcript::content::Content;

use super::language::Language;
use crate::phrases::Phrases;
use crate::sentences::{Sentence, Word};

/// Number of sentences within which a reply begins.
const REACH: usize = 4;

/// The first words of another speaker after a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply<'a> {
    /// Agrees.
    Assent,
    /// The named speaker says that they will do it.
    TakesOn(&'a str),
    /// Declines.
    Decline,
    /// Neither, or there are no names or no reply.
    Other,
}

/// A language's ways to accept and decline a request.
pub(crate) struct Replies {
    assent: Phrases,
    takes_on: Phrases,
    decline: Phrases,
    yes_no: Phrases,
}

impl Replies {
    pub(crate) fn new(language: &Language) -> Self {
        Self {
            assent: Phrases::new(language.pack.assent),
            takes_on: Phrases::new(language.pack.takes_on),
            decline: Phrases::new(language.pack.decline),
            yes_no: Phrases::new(language.pack.yes_no),
        }
    }

    /// Returns the reply to the sentence at `place`.
    pub(crate) fn to<'a>(
        &self,
        place: usize,
        sentences: &[Sentence],
        content: &'a Content,
        language: &Language,
    ) -> Reply<'a> {
        let speaker = |sentence: &Sentence| content.turns[sentence.turn].speaker.as_deref();
        let Some(asker) = speaker(&sentences[place]) else { return Reply::Other };
        let mut after = sentences[place + 1..].iter().take(REACH);
        let Some((next, other)) = after.find_map(|next| {
            let other = speaker(next).filter(|other| *other != asker)?;
            Some((next, other))
        }) else {
            return Reply::Other;
        };
        if self.opens_with(&self.decline, &next.words, language) {
            Reply::Decline
        } else if self.opens_with(&self.takes_on, &next.words, language) {
            Reply::TakesOn(other)
        } else if self.opens_with(&self.assent, &next.words, language) || self.is_yes(next) {
            Reply::Assent
        } else {
            Reply::Other
        }
    }

    /// "Yes." alone agrees; before more words it often only takes the floor.
    fn is_yes(&self, reply: &Sentence) -> bool {
        reply.words.len() <= 3 && reply.words.iter().any(|word| self.yes_no.has(&word.lower))
    }

    /// Returns whether a sentence begins with one of the phrases, after at most three fillers.
    fn opens_with(&self, phrases: &Phrases, words: &[Word], language: &Language) -> bool {
        let is_filler = |word: &&Word| language.fillers.contains(word.lower.as_str());
        let fillers = words.iter().take(3).take_while(is_filler).count();
        (0..=fillers.min(words.len())).any(|at| phrases.at(&words[at..]).is_some())
    }
}

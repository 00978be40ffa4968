//! Finds decisions: sentences that state one, or a proposal that somebody else accepts at once.
//!
//! In a meeting of several people, silence is consent: a proposal counts if the topic is closed
//! after it, or if the sentence opens like a chair's conclusion ("Okay, let's …"). This does not
//! apply to a conversation of two.

use debrief_domain::transcript::content::Content;

use super::language::Language;
use super::rank::Ranking;
use super::replies::{Replies, Reply};
use super::worth::Worth;
use crate::phrases::Phrases;
use crate::sentences::{Sentence, Word};

/// Maximum number; up to twice as many for a longer session.
const MOST: usize = 5;
/// Maximum words of a proposal; a longer sentence is an argument.
const PROPOSAL: usize = 30;
/// Number of sentences in a session of about an hour.
const AN_HOUR: usize = 600;
/// Minimum number of people in a meeting.
const MEETING: usize = 4;
/// Maximum number of sentences until the topic is closed.
const CLOSED_WITHIN: usize = 5;

/// Returns the indexes of the decisions, in order.
pub(crate) fn find(
    content: &Content,
    sentences: &[Sentence],
    worth: &[Worth],
    ranking: &Ranking,
    language: &Language,
    promised: &[usize],
) -> Vec<usize> {
    let finder = Finder::new(content, sentences, language);
    let weigh = |place: usize| -> Option<f32> {
        let sentence = &sentences[place];
        let about = sentence.words.iter().filter(|word| language.is_content(&word.lower)).count();
        if worth[place].share == 0.0
            || sentence.words.len() < if language.pack.unspaced { 2 } else { 4 }
            // Whole or absent.
            || sentence.cut.0
            || sentence.cut.1
            || about == 0
            || promised.contains(&place)
        {
            return None;
        }
        let strong = if worth[place].signals.decision { 1.0 } else { finder.agreed(place)? };
        // Thinking aloud is long and broken off.
        let reads = worth[place].share.min(1.0);
        Some((strong + ranking.central[place]) * (0.4 + 0.6 * reads))
    };
    let scored: Vec<(usize, f32)> =
        (0..sentences.len()).filter_map(|place| Some((place, weigh(place)?))).collect();
    let most = MOST + (MOST * sentences.len() / AN_HOUR).min(MOST);
    let mut chosen = ranking.choose(&scored, most, false, &[]);
    chosen.sort_unstable();
    chosen
}

/// Finds accepted proposals.
struct Finder<'a> {
    content: &'a Content,
    sentences: &'a [Sentence],
    language: &'a Language,
    replies: Replies,
    proposals: Phrases,
    resolutions: Phrases,
    closings: Phrases,
}

impl<'a> Finder<'a> {
    fn new(content: &'a Content, sentences: &'a [Sentence], language: &'a Language) -> Self {
        let pack = language.pack;
        let [proposals, resolutions, closings] =
            [pack.proposal, pack.resolution, pack.closing].map(Phrases::new);
        let replies = Replies::new(language);
        Self { content, sentences, language, replies, proposals, resolutions, closings }
    }

    /// Returns how firm an accepted proposal is; `None` if it is not one.
    fn agreed(&self, place: usize) -> Option<f32> {
        let sentence = &self.sentences[place];
        let resolves = self.resolves(sentence);
        if sentence.words.len() > PROPOSAL || !(resolves || self.proposes(sentence)) {
            return None;
        }
        let meeting = self.content.participants.len() >= MEETING && !sentence.question;
        match self.replies.to(place, self.sentences, self.content, self.language) {
            Reply::Assent | Reply::TakesOn(_) => Some(0.5),
            Reply::Other if meeting && self.is_closed(place) => Some(0.4),
            Reply::Other if meeting && resolves => Some(0.2),
            Reply::Decline | Reply::Other => None,
        }
    }

    /// Returns whether it proposes something; "when we're going to" only mentions it.
    fn proposes(&self, sentence: &Sentence) -> bool {
        let words = &sentence.words;
        let tells = |word: &Word| {
            self.language.imagined.has(&word.lower)
                || self.language.pointing.contains(word.lower.as_str())
        };
        (0..words.len()).any(|at| {
            self.proposals.at(&words[at..]).is_some() && !words[..at].last().is_some_and(tells)
        })
    }

    /// Returns whether it opens with a resolution, after introductory words.
    fn resolves(&self, sentence: &Sentence) -> bool {
        let words = &sentence.words;
        let leads = |word: &&Word| {
            self.language.fillers.contains(word.lower.as_str())
                || self.language.leaning.contains(word.lower.as_str())
        };
        let skip = words.iter().take_while(leads).count();
        (0..=skip).any(|at| self.resolutions.at(&words[at..]).is_some())
    }

    /// Returns whether the topic is closed soon after.
    fn is_closed(&self, place: usize) -> bool {
        let after = self.sentences[place + 1..].iter().take(CLOSED_WITHIN);
        after.into_iter().any(|next| self.closings.any(&next.words))
    }
}

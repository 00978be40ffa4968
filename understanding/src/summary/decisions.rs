//! What was decided: words that say so, or a proposal that somebody else agrees to at once.

use debrief_domain::transcript::content::Content;

use super::language::Language;
use super::phrases::Phrases;
use super::rank::Ranking;
use super::replies::{Replies, Reply};
use super::sentences::Sentence;
use super::worth::Worth;

/// More are kept of a longer session, up to twice as many.
const MOST: usize = 5;
/// A longer sentence argues rather than proposes.
const PROPOSAL: usize = 30;
/// Sentences of a session of about an hour.
const AN_HOUR: usize = 600;

/// Places of the decisions, in order.
pub(crate) fn find(
    content: &Content,
    sentences: &[Sentence],
    worth: &[Worth],
    ranking: &Ranking,
    language: &Language,
    promised: &[usize],
) -> Vec<usize> {
    let proposals = Phrases::new(language.pack.proposal);
    let replies = Replies::new(language);
    let weigh = |place: usize| -> Option<f32> {
        let sentence = &sentences[place];
        let about = sentence.words.iter().filter(|word| language.is_content(&word.lower)).count();
        if worth[place].share == 0.0
            || sentence.words.len() < 4
            || about == 0
            || promised.contains(&place)
        {
            return None;
        }
        let strong = if worth[place].signals.decision {
            1.0
        } else if !sentence.question
            && sentence.words.len() <= PROPOSAL
            && proposals.any(&sentence.words)
        {
            match replies.to(place, sentences, content, language) {
                Reply::Assent | Reply::TakesOn(_) => 0.5,
                Reply::Decline | Reply::Other => return None,
            }
        } else {
            return None;
        };
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

//! Scores a sentence on its own: what it expresses, and how well it stands alone.
//!
//! [`super::rank`] and [`super::overview`] add how central its words are.

use debrief_domain::transcript::content::{Content, Role};

use super::language::Language;
use crate::sentences::Sentence;

/// Part of the session in which its purpose is stated.
pub(crate) const EARLY: f32 = 0.35;

/// What a sentence expresses besides its subject.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signals {
    /// Something has become clear.
    pub(crate) insight: bool,
    /// Somebody wants something.
    pub(crate) goal: bool,
    /// Something is decided.
    pub(crate) decision: bool,
    /// The speaker commits.
    pub(crate) commitment: bool,
}

impl Signals {
    fn of(sentence: &Sentence, language: &Language) -> Self {
        let words = &sentence.words;
        let statement = !sentence.question;
        Self {
            insight: statement && language.insight.any(words),
            goal: statement && language.goal.any(words),
            decision: statement && language.decision.any(words) && !language.undecided.any(words),
            commitment: statement
                && language.i_will.any(words)
                && !language.no_commitment.any(words),
        }
    }
}

/// A sentence's worth: `(centrality of its words + cues) * share`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Worth {
    pub(crate) signals: Signals,
    /// Worth of its cues, independent of its words.
    pub(crate) cues: f32,
    /// The factor that counts; 0 if it has no weight.
    pub(crate) share: f32,
}

impl Worth {
    /// Scores all sentences.
    pub(crate) fn of_all(
        content: &Content,
        sentences: &[Sentence],
        silent: &[bool],
        language: &Language,
    ) -> Vec<Self> {
        let roles = roles(content);
        let places = 0..sentences.len();
        places
            .map(|place| {
                let sentence = &sentences[place];
                let signals = Signals::of(sentence, language);
                let position = place as f32 / sentences.len() as f32;
                // Purpose, insight and decision count even in rare words.
                let mut cues = 0.15;
                cues += if signals.insight { 0.2 } else { 0.0 };
                cues += if signals.decision { 0.25 } else { 0.0 };
                cues += if signals.goal && position < EARLY { 0.5 } else { 0.0 };
                let share = if silent[place] {
                    0.0
                } else {
                    let role = roles(sentence.turn);
                    bonus(signals, position)
                        * length(sentence.words.len())
                        * stands_alone(sentence, language)
                        * fluency(sentence, sentence.text(content), language)
                        * role
                };
                Self { signals, cues, share }
            })
            .collect()
    }

    /// Returns the worth of a sentence whose words are this central (0 to 1).
    pub(crate) fn score(&self, central: f32) -> f32 {
        (self.cues + central) * self.share
    }
}

/// A session is about the client: if the coach is known, their words count less.
fn roles(content: &Content) -> impl Fn(usize) -> f32 {
    let coaches: Vec<&str> = content
        .participants
        .iter()
        .filter(|person| person.role == Role::Coach)
        .map(|person| person.name.as_str())
        .collect();
    let speakers: Vec<bool> = content
        .turns
        .iter()
        .map(|turn| turn.speaker.as_deref().is_some_and(|name| coaches.contains(&name)))
        .collect();
    move |turn| if speakers[turn] { 0.7 } else { 1.0 }
}

fn bonus(signals: Signals, position: f32) -> f32 {
    let mut bonus = 1.0;
    bonus += if signals.insight { 0.3 } else { 0.0 };
    bonus += if signals.decision { 0.25 } else { 0.0 };
    bonus += if signals.commitment && position > 0.6 { 0.25 } else { 0.0 };
    bonus += if position > 0.85 { 0.1 } else { 0.0 };
    bonus
}

fn length(words: usize) -> f32 {
    match words {
        0..=4 => 0.15,
        5..=7 => 0.6,
        8..=34 => 1.0,
        35..=50 => 0.8,
        _ => 0.55,
    }
}

/// Returns how well a sentence is understood without those before it.
fn stands_alone(sentence: &Sentence, language: &Language) -> f32 {
    let words = &sentence.words;
    let is_filler = |word: &str| language.fillers.contains(word);
    let fillers = words.iter().filter(|word| is_filler(&word.lower)).count();
    let first = words.iter().find(|word| !is_filler(&word.lower));
    let leans = first.is_some_and(|word| language.leaning.contains(word.lower.as_str()));
    let pointing =
        words.iter().filter(|word| language.pointing.contains(word.lower.as_str())).count();
    (1.0 - fillers as f32 / words.len() as f32)
        * if leans { 0.75 } else { 1.0 }
        * (1.0 - 0.08 * pointing.min(4) as f32)
        * if sentence.question { 0.5 } else { 1.0 }
}

/// Returns how well a sentence reads: complete, not broken off, without false starts.
fn fluency(sentence: &Sentence, said: &str, language: &Language) -> f32 {
    let mut fluency = 1.0;
    if said.chars().next().is_some_and(char::is_lowercase) {
        fluency *= 0.6;
    }
    if !said.ends_with(['.', '!', '?', '"', '”', '。', '！', '？', '؟', '।']) {
        fluency *= 0.7;
    }
    if said.contains(['…']) || said.contains("...") {
        fluency *= 0.6;
    }
    let words = &sentence.words;
    if words.last().is_some_and(|word| language.unfinished.contains(word.lower.as_str())) {
        fluency *= 0.5;
    }
    // "The plan is, to": a pause in the wrong place.
    let breaks = words.windows(2).any(|pair| {
        let between = &said[pair[0].to - sentence.from..pair[1].from - sentence.from];
        between.starts_with([',', '…']) && language.unfinished.contains(pair[0].lower.as_str())
    });
    fluency *= if breaks { 0.75 } else { 1.0 };
    // "we can, we can merge it": repeated at once.
    let again = |step: usize| {
        words.windows(2 * step).any(|pair| {
            pair[..step].iter().map(|word| &word.lower).eq(pair[step..].iter().map(|w| &w.lower))
        })
    };
    if again(1) || again(2) || again(3) {
        fluency *= 0.6;
    }
    let commas = said.matches([',', '،', '、']).count();
    if commas >= 3 && commas * 5 > words.len() {
        fluency *= 0.75;
    }
    fluency
}

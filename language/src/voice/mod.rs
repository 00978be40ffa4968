//! A coach's writing voice: measured in texts, learned from edits, said in plain words, and followed
//! as far as that is possible without a language model.
//!
//! [`train`] measures texts. [`learn`] compares what was generated with what the coach approved.
//! [`describe`] says what is known in rules for the prompt, and [`apply`] and [`style`] follow those
//! that need no model.
//!
//! Invariants:
//! - The same texts give the same profile.
//! - What is a fact is never learned: numbers, names, times, added and dropped sentences.
//! - No name of a client reaches a rule or a passage: a greeting has
//!   [`CLIENT`](debrief_domain::voice::CLIENT) in its place.

mod apply;
mod describe;
mod draft;
mod lists;
mod marks;
mod measure;
mod observe;
mod passages;
mod spelling;
#[cfg(test)]
mod tests;
mod words;

pub use apply::{apply, style};
pub use describe::{RULES_MAX, describe, followed, parse, why_learned, why_measured, words};

use debrief_domain::voice::{Lesson, Observation, Profile, SAMPLE_MAX, SAMPLES_MAX};
use draft::Draft;

/// A text that was generated, and what the coach made of it.
#[derive(Debug, Clone, Copy)]
pub struct Edited<'a> {
    /// The session: the id of its summary. A session counts once, whatever its versions.
    pub session: &'a str,
    /// The names of the people concerned, the client's first. They are never learned.
    pub names: &'a [&'a str],
    /// What was generated, as Markdown: of a summary, what
    /// [`render`](debrief_domain::summary::text::render) gives.
    pub generated: &'a str,
    /// What was approved, as Markdown.
    pub approved: &'a str,
}

/// Returns the profile of texts that a coach wrote, up to [`SAMPLES_MAX`] of [`SAMPLE_MAX`]
/// characters each. `names` are those of people who may be named in them.
pub fn train(samples: &[&str], names: &[&str]) -> Profile {
    let cut = |text: &&str| -> String { text.chars().take(SAMPLE_MAX).collect() };
    let drafts: Vec<Draft> =
        samples.iter().take(SAMPLES_MAX).map(cut).map(|text| Draft::read(&text, names)).collect();
    let mut all: Vec<&str> = names.to_vec();
    all.extend(drafts.iter().filter_map(|draft| draft.greeted.as_deref()));
    let mut profile = Profile::default();
    if !drafts.is_empty() {
        let traits = measure::traits(&drafts, &all);
        let passages = passages::choose(&drafts, &all, &traits);
        profile.measure(drafts.len() as u32, traits, passages);
    }
    profile
}

/// Returns what an edit says of the coach's habits. [`Profile::observe`] takes it in.
pub fn observe(profile: &Profile, edited: &Edited) -> Vec<Observation> {
    let cut = |text: &str| -> String { text.chars().take(SAMPLE_MAX).collect() };
    let before = Draft::read(&cut(edited.generated), edited.names);
    let after = Draft::read(&cut(edited.approved), edited.names);
    // A text of which nothing is left was not edited, but written anew; one that is empty is not
    // approved.
    if after.sentences.is_empty() || before.sentences.is_empty() {
        return Vec::new();
    }
    observe::observe(&before, &after, edited.names, &profile.lessons)
}

/// Lets a profile learn from an edit and returns the lessons that it is about.
pub fn learn(profile: &mut Profile, edited: &Edited) -> Vec<Lesson> {
    let observations = observe(profile, edited);
    let touched = profile.observe(edited.session, observations);
    profile.lessons.iter().filter(|lesson| touched.contains(&lesson.id)).cloned().collect()
}

/// Whether a text is a greeting, or a sign-off, by the words that it begins with.
pub(crate) fn is_frame(text: &str, greeting: bool) -> bool {
    let lower = lists::folded(text);
    [&lists::EN, &lists::HE].into_iter().any(|pack| {
        let list = if greeting { &pack.greetings } else { &pack.sign_offs };
        lists::begins(list, &lower).is_some()
    })
}

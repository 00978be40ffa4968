//! Shortens without a language model: the least important points go, and words that add nothing.

use super::lexicon::Lexicon;
use super::replace::replaced;
use crate::lists;
use debrief_domain::summary::Section;
use debrief_domain::summary::content::{Content, Point};
use std::collections::{HashMap, HashSet};
use unicode_segmentation::UnicodeSegmentation;

/// Sections that are not shortened unless they are named: what was decided and what is to be done
/// is never the least important.
const KEPT: &[Section] = &[Section::Headline, Section::Decisions, Section::ActionItems];

/// Returns the ids of the least important points of a section, so that `keep` are left.
pub(super) fn least(content: &Content, section: &Section, keep: usize) -> Vec<String> {
    let importance = importance(content);
    let points = content.points();
    let mut of_section: Vec<(&str, f32)> = points
        .iter()
        .filter(|(of, _)| of == section)
        .map(|(_, point)| {
            (point.id.as_str(), importance.get(point.id.as_str()).copied().unwrap_or(0.0))
        })
        .collect();
    // Of equally important points, the later go first.
    of_section.sort_by(|a, b| b.1.total_cmp(&a.1));
    let gone: HashSet<&str> = of_section.iter().skip(keep.max(1)).map(|(id, _)| *id).collect();
    let in_order = points.iter().map(|(_, point)| point.id.clone());
    in_order.filter(|id| gone.contains(id.as_str())).collect()
}

/// Returns the sections that are shortened with the summary.
pub(super) fn sections(content: &Content) -> Vec<Section> {
    let mut all: Vec<Section> = Vec::new();
    for (section, _) in content.points() {
        if !KEPT.contains(&section) && !all.contains(&section) {
            all.push(section);
        }
    }
    all
}

/// Returns how important each point is: how much of what it says others say too, and on how much of
/// the session it rests.
fn importance(content: &Content) -> HashMap<String, f32> {
    let code = content.language.as_deref().unwrap_or("en");
    let stop = lists::stop_words(lists::pack(code.split('-').next().unwrap_or(code)));
    let words = |point: &Point| -> HashSet<String> {
        let bare = |word: &str| super::tokens::folded(word).trim_end_matches("'s").to_owned();
        let words = point.text.unicode_words().map(bare);
        words.filter(|word| !stop.contains(word)).collect()
    };
    let points = content.points();
    let all: Vec<HashSet<String>> = points.iter().map(|(_, point)| words(point)).collect();
    points
        .iter()
        .zip(&all)
        .map(|((_, point), own)| {
            let shared: f32 = all
                .iter()
                .map(|other| own.intersection(other).count() as f32 / other.len().max(1) as f32)
                .sum();
            let central = shared / (own.len().max(3) as f32).sqrt();
            (point.id.clone(), central + 0.1 * point.turns.len().min(5) as f32)
        })
        .collect()
}

/// Returns a text without words that add nothing; `None` if there are none.
pub(super) fn trimmed(text: &str, lexicon: &Lexicon) -> Option<String> {
    let mut result = text.to_owned();
    for hedge in lexicon.hedges {
        if may_go(&result, hedge, lexicon) {
            let (shorter, count) = replaced(&result, hedge, "");
            if count > 0 {
                result = shorter.trim_start_matches([',', ' ']).to_owned();
            }
        }
    }
    result = result.replace("  ", " ").replace(", ,", ",").replace(" ,", ",");
    // What was between commas leaves one too many.
    result = result.replace(",,", ",").replace(",.", ".");
    let says = result.unicode_words().count() >= 2;
    (result != text && says).then_some(result)
}

/// Whether each occurrence of a hedge is one: not negated, no noun, not at the end.
fn may_go(text: &str, hedge: &str, lexicon: &Lexicon) -> bool {
    let words: Vec<String> = text.unicode_words().map(super::tokens::folded).collect();
    let hedge: Vec<&str> = hedge.split(' ').collect();
    let quoted = text.contains(['“', '"', '«', '״']);
    let mut found = words
        .windows(hedge.len())
        .enumerate()
        .filter(|(_, w)| w.iter().eq(hedge.iter()))
        .peekable();
    if found.peek().is_none() || quoted {
        return false;
    }
    found.all(|(at, _)| {
        let before = at.checked_sub(1).map(|at| words[at].as_str());
        let negated = before
            .is_some_and(|word| lexicon.no_hedge_after.contains(&word) || word.ends_with("n't"));
        !negated && at + hedge.len() < words.len()
    })
}

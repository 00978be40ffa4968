//! Language packs: the words a language uses to commit, decide, realize, ask and fill pauses.
//!
//! One file per language has nothing but lists. A language without one uses [`NEUTRAL`], which has
//! no cues and treats frequent and short words as stop words. **To add a language**: write its file
//! and add it to [`PACKS`].

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod he;
mod hi;
mod it;
mod ja;
mod ko;
mod nl;
mod pack;
mod pt;
mod ru;
mod th;
mod zh;

use std::collections::HashSet;

use pack::NEUTRAL;
pub(crate) use pack::{Due, List, Pack, entries};

/// All languages with a pack. English is last: of languages with equally many stop words in a
/// text, the last is chosen.
static PACKS: &[&Pack] = &[
    &ar::AR,
    &de::DE,
    &es::ES,
    &fr::FR,
    &he::HE,
    &hi::HI,
    &it::IT,
    &ja::JA,
    &ko::KO,
    &nl::NL,
    &pt::PT,
    &ru::RU,
    &th::TH,
    &zh::ZH,
    &en::EN,
];

/// The pack of every other language.
pub(crate) static ANY: Pack = NEUTRAL;

/// Returns the pack of the language with the most stop words, at least three words in ten.
pub(crate) fn by_stop_words<'a>(words: impl Iterator<Item = &'a str>) -> Option<&'static Pack> {
    let words: Vec<&str> = words.collect();
    PACKS
        .iter()
        .map(|pack| {
            let stop: HashSet<_> = entries(pack.stop).chain(entries(pack.fillers)).collect();
            let hits = words.iter().filter(|word| stop.contains(*word)).count();
            (hits, *pack)
        })
        .filter(|(hits, _)| hits * 10 >= words.len() * 3 && *hits > 0)
        .max_by_key(|(hits, _)| *hits)
        .map(|(_, pack)| pack)
}

/// Returns the stop words and fillers of a language, also with prefixed letters.
pub(crate) fn stop_words(pack: &Pack) -> HashSet<String> {
    entries(pack.stop)
        .chain(entries(pack.fillers))
        .flat_map(|word| {
            let joined = entries(pack.prefixes).map(move |prefix| format!("{prefix}{word}"));
            std::iter::once(word.to_owned()).chain(joined)
        })
        .collect()
}

/// Returns the pack of a language by its primary subtag, or the neutral pack.
pub(crate) fn pack(code: &str) -> &'static Pack {
    PACKS.iter().find(|pack| pack.code.eq_ignore_ascii_case(code)).copied().unwrap_or(&ANY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_as_they_are_compared() {
        for pack in PACKS {
            for list in [
                pack.stop,
                pack.fillers,
                pack.housekeeping,
                pack.leaning,
                pack.pointing,
                pack.unfinished,
                pack.insight,
                pack.goal,
                pack.decision,
                pack.undecided,
                pack.proposal,
                pack.resolution,
                pack.closing,
                pack.assent,
                pack.takes_on,
                pack.decline,
                pack.i_will,
                pack.i_intend,
                pack.i_can,
                pack.will_you,
                pack.we_will,
                pack.they_will,
                pack.and,
                pack.no_commitment,
                pack.imagined,
                pack.conditions,
                pack.errands,
                pack.doings,
                pack.yes_no,
                pack.no_answer,
                pack.left_open,
                pack.still_unknown,
                pack.due.deadline,
                pack.due.at,
                pack.due.joint,
                pack.due.which,
                pack.due.next,
                pack.due.day,
                pack.due.span,
                pack.due.event,
                pack.due.number,
                pack.due.manner,
            ] {
                for phrase in entries(list) {
                    assert_eq!(phrase, phrase.to_lowercase(), "{}", pack.code);
                    let words = phrase.split_whitespace().collect::<Vec<_>>().join(" ");
                    assert_eq!(phrase, words, "one space between words, no line end");
                    assert!(!phrase.contains('’'), "{phrase}");
                }
            }
        }
    }
}

//! More names than a conversation has people.
//!
//! A file in which every line has a name of its own, such as a log, would give a transcript that is
//! all participants: each answer that has them would be as large as the file.

use debrief_domain::transcript::content::{Content, Warning};
use std::collections::{HashMap, HashSet};

/// The most people of a session.
pub const PEOPLE_MAX: usize = 1_000;

/// Keeps the names of the [`PEOPLE_MAX`] who have the most turns, the earlier ones among equals. The
/// turns of the others stay, without a speaker, and a warning counts them.
pub(super) fn limit(content: &mut Content) {
    let mut turns: HashMap<&str, (usize, usize)> = HashMap::new();
    for (index, turn) in content.turns.iter().enumerate() {
        if let Some(name) = turn.speaker.as_deref() {
            turns.entry(name).or_insert((0, index)).0 += 1;
        }
    }
    if turns.len() <= PEOPLE_MAX {
        return;
    }
    let mut people: Vec<(&str, (usize, usize))> = turns.into_iter().collect();
    people.sort_unstable_by_key(|(_, (count, first))| (std::cmp::Reverse(*count), *first));
    let unnamed = people.len() - PEOPLE_MAX;
    let kept: HashSet<String> =
        people[..PEOPLE_MAX].iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut without = 0_u32;
    for turn in &mut content.turns {
        if turn.speaker.as_ref().is_some_and(|name| !kept.contains(name)) {
            turn.speaker = None;
            without += 1;
        }
    }
    content.participants.retain(|person| kept.contains(&person.name));
    let message = format!(
        "there are more than {PEOPLE_MAX} speakers: {unnamed} with the fewest turns are not named; \
         {without} turns have no speaker"
    );
    content.warnings.push(Warning::new(1, message));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::unify;
    use debrief_domain::transcript::content::Turn;

    fn conversation(speakers: impl Iterator<Item = String>) -> Content {
        let turn = |(index, name): (usize, String)| Turn {
            index: index as u32,
            speaker: Some(name),
            text: "So it is.".into(),
            ..Turn::default()
        };
        let mut content =
            Content { turns: speakers.enumerate().map(turn).collect(), ..Content::default() };
        debrief_domain::transcript::talk::measure(&mut content);
        content
    }

    /// A name of letters that is no spelling of another.
    fn name(n: usize) -> String {
        let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
        let word = |n: usize| format!("{}{}{}x", letter(n), letter(n / 26), letter(n / 676));
        format!("{} {}", word(n), word(n * 7 + 3))
    }

    #[test]
    fn as_many_as_may_be_are_all_named() {
        let mut content = conversation((0..PEOPLE_MAX).map(name));
        limit(&mut content);
        assert_eq!(content.participants.len(), PEOPLE_MAX);
        assert!(content.warnings.is_empty() && content.turns.iter().all(|t| t.speaker.is_some()));
    }

    #[test]
    fn of_more_those_who_speak_most_are_named_and_no_word_is_lost() {
        let crowd = 3 * PEOPLE_MAX;
        // The last one speaks twice.
        let mut content = conversation((0..crowd).chain([crowd - 1]).map(name));
        unify(&mut content);
        assert_eq!(content.participants.len(), PEOPLE_MAX);
        assert_eq!(content.turns.len(), crowd + 1);
        assert_eq!(content.turns[crowd].speaker.as_ref(), Some(&name(crowd - 1)));
        assert_eq!(content.turns[0].speaker.as_ref(), Some(&name(0)));
        assert_eq!(content.turns[PEOPLE_MAX].speaker, None);
        assert_eq!(content.warnings.len(), 1);
        let message = &content.warnings[0].message;
        assert!(message.contains("2000 with the fewest turns"), "{message}");
    }
}
